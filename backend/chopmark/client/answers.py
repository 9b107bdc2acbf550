"""What a site answers, as frozen values. Each is the site's word; what the caller's own look found stands in ``Proof``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from chopmark.client.proving import NamedBatch, Proof
from chopmark.client.shape import Members, verbatim
from chopmark.core.finding import Finding
from chopmark.core.reference import AttestationId
from chopmark.errors import FormatError
from chopmark.wording import Wording

Document: TypeAlias = Mapping[str, object]
"""The whole JSON object of an answer, for what has no member of its own."""


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """Who a site says that it is. ``registry``: the attestation registry (20 bytes) that it writes to."""

    name: str
    chain: str
    chain_id: int
    registry: bytes
    version: str
    document: Document = field(repr=False)

    @classmethod
    def read(cls, told: Members) -> SiteInfo:
        """From an answer."""
        chain, registries = told.inner("chain"), told.inner("registries")
        return cls(
            told.text("name", ""),
            chain.text("name", ""),
            chain.number("chainId"),
            registries.octets("attestation", 20),
            told.text("version", ""),
            told.value,
        )


@dataclass(frozen=True, slots=True)
class Me:
    """The caller's token as the site knows it; never its secret."""

    name: str
    role: str
    institution: str
    scopes: tuple[str, ...]
    expires_at: datetime | None

    @classmethod
    def read(cls, told: Members) -> Me:
        """From an answer."""
        return cls(
            told.text("name"),
            told.text("role"),
            told.text("institution", ""),
            told.texts("scopes"),
            told.time("expires_at"),
        )


@dataclass(frozen=True, slots=True)
class KindInfo:
    """A kind of credential. ``document``: its fields with labels, types, examples (``kind(code)`` only)."""

    code: str
    label: Wording
    document: Document = field(repr=False)

    @classmethod
    def read(cls, told: Members) -> KindInfo:
        """From an answer."""
        return cls(told.text("code"), verbatim(told.text("zh"), told.text("en")), told.value)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What registering would do, and what is in its way. Nothing was written."""

    kind: str
    rows: int
    new: int
    known: int
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    document: Document = field(repr=False)

    @classmethod
    def read(cls, told: Members) -> DryRun:
        """From an answer."""
        return cls(
            told.text("kind"),
            told.number("rows"),
            told.number("new"),
            told.number("known"),
            told.findings("findings"),
            told.findings("warnings"),
            told.value,
        )


@dataclass(frozen=True, slots=True)
class Registration:
    """A submission on its way. ``state``: ``queued``, ``to_sign``, ``sent``, ``confirming``, ``registered``, ``refused``.

    ``issuer``: the institution's serial on the chain. ``trouble``: what keeps it, None if nothing does. ``replaces``: of a
    correction, the commitment (hex) of the old version.
    """

    id: str
    kind: str
    issuer: int
    state: str
    count: int
    registered: int
    known: int
    rejected: int
    created_at: datetime | None
    batches: tuple[NamedBatch, ...]
    trouble: Wording | None
    replaces: str
    document: Document = field(repr=False)

    @property
    def settled(self) -> bool:
        """Whether waiting changes nothing any more; ``to_sign`` waits for a person."""
        return self.state in ("registered", "refused", "to_sign")

    @classmethod
    def read(cls, told: Members) -> Registration:
        """From an answer."""
        kind, issuer, trouble = told.text("kind"), serial_of(told, "issuer"), told.maybe_inner("trouble")
        return cls(
            id=told.text("id"),
            kind=kind,
            issuer=issuer,
            state=told.text("state"),
            count=told.number("count"),
            registered=told.number("registered", 0),
            known=told.number("known", 0),
            rejected=told.number("rejected", 0),
            created_at=told.time("created_at"),
            batches=tuple(_batch(each, issuer, kind) for each in told.each("batches")),
            trouble=trouble.wording("message") if trouble else None,
            replaces=told.text("replaces", ""),
            document=told.value,
        )


@dataclass(frozen=True, slots=True)
class Registered:
    """A submission that came to its end, and what the caller's own look at the chain found."""

    registration: Registration
    proof: Proof


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential in an institution's records. ``id``: its commitment (hex)."""

    id: str
    kind: str
    label: str
    number: str
    state: str
    attestation: str
    document: Document = field(repr=False)

    @classmethod
    def read(cls, told: Members) -> Credential:
        """From an answer."""
        return cls(
            id=told.text("id"),
            kind=told.text("kind"),
            label=told.text("label", ""),
            number=told.text("number", ""),
            state=told.text("state", ""),
            attestation=told.text("attestation", ""),
            document=told.value,
        )


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A change of status on its way: ``state`` is ``done`` when it stands in a final block.

    ``refused``: of how many the status is final already; ``trouble``: what keeps it, None if nothing does.
    """

    id: str
    state: str
    count: int
    refused: int
    trouble: Wording | None
    document: Document = field(repr=False)

    @classmethod
    def read(cls, told: Members) -> StatusChange:
        """From an answer."""
        trouble = told.maybe_inner("trouble")
        return cls(
            told.text("id"),
            told.text("state"),
            told.number("count", 0),
            told.number("refused", 0),
            trouble.wording("message") if trouble else None,
            told.value,
        )


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of one credential in a change of status. ``already``: it was so before. ``block``: None until it is final."""

    id: str
    label: str
    already: bool
    refused: bool
    transaction: str
    block: int | None

    @classmethod
    def read(cls, told: Members) -> Changed:
        """From an answer."""
        return cls(
            told.text("id"),
            told.text("label", ""),
            told.flag("already"),
            told.flag("refused"),
            told.text("transaction", ""),
            told.maybe_number("block"),
        )


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """Something that an institution's key has to sign. ``typed_data``: EIP-712 JSON, None in a listing."""

    id: str
    state: str
    signer: str
    deadline: str
    typed_data: Document | None = field(repr=False)
    document: Document = field(repr=False)

    @classmethod
    def read(cls, told: Members) -> SigningRequest:
        """From an answer."""
        typed = told.maybe_inner("typed_data")
        return cls(
            told.text("id"),
            told.text("state"),
            told.text("signer", ""),
            str(told.value.get("deadline") or ""),
            typed.value if typed else None,
            told.value,
        )


def attestation_of(told: Members, name: str) -> AttestationId | None:
    """An attestation id of an answer, None for null."""
    text = told.maybe_text(name)
    try:
        return None if text is None else AttestationId.parse(text)
    except FormatError:
        raise told.broken(name) from None


def serial_of(told: Members, name: str) -> int:
    """An institution's serial, written as a number or inside an object that describes the institution."""
    return told.inner(name).number("number") if isinstance(told.value.get(name), dict) else told.number(name)


def _batch(told: Members, issuer: int, kind: str) -> NamedBatch:
    return NamedBatch(
        issuer, kind, told.octets("root", 32), told.number("size"), told.number("block", 0), told.seconds("time")
    )
