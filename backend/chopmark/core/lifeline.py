"""The life of a credential, a batch or an issuer: what happened, when, by which key, why; and how it stood at any time.

Built from the registries' events alone, so that an auditor needs nobody's database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chopmark.core.actors import Actor, with_actors
from chopmark.core.directory import ACCREDITATIONS, KEY_CHANGES, Directory, address_of, kind_of
from chopmark.core.transaction import Logged
from chopmark.core.words import BatchRecord, Op
from chopmark.wording import Wording

WORD_BITS: Final = 256


@dataclass(frozen=True, slots=True, order=True)
class LeafRef:
    """One leaf: its issuer, its batch's root (32 bytes each), its index."""

    issuer: bytes
    root: bytes
    index: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened.

    ``leaves``: how many leaves of the batch it concerned (0: it is not about leaves). ``successor``,
    ``predecessor``: the other leaf of a supersession. ``subject``: address of the key or controller that it is
    about. ``kind``: of an accreditation or batch. ``context``: it happened to the issuer, its key or somebody
    above, not to the thing itself.
    """

    logged: Logged
    actor: Actor
    leaves: int = 0
    successor: LeafRef | None = None
    predecessor: LeafRef | None = None
    subject: bytes = b""
    kind: str = ""
    context: bool = False

    @property
    def op(self) -> Op:
        """What happened."""
        return self.logged.event.op

    @property
    def root(self) -> bytes:
        """Root of the batch that it is about; empty if it is about none."""
        return self.logged.event.x if self.op.of_attestations else b""

    @property
    def indices(self) -> tuple[int, ...]:
        """The leaves whose status changed, ascending; empty for an attestation, which concerns all."""
        if self.op is Op.SUPERSEDED:
            return (_whole(self.logged.detail["oldIndex"]),)
        return tuple(
            WORD_BITS * word + bit
            for word, mask in _changes(self.logged)
            for bit in range(mask.bit_length())
            if mask >> bit & 1
        )

    @property
    def wording(self) -> Wording:
        """What happened, in words."""
        return _BECAME_SUCCESSOR if self.predecessor else OPERATIONS[self.op]


@dataclass(frozen=True, slots=True)
class LeafStatus:
    """How a leaf stood.

    ``batch``: the record of its attestation, None before it. ``reason``, ``since``, ``block``: of the change that made
    the present status (0 if there was none). ``successor``: the leaf in whose favour it was revoked.
    """

    batch: BatchRecord | None = None
    revoked: bool = False
    suspended: bool = False
    superseded: bool = False
    reason: int = 0
    since: int = 0
    block: int = 0
    successor: LeafRef | None = None


def known_then(
    logged: Iterable[Logged], upto_block: int | None = None, upto_time: int | None = None
) -> tuple[Logged, ...]:
    """The events that were known at a block or time, the last moment included."""
    return tuple(
        each
        for each in logged
        if (upto_block is None or each.event.block <= upto_block)
        and (upto_time is None or each.event.time <= upto_time)
    )


def life_of_leaf(logged: Sequence[Logged], leaf: LeafRef) -> tuple[Entry, ...]:
    """Everything that happened to a leaf, and to its key and its issuer's accreditation; events in chain order."""
    batch = _batch(logged, leaf.issuer, leaf.root)
    concerns = _context_of(logged, leaf.issuer, batch)
    entries: list[Entry] = []
    for each, actor in with_actors(logged):
        if (entry := _leaf_entry(each, actor, leaf)) is not None:
            entries.append(entry)
        elif concerns(each):
            entries.append(_registry_entry(each, actor, context=True))
    return tuple(entries)


def life_of_batch(logged: Sequence[Logged], issuer: bytes, root: bytes) -> tuple[Entry, ...]:
    """Everything that happened to a batch's leaves, each entry with its number of leaves; and to its key and issuer."""
    concerns = _context_of(logged, issuer, _batch(logged, issuer, root))
    entries: list[Entry] = []
    for each, actor in with_actors(logged):
        if each.event.registry == "attestation" and each.event.node == issuer:
            old, new = _link(each)
            if each.event.x == root or (new and new.root == root):
                entries.append(
                    Entry(
                        each,
                        actor,
                        leaves=_leaves(each),
                        successor=new if each.event.x == root else None,
                        predecessor=old if each.event.x != root else None,
                        kind=_kind(each),
                    )
                )
        elif concerns(each):
            entries.append(_registry_entry(each, actor, context=True))
    return tuple(entries)


def life_of_issuer(logged: Sequence[Logged], node: bytes) -> tuple[Entry, ...]:
    """Everything that happened to a node and everything that it did with its batches; those above it as context."""
    directory = Directory.replay(logged)
    state = directory.node(node)
    above = {(up, kind) for kind in (state.grants if state else ()) for up in directory.above(node, kind)}
    entries: list[Entry] = []
    for each, actor in with_actors(logged):
        event = each.event
        if event.registry == "attestation" and event.node == node:
            entries.append(Entry(each, actor, leaves=_leaves(each), successor=_link(each)[1], kind=_kind(each)))
        elif event.registry == "issuer" and event.node == node:
            entries.append(_registry_entry(each, actor))
        elif event.registry == "issuer" and event.op in ACCREDITATIONS and (event.node, kind_of(event.x)) in above:
            entries.append(_registry_entry(each, actor, context=True))
    return tuple(entries)


def leaf_status(entries: Iterable[Entry]) -> LeafStatus:
    """The status of a leaf after the entries of its life."""
    status = LeafStatus()
    for entry in entries:
        if not entry.context and entry.predecessor is None:
            status = _next(status, entry)
    return status


def _next(status: LeafStatus, entry: Entry) -> LeafStatus:
    event = entry.logged.event
    if entry.op is Op.ATTESTED:
        return LeafStatus(BatchRecord.decode(int.from_bytes(event.d, "big")))
    superseded = entry.op is Op.SUPERSEDED
    return LeafStatus(
        batch=status.batch,
        revoked=status.revoked or superseded or entry.op is Op.REVOKED,
        suspended=entry.op is Op.SUSPENDED or (status.suspended and entry.op is not Op.RESUMED),
        superseded=superseded,
        reason=event.reason,
        since=event.time,
        block=event.block,
        successor=entry.successor,
    )


def _leaf_entry(each: Logged, actor: Actor, leaf: LeafRef) -> Entry | None:
    event = each.event
    if event.registry != "attestation" or event.node != leaf.issuer:
        return None
    if event.op is Op.SUPERSEDED:
        old, new = _link(each)
        if old == leaf:
            return Entry(each, actor, leaves=1, successor=new)
        return Entry(each, actor, leaves=1, predecessor=old) if new == leaf else None
    if event.x != leaf.root:
        return None
    if event.op is Op.ATTESTED:
        return Entry(each, actor, leaves=_leaves(each), kind=_kind(each))
    return Entry(each, actor, leaves=_leaves(each)) if _touches(_changes(each), leaf.index) else None


def _touches(changes: Iterable[tuple[int, int]], index: int) -> bool:
    word, bit = divmod(index, WORD_BITS)
    return any(at == word and mask >> bit & 1 for at, mask in changes)


def _changes(each: Logged) -> list[tuple[int, int]]:
    """(word index, mask) pairs of a status change."""
    pairs = each.detail.get("changes", [])
    return [(int(word), int(mask)) for word, mask in pairs] if isinstance(pairs, (list, tuple)) else []


def _link(each: Logged) -> tuple[LeafRef | None, LeafRef | None]:
    """The old and the new leaf of a supersession."""
    if each.event.op is not Op.SUPERSEDED:
        return None, None
    issuer, detail = each.event.node, each.detail
    new_root = bytes.fromhex(str(detail["newRoot"]).removeprefix("0x"))
    return (
        LeafRef(issuer, each.event.x, _whole(detail["oldIndex"])),
        LeafRef(issuer, new_root, _whole(detail["newIndex"])),
    )


def _whole(value: object) -> int:
    return value if isinstance(value, int) else int(str(value))


def _leaves(each: Logged) -> int:
    if each.event.op is Op.ATTESTED:
        record = BatchRecord.decode(int.from_bytes(each.event.d, "big"))
        return record.size if record else 0
    return 1 if each.event.op is Op.SUPERSEDED else sum(mask.bit_count() for _, mask in _changes(each))


def _kind(each: Logged) -> str:
    record = BatchRecord.decode(int.from_bytes(each.event.d, "big")) if each.event.op is Op.ATTESTED else None
    return record.kind if record else ""


def _batch(logged: Iterable[Logged], issuer: bytes, root: bytes) -> BatchRecord | None:
    for each in logged:
        event = each.event
        if event.op is Op.ATTESTED and event.node == issuer and event.x == root:
            return BatchRecord.decode(int.from_bytes(event.d, "big"))
    return None


def _context_of(logged: Sequence[Logged], issuer: bytes, batch: BatchRecord | None) -> Callable[[Logged], bool]:
    """Whether a registry event concerns a batch: its key's retirement or compromise, its issuer's accreditation."""
    if batch is None:
        return lambda _: False
    directory = Directory.replay(logged)
    line = {issuer, *directory.above(issuer, batch.kind)}
    key = directory.key_by_index(issuer, batch.key_index)

    def concerns(each: Logged) -> bool:
        event = each.event
        if event.registry != "issuer" or event.node not in line:
            return False
        if event.op in KEY_CHANGES:
            return event.node == issuer and key is not None and address_of(event.x) == key[0]
        return event.op in ACCREDITATIONS and kind_of(event.x) == batch.kind

    return concerns


def _registry_entry(each: Logged, actor: Actor, *, context: bool = False) -> Entry:
    op = each.event.op
    about_kind = op in ACCREDITATIONS
    subject = b"" if about_kind or op is Op.PROFILE_SET else address_of(each.event.x)
    return Entry(each, actor, subject=subject, kind=kind_of(each.event.x) if about_kind else "", context=context)


_BECAME_SUCCESSOR: Final = Wording("更正前一版本", "supersedes an earlier version")

OPERATIONS: Final[Mapping[Op, Wording]] = {
    Op.ATTESTED: Wording("登记", "attested"),
    Op.REVOKED: Wording("撤销", "revoked"),
    Op.SUSPENDED: Wording("中止", "suspended"),
    Op.RESUMED: Wording("恢复", "resumed"),
    Op.SUPERSEDED: Wording("由新版本更正", "superseded"),
    Op.NODE_REGISTERED: Wording("机构入册", "institution registered"),
    Op.ACCREDITATION_GRANTED: Wording("授权", "accredited"),
    Op.ACCREDITATION_SUSPENDED: Wording("授权暂停", "accreditation suspended"),
    Op.ACCREDITATION_LIFTED: Wording("授权恢复", "accreditation suspension lifted"),
    Op.ACCREDITATION_REVOKED: Wording("授权撤销", "accreditation revoked"),
    Op.KEY_ADDED: Wording("密钥启用", "key added"),
    Op.KEY_RETIRED: Wording("密钥停用", "key retired"),
    Op.KEY_REPORTED_COMPROMISED: Wording("密钥报失", "key reported compromised"),
    Op.PROFILE_SET: Wording("机构资料更新", "profile changed"),
    Op.CONTROLLER_OFFERED: Wording("管理权移交提出", "control offered"),
    Op.CONTROLLER_ACCEPTED: Wording("管理权移交完成", "control handed over"),
    Op.CONTROLLER_RECOVERED: Wording("管理权由根机构恢复", "control recovered by the authority"),
    Op.AUTHORITY_OFFERED: Wording("根机构移交提出", "root authority offered"),
    Op.AUTHORITY_ACCEPTED: Wording("根机构就任", "root authority taken up"),
}
"""Every operation in words."""
