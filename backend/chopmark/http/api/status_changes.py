"""Revoking, suspending, resuming: asked for together, all or none; the worker carries it out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from starlette.responses import Response

from chopmark.core.reasons import find_reason
from chopmark.core.submission import Sort, SubmissionRow
from chopmark.core.words import Role
from chopmark.http.auth import Caller
from chopmark.http.cursors import Page, Paging, paging
from chopmark.http.here import Here, SignedIn, Spoken
from chopmark.http.idempotency import RepeatHere
from chopmark.http.models.base import dumped
from chopmark.http.models.status import (
    OPS,
    ChangedOut,
    StatusChangeIn,
    StatusChangeOut,
    change_out,
    changed_out,
)
from chopmark.http.office import acting, asked, progress, require_key
from chopmark.http.problems import FindingsError, NotFound
from chopmark.http.routes import Router, declared
from chopmark.services.repeats import Answer
from chopmark.services.status.meant import meant
from chopmark.services.submit.change import changed, status_change, submit_change

router = Router(tags=["status"])

WRITE = "status:write"
ChangeId = Annotated[str, Path(pattern=r"^chg_[A-Za-z0-9_-]{22}$", examples=["chg_4u0wPpTzQ0CkY1h2kVn0Ag"])]


@router.post(
    "/status-changes",
    **declared(WRITE, 400, 404, 409, 413, 415),
    operation_id="changeStatus",
    summary="撤销、中止、恢复 · revoke, suspend, resume",
    status_code=202,
    response_model=StatusChangeOut,
)
def change(wanted: StatusChangeIn, caller: SignedIn, here: Here, spoken: Spoken, repeat: RepeatHere) -> Response:
    """All of them are kept to be carried out, or, if anything is wrong with one of them, none."""
    repeat.require()
    with repeat.turn() as turn:
        if turn.kept is not None:
            return turn.kept
        code = find_reason(wanted.reason).code
        who = acting(here, caller)
        with here.site.ledger.read() as tx:
            found = meant(tx, who.node, wanted.credentials)
        if found.findings:
            raise FindingsError(found.findings[:1_000], total=len(found.findings))
        require_key(here, who, Role.STATUS)
        request = asked(here, caller, who)

        def work(tx: Any) -> Answer:
            row = submit_change(tx, found.rows, OPS[wanted.operation], code, request)
            out = change_out(status_change(tx, row, progress(here)), spoken)
            return Answer.of(202, dumped(out), location=f"/api/v1/status-changes/{row.public}")

        response = turn.commit(work)
        here.moved()
        return response


@router.get(
    "/status-changes/{id}",
    **declared(WRITE, 404, owned=["id"]),
    operation_id="statusChange",
    summary="一次状态变更的进度 · how far a change of status is",
)
def show(id: ChangeId, caller: SignedIn, here: Here, spoken: Spoken) -> StatusChangeOut:  # noqa: A002
    """Counted; what became of each credential is listed under ``credentials``."""
    with here.site.ledger.read() as tx:
        return change_out(status_change(tx, _find(tx, id, caller), progress(here)), spoken)


@router.get(
    "/status-changes/{id}/credentials",
    **declared(WRITE, 404, owned=["id"]),
    operation_id="statusChangeCredentials",
    summary="一次状态变更的凭证 · the credentials of a change of status",
)
def credentials(
    id: ChangeId,  # noqa: A002
    caller: SignedIn,
    here: Here,
    page: Annotated[Paging, paging("status-change-credentials")],
) -> Page[ChangedOut]:
    """In the order in which they were given."""
    after = int(page.after[0]) if page.after else -1
    with here.site.ledger.read() as tx:
        found = changed(tx, _find(tx, id, caller), after, page.limit + 1)
    more = page.next((found[page.limit - 1][0],)) if len(found) > page.limit else None
    return Page(items=[changed_out(each) for _, each in found[: page.limit]], next=more)


def _find(tx: Any, public: str, caller: Caller) -> SubmissionRow:
    row: SubmissionRow | None = tx.submissions.find(public, caller.acts_for(), Sort.CHANGE)
    if row is None:
        raise NotFound
    return row
