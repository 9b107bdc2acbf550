"""Spreadsheets of credentials: read (CSV, XLSX), matched to a kind, examined row by row. Bytes in, no files opened."""

from __future__ import annotations

from chopmark.services.sheet.columns import FILE_HEADINGS, known_headings
from chopmark.services.sheet.examine import FileLookup, SheetReport, SheetRow, examine_sheet
from chopmark.services.sheet.read import read_sheet
from chopmark.services.sheet.sheet import Row, Sheet

__all__ = [
    "FILE_HEADINGS",
    "FileLookup",
    "Row",
    "Sheet",
    "SheetReport",
    "SheetRow",
    "examine_sheet",
    "known_headings",
    "read_sheet",
]
