"""Sheets as XLSX (ECMA-376): looked through before any reader lays them out in memory.

A workbook of four kilobytes can claim a cell in the last row and column; the reader then asks for half a terabyte and
the system ends it. So: sizes are added up before unpacking, each part is unpacked no further than it declares, every
part's cells are walked once (which also finds formula errors, that the reader hands over as empty), and the reader gets
a new workbook of just the parts that were looked at, so that no second reading of the same bytes can differ from ours.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from xml.parsers import expat

from chopmark.services.sheet.limits import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_RATIO,
    MAX_ROWS,
    MAX_TEXT,
    MAX_UNPACKED,
    SMALL,
)
from chopmark.services.sheet.sheet import Record, Unreadable

_BOOK: Final = "xl/workbook.xml"
_BOOK_LINKS: Final = "xl/_rels/workbook.xml.rels"
_NEEDED: Final = re.compile(
    r"\[Content_Types\]\.xml|_rels/[^/]*\.rels|xl/[^/]+\.xml|xl/_rels/workbook\.xml\.rels|xl/worksheets/[^/]+\.xml",
    re.IGNORECASE,
)
_PLACE: Final = re.compile(r"([A-Za-z]{1,7})([0-9]{1,10})")
# A spreadsheet keeps fifteen digits of a number.
_EXACT: Final = 10**15

_DAMAGED: Final = ("文件已损坏或不完整", "the file is damaged or incomplete")
_NOT_XLSX: Final = ("不是XLSX工作簿", "it is not an XLSX workbook")
_TOO_LARGE: Final = ("解压后过大", "it is too large when unpacked")


@dataclass(frozen=True, slots=True)
class Workbook:
    """The name and rows of the sheet that was read, and how many visible sheets hold anything."""

    sheet: str = ""
    filled: int = 0
    rows: tuple[Record, ...] = ()


def read_workbook(data: bytes) -> Workbook:
    """The first visible sheet that holds anything; ``Unreadable`` if there is no telling what it holds."""
    import python_calamine as calamine

    parts = _unpacked(data)
    errors = _looked_through(parts)
    try:
        with calamine.load_workbook(io.BytesIO(_packed(parts))) as book:
            visible = [m.name for m in book.sheets_metadata if m.visible == calamine.SheetVisibleEnum.Visible]
            filled = [sheet for name in visible if (sheet := book.get_sheet_by_name(name)).height]
            if not filled:
                return Workbook()
            table = filled[0].to_python(skip_empty_area=False)
    except calamine.CalamineError:
        raise Unreadable(*_DAMAGED) from None
    failed = errors.get(_part_of(parts, filled[0].name), {})
    return Workbook(filled[0].name, len(filled), tuple(_records(table, failed)))


def _records(table: Sequence[Sequence[object]], failed: Mapping[tuple[int, int], str]) -> Iterator[Record]:
    for number, cells in enumerate(table, 1):
        texts = [failed.get((number - 1, i)) or cell_text(cell) for i, cell in enumerate(cells)]
        yield number, texts, frozenset(i for i, cell in enumerate(cells) if _lost_digits(cell))


def cell_text(cell: object) -> str:
    """A cell as text: ISO dates (with a time only if it has one), whole numbers in full without a point."""
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


def _lost_digits(cell: object) -> bool:
    return isinstance(cell, int | float) and abs(cell) >= _EXACT


def _unpacked(data: bytes) -> dict[str, bytes]:
    """The parts that tell what the cells hold. Pictures, macros and links to elsewhere are not even unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _refuse_bomb(members)
            names = [member.filename for member in members]
            if _BOOK not in names:
                raise Unreadable(*_NOT_XLSX)
            if len(names) != len(set(names)):
                raise Unreadable(*_DAMAGED)
            return {name: archive.read(name) for name in names if _NEEDED.fullmatch(name)}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError):
        raise Unreadable(*_DAMAGED) from None


def _refuse_bomb(members: list[zipfile.ZipInfo]) -> None:
    """Refuse what declares more than it should; ``zipfile`` unpacks no more than is declared."""
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > MAX_UNPACKED or (unpacked > SMALL and unpacked > packed * MAX_RATIO):
        raise Unreadable(*_TOO_LARGE)


def _packed(parts: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _looked_through(parts: Mapping[str, bytes]) -> dict[str, dict[tuple[int, int], str]]:
    """Walk every part, since any may be linked as a sheet; the formula errors of each by row and column from 0."""
    walks = {name: _Walk(content) for name, content in parts.items()}
    lengths = [length for walk in walks.values() for length in walk.lengths]
    uses = sum((walk.shared for walk in walks.values()), Counter[str]())
    # Cells share texts by number, and the reader copies the text into each cell.
    if sum(lengths[int(i)] * n for i, n in uses.items() if i.isdecimal() and int(i) < len(lengths)) > MAX_TEXT:
        raise Unreadable(*_TOO_LARGE)
    return {name: walk.errors for name, walk in walks.items()}


def _parser() -> expat.XMLParserType:
    """A parser that takes bytes for UTF-8 whatever they declare: the reader does so too, and both must see the same.

    UTF-16 it would still take for what it is, by its mark: that has zero bytes, and is refused before.
    """
    return expat.ParserCreate("utf-8")


class _Walk:
    """One part's cells, met in passing: their extent, failed formulas, shared texts and the uses of them."""

    __slots__ = ("_column", "_corner", "_fails", "_in_text", "_row", "_shares", "_value", "errors", "lengths", "shared")

    def __init__(self, content: bytes) -> None:
        self.errors: dict[tuple[int, int], str] = {}
        self.lengths: list[int] = []
        self.shared: Counter[str] = Counter()
        self._row = self._column = 0
        self._corner = (0, 0)
        self._value: str | None = None
        self._fails = self._shares = self._in_text = False
        if b"\x00" in content:
            raise Unreadable(*_DAMAGED)
        parser = _parser()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._entity
        try:
            parser.Parse(content, True)
        except (expat.ExpatError, ValueError):
            raise Unreadable(*_DAMAGED) from None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._cell(attributes)
        elif name in ("v", "is", "f"):
            self._fill()
            self._value = "" if name == "v" else None
        elif name == "row":
            self._row = int(attributes["r"]) if "r" in attributes else self._row + 1
            self._column = 0
        elif name == "si":
            self.lengths.append(0)
            self._in_text = True

    def _cell(self, attributes: dict[str, str]) -> None:
        place = _PLACE.fullmatch(attributes.get("r", ""))
        if place:
            self._column, self._row = _column_number(place[1]), int(place[2])
        else:
            self._column += 1
        sort = attributes.get("t")
        self._fails, self._shares = sort == "e", sort == "s"

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
            if self._fails:
                self.errors[self._row - 1, self._column - 1] = self._value.strip()
            elif self._shares:
                self.shared[self._value.strip()] += 1
            self._value = None
        elif name == "si":
            self._in_text = False

    def _entity(self, *_: object) -> None:
        raise Unreadable(*_DAMAGED)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _part_of(parts: Mapping[str, bytes], sheet: str) -> str:
    """The part that holds the sheet of this name, by way of the workbook's links; "" if that leads nowhere."""
    links = {a.get("Id"): a.get("Target", "") for a in _attributes(parts.get(_BOOK_LINKS, b""), "Relationship")}
    for attributes in _attributes(parts[_BOOK], "sheet"):
        if attributes.get("name") == sheet:
            link = next((value for name, value in attributes.items() if name.endswith(":id")), "")
            return posixpath.normpath(posixpath.join("/xl", links.get(link, ""))).lstrip("/")
    return ""


def _attributes(content: bytes, wanted: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    parser = _parser()
    parser.StartElementHandler = lambda tag, attributes: (
        found.append(attributes) if tag.rpartition(":")[2] == wanted else None
    )
    if content:
        parser.Parse(content, True)
    return found
