"""What a check found: a code, its facts and its place. Findings are collected; errors are raised (``chopmark.errors``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chopmark.core.catalogue import CATALOGUE
from chopmark.wording import Language, Wording


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is wrong: any of file, row (1-based, as a spreadsheet shows it), column heading, field, value."""

    file: str = ""
    row: int = 0
    column: str = ""
    field: str = ""
    value: str = ""

    def say(self, language: Language) -> str:
        """The place in words, widest part first; empty if nothing is known."""
        zh = language is Language.ZH
        parts = [self.file] if self.file else []
        if self.row:
            parts.append(f"第{self.row}行" if zh else f"row {self.row}")
        if self.column:
            parts.append(f"“{self.column}”列" if zh else f"column “{self.column}”")
        elif self.field:
            parts.append(f"字段“{self.field}”" if zh else f"field “{self.field}”")
        return ("，" if zh else ", ").join(parts)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check has to say.

    ``code``: an entry of ``CATALOGUE`` (DOMAIN §8.2: V verification, I registration, A audit). ``facts`` fill its
    sentence.
    """

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)
    place: Place = Place()

    @property
    def wording(self) -> Wording:
        """The two-language sentence of this code."""
        return CATALOGUE[self.code]

    def say(self, language: Language) -> str:
        """The fact, in words."""
        return self.wording.fact(language, self.facts)

    def next_step(self, language: Language) -> str:
        """What to do, in words; empty if nothing."""
        return self.wording.next_step(language, self.facts)

    def as_json(self) -> dict[str, object]:
        """The finding in both languages with its place: what ``--json`` prints."""
        both = {lang.value: self.say(lang) for lang in Language}
        steps = {lang.value: self.next_step(lang) for lang in Language}
        place = {k: v for k in ("file", "row", "column", "field", "value") if (v := getattr(self.place, k))}
        return {"code": self.code, "message": both, "next": steps} | ({"place": place} if place else {})
