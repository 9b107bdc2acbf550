"""What an old workbook hides, and which of its formulas failed: the few BIFF8 records that its reader keeps to itself.

[MS-CFB] for the file that wraps it, [MS-XLS] for the records. Runs in the child alone; anything odd ends the walk, since the cells
themselves are read by the reader.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_FREE: Final = 0xFFFFFFFA
"""Sector numbers from here on mean something else than a sector."""
_ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_BOUNDSHEET, _ROW, _COLINFO, _BOOLERR, _FORMULA, _EOF = 0x0085, 0x0208, 0x007D, 0x0205, 0x0006, 0x000A
_ROW_HIDDEN: Final = 0x20


@dataclass(slots=True)
class Hidden:
    """Of one sheet. ``rows`` as the program numbers them, ``columns`` from 0. ``failed``: (row, column) from 0 → the error."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    failed: dict[tuple[int, int], str] = field(default_factory=dict)


def hidden_and_failed(data: bytes) -> dict[str, Hidden]:
    """By the sheet's name; empty if the file cannot be walked."""
    try:
        stream = _stream(data)
        return {name: _sheet(stream, at) for name, at in _sheets(stream)}
    except (struct.error, IndexError, UnicodeDecodeError):
        return {}


def _sheets(stream: bytes) -> Iterator[tuple[str, int]]:
    for sort, record in _records(stream, 0):
        if sort == _BOUNDSHEET:
            at, length, wide = struct.unpack_from("<L2xBB", record)
            text = record[8:]
            yield (text[: 2 * length].decode("utf-16-le") if wide & 1 else text[:length].decode("latin-1")), at


def _sheet(stream: bytes, at: int) -> Hidden:
    found = Hidden()
    for sort, record in _records(stream, at):
        if sort == _ROW:
            row, flags = struct.unpack_from("<H10xH", record)
            if flags & _ROW_HIDDEN:
                found.rows.add(row + 1)
        elif sort == _COLINFO:
            first, last, flags = struct.unpack_from("<HH4xH", record)
            if flags & 1:
                found.columns.update(range(first, min(last, 255) + 1))
        elif sort == _BOOLERR and record[7]:
            row, column = struct.unpack_from("<HH", record)
            found.failed[row, column] = _ERRORS.get(record[6], "#N/A")
        elif sort == _FORMULA and record[12:14] == b"\xff\xff" and record[6] == 2:
            row, column = struct.unpack_from("<HH", record)
            found.failed[row, column] = _ERRORS.get(record[8], "#N/A")
    return found


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """From here to the end of the substream."""
    while at + 4 <= len(stream):
        sort, length = struct.unpack_from("<HH", stream, at)
        if sort == _EOF:
            return
        yield sort, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _stream(data: bytes) -> bytes:
    """The workbook's stream out of the compound file."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    directory, cutoff = struct.unpack_from("<L4xL", data, 48)
    table = _table(data, size)
    for at in range(0, len(entries := _chain(data, table, directory, size)), 128):
        length = struct.unpack_from("<H", entries, at + 64)[0]
        name = entries[at : at + max(0, length - 2)].decode("utf-16-le")
        start, total = struct.unpack_from("<LL", entries, at + 116)
        if name in ("Workbook", "Book") and total >= cutoff:
            return _chain(data, table, start, size)[:total]
    raise IndexError


def _table(data: bytes, size: int) -> list[int]:
    """The chain of every sector."""
    parts = [at for at in struct.unpack_from("<109L", data, 76) if at < _FREE]
    more = struct.unpack_from("<L", data, 68)[0]
    for _ in range(len(data) // size):
        if more >= _FREE:
            break
        block = struct.unpack_from(f"<{size // 4}L", data, size * (more + 1))
        parts += [at for at in block[:-1] if at < _FREE]
        more = block[-1]
    return [link for at in parts for link in struct.unpack_from(f"<{size // 4}L", data, size * (at + 1))]


def _chain(data: bytes, table: list[int], at: int, size: int) -> bytes:
    found = bytearray()
    while at < _FREE and len(found) <= len(data):
        found += data[size * (at + 1) : size * (at + 2)]
        at = table[at]
    return bytes(found)
