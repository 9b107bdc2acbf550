"""A spreadsheet as it was read: headings, rows, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from chopmark.core.finding import Finding, Place
from chopmark.services.sheet.limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from chopmark.wording import Wording

FORMULA_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"})
"""What a cell holds when its formula failed."""

_NONE: frozenset[int] = frozenset()


class Record(NamedTuple):
    """A row as a format's reader gives it: its number and its cells as text, and by position what is known of them.

    ``doubtful``: numbers with more digits than a spreadsheet keeps. ``unsaved``: formulas whose value was not saved.
    """

    number: int
    cells: list[str]
    doubtful: frozenset[int] = _NONE
    unsaved: frozenset[int] = _NONE


class Area(NamedTuple):
    """Cells merged into one: its corners, counted from 0, both included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Tab:
    """One sheet of a workbook as it was read, or a CSV file.

    ``hidden_rows`` (as the program numbers them) and ``hidden_columns`` (from 0): what nobody sees on the screen.
    ``from_1904``: days are counted from 1904.
    """

    name: str = ""
    records: tuple[Record, ...] = ()
    hidden: bool = False
    areas: tuple[Area, ...] = ()
    hidden_rows: frozenset[int] = _NONE
    hidden_columns: frozenset[int] = _NONE
    from_1904: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``number`` as the spreadsheet program shows it; ``cells`` stand under ``Sheet.headings``, one for each.

    ``doubtful``, ``unsaved``: positions of cells, as in ``Record``.
    """

    number: int
    cells: tuple[str, ...]
    doubtful: frozenset[int] = _NONE
    unsaved: frozenset[int] = _NONE


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of any format, all cells text. Rows without content are left out, their numbers are not given again.

    ``findings`` say why it could not be read; then there are no rows. ``warnings``: what was left aside. ``tab``: the name of the
    worksheet, "" for CSV. ``heading_row``: the number of the row of headings. ``from_1904``: as in ``Tab``.
    """

    name: str
    headings: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    findings: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    tab: str = ""
    heading_row: int = 0
    from_1904: bool = False

    def cells(self, row: Row) -> Mapping[str, str]:
        """A row by headings; of two equal headings the first counts."""
        return dict(zip(reversed(self.headings), reversed(row.cells), strict=True))


class Unreadable(Exception):
    """Why bytes are no sheet; never leaves this package."""

    def __init__(self, zh: str, en: str, row: int = 0) -> None:
        self.why = Wording("{zh}", "{en}").filled(zh=zh, en=en)
        self.row = row
        super().__init__(en)

    @classmethod
    def too_wide(cls, row: int = 0) -> Unreadable:
        """More rows, columns or cells than a sheet may have."""
        return cls(
            f"超过{MAX_ROWS}行、{MAX_COLUMNS}列或{MAX_CELLS}个单元格",
            f"more than {MAX_ROWS} rows, {MAX_COLUMNS} columns or {MAX_CELLS} cells",
            row,
        )

    def finding(self, name: str) -> Finding:
        """The same as a finding about the sheet of this name."""
        return Finding("I024", {"why": self.why}, Place(file=name, row=self.row))


class NoSuchTab(Unreadable):
    """The workbook has no sheet of the name that was asked for. ``names``: those it has."""

    def __init__(self, asked: str, names: list[str]) -> None:
        super().__init__("没有该工作表", "it has no such sheet")
        self.asked, self.names = asked, names

    def finding(self, name: str) -> Finding:
        """The same as a finding about the sheet of this name."""
        known = "、".join(self.names) or "-"
        return Finding("I029", {"tab": self.asked, "known": known}, Place(file=name))


def column_letters(position: int) -> str:
    """The letters over a column, as spreadsheet programs show them: 0 is A, 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
