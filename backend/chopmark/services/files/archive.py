"""ZIP archives as people send them, unpacked only after all that they declare was looked at.

An archive is refused whole, before a byte of it is unpacked, for any entry that would lead out of the folder, is a link or a device,
is encrypted, or declares more than the limits; and while unpacking, for any entry that differs from what it declared. Nothing of a
refused archive stays on disk. Archives inside are files like others: they are not opened.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

from chopmark.errors import UnsafeArchive
from chopmark.services.files.directory import count_entries
from chopmark.services.files.entry_name import entry_name
from chopmark.wording import Wording

_CHUNK: Final = 1 << 20
_SMALL: Final = 16 << 20
"""Below this many unpacked bytes the ratio says nothing."""
_ENCRYPTED: Final = 0x1 | 0x40
_UNIX: Final = 3
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What every program writes. Others (LZMA) may ask for gigabytes of memory before they give a byte."""
_NAME_BYTES: Final = 255
_DEEP: Final = 32
_ODD: Final = frozenset('<>:"|?*')
MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """``file_bytes``, ``total_bytes``: unpacked. ``ratio``: unpacked bytes for each packed one, of the whole archive.

    ``keep_free``: bytes that the disk must have left; looked at while unpacking, because others write, too.
    """

    entries: int = 200_000
    file_bytes: int = 256 << 20
    total_bytes: int = 8 << 30
    ratio: int = 200
    keep_free: int = 0


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file that was unpacked: its name in the archive (``/`` between folders, composed Unicode), where it lies, its bytes."""

    name: str
    path: Path
    size: int


def unpack(path: Path, folder: Path, limits: ArchiveLimits | None = None) -> list[Unpacked]:
    """Unpack a ZIP archive into ``folder``, which is made if need be and should be empty; in the archive's order.

    Names that are not marked as UTF-8 are read as UTF-8 if they are, else as GB18030 (Chinese Windows). Raises ``UnsafeArchive``
    (its fact ``rule`` names what is wrong, ``entry`` where), leaving nothing behind; ``OSError`` if the disk cannot take it.
    """
    limits = limits or ArchiveLimits()
    with path.open("rb") as stream:
        count_entries(stream, path.name, limits.entries)
        try:
            with zipfile.ZipFile(stream) as archive:
                entries = list(_examined(archive, path.name, limits))
                return _unpacked(archive, entries, folder, path.name, limits.keep_free)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, struct.error) as fault:
            raise UnsafeArchive(path.name, "damaged", _DAMAGED) from fault
        except OSError as fault:
            if (
                fault.errno != errno.EINVAL
            ):  # a place before the file's beginning; anything else is the disk's own trouble
                raise
            raise UnsafeArchive(path.name, "damaged", _DAMAGED) from fault


class Allowance:
    """What the archives of one request may hold together: each is unpacked within what those before it left."""

    def __init__(self, limits: ArchiveLimits) -> None:
        self._left = limits

    def unpack(self, path: Path, folder: Path) -> list[Unpacked]:
        """As ``unpack``."""
        with path.open("rb") as stream:
            entries = count_entries(stream, path.name, self._left.entries)
        written = unpack(path, folder, self._left)
        total = sum(each.size for each in written)
        left = self._left
        self._left = replace(left, entries=left.entries - entries, total_bytes=left.total_bytes - total)
        return written


def is_archive(path: Path) -> bool:
    """Whether a file begins as a ZIP archive does. Raises ``OSError``."""
    with path.open("rb") as stream:
        return stream.read(4) in MAGIC


def _examined(archive: zipfile.ZipFile, place: str, limits: ArchiveLimits) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    """Every file of the archive with its name; raises for the first that must not be unpacked."""
    total = packed = 0
    seen: set[str] = set()
    for info in archive.infolist():
        name = entry_name(info)
        if name is None:
            raise UnsafeArchive(place, "name", _NO_TEXT, repr(info.orig_filename))
        _require_safe_name(place, name)
        _require_plain(place, name, info)
        if info.file_size > limits.file_bytes:
            raise UnsafeArchive(place, "too-large", _FILE_LARGE.filled(limit=limits.file_bytes >> 20), name)
        total, packed = total + info.file_size, packed + info.compress_size
        if total > limits.total_bytes:
            raise UnsafeArchive(place, "too-large", _ALL_LARGE.filled(limit=limits.total_bytes >> 20), name)
        if name.endswith("/"):
            continue
        name = unicodedata.normalize("NFC", name)
        if name in seen:
            raise UnsafeArchive(place, "twice", _TWICE, name)
        seen.add(name)
        yield info, name
    if total > _SMALL and total > packed * limits.ratio:
        raise UnsafeArchive(place, "bomb", _BOMB.filled(ratio=limits.ratio))


def _require_safe_name(place: str, name: str) -> None:
    parts = name.removesuffix("/").split("/")
    if name.startswith("/") or ".." in parts or (len(name) > 1 and name[1] == ":"):
        raise UnsafeArchive(place, "leads-out", _LEADS_OUT, name)
    if not name.isprintable() or "" in parts or "." in parts or len(parts) > _DEEP or _ODD & set(name):
        raise UnsafeArchive(place, "name", _BAD_NAME, name)
    if any(len(part.encode("utf-8", "replace")) > _NAME_BYTES for part in parts):
        raise UnsafeArchive(place, "name", _LONG_NAME, name)


def _require_plain(place: str, name: str, info: zipfile.ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise UnsafeArchive(place, "encrypted", _LOCKED, name)
    mode = info.external_attr >> 16
    if info.create_system == _UNIX and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UnsafeArchive(place, "link", _LINK, name)
    if info.compress_type not in _METHODS:
        raise UnsafeArchive(place, "method", _METHOD, name)


def _unpacked(
    archive: zipfile.ZipFile, entries: list[tuple[zipfile.ZipInfo, str]], folder: Path, place: str, keep_free: int
) -> list[Unpacked]:
    made = not folder.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written: list[Unpacked] = []
    try:
        for info, name in entries:
            path = folder / name
            _make_way(path, place, name)
            _require_room(folder, keep_free)
            written.append(Unpacked(name, path, info.file_size))
            with archive.open(info) as source, path.open("xb") as target:
                if _copied(source, target, folder, keep_free) != info.file_size:
                    raise UnsafeArchive(place, "damaged", _DAMAGED, name)
    except BaseException:
        if made:
            shutil.rmtree(folder, ignore_errors=True)
        for each in written:
            each.path.unlink(missing_ok=True)
        raise
    return written


def _make_way(path: Path, place: str, name: str) -> None:
    """The folders above a file; one entry may not be both a file and a folder of others."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UnsafeArchive(place, "twice", _TWICE, name) from None
    if path.exists():
        raise UnsafeArchive(place, "twice", _TWICE, name)


def _require_room(folder: Path, keep_free: int) -> None:
    """Raises ``OSError`` (``ENOSPC``) if less is free on the disk, as the disk itself does when nothing is."""
    if keep_free and shutil.disk_usage(folder).free < keep_free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _copied(source: object, target: BinaryIO, folder: Path, keep_free: int) -> int:
    """Copy; the number of bytes. ``zipfile`` gives no more than the entry declares and checks its checksum at the end."""
    size = 0
    while chunk := source.read(_CHUNK):  # type: ignore[attr-defined]
        size += target.write(chunk)
        _require_room(folder, keep_free)
    return size


_DAMAGED: Final = Wording("已损坏或不完整", "it is damaged or not whole")
_NO_TEXT: Final = Wording("文件名无法识别", "a name in it is text in no known encoding")
_LEADS_OUT: Final = Wording("文件名指向文件夹之外", "a name in it leads out of the folder")
_BAD_NAME: Final = Wording(
    "文件名含有不可用的字符或层级过深", "a name in it holds characters that cannot be used, or too many folders"
)
_LONG_NAME: Final = Wording("文件名过长", "a name in it is too long")
_LOCKED: Final = Wording("含加密的文件", "a file in it is encrypted")
_LINK: Final = Wording("含链接或设备，不是普通文件", "it holds a link or device, which is no plain file")
_METHOD: Final = Wording("使用了不支持的压缩方法", "it is packed by a method that is not supported")
_FILE_LARGE: Final = Wording("含超过 {limit} MB 的文件", "a file in it is larger than {limit} MB")
_ALL_LARGE: Final = Wording("解压后超过 {limit} MB", "it is larger than {limit} MB when unpacked")
_TWICE: Final = Wording("同一文件名出现两次", "a name stands in it twice")
_BOMB: Final = Wording("压缩率超过 {ratio} 倍", "it unpacks to more than {ratio} times its size")
