"""Reading what a site answered: each member by name and sort. What has another shape is no answer of a Chopmark site."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from chopmark.client.errors import SiteNonsense
from chopmark.core.finding import Finding, Place
from chopmark.wording import Wording

T = TypeVar("T")
_HEX: Final = re.compile(r"(?:0x)?((?:[0-9a-f]{2})*)", re.ASCII)
_CODE: Final = re.compile(r"[A-Z][0-9]{3}", re.ASCII)
_LONGEST: Final = 2_000
_NOTHING: Final = Wording("", "")


@dataclass(frozen=True, slots=True)
class Members:
    """A JSON object of an answer. ``where``: its place in the answer; ``site``: who answered. All raise ``SiteNonsense``."""

    site: str
    where: str
    value: Mapping[str, object]

    @classmethod
    def of(cls, value: object, site: str, where: str = "") -> Members:
        """``value``, which has to be an object."""
        if not isinstance(value, dict):
            raise _nonsense(site, where or "$")
        return cls(site, where, value)

    def text(self, name: str, default: str | None = None) -> str:
        """A string; ``default`` stands for one that is missing or null."""
        return self._get(name, str, default)

    def number(self, name: str, default: int | None = None) -> int:
        """An integer that is not negative."""
        found = self._get(name, int, default)
        if found < 0:
            raise self.broken(name)
        return found

    def maybe_number(self, name: str) -> int | None:
        """An integer, or None for null or nothing."""
        return None if self.value.get(name) is None else self.number(name)

    def maybe_text(self, name: str) -> str | None:
        """A string, or None for null or nothing."""
        return None if self.value.get(name) is None else self.text(name)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false."""
        return self._get(name, bool, default)

    def time(self, name: str) -> datetime | None:
        """A time (RFC 3339), None for null or nothing."""
        text = self.maybe_text(name)
        try:
            found = None if text is None else datetime.fromisoformat(text)
        except ValueError:
            raise self.broken(name) from None
        if found is not None and found.tzinfo is None:
            raise self.broken(name)
        return found

    def seconds(self, name: str) -> int:
        """A time in unix seconds, written so or as RFC 3339; 0 for null or nothing."""
        if not isinstance(self.value.get(name), str):
            return self.number(name, 0)
        at = self.time(name)
        return int(at.timestamp()) if at else 0

    def octets(self, name: str, length: int) -> bytes:
        """So many bytes in hexadecimal."""
        match = _HEX.fullmatch(self.text(name))
        raw = bytes.fromhex(match[1]) if match else b""
        if len(raw) != length:
            raise self.broken(name)
        return raw

    def inner(self, name: str) -> Members:
        """An object."""
        return Members.of(self.value.get(name), self.site, self._at(name))

    def maybe_inner(self, name: str) -> Members | None:
        """An object, or None for null or nothing."""
        return None if self.value.get(name) is None else self.inner(name)

    def each(self, name: str) -> list[Members]:
        """A list of objects; nothing is an empty one."""
        return [Members.of(item, self.site, f"{self._at(name)}[{i}]") for i, item in enumerate(self._list(name))]

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings; nothing is an empty one."""
        found = self._list(name)
        if not all(isinstance(item, str) for item in found):
            raise self.broken(name)
        return tuple(str(item) for item in found)

    def wording(self, name: str) -> Wording:
        """A sentence in both languages, or one for both."""
        value = self.value.get(name)
        if isinstance(value, str) or value is None:
            return verbatim(value or "", value or "")
        both = self.inner(name)
        return verbatim(both.text("zh", ""), both.text("en", ""))

    def findings(self, name: str) -> tuple[Finding, ...]:
        """Findings, as the site says them."""
        return tuple(told_finding(each) for each in self.each(name))

    def broken(self, name: str) -> SiteNonsense:
        """The error for a member of another shape."""
        return _nonsense(self.site, self._at(name))

    def _list(self, name: str) -> list[object]:
        value = self.value.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.broken(name)
        return value

    def _get(self, name: str, sort: type[T], default: T | None) -> T:
        value = self.value.get(name)
        if value is None and default is not None:
            return default
        # True is an int to Python and no number to anybody else.
        if not isinstance(value, sort) or (sort is int and isinstance(value, bool)):
            raise self.broken(name)
        return value

    def _at(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name


@dataclass(frozen=True, slots=True)
class ToldFinding(Finding):
    """A finding in a site's words: its code need not be known here."""

    said: Wording = _NOTHING

    @property
    def wording(self) -> Wording:
        """The site's sentence and next step."""
        return self.said


def told_finding(members: Members) -> ToldFinding:
    """One finding of an answer."""
    code = members.text("code")
    said, step = members.wording("message"), members.wording("next")
    place = members.maybe_inner("place")
    if not _CODE.fullmatch(code):
        raise members.broken("code")
    where = Place()
    if place is not None:
        texts = {name: place.text(name, "")[:_LONGEST] for name in ("file", "column", "field", "value")}
        where = Place(row=place.number("row", 0), **texts)
    return ToldFinding(code, {}, where, Wording(said.zh, said.en, step.zh, step.en))


def verbatim(zh: str, en: str) -> Wording:
    """A stranger's sentence as it is: its braces are no places to fill; one language stands in for the other."""
    zh, en = (text[:_LONGEST].replace("{", "{{").replace("}", "}}") for text in (zh or en, en or zh))
    return Wording(zh, en)


def _nonsense(site: str, where: str) -> SiteNonsense:
    why = Wording("“{where}”缺失或类型不对", "“{where}” is missing or of another sort")
    return SiteNonsense(site=site, why=why.filled(where=where[:200]))
