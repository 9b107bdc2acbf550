"""Which column holds which field, and how that is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from chopmark.core.finding import Finding, Place
from chopmark.kinds import Field, Kind
from chopmark.kinds.values import printable
from chopmark.services.sheet.choices import FILE_FIELD, IGNORED, UNSAID, Choices, heading_key
from chopmark.services.sheet.headings import FILE_LABEL, known_headings, known_keys, named_keys
from chopmark.services.sheet.sheet import Sheet, column_letters
from chopmark.services.sheet.suggest import suggest
from chopmark.wording import Wording

How = Literal["name", "synonym", "remembered", "given", "ignored", "unknown"]

_UNTITLED: Final = Wording("{letters}列没有列名，但有内容", "column {letters} has no heading but holds something")
_LIKE: Final = Wording("，看起来像“{label}”（{heading}={name}）", "; it looks like “{label}” ({heading}={name})")
_KNOWN: Final = Wording("；可识别的列名：{known}", "; headings that are understood: {known}")
_NOTHING: Final = Wording("", "")
_NOT_THERE: Final = Wording("表格没有列“{heading}”", "the sheet has no column “{heading}”")
_NO_EQUALS: Final = Wording("缺少“=”，应写成“列名=字段”", "the “=” is missing: write it as HEADING=FIELD")
_NO_FIELD: Final = Wording("没有字段“{name}”", "there is no field “{name}”")
_IGNORE_SHOWN: Final = Wording("忽略", "ignored")


@dataclass(frozen=True, slots=True)
class HeadingMatch:
    """One column: its letters, its heading, the field that it holds ("" if none), how that is known, what it looks like."""

    column: str
    heading: str
    field: str
    how: How
    suggestion: str = ""

    def as_json(self) -> dict[str, str]:
        """As a dry run lists it."""
        told = {"column": self.column, "heading": self.heading, "field": self.field, "how": self.how}
        return told | ({"suggestion": self.suggestion} if self.suggestion else {})


@dataclass(frozen=True, slots=True)
class Columns:
    """``fields``: position → field. ``file``: where file names are, or None. ``missing``: required and not there."""

    fields: dict[int, Field]
    file: int | None
    missing: frozenset[str]
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...] = ()
    matches: tuple[HeadingMatch, ...] = ()


def match_columns(kind: Kind, sheet: Sheet, choices: Choices | None = None, today: date | None = None) -> Columns:
    """Match headings to fields: as given, as remembered, by name, label or synonym; findings for all that is in doubt.

    ``today`` is asked for by checks of what unknown columns hold; without it nothing is suggested.
    """
    matching = _Matching(kind, sheet, choices or Choices(), today)
    matching.check_choices()
    for position in range(len(sheet.headings)):
        matching.add(position)
    return matching.columns()


@dataclass(slots=True)
class _Matching:
    """What is remembered from column to column."""

    kind: Kind
    sheet: Sheet
    choices: Choices
    today: date | None
    fields: dict[int, Field] = field(default_factory=dict)
    file: int | None = None
    findings: list[Finding] = field(default_factory=list)
    matches: list[HeadingMatch] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)

    def check_choices(self) -> None:
        """What was given must be a field, and a heading that is there."""
        keys = {heading_key(heading) for heading in self.sheet.headings}
        names = {FILE_FIELD, IGNORED, *(each.name for each in self.kind.fields)}
        for heading, name in self.choices.given.items():
            if name == UNSAID:
                self._unusable(heading, "", _NO_EQUALS)
            elif name not in names:
                self._unusable(heading, name, _NO_FIELD.filled(name=printable(name)))
            elif heading_key(heading) not in keys:
                self._unusable(heading, name, _NOT_THERE.filled(heading=printable(heading)))

    def _unusable(self, heading: str, name: str, why: Wording) -> None:
        fields = "、".join([*(each.name for each in self.kind.fields), FILE_FIELD])
        value = printable(f"{heading}={name}" if why is not _NO_EQUALS else heading)
        self.findings.append(
            Finding("I048", {"value": value, "why": why, "fields": fields}, Place(file=self.sheet.name))
        )

    def add(self, position: int) -> None:
        """Match one column."""
        heading = self.sheet.headings[position]
        name, how = self._meaning(heading_key(heading))
        if how == "unknown":
            if heading_key(heading) or self._holds_anything(position):
                self.unknown.append(position)
        elif name == FILE_FIELD and not self._is_field(FILE_FIELD):
            how = self._take_file(position, how)
        elif name:
            how = self._take(position, self.kind.field(name), how)
        self.matches.append(HeadingMatch(column_letters(position), heading, name, how))

    def _meaning(self, key: str) -> tuple[str, How]:
        names = {FILE_FIELD, IGNORED, *(each.name for each in self.kind.fields)}
        for chosen, how in ((self.choices.by_key, "given"), (self.choices.remembered, "remembered")):
            if key in chosen and chosen[key] in names:
                return chosen[key], "given" if how == "given" else "remembered"
        name = known_keys(self.kind).get(key) if key else None
        if name is None:
            return "", "unknown"
        if name == IGNORED:
            return name, "ignored"
        return name, "name" if key in named_keys(self.kind) else "synonym"

    def _is_field(self, name: str) -> bool:
        return any(each.name == name for each in self.kind.fields)

    def _take(self, position: int, wanted: Field, how: How) -> How:
        other = next((at for at, taken in self.fields.items() if taken is wanted), None)
        if other is None:
            self.fields[position] = wanted
        else:
            self._doubled(position, other, wanted.label)
        return how

    def _take_file(self, position: int, how: How) -> How:
        if self.file is None:
            self.file = position
        else:
            self._doubled(position, self.file, FILE_LABEL)
        return how

    def _doubled(self, position: int, other: int, label: Wording) -> None:
        headings = self.sheet.headings
        facts = {"column": printable(headings[position]), "other": printable(headings[other]), "label": label}
        self.findings.append(Finding("I022", facts, self._place(headings[position])))

    def columns(self) -> Columns:
        """What was found in all columns."""
        missing = [each for each in self.kind.fields if each.required and each not in self.fields.values()]
        for at, position in enumerate(self.unknown):
            self._say_unknown(position, first=at == 0 and not missing)
        if missing:
            self.findings.append(self._missing(missing))
        return Columns(
            self.fields,
            self.file,
            frozenset(each.name for each in missing),
            tuple(self.findings),
            tuple(self._remembered()),
            tuple(self.matches),
        )

    def _say_unknown(self, position: int, *, first: bool) -> None:
        """The headings that are understood are listed once in all findings, with the first that needs them."""
        heading = printable(self.sheet.headings[position])
        column = heading or column_letters(position)
        free = [each for each in self.kind.fields if each not in self.fields.values()]
        cells = [row.cells[position] for row in self.sheet.rows[:50]]
        numbers = {name for names in self.kind.credential for name in names}
        looks = (
            suggest(self.sheet.headings[position], cells, free, self.today, numbers) if self.today and heading else None
        )
        like = _LIKE.filled(label=looks.label, heading=heading, name=looks.name) if looks else _NOTHING
        known = _KNOWN.filled(known="、".join(known_headings(self.kind))) if first else _NOTHING
        shown: object = heading or _UNTITLED.filled(letters=column)
        facts = {"column": shown, "suggestion": like, "known": known}
        self.findings.append(Finding("I021", facts, self._place(column)))
        if looks:
            old = self.matches[position]
            self.matches[position] = HeadingMatch(old.column, old.heading, "", "unknown", looks.name)

    def _missing(self, missing: list[Field]) -> Finding:
        columns = Wording("、".join(each.zh for each in missing), ", ".join(each.en for each in missing))
        return Finding(
            "I020", {"columns": columns, "known": "、".join(known_headings(self.kind))}, Place(file=self.sheet.name)
        )

    def _remembered(self) -> Iterable[Finding]:
        used = [match for match in self.matches if match.how == "remembered"]
        if used:
            said = [
                Wording(
                    f"{_braced(m.heading)}={self._label(m.field).zh}", f"{_braced(m.heading)}={self._label(m.field).en}"
                )
                for m in used
            ]
            choices = Wording("、".join(w.zh for w in said), ", ".join(w.en for w in said))
            yield Finding("I047", {"choices": choices}, Place(file=self.sheet.name))

    def _label(self, name: str) -> Wording:
        if name == IGNORED:
            return _IGNORE_SHOWN
        return FILE_LABEL if name == FILE_FIELD and not self._is_field(name) else self.kind.field(name).label

    def _holds_anything(self, position: int) -> bool:
        return any(row.cells[position].strip() for row in self.sheet.rows)

    def _place(self, column: str) -> Place:
        return Place(file=self.sheet.name, column=column)


def _braced(text: str) -> str:
    return printable(text).replace("{", "{{").replace("}", "}}")
