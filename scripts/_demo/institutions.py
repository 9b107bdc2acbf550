"""Three invented institutions and the authority that accredits them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from _demo.numbers import uscc


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution as `chopmark issuer new` wants it. ``kinds``: what it issues."""

    alias: str
    zh: str
    en: str
    uscc: str
    site: str
    kinds: tuple[str, ...]
    covers_from: str

    @property
    def controller(self) -> str:
        """The name of its controller's key: cold, it admits and retires other keys."""
        return f"{self.alias}-controller"

    @property
    def key(self) -> str:
        """The name of its working key, which registers and revokes."""
        return f"{self.alias}-registrar"


AUTHORITY_KEY: Final = "authority"
"""The name of the root authority's key."""

UNIVERSITY: Final = Institution(
    alias="lancheng-university",
    zh="澜城大学（演示）",
    en="Lancheng University (demonstration)",
    uscc=uscc("12370000", "DEM00001"),
    site="https://university.example",
    kinds=("degree",),
    covers_from="2015-01-01",
)
PUBLISHER: Final = Institution(
    alias="lancheng-press",
    zh="澜城学术期刊社（演示）",
    en="Lancheng Academic Press (demonstration)",
    uscc=uscc("12370000", "DEM00002"),
    site="https://press.example",
    kinds=("paper", "issue"),
    covers_from="2020-01-01",
)
PATENT_OFFICE: Final = Institution(
    alias="demo-patent-office",
    zh="演示专利局",
    en="Demonstration Patent Office",
    uscc=uscc("11100000", "DEM00003"),
    site="https://patents.example",
    kinds=("patent",),
    covers_from="2018-01-01",
)
INSTITUTIONS: Final = (UNIVERSITY, PUBLISHER, PATENT_OFFICE)
"""Those that a new site begins with."""

TALENT_CENTRE: Final = Institution(
    alias="lancheng-talent",
    zh="澜城人才服务中心（演示）",
    en="Lancheng Talent Service Centre (demonstration)",
    uscc=uscc("12370000", "DEM00004"),
    site="https://talent.example",
    kinds=(
        "award",
        "book",
        "profqual",
        "project",
        "receipt",
        "risklist",
        "ruleset",
        "skill",
        "software",
        "title",
        "training",
    ),
    covers_from="2020-01-01",
)
"""Comes to the site in the check; its working key never does."""
