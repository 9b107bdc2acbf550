"""Digests and the two text forms in which bytes are written: hex and base64url (FORMAT, *Notation*)."""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from enum import IntEnum
from hashlib import sha256 as _sha256
from typing import Final

from sha3 import keccak_256 as _keccak_256

from chopmark.errors import FormatError
from chopmark.wording import Wording

_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_", b"+/")
_HEX32: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)

#: The unused bits of the last character are zero, so a digest's 43rd character is one of sixteen.
B64_DIGEST: Final = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", re.ASCII)
#: Likewise the 22nd character of a 16-byte salt is one of four.
B64_SALT: Final = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]", re.ASCII)


class Algorithm(IntEnum):
    """The hash that a leaf entry names (FORMAT §5). SM3 is reserved: nothing computes it yet."""

    SHA256 = 1
    SM3 = 2


def sha256(data: bytes) -> bytes:
    """SHA-256 (FIPS 180-4), 32 bytes."""
    return _sha256(data).digest()


def keccak(data: bytes) -> bytes:
    """Keccak-256 as Ethereum uses it (before FIPS 202's padding), 32 bytes. Only for what a contract computes."""
    digest: bytes = _keccak_256(data).digest()
    return digest


def b64(data: bytes) -> str:
    """Base64url without padding (RFC 4648 §5)."""
    return b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def unb64(text: str, where: Wording | str) -> bytes:
    """The bytes of a *canonical* base64url text; ``where`` names it in the error.

    Raises ``FormatError`` for padding, foreign characters, an impossible length, or unused bits that are not zero.
    """
    try:
        data = a2b_base64(text.encode("ascii").translate(_FROM_URL) + b"==")
    except (UnicodeEncodeError, Base64Error):
        raise FormatError(where=where, why=_NOT_B64) from None
    # Python's decoder skips what it does not know; only the way back proves that the text is the one canonical form.
    if b64(data) != text:
        raise FormatError(where=where, why=_NOT_B64)
    return data


def hex32(text: object, where: Wording | str) -> bytes:
    """The 32 bytes of 64 lower-case hexadecimal digits without prefix. Raises ``FormatError``."""
    if type(text) is not str or not _HEX32.fullmatch(text):
        raise FormatError(where=where, why=_NOT_HEX32)
    return bytes.fromhex(text)


_NOT_B64: Final = Wording("不是规范的 base64url 文本", "it is not canonical base64url")
_NOT_HEX32: Final = Wording("不是64位小写十六进制", "it is not 64 lower-case hexadecimal digits")
