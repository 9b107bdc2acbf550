"""Signing for institutions whose key is elsewhere: what waits for a signature, and handing one in."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from starlette.responses import Response

from chopmark.core.ledger import RequestRow, RequestState
from chopmark.core.reference import serial
from chopmark.errors import UnknownThing
from chopmark.http.auth import Caller
from chopmark.http.cursors import Page, Paging, paging
from chopmark.http.here import Here, SignedIn
from chopmark.http.idempotency import RepeatHere
from chopmark.http.models.base import dumped, moment
from chopmark.http.models.signing import ContentOut, RequestOut, SignatureIn, SummaryOut, WaitingOut
from chopmark.http.problems import NotFound
from chopmark.http.routes import Router, declared
from chopmark.services.delegation import (
    checked_signature,
    content_of,
    open_requests,
    request_of,
    summary_of,
    take_signature,
)
from chopmark.services.repeats import Answer

router = Router(tags=["signing"])

READ, WRITE = "signatures:read", "signatures:write"
RequestId = Annotated[str, Path(pattern=r"^sig_[A-Za-z0-9_-]{22}$", examples=["sig_4u0wPpTzQ0CkY1h2kVn0Ag"])]
States = Literal["open", "signed", "carried", "done", "expired", "refused", "any"]


@router.get(
    "/signing-requests",
    **declared(READ),
    operation_id="signingRequests",
    summary="待签名事项 · what waits for a signature",
)
def listing(
    caller: SignedIn,
    here: Here,
    page: Annotated[Paging, paging("signing-requests")],
    state: Annotated[States, Query()] = "open",
) -> Page[WaitingOut]:
    """Of one's own institution, oldest first; each in short."""
    states = tuple(RequestState) if state == "any" else (RequestState(state),)
    after = int(page.after[0]) if page.after else 0
    with here.site.ledger.read() as tx:
        rows = open_requests(tx, caller.acts_for(), states=states, after=after, limit=page.limit + 1)
        items = [_in_short(tx, row) for row in rows[: page.limit]]
    more = page.next((rows[page.limit - 1].id,)) if len(rows) > page.limit else None
    return Page(items=items, next=more)


@router.get(
    "/signing-requests/{id}",
    **declared(READ, 404, owned=["id"]),
    operation_id="signingRequest",
    summary="一项待签名事项 · one request for a signature",
)
def show(id: RequestId, caller: SignedIn, here: Here) -> RequestOut:  # noqa: A002
    """The typed data to sign, and what it means. Take chain and contract from your own trust file, not from here."""
    with here.site.ledger.read() as tx:
        return _told(tx, _find(tx, id, caller))


@router.post(
    "/signing-requests/{id}/signature",
    **declared(WRITE, 400, 404, 409, 413, 415, owned=["id"]),
    operation_id="sign",
    summary="提交签名 · hand in a signature",
    status_code=202,
    response_model=RequestOut,
)
def sign(id: RequestId, given: SignatureIn, caller: SignedIn, here: Here, repeat: RepeatHere) -> Response:  # noqa: A002
    """Checked against the signer that is asked; the worker sends it. The same signature again changes nothing."""
    repeat.require()
    with repeat.turn() as turn:
        if turn.kept is not None:
            return turn.kept
        node = caller.acts_for()
        with here.site.ledger.read() as tx:
            row = _find(tx, id, caller)
        signature = checked_signature(row, given.signature, lambda address: bool(here.site.chain.code(address)))

        def work(tx: Any) -> Answer:
            taken = take_signature(tx, node, id, signature, int(here.site.clock()))
            return Answer.of(202, dumped(_told(tx, taken)), location=f"/api/v1/signing-requests/{id}")

        response = turn.commit(work)
        here.moved()
        return response


def _find(tx: Any, public: str, caller: Caller) -> RequestRow:
    try:
        return request_of(tx, caller.acts_for(), public)
    except UnknownThing:
        raise NotFound from None


def _in_short(tx: Any, row: RequestRow) -> WaitingOut:
    return WaitingOut(
        id=row.public_id,
        state=row.state.value,
        issuer=serial(row.issuer),
        signer="0x" + row.signer.hex(),
        digest="0x" + row.digest.hex(),
        created_at=moment(row.created_at),
        deadline=moment(row.deadline),
        content=SummaryOut.model_validate(summary_of(tx, row).as_json()),
    )


def _told(tx: Any, row: RequestRow) -> RequestOut:
    return RequestOut(
        id=row.public_id,
        state=row.state.value,
        issuer=serial(row.issuer),
        signer="0x" + row.signer.hex(),
        digest="0x" + row.digest.hex(),
        created_at=moment(row.created_at),
        deadline=moment(row.deadline),
        typed_data=row.typed.as_json(),
        content=ContentOut.model_validate(content_of(tx, row).as_json()),
    )
