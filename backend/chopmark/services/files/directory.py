"""How many entries a ZIP archive has, found without laying its directory out as objects: that is what a flood of entries wants."""

from __future__ import annotations

import os
import struct
from typing import BinaryIO, Final

from chopmark.errors import UnsafeArchive
from chopmark.wording import Wording

_END: Final = struct.Struct("<4s4H2LH")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64: Final = struct.Struct("<4sLQL")
_ENTRY: Final = struct.Struct("<4s24x3H12x")
_COMMENT: Final = 0xFFFF
_OF_ONE: Final = 512
"""Bytes of the directory that an entry may take on average: names and times."""


def count_entries(stream: BinaryIO, place: str, limit: int) -> int:
    """The entries of the archive's directory as they stand there. Raises ``UnsafeArchive`` for more than ``limit``, or for none."""
    start, size = _directory(stream, place)
    if size > limit * _OF_ONE + _COMMENT:
        raise _too_many(place, limit)
    stream.seek(start)
    data = stream.read(size)
    count = at = 0
    while at + _ENTRY.size <= len(data):
        signature, name, extra, comment = _ENTRY.unpack_from(data, at)
        if signature != b"PK\x01\x02":
            raise _damaged(place)
        count, at = count + 1, at + _ENTRY.size + name + extra + comment
        if count > limit:
            raise _too_many(place, limit)
    return count


def _directory(stream: BinaryIO, place: str) -> tuple[int, int]:
    """Where the directory begins, and its bytes, by the record at the archive's end."""
    whole = stream.seek(0, os.SEEK_END)
    tail = min(whole, _END.size + _COMMENT)
    stream.seek(whole - tail)
    data = stream.read(tail)
    at = data.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(data):
        raise _damaged(place)
    size = _END.unpack_from(data, at)[5]
    end = whole - tail + at
    if at >= _LOCATOR_64.size and data[at - _LOCATOR_64.size :].startswith(b"PK\x06\x07"):
        end -= _LOCATOR_64.size + _END_64.size
        stream.seek(max(0, end))
        record = stream.read(_END_64.size)
        if len(record) < _END_64.size or not record.startswith(b"PK\x06\x06"):
            raise _damaged(place)
        size = _END_64.unpack(record)[8]
    if size > end:
        raise _damaged(place)
    return end - size, size


def _too_many(place: str, limit: int) -> UnsafeArchive:
    why = Wording("超过 {limit} 个文件", "it has more than {limit} entries").filled(limit=f"{limit:,}")
    return UnsafeArchive(place, "entries", why)


def _damaged(place: str) -> UnsafeArchive:
    return UnsafeArchive(place, "damaged", Wording("已损坏或不完整", "it is damaged or not whole"))
