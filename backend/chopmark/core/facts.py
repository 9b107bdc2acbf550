"""What was read from a chain about one leaf, all of it at one pinned block, or why nothing was."""

from __future__ import annotations

from dataclasses import dataclass

from chopmark.core.reference import AttestationId
from chopmark.core.transaction import BlockRef
from chopmark.core.words import BatchRecord, KeyRecord, Standing
from chopmark.wording import Wording


@dataclass(frozen=True, slots=True)
class IssuerFacts:
    """The issuer: its serial, and names and site from its published profile (empty if that is not at hand).

    ``standing``: how its accreditation for this kind stands at the pinned block, ``since`` when (unix seconds, 0
    unknown).
    """

    serial: int
    name_zh: str = ""
    name_en: str = ""
    uscc: str = ""
    site: str = ""
    standing: Standing | None = None
    since: int = 0

    @property
    def name(self) -> Wording:
        """Its name for a sentence: the other language's where one is missing, its number where both are."""
        number = f"No. {self.serial}"
        return Wording("{zh}", "{en}").filled(
            zh=self.name_zh or self.name_en or number, en=self.name_en or self.name_zh or number
        )


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """A leaf at the pinned block, read from the chain that the trust file names.

    ``trusted_code``: both registries' code had the trusted hashes there. ``batch``: None if this issuer never attested
    this root. ``key``: the record of the key that attested, None if it could not be found. ``status_reason``,
    ``status_time``: of the last change of the leaf's status, where the event was found. ``successor``: the leaf that
    supersedes this one.
    """

    block: BlockRef
    batch: BatchRecord | None
    key: KeyRecord | None = None
    revoked: bool = False
    suspended: bool = False
    superseded: bool = False
    status_reason: int | None = None
    status_time: int | None = None
    successor: AttestationId | None = None
    issuer: IssuerFacts | None = None
    trusted_code: bool = True


@dataclass(frozen=True, slots=True)
class ChainSilence:
    """Nothing could be read, and why: could not check, never invalid."""

    why: Wording | str
