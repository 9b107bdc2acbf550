"""Many credentials without a sheet: a list of fields, each entry examined like a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from chopmark.core.finding import Finding
from chopmark.kinds import Claims, Given, Kind, examine_claims
from chopmark.services.register.draft import Draft, Drafted, number_of
from chopmark.wording import Wording

MOST: Final = 1_000
"""Findings, and warnings, that are kept; of more only the number."""
_SAME: Final = Wording("（内容相同）", "(same content)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list. ``place``: its number, from 1. ``label``: what its bundle is called after, "" for its number."""

    place: int
    fields: Mapping[str, Given]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """Entries as examined. ``found``: how many findings there are, of which at most ``MOST`` are in ``drafted``."""

    drafted: Drafted
    found: int


def draft_list(kind: Kind, entries: Iterable[Entry], today: date) -> Listed:
    """Examine every entry; all that is wrong is said at once, by the entry's number (``place.row``) and field.

    Entries come one after the other, so that a long list need not be held twice.
    """
    drafting = _Drafting(kind, today)
    for entry in entries:
        drafting.add(entry)
    drafted = Drafted(tuple(drafting.drafts), tuple(drafting.findings), tuple(drafting.warnings), drafting.rows)
    return Listed(drafted, drafting.found)


def named(kind: Kind, fields: Mapping[str, Given]) -> dict[str, Given]:
    """Fields by name; given by name, by Chinese or by English label. What is none of these stays, to be found (I016)."""
    names = {alias: field.name for field in kind.fields for alias in (field.zh, field.en, field.name)}
    return {names.get(name.strip(), name): value for name, value in fields.items()}


class _Drafting:
    """What is remembered from entry to entry."""

    def __init__(self, kind: Kind, today: date) -> None:
        self._kind, self._today = kind, today
        self._first: dict[str, int] = {}
        self.drafts: list[Draft] = []
        self.findings: list[Finding] = []
        self.warnings: list[Finding] = []
        self.rows = 0
        self.found = 0

    def add(self, entry: Entry) -> None:
        """Draft one entry, or find what is wrong with it."""
        self.rows += 1
        examined = examine_claims(self._kind, named(self._kind, entry.fields), self._today)
        self._keep(self.warnings, examined.warnings, entry)
        if examined.findings:
            self.refuse(examined.findings, entry)
            return
        self._draft(entry, examined.claims)

    def refuse(self, findings: tuple[Finding, ...], entry: Entry) -> None:
        """What is wrong with an entry."""
        self.found += len(findings)
        self._keep(self.findings, findings, entry)

    def _draft(self, entry: Entry, claims: Claims) -> None:
        number, shown = number_of(self._kind, claims), self._kind.shown_number(claims)
        first = self._first.setdefault(number, entry.place)
        if first != entry.place:
            self.refuse((Finding("I001", {"number": shown or _SAME, "first": first}),), entry)
        elif not self.found:  # nothing is registered of a list with findings: what is right need not be kept
            label = entry.label or shown or f"{self._kind.code}-{entry.place}"
            self.drafts.append(Draft(entry.place, self._kind.code, claims, (), number, label, shown))

    def _keep(self, kept: list[Finding], findings: tuple[Finding, ...], entry: Entry) -> None:
        room = MOST - len(kept)
        kept += [replace(each, place=replace(each.place, row=entry.place)) for each in findings[: max(0, room)]]
