"""Digests and the two text forms in which bytes are written: hex and base64url (FORMAT, *Notation*)."""

from __future__ import annotations

import re
from binascii import a2b_base64, a2b_hex, b2a_base64
from collections.abc import Sequence
from enum import IntEnum
from hashlib import sha256 as _sha256
from typing import Final, TypeGuard

from sha3 import keccak_256 as _keccak_256

from chopmark.errors import FormatError
from chopmark.wording import Wording

_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_", b"+/")
_HEX32: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#: Last characters of a digest: its two unused bits are zero.
_LAST_OF_DIGEST: Final = b"AEIMQUYcgkosw048"
_HEX_DIGITS: Final = b"0123456789abcdef"
_DIGEST_CHARACTERS: Final = 43


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
    return b2a_base64(data).translate(_TO_URL).rstrip(b"=\n").decode("ascii")


def b64_ascii(data: bytes) -> bytes:
    """As ``b64``, left as ASCII bytes for whoever hashes them next."""
    return b2a_base64(data).translate(_TO_URL).rstrip(b"=\n")


def unb64_loosely(text: str) -> bytes:
    """What a base64url text may decode to, foreign characters skipped.

    Only for whoever compares ``b64`` of the outcome with the text. Raises ``ValueError``.
    """
    return a2b_base64(text.encode("ascii").translate(_FROM_URL) + b"==")


def b64_digests(parts: Sequence[bytes]) -> list[str]:
    """The SHA-256 of each part as the 43 characters that stand in a payload."""
    if not parts:
        return []
    # One zero byte after each digest makes 33 bytes, which are 44 characters of their own: all are encoded in one go.
    joined = b"\0".join([_sha256(part).digest() for part in parts]) + b"\0"
    text = b2a_base64(joined, newline=False).translate(_TO_URL).decode("ascii")
    return [text[at : at + _DIGEST_CHARACTERS] for at in range(0, len(text), _DIGEST_CHARACTERS + 1)]


def unb64(text: str, where: Wording | str) -> bytes:
    """The bytes of a *canonical* base64url text; ``where`` names it in the error.

    Raises ``FormatError`` for padding, foreign characters, an impossible length, or unused bits that are not zero.
    """
    try:
        data = unb64_loosely(text)
    except ValueError:
        raise FormatError(where=where, why=_NOT_B64) from None
    if b64(data) != text:
        raise FormatError(where=where, why=_NOT_B64)
    return data


def are_b64_digests(texts: Sequence[str]) -> bool:
    """Whether each text is the canonical base64url of 32 bytes: 43 characters, the last with two unused zero bits."""
    joined = "".join(texts)
    if set(map(len, texts)) != {_DIGEST_CHARACTERS} or not joined.isascii():
        return False
    characters = joined.encode("ascii")
    last = characters[_DIGEST_CHARACTERS - 1 :: _DIGEST_CHARACTERS]
    return not characters.translate(None, _ALPHABET) and not last.translate(None, _LAST_OF_DIGEST)


def are_texts(values: Sequence[object]) -> TypeGuard[list[str]]:
    """Whether each value is text."""
    return not set(map(type, values)) - {str}


def is_b64_salt(text: str) -> bool:
    """Whether a text is the canonical base64url of 16 bytes: 22 characters, the last with four unused zero bits."""
    return bool(_SALT.fullmatch(text))


def hex32(text: object, where: Wording | str) -> bytes:
    """The 32 bytes of 64 lower-case hexadecimal digits without prefix. Raises ``FormatError``."""
    if type(text) is not str or not _HEX32.fullmatch(text):
        raise FormatError(where=where, why=_NOT_HEX32)
    return bytes.fromhex(text)


def hex32s(texts: Sequence[object], where: Wording | str) -> tuple[bytes, ...]:
    """As ``hex32``, for many at once. Raises ``FormatError``."""
    if not are_texts(texts) or set(map(len, texts)) - {64}:
        raise FormatError(where=where, why=_NOT_HEX32)
    joined = "".join(texts)
    if not joined.isascii() or joined.encode("ascii").translate(None, _HEX_DIGITS):
        raise FormatError(where=where, why=_NOT_HEX32)
    raw = a2b_hex(joined)
    return tuple([raw[at : at + 32] for at in range(0, len(raw), 32)])


_SALT: Final = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]", re.ASCII)
_NOT_B64: Final = Wording("不是规范的 base64url 文本", "it is not canonical base64url")
_NOT_HEX32: Final = Wording("不是64位小写十六进制", "it is not 64 lower-case hexadecimal digits")
