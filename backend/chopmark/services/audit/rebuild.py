"""The self-check: everything that the chain told, folded anew, against the chain's own heads and against the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chopmark.core.finding import Finding
from chopmark.core.history import Event, RegistryName, genesis, replay
from chopmark.core.reference import issuer_id, serial
from chopmark.core.transaction import BlockRef, Logged
from chopmark.core.trust import TrustedChain, TrustedRegistry
from chopmark.errors import HistoryError, ProofError, StoreError
from chopmark.services.audit.ports import ChainHistory, Kept
from chopmark.wording import Wording

Place = tuple[RegistryName, bytes]
Key = tuple[RegistryName, bytes, int]
"""Registry, node, sequence number: the name of an event."""
_REGISTRIES: Final[tuple[RegistryName, ...]] = ("issuer", "attestation")


class Lack(StrEnum):
    """How an event of the database differs from the chain's."""

    MISSING = "missing"
    EXTRA = "extra"
    CHANGED = "changed"

    @property
    def wording(self) -> Wording:
        """In words."""
        return _LACKS[self]


@dataclass(frozen=True, slots=True)
class Difference:
    """One event that the database lacks, has too much, or has otherwise. ``block``: where the chain (else the database) has it."""

    lack: Lack
    registry: RegistryName
    node: bytes
    seq: int
    block: int

    @property
    def serial(self) -> int:
        """Serial of the node."""
        return serial(self.node)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The whole history from the chain alone.

    ``heads``: after the last event of each node, equal to the chain's. ``after``: the head after each event of ``logged``.
    """

    at: BlockRef
    logged: tuple[Logged, ...]
    after: tuple[int, ...]
    heads: Mapping[Place, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The database against the chain. ``upto``: the block up to which both were compared, None if it has no history."""

    upto: BlockRef | None
    differences: tuple[Difference, ...]


def rebuild(reader: ChainHistory, chain: TrustedChain, registry: TrustedRegistry) -> Rebuilt:
    """Read every event up to the newest final block and fold all histories.

    Raises ``ProofError`` naming the node whose events do not lead to its head on the chain: the node left something out,
    or altered it. Raises ``ChainError`` if the chain cannot be read.
    """
    at = reader.final()
    reader.verify_identity(at)
    logged = tuple(reader.logs(registry.from_block, at.number))
    addresses = {"issuer": registry.issuer_registry, "attestation": registry.attestation_registry}
    heads: dict[Place, int] = {}
    after: dict[Key, int] = {}
    for place, events in _by_place(logged).items():
        start = genesis(chain.chain_id, addresses[place[0]], place[1])
        folded = _folded(place, start, events)
        heads[place] = folded[-1]
        after.update({(*place, event.seq): head for event, head in zip(events, folded, strict=True)})
    nodes = [issuer_id(registry.registry_id, number) for number in range(reader.serial(at) + 1)]
    for name in _REGISTRIES:
        for node, head in zip(nodes, reader.heads(name, nodes, at), strict=True):
            known = heads.setdefault((name, node), genesis(chain.chain_id, addresses[name], node))
            if head != known:
                raise HistoryError(
                    why=_OTHER_HEAD.filled(place=_place((name, node)), told=known & _COUNT, count=head & _COUNT)
                )
    strangers = {place for place in heads if place[1] not in set(nodes)}
    if strangers:
        raise HistoryError(why=_STRANGER.filled(place=_place(min(strangers))))
    return Rebuilt(at, logged, tuple(after[_key(each.event)] for each in logged), heads)


def _by_place(logged: Iterable[Logged]) -> Mapping[Place, list[Event]]:
    found: dict[Place, list[Event]] = defaultdict(list)
    for each in logged:
        found[each.event.registry, each.event.node].append(each.event)
    return found


def _folded(place: Place, start: int, events: Sequence[Event]) -> list[int]:
    try:
        return list(replay(start, events))
    except ProofError as fault:
        raise HistoryError(why=_AT.filled(place=_place(place), why=fault.facts["why"])) from None


def compare(rebuilt: Rebuilt, read: Callable[[], AbstractContextManager[Kept]]) -> Comparison:
    """Every event of the database against the chain's, up to where the database has followed."""
    with read() as kept:
        cursor = kept.history.cursor()
        local = list(kept.history.events()) if cursor else []
    if cursor is None:
        return Comparison(None, ())
    theirs = {_key(each.event): each for each in rebuilt.logged if each.event.block <= cursor.number}
    ours = {_key(each.event): each for each in local}
    missing = [_difference(Lack.MISSING, each) for key, each in theirs.items() if key not in ours]
    extra = [_difference(Lack.EXTRA, each) for key, each in ours.items() if key not in theirs]
    changed = [
        _difference(Lack.CHANGED, each) for key, each in theirs.items() if key in ours and not _same(each, ours[key])
    ]
    found = sorted((*missing, *extra, *changed), key=lambda each: (each.block, each.registry, each.node, each.seq))
    return Comparison(cursor, tuple(found))


def repair(rebuilt: Rebuilt, begin: Callable[[], AbstractContextManager[Kept]]) -> None:
    """Put the chain's events in the place of the database's, all in one transaction. Raises ``StoreError``."""
    with begin() as kept:
        kept.history.roll_back(-1)
        if not kept.history.append(rebuilt.logged, rebuilt.after, rebuilt.at, None):
            raise StoreError(
                why=_BUSY,
                fix_zh="请停止其他正在运行的 chopmark 后重试",
                fix_en="Stop other running chopmarks and try again",
            )


def findings(rebuilt: Rebuilt, comparison: Comparison | None) -> tuple[Finding, ...]:
    """A002 if everything agrees, else A001 with what differs."""
    if comparison is None or not comparison.differences:
        return (Finding("A002", {"events": len(rebuilt.logged), "heads": len(rebuilt.heads)}),)
    counts = {lack: sum(each.lack is lack for each in comparison.differences) for lack in Lack}
    blocks = [each.block for each in comparison.differences]
    why = _SUMMARY.filled(**{lack.value: n for lack, n in counts.items()}, first=min(blocks), last=max(blocks))
    return (Finding("A001", {"why": why}),)


def _key(event: Event) -> Key:
    return event.registry, event.node, event.seq


def _same(ours: Logged, theirs: Logged) -> bool:
    """Equal in everything that can be told; the particulars are compared as JSON keeps them."""
    if (ours.event, ours.tx_hash, ours.log_index, ours.block_hash) != (
        theirs.event,
        theirs.tx_hash,
        theirs.log_index,
        theirs.block_hash,
    ):
        return False
    return _plain(ours) == _plain(theirs)


def _plain(logged: Logged) -> dict[str, object]:
    return {
        name: [list(pair) for pair in v] if isinstance(v, (list, tuple)) else v for name, v in logged.detail.items()
    }


def _difference(lack: Lack, logged: Logged) -> Difference:
    event = logged.event
    return Difference(lack, event.registry, event.node, event.seq, event.block)


def _place(place: Place) -> Wording:
    registry, node = place
    return _NODE.filled(registry=REGISTRY_NAMES[registry], number=serial(node))


_COUNT: Final = 0xFFFFFFFF
REGISTRY_NAMES: Final[Mapping[RegistryName, Wording]] = {
    "issuer": Wording("机构登记", "issuer registry"),
    "attestation": Wording("存证登记", "attestation registry"),
}
_NODE: Final = Wording("{registry} No. {number}", "{registry}, No. {number}")
_AT: Final = Wording("{place}：{why}", "{place}: {why}")
_OTHER_HEAD: Final = Wording(
    "{place}：节点给出的{told}条事件与链上历史头（{count}条）不符，节点漏报或改动了日志",
    "{place}: the {told} events that the node tells do not lead to the head on the chain ({count} events); the node left "
    "something out or altered it",
)
_STRANGER: Final = Wording("{place}：链上没有这个机构", "{place}: the chain has no such institution")
_SUMMARY: Final = Wording(
    "缺{missing}条、多{extra}条、改动{changed}条（区块{first}至{last}）",
    "{missing} events missing, {extra} too many, {changed} changed (blocks {first} to {last})",
)
_BUSY: Final = Wording("另一进程同时改写了历史", "another process rewrote the history at the same time")
_LACKS: Final = {
    Lack.MISSING: Wording("库中缺少", "missing from the database"),
    Lack.EXTRA: Wording("链上没有", "not on the chain"),
    Lack.CHANGED: Wording("内容不同", "different"),
}
