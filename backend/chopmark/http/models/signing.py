"""Requests for signatures: what is signed, for programs (EIP-712) and for people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from chopmark.http.models.base import Address, Digest, Hash, Strict


class ContentOut(Strict):
    """What is signed, for people. ``successor``: the new version's commitment, of a correction."""

    verb: Literal["attest", "revoke", "suspend", "resume", "supersede"]
    kind: str
    count: int
    reason: str | int | None
    root: Digest
    commitments: list[Digest]
    successor: Digest | None


class SummaryOut(Strict):
    """What is signed, in a listing. Each credential is named where the request itself is shown."""

    verb: Literal["attest", "revoke", "suspend", "resume", "supersede"]
    kind: str
    count: int
    reason: str | int | None
    root: Digest


class WaitingOut(Strict):
    """A request for a signature, in a listing; what is to be signed is told with the request itself."""

    id: str = Field(examples=["sig_4u0wPpTzQ0CkY1h2kVn0Ag"])
    state: Literal["open", "signed", "carried", "done", "expired", "refused"]
    issuer: int
    signer: Address
    digest: Hash
    created_at: datetime
    deadline: datetime
    content: SummaryOut


class RequestOut(Strict):
    """A request for a signature. ``digest``: what is signed. ``deadline``: the last second in which it counts."""

    id: str = Field(examples=["sig_4u0wPpTzQ0CkY1h2kVn0Ag"])
    state: Literal["open", "signed", "carried", "done", "expired", "refused"]
    issuer: int
    signer: Address
    digest: Hash
    created_at: datetime
    deadline: datetime
    typed_data: dict[str, Any] = Field(description="EIP-712 JSON: domain, types, primaryType, message")
    content: ContentOut


class SignatureIn(Strict):
    """A signature over the request's digest."""

    signature: Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{2,4096}$", examples=["0x" + "00" * 65])]
