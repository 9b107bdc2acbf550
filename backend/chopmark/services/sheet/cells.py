"""One cell of a workbook as text."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

# A spreadsheet keeps fifteen digits of a number.
_EXACT: Final = 10**15


def cell_text(cell: object) -> str:
    """A cell as text: ISO dates (with a time only if it has one), whole numbers in full without a point."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == cell.time().min else cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        # Fifteen digits are what the spreadsheet program itself shows; a binary fraction has more.
        return str(int(cell)) if cell.is_integer() else format(Decimal(f"{cell:.15g}"), "f")
    return str(cell)


def lost_digits(cell: object) -> bool:
    """Whether a number has more digits than a spreadsheet keeps."""
    return isinstance(cell, int | float) and abs(cell) >= _EXACT
