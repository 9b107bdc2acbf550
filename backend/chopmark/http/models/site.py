"""The site and its lists: chain, registries, kinds, reasons, institutions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chopmark.http.models.base import Address, Hash, Said, Strict


class FinalityOut(Strict):
    """Which blocks count as final."""

    rule: Literal["finalized", "safe", "confirmations"]
    depth: int


class ChainOut(Strict):
    """The chain that this site writes to. ``genesis``: hash of block 0."""

    name: str
    chainId: int  # noqa: N815  (as bundles and trust files write it)
    genesis: Hash
    finality: FinalityOut


class RegistriesOut(Strict):
    """The contracts. Compare them with a trust file that the authority handed out; this answer is no proof."""

    issuer: Address
    attestation: Address
    delegation: Address | None


class SiteOut(Strict):
    """What this site is."""

    name: str
    chain: ChainOut
    registries: RegistriesOut
    version: str
    languages: list[Literal["zh", "en"]]


class KindName(Strict):
    """A kind of credential."""

    code: str = Field(examples=["degree"])
    zh: str
    en: str


class KindsOut(Strict):
    """All kinds."""

    items: list[KindName]


class FieldOut(Strict):
    """A field of a kind. ``private``: answers mask its value."""

    name: str
    label: Said
    type: Literal["text", "date", "integer", "list"]
    required: bool
    private: bool
    choices: list[str]
    example: str
    synonyms: list[str]
    max_length: int


class KindOut(Strict):
    """A kind. ``holder``: fields that name whose it is. ``number``: alternatives, best first, of fields that identify it."""

    code: str
    zh: str
    en: str
    fields: list[FieldOut]
    holder: list[str]
    number: list[list[str]]
    headings: list[str] = Field(description="of a sheet of this kind")


class ReasonOut(Strict):
    """A coded reason. ``of``: what it is a reason for."""

    code: int
    name: str
    zh: str
    en: str
    of: list[Literal["credential", "accreditation"]]


class ReasonsOut(Strict):
    """All reasons."""

    items: list[ReasonOut]


class InstitutionOut(Strict):
    """An institution of this site. ``number``: on the chain, null until it is registered there.

    ``signs``: where its working key is: in this site's keystore, elsewhere (it signs requests), or nowhere.
    """

    alias: str
    role: Literal["authority", "accreditor", "issuer"]
    number: int | None
    name: Said
    signs: Literal["here", "elsewhere", "nowhere"]


class InstitutionsOut(Strict):
    """All institutions of this site."""

    items: list[InstitutionOut]
