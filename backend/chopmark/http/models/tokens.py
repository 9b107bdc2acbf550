"""Tokens as an operator sees them: never the token itself, but once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from chopmark.core.access import Role, TokenRow
from chopmark.http.models.base import Strict, moment
from chopmark.services.tokens import LONGEST


class TokenIn(Strict):
    """A token to be issued. ``institution``: alias of the one it acts for (registrar, authority); else a label."""

    name: Annotated[str, Field(min_length=1, max_length=100, examples=["教务处 3 号窗口"])]
    role: Role
    institution: Annotated[str, Field(max_length=100)] = ""
    scopes: Annotated[list[str], Field(default_factory=list, max_length=40)]
    days: Annotated[int, Field(ge=1, le=LONGEST)]


class TokenOut(Strict):
    """A token. ``scopes``: what it may. ``last_used``: the day (UTC), null if it never was."""

    id: str
    name: str
    role: Role
    institution: str | None
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    last_used: date | None
    revoked_at: datetime | None


class NewToken(TokenOut):
    """A token that was just issued. ``token``: shown this once; null when the request is repeated."""

    token: str | None


def token_out(row: TokenRow) -> TokenOut:
    """A token, told."""
    return TokenOut(
        id=row.id,
        name=row.name,
        role=row.role,
        institution=row.institution or None,
        scopes=sorted(row.permitted),
        created_at=moment(row.created_at),
        expires_at=moment(row.expires_at),
        last_used=None if row.last_used_day is None else moment(row.last_used_day).date(),
        revoked_at=None if row.revoked_at is None else moment(row.revoked_at),
    )
