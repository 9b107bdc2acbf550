"""Walking the cells of a workbook's XML part by part, before any reader lays them out in memory.

What is met in passing: how far the cells reach, which formulas failed or were saved without a value, what is merged, what is hidden.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final
from xml.parsers import expat

from chopmark.services.sheet.limits import MAX_CELLS, MAX_COLUMNS, MAX_MERGED, MAX_ROWS
from chopmark.services.sheet.sheet import Area, Unreadable

DAMAGED: Final = ("文件已损坏或不完整", "the file is damaged or incomplete")
_PLACE: Final = re.compile(r"([A-Za-z]{1,7})([0-9]{1,10})")
_TRUE: Final = ("1", "true", "on")


def parser() -> expat.XMLParserType:
    """A parser that takes bytes for UTF-8 whatever they declare: the reader does so too, and both must see the same.

    UTF-16 it would still take for what it is, by its mark: that has zero bytes, and is refused before.
    """
    return expat.ParserCreate("utf-8")


class Walk:
    """One part's cells, met in passing. Places are (row, column) from 0.

    ``errors``: formulas that failed, and how. ``unsaved``: formulas without a value. ``lengths``: of the shared texts; ``shared``: uses of
    them. ``areas``: merged cells. ``hidden_rows``: as the program numbers them; ``hidden_columns`` from 0.
    """

    __slots__ = (
        "_column", "_corner", "_fails", "_filled", "_formula", "_in_text", "_row", "_shares", "_text_result", "_value",
        "areas", "errors", "from_1904", "hidden_columns", "hidden_rows", "lengths", "shared", "unsaved",
    )  # fmt: skip

    def __init__(self, content: bytes) -> None:
        self.errors: dict[tuple[int, int], str] = {}
        self.unsaved: set[tuple[int, int]] = set()
        self.lengths: list[int] = []
        self.shared: Counter[str] = Counter()
        self.areas: list[Area] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.from_1904 = False
        self._row = self._column = 0
        self._corner = (0, 0)
        self._value: str | None = None
        self._fails = self._shares = self._in_text = self._formula = self._filled = self._text_result = False
        if b"\x00" in content:
            raise Unreadable(*DAMAGED)
        walker = parser()
        walker.buffer_text = True
        walker.StartElementHandler = self._start
        walker.EndElementHandler = self._end
        walker.CharacterDataHandler = self._text
        walker.EntityDeclHandler = self._entity
        try:
            walker.Parse(content, True)
        except (expat.ExpatError, ValueError):
            raise Unreadable(*DAMAGED) from None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._cell(attributes)
        elif name in ("v", "is", "f"):
            self._fill()
            self._value = "" if name == "v" else None
            self._formula |= name == "f"
        elif name == "row":
            self._row = int(attributes["r"]) if "r" in attributes else self._row + 1
            self._column = 0
            if attributes.get("hidden") in _TRUE:
                self.hidden_rows.add(self._row)
        elif name == "si":
            self.lengths.append(0)
            self._in_text = True
        else:
            self._aside(name, attributes)

    def _aside(self, name: str, attributes: dict[str, str]) -> None:
        """What stands beside the cells."""
        if name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif name == "col" and attributes.get("hidden") in _TRUE:
            first, last = int(attributes.get("min", 0)), int(attributes.get("max", 0))
            self.hidden_columns.update(range(max(0, first - 1), min(last, MAX_COLUMNS)))
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in _TRUE

    def _merge(self, ref: str) -> None:
        corners = [_PLACE.fullmatch(corner) for corner in ref.split(":")]
        if len(self.areas) >= MAX_MERGED:
            raise Unreadable.too_wide()
        if len(corners) == 2 and corners[0] and corners[1]:
            (left, top), (right, bottom) = ((_column_number(c[1]) - 1, int(c[2]) - 1) for c in corners if c)
            self.areas.append(Area(top, left, bottom, right))

    def _cell(self, attributes: dict[str, str]) -> None:
        place = _PLACE.fullmatch(attributes.get("r", ""))
        if place:
            self._column, self._row = _column_number(place[1]), int(place[2])
        else:
            self._column += 1
        sort = attributes.get("t")
        self._fails, self._shares, self._text_result = sort == "e", sort == "s", sort == "str"
        self._formula = self._filled = False

    def _fill(self) -> None:
        """Only cells that hold something count: whole columns are often formatted and empty."""
        bottom, right = max(self._corner[0], self._row), max(self._corner[1], self._column)
        if bottom > MAX_ROWS + 1 or right > MAX_COLUMNS or bottom * right > MAX_CELLS:
            raise Unreadable.too_wide(self._row)
        self._corner = (bottom, right)

    def _text(self, text: str) -> None:
        if self._value is not None:
            self._value += text
        elif self._in_text:
            self.lengths[-1] += len(text)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "v" and self._value is not None:
            self._valued(self._value.strip())
            self._value = None
        elif name == "c" and self._formula and not self._filled and not self._text_result:
            self.unsaved.add((self._row - 1, self._column - 1))
        elif name == "si":
            self._in_text = False

    def _valued(self, value: str) -> None:
        self._filled = bool(value)
        if self._fails:
            self.errors[self._row - 1, self._column - 1] = value
        elif self._shares:
            self.shared[value] += 1

    def _entity(self, *_: object) -> None:
        raise Unreadable(*DAMAGED)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
