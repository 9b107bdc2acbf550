"""Leaf entries: the 74 bytes by which a credential stands in a batch (FORMAT §5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256 as _sha256
from typing import Final

from chopmark.core.digest import Algorithm
from chopmark.errors import FormatError
from chopmark.wording import Wording

VERSION: Final = 1
LENGTH: Final = 74
KIND_LENGTH: Final = 8
KIND: Final = re.compile(r"[a-z0-9-]{1,8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class LeafEntry:
    """Kind code, issuer id (32 bytes), commitment (32 bytes), and the hash that made the commitment."""

    kind: str
    issuer: bytes
    commitment: bytes
    algorithm: Algorithm = Algorithm.SHA256

    def pack(self) -> bytes:
        """Version, algorithm, kind, issuer, commitment: 74 bytes. Raises ``FormatError``."""
        if len(self.issuer) != 32 or len(self.commitment) != 32:
            raise FormatError(where=_WHERE, why=_NOT_32)
        return bytes((VERSION, self.algorithm)) + kind_bytes(self.kind) + self.issuer + self.commitment


def kind_bytes(code: str) -> bytes:
    """A kind's code as the chain writes it: ASCII, zero bytes on the right, 8 bytes. Raises ``FormatError``."""
    if not KIND.fullmatch(code):
        raise FormatError(where=_WHERE, why=_NOT_KIND)
    return code.encode("ascii").ljust(KIND_LENGTH, b"\0")


def kind_code(data: bytes) -> str:
    """A kind's code from its 8 bytes. Raises ``FormatError``, also for a zero byte inside the code."""
    code = data.rstrip(b"\0").decode("latin-1")
    if len(data) != KIND_LENGTH or not KIND.fullmatch(code):
        raise FormatError(where=_WHERE, why=_NOT_KIND)
    return code


def read_entry(data: bytes) -> LeafEntry:
    """Read an entry. Raises ``FormatError`` for another length, version, algorithm, or kind."""
    if len(data) != LENGTH:
        raise FormatError(where=_WHERE, why=_NOT_74.filled(length=len(data)))
    if data[0] != VERSION or data[1] != Algorithm.SHA256:
        raise FormatError(where=_WHERE, why=_UNKNOWN)
    return LeafEntry(kind_code(data[2:10]), data[10:42], data[42:74])


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry) (RFC 9162 §2.1.1), 32 bytes.

    Raises ``FormatError`` unless the entry has 74 bytes. An inner node hashes 64: no node can be passed off as a leaf.
    """
    if len(entry) != LENGTH:
        raise FormatError(where=_WHERE, why=_NOT_74.filled(length=len(entry)))
    return _sha256(b"\x00" + entry).digest()


_WHERE: Final = Wording("叶条目", "The leaf entry")
_NOT_74: Final = Wording(f"应为{LENGTH}字节，实为{{length}}字节", f"it has {{length}} bytes instead of {LENGTH}")
_NOT_32: Final = Wording("机构编号与承诺各为32字节", "issuer id and commitment have 32 bytes each")
_NOT_KIND: Final = Wording("类别代码应为1至8个 a-z、0-9 或 -", "its kind is not 1 to 8 characters of a-z, 0-9 and -")
_UNKNOWN: Final = Wording("版本或算法未知", "its version or algorithm is unknown")
