"""The cells of a row as what their fields hold, and what the spreadsheet program has done to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from chopmark.core.finding import Finding, Place
from chopmark.kinds import Field
from chopmark.kinds.values import shown
from chopmark.services.sheet.dates import read_date
from chopmark.services.sheet.sheet import FORMULA_ERRORS, Row, Sheet
from chopmark.services.sheet.zeros import usual_lengths, whole_number


@dataclass(slots=True)
class CellsRead:
    """``given``: field name → text, of the cells that can be examined. ``faults``: field name → why a cell cannot."""

    given: dict[str, str] = field(default_factory=dict)
    faults: dict[str, Finding] = field(default_factory=dict)
    warnings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class _Serials:
    """Serial numbers of one column that were read as dates."""

    count: int
    value: str
    day: str
    row: int


class CellReader:
    """Reads the rows of one sheet. ``fields``: position → field."""

    def __init__(self, sheet: Sheet, fields: Mapping[int, Field], today: date) -> None:
        self._sheet, self._fields, self._today = sheet, fields, today
        self._lengths = usual_lengths(sheet.rows, fields)
        self._serials: dict[int, _Serials] = {}

    def read(self, row: Row) -> CellsRead:
        """One row."""
        read = CellsRead()
        for at, each in self._fields.items():
            fault = self._spoilt(row, at, each)
            if fault is not None:
                read.faults[each.name] = fault
            elif each.type == "date":
                self._date(row, at, each, read)
            else:
                read.given[each.name] = row.cells[at]
                if at in self._lengths:
                    self._short(row, at, each, read)
        return read

    def summary(self) -> list[Finding]:
        """What is said once for a column."""
        return [
            Finding(
                "I037",
                {"count": told.count, "value": told.value, "day": told.day},
                Place(self._sheet.name, told.row, self._sheet.headings[at], self._fields[at].name, told.value),
            )
            for at, told in self._serials.items()
        ]

    def _spoilt(self, row: Row, at: int, each: Field) -> Finding | None:
        """A cell that the spreadsheet program has spoilt, if it has."""
        text = row.cells[at].strip()
        if at in row.unsaved and not text:
            return self._finding("I028", row, at, each)
        if not text:
            return None
        if text in FORMULA_ERRORS:
            return self._finding("I025", row, at, each, value=text)
        if at in row.doubtful:
            return self._finding("I026", row, at, each, value=shown(each, text))
        return None

    def lost_zeros(self, row: Row, name: str) -> Finding | None:
        """I034 in place of what is wrong with a field, if leading zeros are what it lacks."""
        at, each = next((at, each) for at, each in self._fields.items() if each.name == name)
        whole = whole_number(each, row.cells[at].strip(), self._today)
        if not whole:
            return None
        facts = {"label": each.label, "value": shown(each, row.cells[at].strip()), "whole": shown(each, whole)}
        return self._finding("I034", row, at, each, **facts)

    def _date(self, row: Row, at: int, each: Field, read: CellsRead) -> None:
        text = row.cells[at]
        day = read_date(text, from_1904=self._sheet.from_1904)
        if day.month_only:
            facts = {"label": each.label, "value": shown(each, text.strip())}
            read.faults[each.name] = self._finding("I036", row, at, each, **facts)
            return
        read.given[each.name] = day.text
        if day.serial:
            told = self._serials.setdefault(at, _Serials(0, text.strip(), day.text, row.number))
            told.count += 1

    def _short(self, row: Row, at: int, each: Field, read: CellsRead) -> None:
        text = row.cells[at].strip()
        missing = self._lengths[at] - len(text)
        if missing > 0 and text.isascii() and text.isdigit():
            facts = {"label": each.label, "value": shown(each, text), "missing": missing}
            read.warnings.append(self._finding("I035", row, at, each, **facts))

    def _finding(self, code: str, row: Row, at: int, each: Field, **facts: object) -> Finding:
        value = str(facts.get("value", ""))
        return Finding(code, facts, Place(self._sheet.name, row.number, self._sheet.headings[at], each.name, value))
