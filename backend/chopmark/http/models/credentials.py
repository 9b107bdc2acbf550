"""Credentials as their own institution sees them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from chopmark.http.models.base import Attestation, Digest, Registered, Strict, moment
from chopmark.http.models.registrations import State, state_of
from chopmark.services.submit.own import Own


class CredentialOut(Strict):
    """A credential. ``state``: how far its registration is. ``status``: null until it is registered finally.

    ``status`` is what the site has read from the chain up to the newest final block that it followed.
    """

    id: Digest
    kind: str
    label: str
    number: str | None = Field(description="as printed", examples=["105331202605000001"])
    accepted_at: datetime
    state: State
    status: Literal["valid", "suspended", "revoked", "superseded"] | None
    attestation: Attestation | None
    registered: Registered | None
    replaces: Digest | None


def credential_out(own: Own) -> CredentialOut:
    """A credential, told."""
    row, batch = own.row, own.batch
    anchored = batch is not None and batch.block_number is not None
    return CredentialOut(
        id=row.commitment.hex(),
        kind=row.kind,
        label=row.label,
        number=own.number or None,
        accepted_at=moment(row.accepted_at),
        state=state_of(own.stage),
        status=own.status.value if own.status else None,
        attestation=str(own.attestation) if own.attestation else None,
        registered=Registered(block=batch.block_number or 0, time=moment(batch.time or 0))
        if anchored and batch
        else None,
        replaces=row.replaces.hex() if row.replaces else None,
    )
