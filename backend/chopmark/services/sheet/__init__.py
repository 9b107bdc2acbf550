"""Spreadsheets of credentials: read (CSV, XLSX, XLS), matched to a kind, examined row by row. Bytes in, no files opened."""

from __future__ import annotations

from chopmark.services.sheet.choices import FILE_FIELD, IGNORED, Choices, heading_key, read_choices, to_remember
from chopmark.services.sheet.columns import HeadingMatch
from chopmark.services.sheet.examine import FileLookup, SheetReport, SheetRow, examine_sheet
from chopmark.services.sheet.headings import FILE_HEADINGS, known_headings
from chopmark.services.sheet.read import read_sheet
from chopmark.services.sheet.sheet import Row, Sheet

__all__ = [
    "FILE_FIELD",
    "FILE_HEADINGS",
    "IGNORED",
    "Choices",
    "FileLookup",
    "HeadingMatch",
    "Row",
    "Sheet",
    "SheetReport",
    "SheetRow",
    "examine_sheet",
    "heading_key",
    "known_headings",
    "read_choices",
    "read_sheet",
    "to_remember",
]
