"""Chinese patents: application numbers (ZC 0006; after ZL, patent numbers) and publication numbers (ZC 0008)."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from chopmark.core.identifiers.checked import Checked, Facts, mistyped, refused
from chopmark.core.identifiers.digits import digit_or_x, weighted
from chopmark.core.normal import norm_text
from chopmark.wording import Wording

INVENTION: Final = "发明"
UTILITY_MODEL: Final = "实用新型"
DESIGN: Final = "外观设计"

_KIND_DIGIT: Final = {"1": INVENTION, "2": UTILITY_MODEL, "3": DESIGN, "8": INVENTION, "9": UTILITY_MODEL}
_PCT_DIGITS: Final = ("8", "9")
_NUMBER: Final = re.compile(r"((?:[0-9]{4}|[0-9]{2})([12389])(?:[0-9]{7}|[0-9]{5}))\.?([0-9X])")
_WEIGHTS: Final = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_FIRST_YEAR: Final = 1985
_LONG_FORM_SINCE: Final = 2003

# C, Y and D were the kind codes of granted documents before 2010.
_PUBLICATION: Final = re.compile(r"(?:CN)?([0-9]{7,9})([ABCUYSD])([0-9]?)")
_PUBLICATION_KIND: Final = {
    **dict.fromkeys("ABC", INVENTION),
    **dict.fromkeys("UY", UTILITY_MODEL),
    **dict.fromkeys("SD", DESIGN),
}
_ONLY_PUBLISHED: Final = Wording(
    "为申请公布号（A），仅表示申请已公布，未表示授权",
    "is the number of a published application (A), which does not mean that it was granted",
)


def patent(text: str, today: date) -> Checked:
    """Check a number of either form: 12+1 digits since October 2003, 8+1 before; normal form ``ZL201710601862.3``.

    Facts: ``year``, ``kind`` (发明, 实用新型, 外观设计) from the fifth digit (third in the old form), ``pct``. A year
    that had no such form, or lies ahead of ``today``, is refused.
    """
    digits = re.sub(r"^(ZL|CN)", "", re.sub(r"[\s-]", "", norm_text(text).upper()))
    match = _NUMBER.fullmatch(digits)
    if not match or len(match[1]) not in (8, 12):
        return refused(
            "应为12位数字加校验位（2003年10月以前为8位），例如 201710601862.3",
            "12 digits and a check digit are needed (8 before October 2003), as 201710601862.3",
        )
    body, kind_digit, check = match[1], match[2], match[3]
    year = _year(body)
    if not _era_fits(body, year, today):
        return refused(f"{year}年没有这种编号", f"numbers had no such form in {year}")
    if digit_or_x(weighted(body, _WEIGHTS[: len(body)]) % 11) != check:
        return mistyped()
    facts: Facts = {"year": year, "kind": _KIND_DIGIT[kind_digit], "pct": kind_digit in _PCT_DIGITS}
    return Checked(ok=True, normal=f"ZL{body}.{check}", facts=facts)


def _year(body: str) -> int:
    if len(body) == 12:
        return int(body[:4])
    short = int(body[:2])
    return 1900 + short if short >= _FIRST_YEAR % 100 else 2000 + short


def _era_fits(body: str, year: int, today: date) -> bool:
    first, last = (_LONG_FORM_SINCE, today.year) if len(body) == 12 else (_FIRST_YEAR, _LONG_FORM_SINCE)
    return first <= year <= last


def patent_publication(text: str, today: date) -> Checked:
    """Check a publication number such as ``CN110971392B``; the letter says what was published.

    Facts: ``letter``, ``kind``, ``granted``. ``A`` is a published application, not a grant: that warns.
    """
    del today
    match = _PUBLICATION.fullmatch(re.sub(r"[\s-]", "", norm_text(text).upper()))
    if not match:
        return refused(
            "应为CN、7至9位数字和种类字母，例如 CN110971392B",
            "CN, 7 to 9 digits and a letter are needed, as CN110971392B",
        )
    letter = match[2]
    facts: Facts = {"letter": letter, "kind": _PUBLICATION_KIND[letter], "granted": letter != "A"}
    warnings = (_ONLY_PUBLISHED,) if letter == "A" else ()
    return Checked(ok=True, normal=f"CN{match[1]}{letter}{match[3]}", warnings=warnings, facts=facts)
