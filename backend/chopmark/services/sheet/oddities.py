"""What a sheet holds besides rows of cells: titles above the headings, merged cells, hidden parts. Read, and said."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

from chopmark.core.finding import Finding, Place
from chopmark.kinds.values import printable
from chopmark.services.sheet.limits import MAX_ROWS
from chopmark.services.sheet.sheet import Area, Record, Row, Tab, Unreadable, column_letters
from chopmark.wording import Wording

_NAMED: Final = 5
_MOST_COVERED: Final = 5 * MAX_ROWS
_ROWS: Final = Wording("第{rows}行", "rows {rows}")
_COLUMNS: Final = Wording("“{columns}”列", "columns “{columns}”")

Say = Callable[[str, Sequence[str], Collection[int]], Iterable[Finding]]


def above_headings(name: str, above: Sequence[Record], row: int) -> Iterable[Finding]:
    """I038 if there is anything above the headings."""
    if above:
        texts = [next(cell.strip() for cell in record.cells if cell.strip()) for record in above]
        text = "、".join(f"“{printable(each)}”" for each in texts[:_NAMED]) + ("…" if len(texts) > _NAMED else "")
        yield Finding("I038", {"row": row, "count": len(above), "text": text}, Place(file=name, row=above[0].number))


def merged(tab: Tab) -> tuple[tuple[Record, ...], Say]:
    """The rows as they look: the value of merged cells in every row that they span; and what to say of that (I039).

    Across, the value stands in the first column alone: a title merged over all columns is no name and no number. What lies unseen below
    a merged cell is not read. Raises ``Unreadable`` for areas that together cover more than a sheet can hold.
    """
    by_row = {record.number - 1: at for at, record in enumerate(tab.records)}
    records = [*tab.records]
    steps = 0
    for area in tab.areas:
        rows = range(area.top, min(area.bottom, max(by_row, default=-1)) + 1)
        steps += len(rows)
        if steps > _MOST_COVERED:  # areas of an honest sheet never overlap
            raise Unreadable.too_wide(area.top + 1)
        first = records[by_row[area.top]] if area.top in by_row else None
        if first is not None and area.left < len(first.cells):
            for row in rows:
                if row in by_row:
                    records[by_row[row]] = _covered(records[by_row[row]], first, area)
    tall = [area for area in tab.areas if area.bottom > area.top]

    def say(name: str, headings: Sequence[str], rows: Collection[int]) -> Iterable[Finding]:
        places = [
            f"{headings[area.left] or column_letters(area.left)} {area.top + 1}–{area.bottom + 1}"
            for area in tall
            if area.left < len(headings) and area.top + 1 in rows and area.top + 2 in rows
        ]
        if places:
            told = "、".join(places[:_NAMED]) + ("…" if len(places) > _NAMED else "")
            yield Finding("I039", {"places": told}, Place(file=name))

    return tuple(records), say


def _covered(record: Record, first: Record, area: Area) -> Record:
    """A row with what a merged area shows in it: in its first column the value of the area's first cell, and what is known of that."""
    if area.left >= len(record.cells):
        return record
    cells = [*record.cells]
    inside = range(area.left, min(area.right, len(cells) - 1) + 1)
    cells[area.left : inside.stop] = [first.cells[area.left]] + [""] * (len(inside) - 1)
    known = {area.left} & first.doubtful, {area.left} & first.unsaved
    return record._replace(
        cells=cells,
        doubtful=record.doubtful.difference(inside) | known[0],
        unsaved=record.unsaved.difference(inside) | known[1],
    )


def hidden_parts(name: str, tab: Tab, headings: Sequence[str], rows: Sequence[Row]) -> Iterable[Finding]:
    """I042 for rows and columns that hold something and that the program does not show."""
    hidden = [row.number for row in rows if row.number in tab.hidden_rows]
    columns = [headings[at] or column_letters(at) for at in sorted(tab.hidden_columns) if at < len(headings)]
    if hidden:
        yield Finding("I042", {"what": _ROWS.filled(rows=ranges(hidden))}, Place(file=name, row=hidden[0]))
    if columns:
        yield Finding("I042", {"what": _COLUMNS.filled(columns="、".join(columns))}, Place(file=name))


def ranges(numbers: Sequence[int]) -> str:
    """Rising numbers, runs of them as 3–7."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [str(first) if first == last else f"{first}–{last}" for first, last in runs]
    return "、".join(shown[:20]) + ("…" if len(shown) > 20 else "")
