"""Wanted changes of status, asked for together: all of them are kept or none, and each ends for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chopmark.core.ledger import CredentialRow, OutboxState, RequestState
from chopmark.core.submission import Item, NewSubmission, Sort, Stage, SubmissionRow, WishStage, least
from chopmark.core.words import Op
from chopmark.errors import ChopmarkError
from chopmark.services.delegation import waiting_for
from chopmark.services.pipeline import request_changes
from chopmark.services.pipeline.progress import Progress
from chopmark.services.pipeline.refusing import BY_SIGNER
from chopmark.services.pipeline.status import ALREADY
from chopmark.services.status.change import Changed, ended, outcome, require_final, unsigned
from chopmark.services.submit.identity import new_id
from chopmark.services.submit.ports import Books
from chopmark.services.submit.registration import Asked
from chopmark.services.submit.trouble import trouble_of


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A change of status and how far it is.

    ``op``, ``reason``: as on the chain. ``done``: of how many credentials the status is as wanted; of these ``already``
    were so before. ``refused``: how many had ended.
    """

    row: SubmissionRow
    stage: Stage
    op: Op
    reason: int
    done: int
    already: int
    refused: int
    trouble: ChopmarkError | None = None


def submit_change(tx: Books, rows: Sequence[CredentialRow], op: Op, reason: int, asked: Asked) -> SubmissionRow:
    """Want credentials revoked, suspended or resumed. Raises ``InputError`` if one is not registered finally."""
    require_final(tx, rows)
    changes = request_changes(tx, rows, op, reason, now=asked.now)
    items = tuple(
        Item(credential=row.id, change=change.id, new=change.requested_at == asked.now)
        for row, change in zip(rows, changes, strict=True)
    )
    return tx.submissions.add(
        NewSubmission(new_id(Sort.CHANGE), Sort.CHANGE, asked.issuer, "", asked.token, asked.now, items)
    )


def status_change(tx: Books, row: SubmissionRow, progress: Progress | None = None) -> StatusChange:
    """How far a change of status is, by what the site knows now."""
    wishes = tx.submissions.wishes(row.id)
    stage = least({_stage(each) for each in wishes})
    done, already, refused = (sum(w.count for w in wishes if has(w)) for has in (_is_done, _is_already, _is_refused))
    trouble: ChopmarkError | None = ended(refused) if refused else None
    if any(each.note == BY_SIGNER for each in wishes):
        trouble = unsigned()
    if stage not in (Stage.DONE, Stage.REFUSED):
        open_ones = tx.submissions.open_wishes(row.id)
        if stage is Stage.QUEUED and any(r.state is RequestState.OPEN for r in waiting_for(tx, changes=open_ones)):
            stage = Stage.TO_SIGN
        errors = [each.error for each in wishes if not each.done]
        key_of = row.issuer if stage is Stage.QUEUED else b""
        trouble = trouble or trouble_of(progress, changes={*open_ones}, errors=errors, key_of=key_of)
    return StatusChange(row, stage, Op(wishes[0].op), wishes[0].reason, done, already, refused, trouble)


def changed(tx: Books, row: SubmissionRow, after: int, limit: int) -> list[tuple[int, Changed]]:
    """What became of each wish, in the order asked for, with its place; ``after``: only later places."""
    items = [(at, item) for at, item in tx.submissions.items(row.id, after, limit) if item.change and item.credential]
    credentials = tx.credentials.get_many([item.credential for _, item in items if item.credential])
    changes = [change for _, item in items if (change := tx.changes.get(item.change or 0)) is not None]
    told = outcome(tx, [credentials[change.credential_id] for change in changes], changes)
    return list(zip((at for at, _ in items), told, strict=True))


def _stage(each: WishStage) -> Stage:
    if each.done:
        return Stage.REFUSED if _is_refused(each) else Stage.DONE
    return {OutboxState.SENT: Stage.SENT, OutboxState.MINED: Stage.CONFIRMING}.get(
        OutboxState(each.box) if each.box else OutboxState.SIGNED, Stage.QUEUED
    )


def _is_refused(each: WishStage) -> bool:
    return each.done and each.note.startswith("refused")


def _is_done(each: WishStage) -> bool:
    return each.done and not _is_refused(each)


def _is_already(each: WishStage) -> bool:
    return each.done and each.note == ALREADY
