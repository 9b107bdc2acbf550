"""Who is calling: a bearer token, recognised before anything of the body is read."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fastapi import Depends
from starlette.requests import Request

from chopmark.core.access import BOUND, SCOPES, Role, TokenRow
from chopmark.errors import InputError, StoreError
from chopmark.http.problems import NotPermitted, NotSignedIn, Throttling
from chopmark.services.tokens import day_of, note_use, recognise
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.http.service import Service

PUBLIC: Final = "public"
"""Declares an operation that needs no token."""
SIGNED_IN: Final = "signed-in"
"""Declares an operation that any token may call."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The token of a request. ``node``: the id of its institution, None without one or before it is accredited."""

    token_id: str
    name: str
    role: Role
    institution: str
    node: bytes | None
    scopes: frozenset[str]
    expires_at: int

    def may(self, scope: str) -> bool:
        """Whether it has a scope."""
        return scope in self.scopes

    @property
    def owner(self) -> str:
        """Whom its idempotency keys and cursors belong to: its institution, so that tokens can change in between."""
        return f"institution:{self.institution}" if self.role in BOUND else f"token:{self.token_id}"

    def acts_for(self) -> bytes:
        """The institution's id on the chain. Raises ``InputError`` while it is not accredited."""
        if self.node is None:
            raise InputError(
                place=self.institution or self.name,
                why=Wording("尚未获得授权", "it is not accredited yet"),
                fix_zh="请把资料文件交给授权机构，由其运行 chopmark accredit grant",
                fix_en="Give its profile to whoever accredits it, who runs chopmark accredit grant",
            )
        return self.node


def sign_in(service: Service, request: Request, scope: str) -> Caller:
    """The caller of a request that needs a scope.

    Raises ``NotSignedIn``, the same for every reason; ``NotPermitted``; ``Throttling``; ``StoreError``.
    """
    service.note_proxy("x-forwarded-for" in request.headers)
    text = _presented(request)
    address = request.client.host if request.client else ""
    now = int(service.site.clock())
    with service.site.store.read() as tx:
        row = recognise(tx, text, now)
        bound = row is not None and row.role in BOUND
        node = tx.nodes.find(row.institution) if row is not None and bound else None
    if row is None:
        wait = service.attempts.wait(address)
        if wait:
            raise Throttling(seconds=wait)
        service.attempts.failed(address)
        raise NotSignedIn
    caller = Caller(
        row.id, row.name, row.role, row.institution, node.node if node else None, row.permitted, row.expires_at
    )
    request.state.caller = caller
    _note_use(service, row, now)
    check(caller, scope)
    return caller


def check(caller: Caller, scope: str) -> None:
    """Raises ``NotPermitted`` unless the caller has the scope."""
    if scope != SIGNED_IN and not caller.may(scope):
        raise NotPermitted(scope=scope)


def require(scope: str) -> Any:
    """A dependency for a second scope inside a route whose first one is declared."""
    if scope not in SCOPES:
        raise RuntimeError(f"there is no scope {scope!r}")

    def check_scope(request: Request) -> Caller:
        check(request.state.caller, scope)
        caller: Caller = request.state.caller
        return caller

    return Depends(check_scope)


def _presented(request: Request) -> str:
    """What stands after ``Bearer``; empty if there is nothing of the kind, or more than one such header."""
    given = request.headers.getlist("authorization")
    scheme, _, text = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    return text.strip() if scheme.lower() == "bearer" else ""


def _note_use(service: Service, row: TokenRow, now: int) -> None:
    """Keep the day of its use, once a day; a database that takes no writes must not keep readers out."""
    if row.last_used_day == day_of(now) or not service.first_today(row.id, day_of(now)):
        return
    with suppress(StoreError), service.site.store.begin() as tx:
        note_use(tx, row, day_of(now))
