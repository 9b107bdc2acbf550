"""Dates as lists hold them and no form of ``core.normal`` is: the program's serial number, Chinese numerals, a month alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from chopmark.core.normal import norm_date, norm_text

# Day 1 is 1 January 1900, and the program counts a 29 February 1900 that never was: from March on, days since 30 December 1899.
_FROM_1900: Final = date(1899, 12, 30)
_FROM_1904: Final = date(1904, 1, 1)
_SERIAL: Final = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")
_FIRST_SERIAL: Final = 18_264  # 1950-01-01
_LAST_SERIAL: Final = 73_050  # 2099-12-31
_NUMERALS: Final = {char: value for value, chars in enumerate(("〇零○Oo", *"一二三四五六七八九")) for char in chars}
_DIGITS: Final = "".join(_NUMERALS)
_SPELT: Final = re.compile(rf"([{_DIGITS}]{{4}})年([十{_DIGITS}]{{1,3}})月([十廿{_DIGITS}]{{1,3}})[日号]")
_OTHER: Final = re.compile(r"([0-9]{4})(?:[,、_ ]|年) ?([0-9]{1,2})(?:[,、_ ]|月) ?([0-9]{1,2})[日号]?")
_MONTH: Final = re.compile(rf"(?:[0-9]{{4}}[-/.年] ?(?:0?[1-9]|1[0-2])|[{_DIGITS}]{{4}}年[十{_DIGITS}]{{1,2}})月?")


@dataclass(frozen=True, slots=True)
class DateRead:
    """``text``: what stands for the cell from now on. ``serial``: it was a number. ``month_only``: there is no day in it."""

    text: str
    serial: bool = False
    month_only: bool = False


def read_date(text: str, *, from_1904: bool = False) -> DateRead:
    """The cell of a date column; text that is no date in any form comes back as it is."""
    plain = norm_text(text)
    if norm_date(plain):
        return DateRead(text)
    if _SERIAL.fullmatch(plain) and _FIRST_SERIAL <= float(plain) <= _LAST_SERIAL:
        days = timedelta(days=int(float(plain)))
        return DateRead(((_FROM_1904 if from_1904 else _FROM_1900) + days).isoformat(), serial=True)
    if match := _SPELT.fullmatch(plain):
        year = "".join(str(_NUMERALS[c]) for c in match[1])
        return _day(year, _spelt(match[2]), _spelt(match[3])) or DateRead(text)
    if match := _OTHER.fullmatch(plain):
        return _day(match[1], int(match[2]), int(match[3])) or DateRead(text)
    return DateRead(text, month_only=_MONTH.fullmatch(plain) is not None)


def _day(year: str, month: int, day: int) -> DateRead | None:
    iso = norm_date(f"{year}-{month}-{day}")
    return DateRead(iso) if iso else None


def _spelt(text: str) -> int:
    """十 is 10, 三十 is 30, 二十八 is 28, 廿八 is 28; digits one by one are as they stand; what is none of these is 0."""
    text = text.replace("廿", "二十")
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int("".join(str(_NUMERALS[c]) for c in text))
    if len(tens) > 1 or len(ones) > 1:
        return 0
    return 10 * (_NUMERALS[tens] if tens else 1) + (_NUMERALS[ones] if ones else 0)
