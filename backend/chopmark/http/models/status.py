"""Changes of status as they are asked for and told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from chopmark.core.reasons import REASONS
from chopmark.core.submission import Stage
from chopmark.core.words import Op
from chopmark.http.models.base import Digest, Hash, Problem, Strict, moment, trouble_of
from chopmark.services.status.change import Changed
from chopmark.services.submit.change import StatusChange
from chopmark.wording import Language

Operation = Literal["revoke", "suspend", "resume"]
MOST = 10_000

OPS: dict[Operation, Op] = {"revoke": Op.REVOKED, "suspend": Op.SUSPENDED, "resume": Op.RESUMED}
_NAMES: dict[Op, Operation] = {op: name for name, op in OPS.items()}


class StatusChangeIn(Strict):
    """Credentials whose status is to change, all of them or none. ``reason``: a coded one, see /reasons."""

    operation: Operation
    reason: Annotated[str, Field(max_length=60, examples=["misconduct"])]
    credentials: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200)]],
        Field(min_length=1, max_length=MOST, description="ids (commitments), or numbers as printed"),
    ]


class ChangedOut(Strict):
    """What became of one credential. ``already``: it was so before. ``refused``: it is revoked or superseded."""

    id: Digest
    label: str
    already: bool
    refused: bool
    transaction: Hash | None
    block: int | None


class StatusChangeOut(Strict):
    """A change of status and how far it is. ``done``: of how many the status is as wanted; of these ``already`` before."""

    id: str = Field(examples=["chg_4u0wPpTzQ0CkY1h2kVn0Ag"])
    operation: Operation
    reason: str
    created_at: datetime
    count: int
    state: Literal["queued", "to_sign", "sent", "confirming", "done", "refused"]
    done: int
    already: int
    refused: int
    trouble: Problem | None
    credentials: str


def change_out(found: StatusChange, language: Language) -> StatusChangeOut:
    """A change of status, told."""
    row, reason = found.row, REASONS.get(found.reason)
    stage: Stage = found.stage
    return StatusChangeOut(
        id=row.public,
        operation=_NAMES[found.op],
        reason=reason.name if reason else str(found.reason),
        created_at=moment(row.created_at),
        count=row.count,
        state=stage.value,
        done=found.done,
        already=found.already,
        refused=found.refused,
        trouble=trouble_of(found.trouble, language),
        credentials=f"/api/v1/status-changes/{row.public}/credentials",
    )


def changed_out(each: Changed) -> ChangedOut:
    """What became of one credential, told."""
    refused = each.change.done and each.change.note.startswith("refused")
    return ChangedOut.model_validate({**each.as_json(), "refused": refused})
