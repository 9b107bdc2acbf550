"""Institutions as the issuer registry has them, and operations on it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from chopmark.http.models.base import Address, Block, Digest, Hash, Problem, Said, Strict

MOST_REASON = 60


class CoverageOut(Strict):
    """What an institution says that it has registered: all of ``kind`` since ``since`` (null: from its first entry)."""

    kind: str
    since: str | None


class GrantOut(Strict):
    """One accreditation. ``by``: number of the institution that it depends on. ``standing``: with all that is above it."""

    kind: str
    standing: Literal["live", "not_granted", "not_started", "expired", "revoked", "unflagged", "suspended"]
    may: list[Literal["attest", "accredit"]]
    by: int
    start: datetime
    until: datetime | None
    suspended: datetime | None
    revoked: datetime | None


class KeyOut(Strict):
    """One key."""

    index: int
    address: Address
    roles: list[Literal["attest", "status", "delegate", "accredit"]]
    added: datetime
    retired: datetime | None
    compromised_since: datetime | None


class IssuerFacts(Strict):
    """An institution. ``name`` and ``coverage`` are its own words: null unless this site has the profile that it published.

    ``site``: what it wrote into the registry, if that is a plain web address.
    """

    number: int
    id: Digest
    name: Said | None
    uscc: str | None
    site: str | None
    profile: Digest
    controller: Address
    registered_by: int
    registered_at: datetime
    coverage: list[CoverageOut]
    grants: list[GrantOut]
    keys: list[KeyOut]
    read_at: Block


class GrantIn(Strict):
    """An accreditation to be given. ``until``: the first second at which it no longer counts; without it it is open."""

    kind: Annotated[str, Field(max_length=60, examples=["degree"])]
    until: AwareDatetime | None = None
    accreditor: Annotated[bool, Field(description="it may accredit others, instead of attesting")] = False


class ReasonIn(Strict):
    """Why; a coded reason of sort accreditation, see /reasons."""

    reason: Annotated[str, Field(max_length=MOST_REASON, examples=["investigation"])]


class CallOut(Strict):
    """One call of an operation."""

    purpose: str
    transaction: Hash | None
    block: int | None


class OperationOut(Strict):
    """An operation of the issuer registry and how far it is. Without calls the chain said so already."""

    id: str = Field(examples=["op_4u0wPpTzQ0CkY1h2kVn0Ag"])
    state: Literal["queued", "sent", "confirming", "done", "refused"]
    created_at: datetime
    calls: list[CallOut]
    trouble: Problem | None
