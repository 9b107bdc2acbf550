"""The life of a credential, a batch or an issuer, as known at a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chopmark.core.directory import Accreditation, Directory
from chopmark.core.lifeline import (
    Entry,
    LeafRef,
    LeafStatus,
    leaf_status,
    life_of_batch,
    life_of_issuer,
    life_of_leaf,
)
from chopmark.core.transaction import BlockRef
from chopmark.core.words import BatchRecord, KeyRecord, Op
from chopmark.services.audit.moment import AsOf
from chopmark.services.audit.source import EventSource, with_context


@dataclass(frozen=True, slots=True)
class Target:
    """What the audit is about: an issuer; with ``root`` one of its batches; with ``index`` a leaf of that."""

    issuer: bytes
    root: bytes | None = None
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Trail:
    """A life.

    ``as_of``: the moment to which everything refers. ``at``: the block up to which events were read. ``source``: "chain",
    or "local" for the site's copy. ``status``: of a leaf. ``batch``, ``key``: of a leaf or batch, None if not attested by
    then. ``accreditation``: by kind, at the moment. ``directory``: the institutions involved, as known then.
    """

    target: Target
    entries: tuple[Entry, ...]
    as_of: AsOf
    at: BlockRef
    source: str
    directory: Directory
    status: LeafStatus | None = None
    batch: BatchRecord | None = None
    key: tuple[bytes, KeyRecord] | None = None
    accreditation: Mapping[str, Accreditation] | None = None

    def by_compromised_key(self, entry: Entry) -> bool:
        """Whether a key made it (or passed it on) at or after the time since which it is reported compromised."""
        actor, time = entry.actor, entry.logged.event.time
        keys = (self.directory.key_by_index(actor.node, index) for index in (actor.key, actor.via))
        return any(key is not None and 0 < key[1].compromised_since <= time for key in keys)


def trail(source: EventSource, target: Target, moment: AsOf) -> Trail:
    """The life of what was asked about. Raises ``ChainError`` if the source cannot tell it."""
    logged = moment.known(with_context(source, target.issuer, target.root))
    directory = Directory.replay(logged)
    entries: tuple[Entry, ...]
    status: LeafStatus | None = None
    batch: BatchRecord | None = None
    if target.root is None:
        entries = life_of_issuer(logged, target.issuer)
    elif target.index is None:
        entries = life_of_batch(logged, target.issuer, target.root)
        batch = _attested(entries)
    else:
        entries = life_of_leaf(logged, LeafRef(target.issuer, target.root, target.index))
        status = leaf_status(entries)
        batch = status.batch
    key = directory.key_by_index(target.issuer, batch.key_index) if batch else None
    state = directory.node(target.issuer)
    kinds = (batch.kind,) if batch else tuple(state.grants) if state else ()
    return Trail(
        target=target,
        entries=entries,
        as_of=moment,
        at=source.at,
        source=source.name,
        directory=directory,
        status=status,
        batch=batch,
        key=key,
        accreditation={kind: directory.standing(target.issuer, kind, moment.time) for kind in kinds},
    )


def _attested(entries: tuple[Entry, ...]) -> BatchRecord | None:
    for entry in entries:
        if entry.op is Op.ATTESTED:
            return BatchRecord.decode(int.from_bytes(entry.logged.event.d, "big"))
    return None
