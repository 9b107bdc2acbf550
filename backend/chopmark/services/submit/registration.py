"""Registrations: what was taken in at once, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chopmark.core.ledger import BatchRow, NewCredential, OutboxRow, RequestState
from chopmark.core.submission import Item, LeafStage, NewSubmission, Sort, Stage, SubmissionRow, least
from chopmark.errors import ChopmarkError
from chopmark.services.pipeline.progress import Progress
from chopmark.services.register.check import Checked
from chopmark.services.register.run import take
from chopmark.services.status.correct import Correction, accept_correction
from chopmark.services.submit.identity import new_id
from chopmark.services.submit.ports import Books
from chopmark.services.submit.trouble import trouble_of


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, and when. ``issuer``: node id of the institution; ``token``: the token's id; ``now``: unix seconds."""

    issuer: bytes
    token: str
    now: int


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """Rows of the input that are not registered. ``sheet``: they again, to be corrected, as a spreadsheet."""

    rows: int
    sheet: bytes | None


@dataclass(frozen=True, slots=True)
class Registration:
    """A registration and how far it is. ``registered``: credentials in final blocks. ``batches``: with what carries each."""

    row: SubmissionRow
    stage: Stage
    registered: int
    batches: tuple[tuple[BatchRow, OutboxRow | None], ...]
    trouble: ChopmarkError | None = None


def submit_checked(
    tx: Books,
    checked: Checked,
    rows: Sequence[NewCredential],
    asked: Asked,
    *,
    again: bool = False,
    away: TurnedAway | None = None,
) -> SubmissionRow:
    """Take in composed credentials (see ``register.run.blind``) and keep the submission with them.

    Raises as ``register.run.take``: then nothing may be committed.
    """
    taken = take(tx, checked, rows, again=again)
    items = tuple(Item(credential=at, new=at in taken.added) for at in taken.ids)
    away = away or TurnedAway(0, None)
    return tx.submissions.add(
        NewSubmission(
            public=new_id(Sort.REGISTRATION),
            sort=Sort.REGISTRATION,
            issuer=asked.issuer,
            kind=checked.kind.code,
            asker=asked.token,
            created_at=asked.now,
            items=items,
            turned_away=away.rows,
            rejected=away.sheet,
        )
    )


def submit_correction(tx: Books, correction: Correction, reason: int, asked: Asked) -> SubmissionRow:
    """Take in a corrected version, or name the one that an earlier request made. Raises as ``accept_correction``."""
    if correction.done is not None:
        item = Item(credential=correction.done.id, new=False)
    else:
        change = accept_correction(tx, correction, reason, asked.now)
        item = Item(credential=change.successor_id, change=change.id)
    old = correction.old
    return tx.submissions.add(
        NewSubmission(
            public=new_id(Sort.REGISTRATION),
            sort=Sort.REGISTRATION,
            issuer=asked.issuer,
            kind=old.kind,
            asker=asked.token,
            created_at=asked.now,
            items=(item,),
            replaces=old.replaces if correction.done is old else old.commitment,
        )
    )


def registration(tx: Books, row: SubmissionRow, progress: Progress | None = None) -> Registration:
    """How far a registration is, by what the site knows now."""
    leaves = tx.submissions.leaves(row.id)
    stage = least({stage_of(each) for each in leaves})
    registered = sum(each.count for each in leaves if each.anchored)
    found = [batch for at in sorted({e.batch for e in leaves if e.batch is not None}) if (batch := tx.batches.get(at))]
    batches = tuple((batch, tx.outbox.get(batch.outbox_id) if batch.outbox_id else None) for batch in found)
    if stage in (Stage.DONE, Stage.REFUSED):
        return Registration(row, stage, registered, batches)
    numbers = {batch.id for batch in found}
    if stage is Stage.QUEUED and _waits_for_signature(tx, row, numbers):
        stage = Stage.TO_SIGN
    trouble = trouble_of(
        progress,
        credentials={*tx.submissions.credential_ids(row.id)},
        batches=numbers,
        errors=[each.error for each in leaves],
        key_of=row.issuer if stage is Stage.QUEUED else b"",
    )
    return Registration(row, stage, registered, batches, trouble)


def _waits_for_signature(tx: Books, row: SubmissionRow, batches: set[int]) -> bool:
    """Whether a batch of it, or the correction that it is, is asked to be signed elsewhere."""
    asked = [*tx.requests.of_batches(sorted(batches))]
    if row.replaces is not None:
        asked += tx.requests.of_changes(tx.submissions.open_wishes(row.id))
    return any(request.state is RequestState.OPEN for request in asked)


def stage_of(leaf: LeafStage) -> Stage:
    """How far credentials are that stand alike."""
    if leaf.withdrawn:
        return Stage.REFUSED
    if leaf.anchored:
        return Stage.DONE
    return {"sent": Stage.SENT, "mined": Stage.CONFIRMING, "final": Stage.CONFIRMING}.get(leaf.box, Stage.QUEUED)
