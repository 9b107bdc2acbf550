"""Strict JSON: what a verifier parses, and the one form in which Chopmark writes (FORMAT §1; RFC 8259, RFC 8785).

Two parsers that disagree about a document are two verifiers that disagree about a credential. So everything in which
JSON parsers are known to differ is refused: duplicate names, fractions, big integers, lone surrogates, deep nesting.
"""

from __future__ import annotations

import re
from collections import Counter
from json import JSONDecoder
from typing import Final, NoReturn, TypeAlias

import orjson
import rfc8785

from chopmark.errors import FormatError
from chopmark.wording import Wording

JsonValue: TypeAlias = "bool | int | str | list[JsonValue] | dict[str, JsonValue] | None"

#: Arrays and objects inside one another, the outermost counted as 1.
DEPTH: Final = 16
#: The largest integer that every JSON parser reads alike (RFC 8259 §6).
MAX_INTEGER: Final = 2**53 - 1

_BOM: Final = b"\xef\xbb\xbf"
_OPTIONS: Final = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
#: First bytes of characters beyond the BMP. Without them the order by code point (orjson) and the order by UTF-16
#: code unit (RFC 8785 §3.2.3) are the same.
_BEYOND_BMP: Final = re.compile(rb"[\xf0-\xf4]")


def read(data: bytes, *, what: Wording | str, limit: int, depth: int = DEPTH) -> JsonValue:
    """The value of a strict JSON document; ``what`` names it in errors, ``limit`` is its greatest length in bytes.

    Raises ``FormatError`` saying which rule of FORMAT §1 the document breaks.
    """
    try:
        return _read(data, limit, depth)
    except _Broken as broken:
        raise FormatError(where=what, why=broken.rule) from None


def read_canonical(data: bytes, *, what: Wording | str, limit: int, depth: int = DEPTH) -> JsonValue:
    """The value of a strict JSON document that must be in canonical form. Raises ``FormatError``."""
    if len(data) <= limit:
        try:
            value: JsonValue = orjson.loads(data)
            # What comes back byte for byte has no duplicate name, no white space and no second spelling.
            if orjson.dumps(value, option=_OPTIONS) == data and not _beyond_bmp(data):
                _walk(value, depth)
                return value
        except (ValueError, TypeError):
            pass  # the careful way below finds the rule that is broken, or finds none
    value = read(data, what=what, limit=limit, depth=depth)
    if canonical(value) != data:
        raise FormatError(where=what, why=_NOT_CANONICAL)
    return value


def canonical(value: JsonValue) -> bytes:
    """The value in RFC 8785 form. Raises ``FormatError`` for what strict JSON cannot hold."""
    try:
        _walk(value, DEPTH)
        data = orjson.dumps(value, option=_OPTIONS)
        return rfc8785.dumps(value) if _beyond_bmp(data) else data
    except _Broken as broken:
        raise FormatError(where=_VALUE, why=broken.rule) from None
    except TypeError:  # orjson: an integer beyond 53 bits, a lone surrogate, a name that is no text
        raise FormatError(where=_VALUE, why=_UNWRITABLE) from None


class _Broken(ValueError):
    """A rule of FORMAT §1 is broken."""

    def __init__(self, rule: Wording) -> None:
        self.rule = rule
        super().__init__(rule.en)


def _beyond_bmp(data: bytes) -> bool:
    return not data.isascii() and _BEYOND_BMP.search(data) is not None


def _read(data: bytes, limit: int, depth: int) -> JsonValue:
    if len(data) > limit:
        raise _Broken(_TOO_LONG.filled(limit=limit))
    if data.startswith(_BOM):
        raise _Broken(_BYTE_ORDER_MARK)
    try:
        value: JsonValue = _DECODER.decode(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise _Broken(_NOT_UTF8) from None
    except RecursionError:
        raise _Broken(_TOO_DEEP) from None
    except _Broken:
        raise
    except ValueError as error:
        raise _Broken(_NOT_JSON.filled(error=error)) from None
    _walk(value, depth)
    _no_lone_surrogate(value)
    return value


def _walk(value: object, depth: int) -> None:
    """Refuse what strict JSON cannot hold and what nests deeper than ``depth`` arrays and objects."""
    if isinstance(value, list | dict):
        if not depth:
            raise _Broken(_TOO_DEEP)
        for item in value.values() if isinstance(value, dict) else value:
            if type(item) is not str:
                _walk(item, depth - 1)
    elif type(value) is float:
        raise _Broken(_FRACTION)
    elif type(value) is not str and type(value) is not int and type(value) is not bool and value is not None:
        raise _Broken(_UNWRITABLE)


def _no_lone_surrogate(value: JsonValue) -> None:
    """Refuse half a surrogate pair: Python's own parser lets an escaped one through, and no UTF-8 text can hold it."""
    if isinstance(value, str):
        if not value.isascii() and _LONE_SURROGATE.search(value):
            raise _Broken(_SURROGATE)
    elif isinstance(value, list):
        for item in value:
            _no_lone_surrogate(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            _no_lone_surrogate(name)
            _no_lone_surrogate(item)


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise _Broken(_TWICE.filled(name=twice))
    return members


def _integer(digits: str) -> int:
    if digits == "-0":
        raise _Broken(_NEGATIVE_ZERO)
    # The length first: a million digits cost Python more than the whole document.
    if len(digits) > len(str(-MAX_INTEGER)) or abs(int(digits)) > MAX_INTEGER:
        raise _Broken(_BIG_INTEGER)
    return int(digits)


def _fraction(_: str) -> NoReturn:
    raise _Broken(_FRACTION)


_DECODER: Final = JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_fraction, parse_constant=_fraction
)
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")

_VALUE: Final = Wording("所写的 JSON 值", "The JSON value to be written")
_TOO_LONG: Final = Wording("超过{limit}字节", "it is longer than {limit} bytes")
_TOO_DEEP: Final = Wording("嵌套过深", "it nests too deep")
_NOT_JSON: Final = Wording("不是 JSON（{error}）", "it is not JSON ({error})")
_TWICE: Final = Wording("成员“{name}”出现两次", "member “{name}” occurs twice")
_BYTE_ORDER_MARK: Final = Wording("以字节顺序标记开头", "it begins with a byte order mark")
_NOT_UTF8: Final = Wording("不是 UTF-8", "it is not UTF-8")
_SURROGATE: Final = Wording("含有不成对的代理字符", "it holds a lone surrogate")
_NEGATIVE_ZERO: Final = Wording("含有负零", "it holds a negative zero")
_BIG_INTEGER: Final = Wording("整数超出 ±(2⁵³−1)", "an integer lies outside ±(2⁵³ − 1)")
_FRACTION: Final = Wording("含有小数、指数或非数值", "it holds a fraction, an exponent, or what is not a number")
_NOT_CANONICAL: Final = Wording("不是规范形式（RFC 8785）", "it is not in canonical form (RFC 8785)")
_UNWRITABLE: Final = Wording("含有严格 JSON 不能表示的内容", "it holds what strict JSON cannot")
