"""Sheets as text: CSV, also parted by tabs or semicolons, in UTF-8, UTF-16 with its mark, or GB18030."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Final

from chopmark.services.sheet.limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from chopmark.services.sheet.sheet import Record, Unreadable

_LINES: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
# What a spreadsheet program writes of a number too long for it: the digits behind are gone.
_ROUNDED: Final = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{2,3}")
_PARTINGS: Final = ",\t;"
# How exports keep a spreadsheet program from taking digits for a number: ="0012", or an apostrophe before them.
_WRAPPED: Final = ("=", "'", "’", "\t")
_AS_TEXT: Final = re.compile(r'="([^"]*)"|[\'’\t]([0-9][0-9Xx]*)')


def read_csv(data: bytes) -> Iterator[Record]:
    """The rows, blank ones too; ``Unreadable`` where the text is no table.

    Strict about quotes: a forgotten one would swallow every row behind it.
    """
    text = decode(data)
    if "\x00" in text:
        raise Unreadable("不是文本表格", "it is not a table in text form")
    # str.splitlines would also split at characters inside a cell.
    lines = (match[0] for match in _LINES.finditer(text))
    reader = csv.reader(lines, delimiter=_parting(text), strict=True)
    number = cells_so_far = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise Unreadable(
                f"引号或单元格有误（{error}）", f"quotes or a cell are wrong ({error})", number + 1
            ) from None
        if cells is None:
            return
        number, cells_so_far = number + 1, cells_so_far + len(cells)
        if number > MAX_ROWS + 1 or len(cells) > MAX_COLUMNS or cells_so_far > MAX_CELLS:
            raise Unreadable.too_wide(number)
        yield Record(
            number,
            [_unwrapped(cell) if cell.startswith(_WRAPPED) else cell for cell in cells],
            frozenset(i for i, cell in enumerate(cells) if _ROUNDED.fullmatch(cell.strip())),
        )


def decode(data: bytes) -> str:
    """The text of a CSV file: UTF-16 if marked, UTF-8 if valid, else GB18030, which Chinese Excel saves.

    ``Unreadable`` if it is none of them: nothing is guessed and no character replaced.
    """
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("既不是UTF-8也不是GB18030编码的文本", "it is text neither in UTF-8 nor in GB18030")


def _unwrapped(cell: str) -> str:
    match = _AS_TEXT.fullmatch(cell)
    return cell if match is None else match[1] or match[2] or ""


def _parting(text: str) -> str:
    """The mark that parts cells: of comma, tab and semicolon the most frequent in the first line that has any.

    A title above the headings has none. Later lines do not count: one cell may hold a list parted by another mark.
    """
    first = next((line[0] for line in _LINES.finditer(text) if any(mark in line[0] for mark in _PARTINGS)), "")
    return max(_PARTINGS, key=first.count)
