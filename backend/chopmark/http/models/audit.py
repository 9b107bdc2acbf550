"""Lives of credentials and institutions, as the chain tells them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from chopmark.http.models.base import Address, Attestation, Digest, Hash, Strict


class TrailIssuer(Strict):
    """Whose life it is, or whose credential."""

    id: Digest
    number: int


class TrailMoment(Strict):
    """The moment to which everything refers; ``block`` null if a time was asked for."""

    block: int | None
    time: datetime


class TrailRead(Strict):
    """The block up to which events were read."""

    block: int
    hash: Hash
    time: datetime


class TrailStatus(Strict):
    """The status of a credential at the moment."""

    attested: bool
    revoked: bool
    suspended: bool
    superseded: bool
    reason: int | None
    since: datetime | None
    block: int | None
    successor: str | None


class TrailKey(Strict):
    """The key that attested a batch."""

    index: int
    address: Address | None
    retired: datetime | None
    compromised_since: datetime | None


class TrailBatch(Strict):
    """The batch that a credential is in."""

    kind: str
    size: int
    seq: int
    block: int
    time: datetime
    key: TrailKey


class TrailStanding(Strict):
    """How an accreditation stood at the moment."""

    standing: str
    since: datetime | None


class TrailEntry(Strict):
    """One event, with who acted and what it was about; the columns of ``chopmark audit --format csv``."""

    block: int
    time: datetime
    operation: str
    text_zh: str
    text_en: str
    reason: int | None
    reason_zh: str | None
    reason_en: str | None
    root: Digest | None
    leaves: int | None
    indices: str | None
    kind: str | None
    actor: int
    key_index: int | None
    key_address: Address | None
    key_name: str | None
    key_compromised: bool
    via: int | None
    subject: str | None
    subject_name: str | None
    successor: str | None
    predecessor: str | None
    context: bool
    transaction: Hash
    log_index: int
    block_hash: Hash


class TrailOut(Strict):
    """A life.

    ``source``: "chain", or "local" for this site's copy where no node answers. ``accreditation``: by kind, at the moment.
    ``next``: the cursor of the next entries; null at the end.
    """

    issuer: TrailIssuer
    root: Digest | None
    index: int | None
    attestation: Attestation | None
    as_of: TrailMoment
    read_at: TrailRead
    source: Literal["chain", "local"]
    status: TrailStatus | None
    batch: TrailBatch | None
    accreditation: dict[str, TrailStanding]
    entries: list[TrailEntry]
    next: str | None
