"""Identifiers with right check digits, for invented things. What each number is made of: DOMAIN.md §4.3."""

from __future__ import annotations

import datetime as dt
from typing import Final

SCHOOL_CODE: Final = "19990"
"""Not an assigned school code."""

CITY: Final = "3799"
"""A city that does not exist: no living person's resident ID begins with it."""

_LEVELS: Final = {"博士": ("01", "2"), "硕士": ("02", "3"), "本科": ("05", "4")}
_USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def certificate_number(year: int, level: str, serial: int) -> str:
    """学历证书编号, 18 digits: school, type 1 (ordinary), year, level, serial."""
    return f"{SCHOOL_CODE}1{year:04d}{_LEVELS[level][0]}{serial:06d}"


def degree_number(year: int, level: str, serial: int) -> str:
    """学位证书编号, 16 digits: awarding unit, level, year, serial."""
    return f"{SCHOOL_CODE}{_LEVELS[level][1]}{year:04d}{serial:06d}"


def resident_id(born: dt.date, serial: int, *, woman: bool) -> str:
    """居民身份证号 with its ISO 7064 MOD 11-2 digit, of the city that does not exist.

    ``serial`` (0 to 49,499) makes it unique whatever the birthday: it fills the county and the order number, whose last
    digit is odd for men.
    """
    county, order = divmod(serial, 500)
    digits = f"{CITY}{county + 1:02d}{born:%Y%m%d}{order * 2 + (not woman):03d}"
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2 % 11
    return digits + "0123456789X"[(12 - total) % 11]


def patent_number(year: int, kind: int, serial: int) -> str:
    """专利号 as printed: ``ZL``, year, kind digit (1 发明, 2 实用新型, 3 外观设计), serial, check digit."""
    digits = f"{year:04d}{kind}{serial:07d}"
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    return f"ZL{digits}.{'X' if rest == 10 else rest}"


def issn(first7: str) -> str:
    """ISSN from its first seven digits."""
    rest = -sum(int(digit) * weight for digit, weight in zip(first7, range(8, 1, -1), strict=True)) % 11
    return f"{first7[:4]}-{first7[4:]}{'X' if rest == 10 else rest}"


def uscc(prefix: str, organisation: str) -> str:
    """统一社会信用代码. ``prefix``: registrar, class and region, 8 characters; ``organisation``: 8 characters."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(int(c, 36) * w for c, w in zip(organisation, weights, strict=True)) % 11
    first17 = prefix + organisation + {10: "X", 11: "0"}.get(rest, str(rest))
    total = sum(_USCC_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(first17))
    return first17 + _USCC_ALPHABET[(31 - total % 31) % 31]
