"""Who may do what at a site's service: roles, the scopes that each may have, and the rows of tokens and kept answers.

A *scope* is one permission, named ``things:act``. A role is a set of them; a token has a role and, if it was made
narrower, only some of its scopes. Times are unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody does at a site."""

    AUTHORITY = "authority"
    REGISTRAR = "registrar"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    OPERATOR = "operator"


PERMISSIONS: Final[Mapping[Role, frozenset[str]]] = {
    Role.REGISTRAR: frozenset(
        {
            "registrations:read",
            "registrations:write",
            "credentials:read",
            "status:write",
            "signatures:read",
            "signatures:write",
            "verify",
            "match",
            "audit:read",
            "issuers:read",
        }
    ),
    Role.REVIEWER: frozenset({"verify", "match", "issuers:read"}),
    Role.AUDITOR: frozenset({"verify", "match", "audit:read", "issuers:read"}),
    Role.AUTHORITY: frozenset({"issuers:read", "accreditations:write", "audit:read"}),
    Role.OPERATOR: frozenset({"tokens:read", "tokens:write", "queue:read", "institutions:read", "metrics:read"}),
}
"""All that a role may. A registrar and an authority act for their own institution only."""

SCOPES: Final = frozenset().union(*PERMISSIONS.values())

BOUND: Final = frozenset({Role.REGISTRAR, Role.AUTHORITY})
"""Roles that act for an institution: their tokens name one of this site's."""


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as it is kept: never the token itself.

    ``digest``: SHA-256 of its secret. ``institution``: alias of the institution it acts for; for other roles a label, or
    empty. ``scopes``: what it was narrowed to; empty: all that its role may. ``last_used_day``: start of the UTC day of
    its last use, None before; a finer time would be a record of a person's work. ``revoked_at``: None while it stands.
    """

    id: str
    name: str
    digest: bytes
    role: Role
    institution: str
    scopes: frozenset[str]
    created_at: int
    expires_at: int
    last_used_day: int | None = None
    revoked_at: int | None = None

    @property
    def permitted(self) -> frozenset[str]:
        """What it may: never more than its role."""
        whole = PERMISSIONS[self.role]
        return whole & self.scopes if self.scopes else whole

    def stands(self, now: int) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a request that writes was answered, kept with what it wrote.

    ``digest``: of the request (method, path, content); ``body``: JSON as it was sent.
    """

    key: bytes
    digest: bytes
    status: int
    location: str
    body: bytes
    created_at: int
