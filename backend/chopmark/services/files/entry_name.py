"""The name of a ZIP entry: marked as UTF-8, given as UTF-8 beside the old one, or in whatever its maker's system wrote."""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import Final

_UTF8: Final = 0x800
_UNICODE_PATH: Final = 0x7075
_HEAD: Final = struct.Struct("<HH")
_GUESSES: Final = ("utf-8", "gb18030")
"""Chinese text in GB18030 is hardly ever valid UTF-8 too, so the stricter one is asked first."""


def entry_name(info: zipfile.ZipInfo) -> str | None:
    """The name with ``/`` between folders, whatever mark its maker used; None if it is text in no known encoding."""
    if info.flag_bits & _UTF8:
        return info.orig_filename.replace("\\", "/")
    try:
        raw = info.orig_filename.encode("cp437")  # what zipfile takes unmarked names for, byte for byte
    except UnicodeEncodeError:
        return None
    name = _beside(info.extra, raw)
    for encoding in () if name else _GUESSES:
        try:
            name = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    return name.replace("\\", "/") if name else None


def _beside(extra: bytes, raw: bytes) -> str:
    """The name of an Info-ZIP Unicode path field, if there is one that belongs to this name."""
    at = 0
    while at + _HEAD.size <= len(extra):
        tag, size = _HEAD.unpack_from(extra, at)
        field = extra[at + _HEAD.size : at + _HEAD.size + size]
        if tag == _UNICODE_PATH and len(field) > 5 and int.from_bytes(field[1:5], "little") == zlib.crc32(raw):
            try:
                return field[5:].decode("utf-8")
            except UnicodeDecodeError:
                return ""
        at += _HEAD.size + size
    return ""
