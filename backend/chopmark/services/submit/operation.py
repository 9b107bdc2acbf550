"""Operations of the issuer registry that an authority asked for: tried, kept, and how far they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chopmark.core.ledger import CallRow, OutboxRow, OutboxState
from chopmark.core.submission import Item, NewSubmission, Sort, Stage, SubmissionRow, least
from chopmark.core.transaction import Call
from chopmark.errors import ChopmarkError
from chopmark.services.errands import queue, refusal
from chopmark.services.pipeline.progress import Progress
from chopmark.services.submit.identity import new_id
from chopmark.services.submit.ports import Books
from chopmark.services.submit.registration import Asked
from chopmark.services.submit.trouble import trouble_of


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation and how far it is. Without ``calls`` the chain said so already when it was asked for."""

    row: SubmissionRow
    stage: Stage
    calls: tuple[tuple[CallRow, OutboxRow | None], ...]
    trouble: ChopmarkError | None = None


def submit_operation(tx: Books, sender: bytes, calls: Sequence[Call], kind: str, asked: Asked) -> SubmissionRow:
    """Keep calls that were tried (``errands.try_new``), to be sent with the key of ``sender`` (address)."""
    items = tuple(Item(call=at) for at in queue(tx, sender, calls))
    return tx.submissions.add(
        NewSubmission(new_id(Sort.OPERATION), Sort.OPERATION, asked.issuer, kind, asked.token, asked.now, items)
    )


def operation(tx: Books, row: SubmissionRow, progress: Progress | None = None) -> Operation:
    """How far an operation is, by what the site knows now."""
    items = [item for _, item in tx.submissions.items(row.id)]
    rows = [call for item in items if item.call and (call := tx.calls.get(item.call)) is not None]
    calls = tuple((each, tx.outbox.get(each.outbox_id) if each.outbox_id else None) for each in rows)
    stage = least({_stage(each, box) for each, box in calls})
    refused: list[ChopmarkError] = [refusal(each.error) for each in rows if each.error]
    if refused or stage in (Stage.DONE, Stage.REFUSED):
        return Operation(row, stage, calls, refused[0] if refused else None)
    sender = rows[0].sender if stage is Stage.QUEUED else b""
    return Operation(
        row, stage, calls, trouble_of(progress, errors=[box.error for _, box in calls if box], key_of=sender)
    )


def _stage(call: CallRow, box: OutboxRow | None) -> Stage:
    if call.error:
        return Stage.REFUSED
    if box is None:
        return Stage.QUEUED
    known = {OutboxState.SENT: Stage.SENT, OutboxState.MINED: Stage.CONFIRMING, OutboxState.FINAL: Stage.DONE}
    return known.get(box.state, Stage.QUEUED)
