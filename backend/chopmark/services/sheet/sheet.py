"""A spreadsheet as it was read: headings, rows, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chopmark.core.finding import Finding, Place
from chopmark.services.sheet.limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from chopmark.wording import Wording

Record = tuple[int, list[str], frozenset[int]]
"""A row as a format's reader gives it: its number, its cells, and which of them were numbers with lost digits."""

FORMULA_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"})
"""What a cell holds when its formula failed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``number`` as the spreadsheet program shows it; ``cells`` stand under ``Sheet.headings``, one for each.

    ``doubtful``: positions of cells that were numbers with more digits than a spreadsheet keeps.
    """

    number: int
    cells: tuple[str, ...]
    doubtful: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of any format, all cells text. Rows without content are left out, their numbers are not given again.

    ``findings`` say why it could not be read; then there are no rows. ``warnings``: what was left aside.
    """

    name: str
    headings: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    findings: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()

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


def column_letters(position: int) -> str:
    """The letters over a column, as spreadsheet programs show them: 0 is A, 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
