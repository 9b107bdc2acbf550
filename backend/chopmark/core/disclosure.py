"""Disclosures: claims blinded one by one, so that a holder may show some and keep the rest.

FORMAT §2, RFC 9901 §4.2.1. A disclosure is the base64url of ``[salt, name, value]`` in canonical JSON; the payload
holds only its digest. Without the salt nobody can try out values until one fits. With it everybody can: holding the
salt is as good as holding the claim.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import orjson

from chopmark.core.digest import b64, b64_ascii, hex32, is_b64_salt, sha256, unb64, unb64_loosely
from chopmark.core.strictjson import MAX_INTEGER, JsonValue, read_canonical
from chopmark.errors import FormatError
from chopmark.wording import Wording

ClaimValue: TypeAlias = str | int | tuple[str, ...]

SALT_LENGTH: Final = 16
DECOY_LENGTH: Final = 32
#: Bytes of a decoded disclosure.
MAX_LENGTH: Final = 16_384
#: Unicode code points of one text; texts of one list.
MAX_TEXT: Final = 10_000
MAX_ITEMS: Final = 500

#: The name under which the normalised twin of a claim is disclosed begins so.
TWIN: Final = "norm:"
#: The name of a bound file begins so.
FILE: Final = "file:"
REPLACES: Final = "replaces"

_NAME: Final = re.compile(r"(?:(norm:(?!replaces$))?[a-z][a-z0-9_]{0,63}|(file:)[1-9][0-9]{0,2})", re.ASCII)
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}", re.ASCII)
_FILE_MEMBERS: Final = {"bytes", "mediaType", "sha-256"}


@dataclass(frozen=True, slots=True)
class BoundFile:
    """A file that a credential binds: its length in bytes, its media type (RFC 6838, lower case), its SHA-256."""

    size: int
    media_type: str
    sha256: bytes

    def as_json(self) -> dict[str, JsonValue]:
        """The object that a disclosure holds."""
        return {"bytes": self.size, "mediaType": self.media_type, "sha-256": self.sha256.hex()}


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One opened claim. ``encoded`` is what is hashed and handed around; ``name`` and ``value`` are what it says.

    ``value`` is a ``ClaimValue`` for fields, text for twins, a ``BoundFile`` for files, 32 bytes for ``replaces``.
    """

    encoded: str
    name: str
    value: ClaimValue | BoundFile | bytes

    @property
    def digest(self) -> str:
        """What the payload holds in its place: 43 characters of base64url."""
        return digest_of(self.encoded)


def digest_of(encoded: str) -> str:
    """The digest of a disclosure: over its encoded ASCII characters, not over what they decode to (RFC 9901 §4.2.3)."""
    return b64(sha256(encoded.encode("ascii")))


def decoy(random: bytes) -> str:
    """A digest that nothing opens, from 32 random bytes that the caller throws away (RFC 9901 §4.2.7)."""
    if len(random) != DECOY_LENGTH:
        raise ValueError(f"a decoy takes {DECOY_LENGTH} random bytes, not {len(random)}")
    return b64(sha256(random))


def make_disclosure(name: str, value: ClaimValue | BoundFile | bytes, salt: bytes) -> Disclosure:
    """Blind one claim with a salt of 16 random bytes that is used for nothing else.

    Raises ``FormatError`` for a name or value that the format does not have.
    """
    if len(salt) != SALT_LENGTH:
        raise ValueError(f"a salt has {SALT_LENGTH} bytes, not {len(salt)}")
    return Disclosure(blind(name, value, b64(salt)).decode("ascii"), name, value)


def blind(name: str, value: ClaimValue | BoundFile | bytes, salt: str) -> bytes:
    """As ``make_disclosure``: the encoded form alone, as ASCII bytes, of a salt that is encoded already."""
    _check(name, value)
    written = value.as_json() if type(value) is BoundFile else value.hex() if type(value) is bytes else value
    try:
        data = orjson.dumps([salt, name, written])
    except TypeError:  # a lone surrogate
        raise _refused(name, _BAD_VALUE) from None
    if len(data) > MAX_LENGTH:
        raise _refused(name, _TOO_LONG)
    return b64_ascii(data)


def read_disclosure(encoded: str) -> Disclosure:
    """Open a disclosure. Raises ``FormatError`` for everything but the one canonical form of what FORMAT §2 lists."""
    name, value = open_disclosure(encoded)
    return Disclosure(encoded, name, value)


def open_disclosure(encoded: str) -> tuple[str, ClaimValue | BoundFile | bytes]:
    """As ``read_disclosure``: name and value alone."""
    salt, name, written = _read(encoded)
    if type(salt) is not str or not is_b64_salt(salt):
        raise FormatError(where=_WHERE, why=_BAD_SALT)
    if type(name) is not str:
        raise FormatError(where=_WHERE, why=_BAD_NAME.filled(name=name))
    value = _value(name, written)
    _check(name, value)
    return name, value


# What a name stands for; the first two are text. Not an enumeration: this is asked for every claim of every credential.
_IS_FIELD: Final = 1
_IS_TWIN: Final = 2
_IS_FILE: Final = 3
_IS_REPLACES: Final = 4


# The same few names come thousands of times. Remembering what they are changes nothing but the time it takes.
@lru_cache(maxsize=1024)
def _sort(name: str) -> int:
    match = _NAME.fullmatch(name)
    if not match:
        raise FormatError(where=_WHERE, why=_BAD_NAME.filled(name=name))
    if match[1]:
        return _IS_TWIN
    if match[2]:
        return _IS_FILE
    return _IS_REPLACES if name == REPLACES else _IS_FIELD


def _read(encoded: str) -> list[JsonValue]:
    """The array inside, certainly canonical in both its coats."""
    value: JsonValue = None
    try:
        value = orjson.loads(unb64_loosely(encoded))
        # What comes back character for character was canonical JSON in canonical base64url. An array has one order, and
        # the members of a file's object have ASCII names: here orjson's form is RFC 8785's, whatever script the texts
        # are in. Whatever else it might let pass, the shape refuses.
        data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        same = len(data) <= MAX_LENGTH and b64_ascii(data) == encoded.encode("ascii")
    except (ValueError, TypeError):  # orjson reads deeper than it writes
        same = False
    if not same:  # the careful way says what is wrong
        value = read_canonical(unb64(encoded, _WHERE), what=_WHERE, limit=MAX_LENGTH)
    if type(value) is not list or len(value) != 3:
        raise FormatError(where=_WHERE, why=_NOT_THREE)
    return value


def _value(name: str, written: JsonValue) -> ClaimValue | BoundFile | bytes:
    if type(written) is str:
        return hex32(written, _WHERE) if name == REPLACES else written
    if type(written) is int:
        return written
    if type(written) is list:
        return tuple(written)  # type: ignore[arg-type]  # the items are looked at with the name, below
    if type(written) is dict:
        return _file(name, written)
    raise _refused(name, _BAD_VALUE)


def _file(name: str, written: dict[str, JsonValue]) -> BoundFile:
    if written.keys() != _FILE_MEMBERS:
        raise _refused(name, _BAD_FILE)
    size, media_type = written["bytes"], written["mediaType"]
    if type(size) is not int or type(media_type) is not str:
        raise _refused(name, _BAD_FILE)
    return BoundFile(size, media_type, hex32(written["sha-256"], _WHERE))


def _check(name: str, value: object) -> None:
    """Refuse a name that the format does not have and a value that does not go with the name."""
    sort = _sort(name)
    if type(value) is str and sort <= _IS_TWIN:
        if len(value) > MAX_TEXT:
            raise _refused(name, _TOO_LONG)
    elif sort == _IS_FILE:
        if type(value) is not BoundFile or not _good_file(value):
            raise _refused(name, _BAD_FILE)
    elif sort == _IS_REPLACES:
        if type(value) is not bytes or len(value) != 32:
            raise _refused(name, _BAD_VALUE)
    elif sort == _IS_TWIN or not _good_claim(value):
        raise _refused(name, _BAD_VALUE)


def _good_file(value: BoundFile) -> bool:
    return 1 <= value.size <= MAX_INTEGER and len(value.sha256) == 32 and bool(_MEDIA_TYPE.fullmatch(value.media_type))


def _good_claim(value: object) -> bool:
    """Whether it is an integer or a list of texts. A text has been let pass before; a boolean is no integer here."""
    if type(value) is tuple:
        return 1 <= len(value) <= MAX_ITEMS and all(type(item) is str and len(item) <= MAX_TEXT for item in value)
    return type(value) is int and -MAX_INTEGER <= value <= MAX_INTEGER


def _refused(name: str, why: Wording) -> FormatError:
    return FormatError(where=_NAMED.filled(name=name), why=why)


_WHERE: Final = Wording("披露项", "A disclosure")
_NAMED: Final = Wording("披露项“{name}”", "The disclosure “{name}”")
_NOT_THREE: Final = Wording("不是三元数组 [盐, 名称, 值]", "it is not an array [salt, name, value]")
_BAD_SALT: Final = Wording("盐不是16字节的 base64url", "its salt is not the base64url of 16 bytes")
_BAD_NAME: Final = Wording("名称“{name}”不在格式之内", "the format has no name “{name}”")
_BAD_VALUE: Final = Wording("值的类型或范围不符", "its value has the wrong type or range")
_BAD_FILE: Final = Wording("文件对象不符（长度、类型、摘要）", "it is not a file object (length, type, digest)")
_TOO_LONG: Final = Wording(
    f"过长：文字至多{MAX_TEXT}字符，整项至多{MAX_LENGTH}字节",
    f"it is too long: at most {MAX_TEXT} characters of text and {MAX_LENGTH} bytes in all",
)
