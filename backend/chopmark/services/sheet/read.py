"""Bytes to a sheet, whatever program saved them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from chopmark.core.finding import Finding, Place
from chopmark.services.sheet.csv_text import read_csv
from chopmark.services.sheet.limits import MAX_BYTES
from chopmark.services.sheet.sheet import Record, Row, Sheet, Unreadable
from chopmark.services.sheet.workbook import read_workbook

_ZIP: Final = b"PK"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
_PDF: Final = b"%PDF"


def read_sheet(data: bytes, name: str) -> Sheet:
    """Read CSV or XLSX, told apart by their first bytes and not by ``name``, which findings repeat.

    The first row that holds anything is the headings. Never raises for what the bytes hold: ``findings`` say why.
    """
    try:
        return _read(data, name)
    except Unreadable as error:
        return Sheet(name, findings=(error.finding(name),))


def _read(data: bytes, name: str) -> Sheet:
    if len(data) > MAX_BYTES:
        raise Unreadable(f"超过{MAX_BYTES >> 20}MB", f"it has more than {MAX_BYTES >> 20} MB")
    if data.startswith((_OLD_OFFICE, _PDF)):
        raise Unreadable(
            "是加密的工作簿、旧版XLS或其他格式", "it is an encrypted workbook, an old XLS or of another format"
        )
    if not data.startswith(_ZIP):
        return _sheet(name, read_csv(data))
    book = read_workbook(data)
    others = Finding("I027", {"count": book.filled, "read": book.sheet}, Place(file=name))
    return _sheet(name, book.rows, (others,) if book.filled > 1 else ())


def _sheet(name: str, records: Iterable[Record], warnings: tuple[Finding, ...] = ()) -> Sheet:
    filled = [record for record in records if any(cell and not cell.isspace() for cell in record[1])]
    if not filled:
        return Sheet(name, findings=(Finding("I023", {}, Place(file=name)),), warnings=warnings)
    width = max(_width(cells) for _, cells, _ in filled)
    headings, *rows = [Row(number, _fitted(cells, width), doubtful) for number, cells, doubtful in filled]
    none = () if rows else (Finding("I023", {}, Place(file=name)),)
    return Sheet(name, tuple(heading.strip() for heading in headings.cells), tuple(rows), none, warnings)


def _width(cells: list[str]) -> int:
    """How many columns up to the last that holds anything: trailing commas are not columns."""
    return max((i for i, cell in enumerate(cells, 1) if cell and not cell.isspace()), default=0)


def _fitted(cells: list[str], width: int) -> tuple[str, ...]:
    return (*cells[:width], *[""] * (width - len(cells)))
