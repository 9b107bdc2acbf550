"""What was found about materials, and about numbers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StrictInt, StrictStr

from chopmark.core.verdict import Level, Part, State, Verdict
from chopmark.http.models.base import Attestation, Digest, FindingOut, Hash, Said, Strict

Value = StrictStr | StrictInt | list[StrictStr]
DeclaredIn = dict[str, dict[str, Value]]


class ReadAt(Strict):
    """The block that everything was read at; times in unix seconds, as in bundles and trust files."""

    chainId: int  # noqa: N815
    block: int
    hash: Hash
    time: int


class RegisteredAt(Strict):
    """When the chain took it in (unix seconds)."""

    block: int
    time: int


class FileOut(Strict):
    """A file as it was read. ``trouble``: why it could not be, if so."""

    bytes: int
    mediaType: str  # noqa: N815
    sha_256: Annotated[Digest | None, Field(alias="sha-256")]
    trouble: str | None


class FragmentOut(Strict):
    """One part of the examination and how it came out."""

    part: Part
    state: State
    findings: list[FindingOut]


class ComparisonOut(Strict):
    """A declared field beside what was attested; ``equal`` null: it could not be compared."""

    field: str
    label: Said
    declared: Any
    attested: Any
    equal: bool | None
    hint: Said | None


class IssuerOut(Strict):
    """Who attested it. ``name``: null unless its profile is at hand and is the one that the chain names."""

    id: Digest
    number: int
    name: Said | None
    uscc: str | None
    site: str | None
    standing_now: str | None


class MaterialOut(Strict):
    """One material: a file with its bundle, or either alone.

    ``bundle_data``: base64 of the bundle that this site's index had, without private fields, and without any field where several
    credentials bind the file: check it yourself. An issuer's own registrar gets it whole. ``bundle``: its name.
    """

    material: str
    verdict: Verdict
    verdict_text: Said
    exit_code: int
    level: Level
    file: FileOut | None
    bundle: str | None
    matched_by: Literal["digest", "name", "only", "index", ""]
    shared_with: list[str]
    kind: str | None
    fragments: list[FragmentOut]
    comparisons: list[ComparisonOut]
    attested: dict[str, Any]
    attestation: Attestation | None
    issuer: IssuerOut | None
    registered: RegisteredAt | None
    read_at: ReadAt | None
    later: list[FindingOut]
    bundle_data: str | None


class VerificationOut(Strict):
    """All materials, in the order in which they came. ``read_at``: null if no chain was read.

    ``skipped``: what lay in an archive and was not looked at, with the reason.
    """

    read_at: ReadAt | None
    materials: list[MaterialOut]
    summary: dict[Verdict, int] = Field(description="how many of each verdict")
    skipped: list[dict[str, str]]


class MatchIn(Strict):
    """What stands on a paper. ``number`` where the kind's number is one field; else all in ``fields``."""

    kind: Annotated[str, Field(max_length=60)] = ""
    number: Annotated[str, Field(max_length=300, examples=["105331202605000001"])] = ""
    issuer: Annotated[StrictInt | None, Field(ge=0, le=2**63 - 1, description="number of the institution")] = None
    fields: Annotated[
        dict[Annotated[str, Field(max_length=200)], Value],
        Field(default_factory=dict, max_length=60, examples=[{"holder_name": "王莉"}]),
    ]


class MatchFieldOut(Strict):
    """How a typed field stands to the record; what is recorded is never told."""

    field: str
    label: Said
    state: Literal["agrees", "includes", "differs", "not_recorded"]


class MatchOut(Strict):
    """What the register and the chain say about a number."""

    verdict: Verdict
    verdict_text: Said
    exit_code: int
    level: Level
    level_text: Said
    kind: str | None
    fields: list[MatchFieldOut]
    attestation: Attestation | None
    issuer: IssuerOut | None
    registered: RegisteredAt | None
    read_at: ReadAt | None
    findings: list[FindingOut]
    later: list[FindingOut]
