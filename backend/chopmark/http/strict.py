"""JSON that a caller sent: the rules of every strict document, with what to do for who wrote the request."""

from __future__ import annotations

from collections.abc import Iterator
from json import JSONDecoder
from typing import Any, Final

from chopmark.core.strictjson import MAX_INTEGER, JsonValue, read
from chopmark.errors import FormatError
from chopmark.http.validation import place
from chopmark.wording import Wording


class UnusableJson(FormatError):
    """The caller's JSON breaks a rule of strict JSON."""

    wording = Wording(
        "{where}格式不符：{why}", "{where} is malformed: {why}", "请更正后重发", "Correct it and send it again"
    )


class LongNumber(UnusableJson):
    """An integer that not every JSON parser reads alike. ``path``: the names and positions that lead to it."""

    wording = Wording(
        "{where}格式不符：{why}",
        "{where} is malformed: {why}",
        "长的数字请写成文本（加引号）",
        "Send long numbers as text (in quotes)",
    )

    def __init__(self, path: tuple[str | int, ...], where: Wording | str) -> None:
        self.path = path
        super().__init__(where=where, why=_LONG.filled(place=self.at) if path else _LONG_ALONE)

    @property
    def at(self) -> str:
        """The path as one text, "" if the whole document is the number."""
        return place(self.path) if self.path else ""


def read_body(data: bytes, *, what: Wording | str, depth: int, limit: int | None = None) -> JsonValue:
    """The value of a caller's JSON; ``what`` names it in errors. ``limit``: bytes, None if it was bounded already.

    Raises ``LongNumber`` if it holds an integer beyond 53 bits, else ``UnusableJson`` for the rule that it breaks.
    """
    allowed = max(1, len(data)) if limit is None else limit
    try:
        return read(data, what=what, limit=allowed, depth=depth)
    except FormatError as fault:
        path = _long_number(data) if len(data) <= allowed else None
        if path is not None:
            raise LongNumber(path, what) from fault
        raise UnusableJson(**fault.facts) from fault


_MARK: Final = object()
"""Stands where an integer is too long: a million digits are never made a number."""
_DIGITS: Final = len(str(-MAX_INTEGER))


def _integer(digits: str) -> object:
    return _MARK if len(digits) > _DIGITS or abs(int(digits)) > MAX_INTEGER else 0


_DECODER: Final = JSONDecoder(parse_int=_integer, parse_float=lambda _: None)


def _long_number(data: bytes) -> tuple[str | int, ...] | None:
    """The way to the first integer that is too long; None if there is none, or no way through the document."""
    try:
        return next(_marked(_DECODER.decode(data.decode())), None)
    except (ValueError, RecursionError):
        return None


def _marked(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if value is _MARK:
        yield path
    elif isinstance(value, list | dict):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _marked(inner, (*path, name))


LONG_NUMBER: Final = Wording(
    "整数超出 ±(2⁵³−1)；长的数字请写成文本（加引号）",
    "the integer lies outside ±(2⁵³ − 1); send long numbers as text (in quotes)",
)
_LONG: Final = Wording("{place} 的整数超出 ±(2⁵³−1)", "the integer at {place} lies outside ±(2⁵³ − 1)")
_LONG_ALONE: Final = Wording("整数超出 ±(2⁵³−1)", "the integer lies outside ±(2⁵³ − 1)")
