"""An institution's own credentials as it looks at them: number, how far, which status, which attestation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chopmark.core.ledger import BatchRow, CredentialRow
from chopmark.core.reference import AttestationId
from chopmark.core.submission import LeafStage, Stage
from chopmark.core.transaction import Logged
from chopmark.core.words import Op
from chopmark.kinds import find_kind
from chopmark.services.lifecycle import claims_of
from chopmark.services.pipeline.deliver import marked
from chopmark.services.pipeline.status import WORD_BITS
from chopmark.services.submit.ports import Books
from chopmark.services.submit.registration import stage_of


class Standing(StrEnum):
    """The status of a registered credential, as far as the site has followed the chain."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Own:
    """A credential of one's own. ``number``: as printed, "" if it has none. ``status``: None until it is registered."""

    row: CredentialRow
    stage: Stage
    number: str
    batch: BatchRow | None
    attestation: AttestationId | None
    status: Standing | None


_CHANGES: Final = (Op.REVOKED, Op.SUSPENDED, Op.RESUMED, Op.SUPERSEDED)


def own(tx: Books, rows: Sequence[CredentialRow]) -> list[Own]:
    """What there is to say about credentials, in their order."""
    numbers = {row.batch_id for row in rows if row.batch_id is not None}
    batches = {at: batch for at in sorted(numbers) if (batch := tx.batches.get(at)) is not None}
    told = {at: _statuses(tx, batch) for at, batch in batches.items() if batch.anchored}
    return [_own(tx, row, batches, told) for row in rows]


def _own(
    tx: Books, row: CredentialRow, batches: Mapping[int, BatchRow], told: Mapping[int, Mapping[int, Standing]]
) -> Own:
    batch = batches.get(row.batch_id) if row.batch_id is not None else None
    anchored = batch is not None and batch.anchored
    box = tx.outbox.get(batch.outbox_id) if batch and batch.outbox_id and not anchored else None
    stage = stage_of(LeafStage(row.batch_id, row.withdrawn, anchored, box.state.value if box else "", "", 1))
    number = find_kind(row.kind).shown_number(claims_of(row))
    home = tx.site.home()
    if batch is None or not anchored or row.leaf_index is None or home is None:
        return Own(row, stage, number, batch, None, None)
    attestation = AttestationId(home.chain_id, home.attestation_registry, batch.root, row.leaf_index)
    return Own(row, stage, number, batch, attestation, told[batch.id].get(row.leaf_index, Standing.VALID))


def _statuses(tx: Books, batch: BatchRow) -> dict[int, Standing]:
    """The status of every leaf of a batch that is not simply valid."""
    return statuses(tx.history.events(registry="attestation", node=batch.issuer, root=batch.root, ops=_CHANGES))


def statuses(events: Iterable[Logged]) -> dict[int, Standing]:
    """By leaf index, from one batch's events in chain order. What ends a credential is never taken back."""
    found: dict[int, Standing] = {}
    for each in events:
        for word, mask in marked(each):
            for bit in _bits(mask):
                index = word * WORD_BITS + bit
                if found.get(index) in (Standing.REVOKED, Standing.SUPERSEDED):
                    continue
                if each.event.op is Op.RESUMED:
                    found.pop(index, None)
                else:
                    found[index] = _BY_OP[each.event.op]
    return found


def _bits(mask: int) -> Iterable[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


_BY_OP: Final = {
    Op.REVOKED: Standing.REVOKED,
    Op.SUSPENDED: Standing.SUSPENDED,
    Op.SUPERSEDED: Standing.SUPERSEDED,
}
