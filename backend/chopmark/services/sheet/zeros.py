"""Leading zeros that a spreadsheet program took away: certain where a check digit tells, probable where all others are longer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from chopmark.core.identifiers import CHECKS
from chopmark.kinds import Field
from chopmark.services.sheet.sheet import Row

_MOST_MISSING: Final = 4
_SHARE: Final = 0.8
_ENOUGH: Final = 3


def usual_lengths(rows: Sequence[Row], fields: Mapping[int, Field]) -> dict[int, int]:
    """For each column of numbers written as digits alone: the length that nearly all have, if some of them begin with a zero."""
    lengths: dict[int, int] = {}
    for at, field in fields.items():
        if field.type != "text" or field.choices:
            continue
        cells = [cell for row in rows if (cell := row.cells[at].strip()) and cell.isascii() and cell.isdigit()]
        counts = Counter(map(len, cells))
        length, count = counts.most_common(1)[0] if counts else (0, 0)
        if count >= _ENOUGH and count >= _SHARE * len(cells) and any(cell.startswith("0") for cell in cells):
            lengths[at] = length
    return lengths


def whole_number(field: Field, text: str, today: date) -> str:
    """The identifier with the zeros that it lacks, if it is right with them and wrong without; "" if that is not certain."""
    if not field.check or field.lint or not (text.isascii() and text.isdigit()):
        return ""
    check = CHECKS[field.check]
    if check(text, today).ok:
        return ""
    return next((whole for whole in _longer(text) if check(whole, today).ok), "")


def _longer(text: str) -> Iterable[str]:
    return ("0" * missing + text for missing in range(1, _MOST_MISSING + 1))
