"""Bytes to a sheet, whatever program saved them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from chopmark.core.finding import Finding, Place
from chopmark.kinds import Kind
from chopmark.services.sheet.choices import Choices
from chopmark.services.sheet.choose import chooser, heading_position, recognised
from chopmark.services.sheet.csv_text import read_csv
from chopmark.services.sheet.headings import EXPLANATION
from chopmark.services.sheet.limits import MAX_BYTES
from chopmark.services.sheet.oddities import above_headings, hidden_parts, merged
from chopmark.services.sheet.sheet import NoSuchTab, Record, Row, Sheet, Tab, Unreadable
from chopmark.services.sheet.workbook import Workbook, read_workbook

_ZIP: Final = b"PK"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0"
_PDF: Final = b"%PDF"


def read_sheet(
    data: bytes, name: str, kind: Kind | None = None, *, tab: str = "", choices: Choices | None = None
) -> Sheet:
    """Read CSV, XLSX or XLS, told apart by their first bytes and not by ``name``, which findings repeat.

    With ``kind``: titles above the headings are passed over, and of several worksheets the one that fits is read. Without, the first row
    that holds anything is the headings. ``tab``: the worksheet to read. Never raises for what the bytes hold: ``findings`` say why.
    """
    try:
        return _read(data, name, kind, tab, choices or Choices())
    except Unreadable as error:
        return Sheet(name, findings=(error.finding(name),))


def _read(data: bytes, name: str, kind: Kind | None, tab: str, choices: Choices) -> Sheet:
    if len(data) > MAX_BYTES:
        raise Unreadable(f"超过{MAX_BYTES >> 20}MB", f"it has more than {MAX_BYTES >> 20} MB")
    if data.startswith(_PDF):
        raise Unreadable("是PDF，不是表格", "it is a PDF and no spreadsheet")
    if data.startswith((_ZIP, _COMPOUND)):
        book = _book(data, kind, tab, choices)
        return _sheet(name, book.tab, kind, choices, _others(name, book))
    if tab:
        raise NoSuchTab(tab, [])
    return _sheet(name, Tab(records=tuple(read_csv(data))), kind, choices, ())


def _book(data: bytes, kind: Kind | None, tab: str, choices: Choices) -> Workbook:
    choose = chooser(kind, tab, choices)
    if data.startswith(_ZIP):
        return read_workbook(data, choose)
    from chopmark.services.sheet.xls import read_xls

    return read_xls(data, choose)


def _others(name: str, book: Workbook) -> tuple[Finding, ...]:
    place = Place(file=name)
    told = []
    others = [other for other in book.others if other not in (EXPLANATION.zh, EXPLANATION.en)]
    if others:
        facts = {"count": len(others) + 1, "read": book.tab.name, "others": "、".join(others)}
        told.append(Finding("I027", facts, place))
    if book.hidden:
        told.append(Finding("I043", {"names": "、".join(book.hidden)}, place))
    return tuple(told)


def _sheet(name: str, tab: Tab, kind: Kind | None, choices: Choices, told: tuple[Finding, ...]) -> Sheet:
    records, spread = merged(tab)
    filled = [record for record in records if any(cell and not cell.isspace() for cell in record.cells)]
    if not filled:
        return Sheet(name, findings=(Finding("I023", {}, Place(file=name)),), warnings=told, tab=tab.name)
    at = heading_position([record.cells for record in filled], recognised(kind, choices)) if kind else 0
    width = max(_width(record.cells) for record in filled[at:])
    headings, *rows = [_row(record, width) for record in filled[at:]]
    none = () if rows else (Finding("I023", {}, Place(file=name)),)
    titles = tuple(cell.strip() for cell in headings.cells)
    numbers = frozenset(row.number for row in rows)
    warnings = [
        *told,
        *above_headings(name, filled[:at], headings.number),
        *spread(name, titles, numbers),
        *hidden_parts(name, tab, titles, rows),
    ]
    return Sheet(name, titles, tuple(rows), none, tuple(warnings), tab.name, headings.number, tab.from_1904)


def _row(record: Record, width: int) -> Row:
    return Row(record.number, _fitted(record.cells, width), record.doubtful, record.unsaved)


def _width(cells: Sequence[str]) -> int:
    """How many columns up to the last that holds anything: trailing commas are not columns."""
    return max((i for i, cell in enumerate(cells, 1) if cell and not cell.isspace()), default=0)


def _fitted(cells: list[str], width: int) -> tuple[str, ...]:
    return (*cells[:width], *[""] * (width - len(cells)))
