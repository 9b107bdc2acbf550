"""History heads: how a list of events proves itself complete, in order and unaltered (FORMAT §10).

Each registry folds everything that happens to a node into one word. Whoever holds all the events folds them likewise;
the same head on chain says that none is missing, added, moved or changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from chopmark.core.digest import keccak
from chopmark.core.words import HeadRecord, Op
from chopmark.errors import HistoryError
from chopmark.wording import Wording

RegistryName: TypeAlias = Literal["issuer", "attestation"]

#: The bits of a head that count events.
_COUNT: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a node (32-byte id).

    ``key``: index of the key that acted, 0 the controller or the authority. ``party``: in the issuer registry the
    serial of the acting node, in the attestation registry the index of the delegate contract's key, 0 without one.
    ``seq`` counts the node's events in this registry from 1. ``x``: what it is about; ``d``: the particulars,
    digested or packed (32 bytes each, by ``op``).
    """

    registry: RegistryName
    node: bytes
    op: Op
    reason: int
    key: int
    party: int
    seq: int
    block: int
    time: int
    x: bytes
    d: bytes

    @property
    def word(self) -> bytes:
        """W: op 8 | reason 8 | key index 16 | party 64 | seq 32 | block 64 | time 64. Raises ``OverflowError``."""
        widths = ((self.op, 1), (self.reason, 1), (self.key, 2), (self.party, 8), (self.seq, 4), (self.block, 8))
        return b"".join(value.to_bytes(width, "big") for value, width in (*widths, (self.time, 8)))


def genesis(chain_id: int, registry: bytes, node: bytes) -> int:
    """The head before anything happened: ``keccak256(abi.encode(chainId, registry, node))[0:28] || 0``, as a word."""
    digest = keccak(chain_id.to_bytes(32, "big") + registry.rjust(32, b"\0") + node)
    return HeadRecord(digest[:28], 0).encode()


def fold(head: int, event: Event) -> int:
    """The head after one more event. It does not ask whether the event can follow: ``replay`` does."""
    digest = keccak(head.to_bytes(32, "big") + event.word + event.x + event.d)
    return HeadRecord(digest[:28], event.seq).encode()


def replay(head: int, events: Iterable[Event]) -> Iterator[int]:
    """The head after each event, starting from ``head`` (``genesis`` or any known one).

    Raises ``ProofError`` naming the first event that cannot follow: a gap in the count, a step back in block or time,
    an event of another node or registry.
    """
    before: Event | None = None
    for event in events:
        _follows(head & _COUNT, before, event)
        head = fold(head, event)
        before = event
        yield head


def prove_complete(start: int, events: Sequence[Event], head: int) -> None:
    """Show that ``events`` are all that happened between the heads ``start`` and ``head``. Raises ``ProofError``."""
    last = start
    for after in replay(start, events):
        last = after
    if last != head:
        count, given = head & _COUNT, last & _COUNT
        raise HistoryError(why=(_OTHER_HEAD if count == given else _OTHER_COUNT).filled(count=count, given=given))


def changes_digest(changes: Iterable[tuple[int, int]]) -> bytes:
    """D of a revocation, suspension or resumption: keccak256 of the (word index, mask) pairs as they were sent."""
    return keccak(b"".join(word.to_bytes(32, "big") + mask.to_bytes(32, "big") for word, mask in changes))


def supersession_digest(old_index: int, new_root: bytes, new_index: int) -> bytes:
    """D of a supersession: ``keccak256(abi.encode(oldIndex, newRoot, newIndex))``."""
    return keccak(old_index.to_bytes(32, "big") + new_root + new_index.to_bytes(32, "big"))


def registration_digest(profile: bytes, site: str) -> bytes:
    """D of a node's registration: ``keccak256(abi.encode(profileDigest, site))``, the site as a dynamic string."""
    raw = site.encode("utf-8")
    padded = raw + bytes(-len(raw) % 32)
    return keccak(profile + (64).to_bytes(32, "big") + len(raw).to_bytes(32, "big") + padded)


def _follows(count: int, before: Event | None, event: Event) -> None:
    if event.seq != count + 1:
        raise HistoryError(why=_GAP.filled(expected=count + 1, seq=event.seq, block=event.block))
    if event.op.of_attestations is not (event.registry == "attestation"):
        raise HistoryError(why=_FOREIGN.filled(seq=event.seq))
    if before and (event.node != before.node or event.registry != before.registry):
        raise HistoryError(why=_FOREIGN.filled(seq=event.seq))
    if before and (event.block < before.block or event.time < before.time):
        raise HistoryError(why=_BACK.filled(seq=event.seq, block=event.block))


_GAP: Final = Wording(
    "历史应接第{expected}条事件，实为第{seq}条（区块{block}）",
    "the history goes on with event {expected}, not {seq} (block {block})",
)
_FOREIGN: Final = Wording("第{seq}条事件不属于这一历史", "event {seq} is not of this history")
_BACK: Final = Wording(
    "第{seq}条事件（区块{block}）早于其前一条", "event {seq} (block {block}) is older than the one before it"
)
_OTHER_COUNT: Final = Wording(
    "链上有{count}条事件，所给为{given}条", "the chain counts {count} events, {given} are given"
)
_OTHER_HEAD: Final = Wording(
    "{count}条事件算出的历史头与链上不同：有事件被改动",
    "the {count} events lead to another head than the chain's: one was altered",
)
