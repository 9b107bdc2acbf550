"""The rows that were set aside, as a workbook to correct and hand in again."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from chopmark.core.finding import Finding
from chopmark.services.sheet import Row, Sheet
from chopmark.services.sheet.headings import ERRORS
from chopmark.wording import Language

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

SUFFIX: Final = ".rejected.xlsx"
_FAILED: Final = "#N/A"
_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)
_WIDE: Final = 60
_LONGEST: Final = 32_767
"""Characters that a cell can hold."""


def rejected_sheet(sheet: Sheet, rows: Mapping[int, Sequence[Finding]], language: Language) -> bytes:
    """An XLSX of these rows, cells as they were, and a last column that says what to correct: code, fact, remedy.

    It is read back without any choice of headings, its last column ignored. A cell that the spreadsheet program had spoilt stays
    spoilt: a number that lost its digits stays a number, a formula without a value fails. So nothing is registered that nobody corrected.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "date_1904": sheet.from_1904}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": _MADE})  # the same rows make the same bytes
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True, "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#9c0006"})
        table = book.add_worksheet()
        table.freeze_panes(1, 0)
        last = len(sheet.headings)
        table.write_row(0, 0, sheet.headings, bold)
        table.write_string(0, last, ERRORS.zh if language is Language.ZH else ERRORS.en, bold)
        table.set_column(0, max(0, last - 1), 18, text)
        table.set_column(last, last, _WIDE, wrapped)
        for at, row in enumerate((row for row in sheet.rows if row.number in rows), 1):
            _write(table, at, row, text)
            said = "\n".join(_said(found, language) for found in rows[row.number])
            table.write_string(at, last, said[:_LONGEST], wrapped)
    return buffer.getvalue()


def _write(table: Worksheet, at: int, row: Row, text: Format) -> None:
    for column, cell in enumerate(row.cells):
        if column in row.unsaved and not cell.strip():
            table.write_string(at, column, _FAILED, text)
        elif column in row.doubtful:
            table.write_number(at, column, float(cell.strip()))
        elif cell:
            table.write_string(at, column, cell[:_LONGEST], text)


def _said(found: Finding, language: Language) -> str:
    column = f"[{found.place.column}] " if found.place.column else ""
    step = found.next_step(language)
    return f"{found.code} {column}{found.say(language)}" + (f" → {step}" if step else "")
