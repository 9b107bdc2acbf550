"""Tokens: issued, listed, revoked by an operator."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from starlette.responses import Response

from chopmark.core.access import PERMISSIONS, Role
from chopmark.http.auth import Caller, check
from chopmark.http.cursors import Page, Paging, paging
from chopmark.http.here import Here, SignedIn
from chopmark.http.idempotency import RepeatHere
from chopmark.http.models.base import dumped
from chopmark.http.models.tokens import NewToken, TokenIn, TokenOut, token_out
from chopmark.http.problems import NotFound
from chopmark.http.routes import Router, declared
from chopmark.services.repeats import Answer
from chopmark.services.tokens import issue, listed, revoke

router = Router(tags=["tokens"])

READ, WRITE = "tokens:read", "tokens:write"
TokenId = Annotated[str, Path(pattern=r"^[a-z2-7]{16}$", examples=["a" * 16])]


@router.get("/tokens", **declared(READ), operation_id="tokens", summary="令牌 · tokens")
def listing(
    here: Here,
    page: Annotated[Paging, paging("tokens")],
) -> Page[TokenOut]:
    """All that were ever issued, oldest first; never the tokens themselves."""
    start = int(page.after[0]) if page.after else 0
    with here.site.ledger.read() as tx:
        rows = listed(tx)
    more = page.next((start + page.limit,)) if start + page.limit < len(rows) else None
    return Page(items=[token_out(row) for row in rows[start : start + page.limit]], next=more)


@router.post(
    "/tokens",
    **declared(WRITE, 400, 404, 409, 413, 415),
    operation_id="issueToken",
    summary="签发令牌 · issue a token",
    status_code=201,
    response_model=NewToken,
)
def new(wanted: TokenIn, caller: SignedIn, here: Here, repeat: RepeatHere) -> Response:
    """The token itself is in this answer and nowhere else; a repeated request does not get it again.

    An operator's token may do no more than the one that issues it.
    """
    repeat.require()
    _require_no_more(wanted, caller)
    with repeat.turn() as turn:
        if turn.kept is not None:
            return turn.kept
        made_now: list[str] = []

        def work(tx: Any) -> Answer:
            made = issue(
                tx,
                name=wanted.name,
                role=wanted.role,
                institution=wanted.institution,
                scopes=wanted.scopes,
                days=wanted.days,
                now=int(here.site.clock()),
            )
            made_now.append(made.row.id)
            told = dumped(token_out(made.row))
            kept = told | {"token": None}
            return Answer.of(201, told | {"token": made.text}, location=f"/api/v1/tokens/{made.row.id}", kept=kept)

        response = turn.commit(work)
        for token_id in made_now:
            here.log.info("token issued", by=caller.token_id, issued=token_id, issued_role=wanted.role.value)
        return response


@router.get("/tokens/{id}", **declared(READ, 404), operation_id="token", summary="一个令牌 · one token")
def show(id: TokenId, here: Here) -> TokenOut:  # noqa: A002
    """What is kept of it."""
    with here.site.ledger.read() as tx:
        row = tx.tokens.find(id)
    if row is None:
        raise NotFound
    return token_out(row)


@router.delete("/tokens/{id}", **declared(WRITE, 404), operation_id="revokeToken", summary="撤销令牌 · revoke a token")
def end(id: TokenId, caller: SignedIn, here: Here) -> TokenOut:  # noqa: A002
    """At once and for good; again changes nothing."""
    with here.site.ledger.begin() as tx:
        if tx.tokens.find(id) is None:
            raise NotFound
        told = token_out(revoke(tx, id, int(here.site.clock())))
    here.log.info("token revoked", by=caller.token_id, revoked=id)
    return told


def _require_no_more(wanted: TokenIn, caller: Caller) -> None:
    """Raises ``NotPermitted`` if a narrowed operator asks for an operator's token that may do more than its own."""
    if wanted.role is Role.OPERATOR:
        for scope in sorted(frozenset(wanted.scopes) or PERMISSIONS[Role.OPERATOR]):
            check(caller, scope)
