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
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from chopmark.services.sheet.cells import cell_text, lost_digits
from chopmark.services.sheet.choose import Choose, TabView
from chopmark.services.sheet.limits import MAX_RATIO, MAX_TEXT, MAX_UNPACKED, SMALL
from chopmark.services.sheet.sheet import Record, Tab, Unreadable
from chopmark.services.sheet.walk import DAMAGED, Walk, parser

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_BOOK: Final = "xl/workbook.xml"
_BOOK_LINKS: Final = "xl/_rels/workbook.xml.rels"
_NEEDED: Final = re.compile(
    r"\[Content_Types\]\.xml|_rels/[^/]*\.rels|xl/[^/]+\.xml|xl/_rels/workbook\.xml\.rels|xl/worksheets/[^/]+\.xml",
    re.IGNORECASE,
)
_NOT_XLSX: Final = ("不是XLSX工作簿", "it is not an XLSX workbook")
_TOO_LARGE: Final = ("解压后过大", "it is too large when unpacked")
SAMPLE: Final = 40
"""Rows of each sheet by which one of several is chosen."""


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheet that was read, and the names of the visible and hidden others that hold anything."""

    tab: Tab = field(default_factory=Tab)
    others: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


def read_workbook(data: bytes, choose: Choose) -> Workbook:
    """The sheet that ``choose`` chooses of those that hold anything; ``Unreadable`` if there is no telling what it holds."""
    import python_calamine as calamine

    parts = _unpacked(data)
    walks = _looked_through(parts)
    try:
        with calamine.load_workbook(io.BytesIO(_packed(parts))) as book:
            views = views_of(book)
            hidden = tuple(view.name for view in views if view.hidden)
            chosen = choose(views)
            if chosen is None:
                return Workbook(hidden=hidden)
            table = book.get_sheet_by_name(chosen.name).to_python(skip_empty_area=False)
    except calamine.CalamineError:
        raise Unreadable(*DAMAGED) from None
    walk = walks.get(_part_of(parts, chosen.name))
    others = tuple(view.name for view in views if view is not chosen and not view.hidden)
    unread = tuple(name for name in hidden if name != chosen.name)
    return Workbook(_tab(chosen, table, walk, from_1904=walks[_BOOK].from_1904), others, unread)


def views_of(book: CalamineWorkbook) -> list[TabView]:
    """The worksheets that hold anything, with their first rows."""
    import python_calamine as calamine

    views = []
    for meta in book.sheets_metadata:
        if meta.typ is not calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        if sheet.height:
            rows = sheet.to_python(skip_empty_area=False, nrows=SAMPLE)
            first = [[cell_text(cell) for cell in cells] for cells in rows]
            views.append(TabView(meta.name, meta.visible != calamine.SheetVisibleEnum.Visible, first))
    return views


def _tab(view: TabView, table: Sequence[Sequence[object]], walk: Walk | None, *, from_1904: bool) -> Tab:
    if walk is None:
        return Tab(view.name, tuple(_records(table, {}, frozenset())), view.hidden, from_1904=from_1904)
    return Tab(
        view.name,
        tuple(_records(table, walk.errors, walk.unsaved)),
        view.hidden,
        tuple(walk.areas),
        frozenset(walk.hidden_rows),
        frozenset(walk.hidden_columns),
        from_1904,
    )


def _records(
    table: Sequence[Sequence[object]],
    failed: Mapping[tuple[int, int], str],
    unsaved: set[tuple[int, int]] | frozenset[tuple[int, int]],
) -> Iterator[Record]:
    missing: dict[int, set[int]] = {}
    for row, column in unsaved:
        missing.setdefault(row, set()).add(column)
    for at, cells in enumerate(table):
        texts = [failed.get((at, i)) or cell_text(cell) for i, cell in enumerate(cells)]
        doubtful = frozenset(i for i, cell in enumerate(cells) if lost_digits(cell))
        yield Record(at + 1, texts, doubtful, frozenset(missing.get(at, ())))


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
                raise Unreadable(*DAMAGED)
            return {name: archive.read(name) for name in names if _NEEDED.fullmatch(name)}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError):
        raise Unreadable(*DAMAGED) from None


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


def _looked_through(parts: Mapping[str, bytes]) -> dict[str, Walk]:
    """Walk every part, since any may be linked as a sheet."""
    walks = {name: Walk(content) for name, content in parts.items()}
    lengths = [length for walk in walks.values() for length in walk.lengths]
    uses = sum((walk.shared for walk in walks.values()), Counter[str]())
    # Cells share texts by number, and the reader copies the text into each cell.
    if sum(lengths[int(i)] * n for i, n in uses.items() if i.isdecimal() and int(i) < len(lengths)) > MAX_TEXT:
        raise Unreadable(*_TOO_LARGE)
    return walks


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
    walker = parser()
    walker.StartElementHandler = lambda tag, attributes: (
        found.append(attributes) if tag.rpartition(":")[2] == wanted else None
    )
    if content:
        walker.Parse(content, True)
    return found
