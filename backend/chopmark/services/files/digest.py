"""Reading a file once, in chunks: size, SHA-256, media type. A file of any size costs one chunk of memory."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from chopmark.services.files.media_type import HEAD, media_type

CHUNK: Final = 1 << 20


class TooLarge(OSError):
    """The file is larger than the limit. ``size``: bytes, as far as known."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(errno.EFBIG, f"larger than {limit} bytes")
        self.size = size
        self.limit = limit


@dataclass(frozen=True, slots=True)
class FileRead:
    """What reading a file told: ``size`` in bytes, the digest of all of them, the media type by its first ones."""

    size: int
    sha256: bytes
    media_type: str


def read_file(path: Path, limit: int) -> FileRead:
    """Hash a regular file of at most ``limit`` bytes.

    Raises ``TooLarge`` before reading a file that is larger, and ``OSError`` for what is no regular file (opening a
    pipe never blocks) or cannot be read.
    """
    # O_NONBLOCK: a pipe put into a dossier must not hang the check. O_CLOEXEC is Python's default.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb", buffering=0) as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        if status.st_size > limit:
            raise TooLarge(status.st_size, limit)
        digest, size, head = sha256(), 0, b""
        # Small files are many: a buffer no larger than the file, and one byte to see that it has ended.
        buffer = memoryview(bytearray(min(CHUNK, status.st_size + 1)))
        while count := stream.readinto(buffer):
            digest.update(buffer[:count])
            head = head or bytes(buffer[: min(count, HEAD)])
            size += count
            if size > limit:  # it grows while it is read
                raise TooLarge(size, limit)
    return FileRead(size, digest.digest(), media_type(head, path.name))
