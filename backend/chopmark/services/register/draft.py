"""A credential that is about to be registered: checked claims and read files, before anything is blinded or written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chopmark.core.digest import sha256
from chopmark.core.finding import Finding
from chopmark.core.strictjson import JsonValue, canonical
from chopmark.kinds import Claims, Kind
from chopmark.services.sheet import HeadingMatch


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file to be bound: where it is, its size in bytes, the SHA-256 of all of them, its media type."""

    path: Path
    size: int
    sha256: bytes
    media_type: str

    @property
    def name(self) -> str:
        """The file's name as text; bytes in it that are none show as �."""
        return readable(self.path.name)

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return readable(self.path.stem)


@dataclass(frozen=True, slots=True)
class Draft:
    """One credential to be.

    ``row``: as the spreadsheet shows it, 0 if there is no sheet. ``number``: by which a repeat is found, see ``number_of``.
    ``label``: what its bundle is called after. ``shown``: the number as given, for people.
    """

    row: int
    kind: str
    claims: Claims
    files: tuple[GivenFile, ...]
    number: str
    label: str
    shown: str = ""

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 over kind, claims and file digests: two drafts of the same content have the same, on any day.

        The order in which files were named is no content.
        """
        files: list[JsonValue] = [*sorted(file.sha256.hex() for file in self.files)]
        return sha256(canonical([self.kind, _plain(self.claims), files]))


@dataclass(frozen=True, slots=True)
class Drafted:
    """The outcome of examining input: drafts that can be registered, what refuses others, what a person should look at.

    ``rows``: how many credentials the input meant to hold. ``headings``: every column of a sheet, and what it was taken for.
    ``contested``: rows whose number stands in a later row with other content (row → that row): nobody but the registrar knows which
    of the two is right.
    """

    drafts: tuple[Draft, ...]
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    rows: int
    headings: tuple[HeadingMatch, ...] = ()
    contested: Mapping[int, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return not self.findings


def number_of(kind: Kind, claims: Claims) -> str:
    """The kind's normalised number; for a credential that has none, its content stands in, so that a rerun finds it again."""
    return kind.number(claims) or "content:" + sha256(canonical(_plain(claims))).hex()


def readable(name: str) -> str:
    """A file's name without the half characters by which Python stands for bytes that are no text."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _plain(claims: Claims) -> dict[str, JsonValue]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in claims.items()}
