"""A site's word about one material: what it says, before anybody has checked it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from chopmark.client.shape import Members
from chopmark.core.bundle import MAX_LENGTH
from chopmark.core.finding import Finding
from chopmark.core.verdict import Level, Verdict
from chopmark.services.verify.collect import opened_or_fault
from chopmark.services.verify.materials import FoundBundle
from chopmark.wording import Wording

BY_INDEX: Final = "index"
"""``matched_by`` of a material whose bundle is the site's own."""


@dataclass(frozen=True, slots=True)
class SiteBlock:
    """The block that a site says it read. ``hash``: 32 bytes; ``time``: unix seconds."""

    chain_id: int
    number: int
    hash: bytes
    time: int


@dataclass(frozen=True, slots=True)
class SiteWord:
    """What a site says about one material.

    ``material``, ``bundle_name``: the names under which it was handed over. ``sha256``: of the file that the site saw.
    ``bundle``: the bundle that the site gives, None if none; it proves nothing until it is opened and read against the chain.
    ``document``: the whole answer.
    """

    material: str
    verdict: Verdict
    level: Level
    matched_by: str
    bundle_name: str
    sha256: bytes
    attestation: str
    registered: tuple[int, int] | None
    read_at: SiteBlock | None
    findings: tuple[Finding, ...]
    bundle: FoundBundle | None = field(repr=False)
    document: Mapping[str, object] = field(repr=False)

    @property
    def said(self) -> Wording:
        """The verdict in words."""
        return self.verdict.wording


def site_word(told: Members) -> SiteWord:
    """Read one material of an answer. Raises ``SiteNonsense``."""
    file, at, registered = (told.maybe_inner(name) for name in ("file", "read_at", "registered"))
    by, name = told.text("matched_by", ""), told.text("bundle", "")
    has_digest = file is not None and file.maybe_text("sha-256") is not None
    return SiteWord(
        material=told.text("material"),
        verdict=_verdict(told),
        level=_level(told),
        matched_by=by,
        bundle_name="" if by == BY_INDEX else name,
        sha256=file.octets("sha-256", 32) if has_digest and file is not None else b"",
        attestation=told.text("attestation", ""),
        registered=(registered.number("block"), registered.seconds("time")) if registered else None,
        read_at=site_block(at) if at else None,
        findings=tuple(f for fragment in told.each("fragments") for f in fragment.findings("findings")),
        bundle=_bundle(told, name),
        document=told.value,
    )


def site_block(told: Members) -> SiteBlock:
    """A block that a site names."""
    return SiteBlock(told.number("chainId"), told.number("block"), told.octets("hash", 32), told.seconds("time"))


def _verdict(told: Members) -> Verdict:
    try:
        return Verdict(told.text("verdict"))
    except ValueError:
        raise told.broken("verdict") from None


def _level(told: Members) -> Level:
    try:
        return Level(told.text("level", Level.NONE.value))
    except ValueError:
        raise told.broken("level") from None


def _bundle(told: Members, name: str) -> FoundBundle | None:
    """The bundle that came along, opened or with its fault: what is no base64 is a bundle that does not open."""
    text = told.maybe_text("bundle_data")
    if text is None:
        return None
    try:
        data = base64.b64decode(text[: 2 * MAX_LENGTH], validate=True)
    except (binascii.Error, ValueError):
        data = b""
    opened, fault = opened_or_fault(data)
    return FoundBundle(None, (name or told.text("material"))[:200], "", data, opened, fault)
