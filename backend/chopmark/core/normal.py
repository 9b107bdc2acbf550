"""One written form for what people type in many: text, names, dates.

The normal form is for comparing and for finding repeats. What was given is what is kept, hashed and shown: NFKC turns
① into 1 and Ⅲ into III, which is right for a comparison and wrong on a certificate. Nothing here maps traditional to
simplified characters, or a variant to the common one: that is for a human to decide (``core.compare`` points at it).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

HAN: Final = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Han characters, as the inside of a regular expression's bracket."""

# NFKC leaves name dots and dashes as they are, and people type at least seven sorts of each.
_DOTS: Final = dict.fromkeys(map(ord, "\u2022\u2027\u2219\u22c5\u30fb\uff65\u0387"), "\u00b7")
_DASHES: Final = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"), "-")
INVISIBLE: Final = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
"""Characters without width that come along with pasted text."""
_TABLE: Final = {**_DOTS, **_DASHES, **dict.fromkeys(map(ord, INVISIBLE), None)}

_SPACE: Final = re.compile(r"\s+")
_SPACE_BY_HAN: Final = re.compile(rf"(?<=[{HAN}\u00b7]) | (?=[{HAN}\u00b7])")
_TIME: Final = r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_DATE: Final = re.compile(
    r"(?P<y>[0-9]{4})(?:"
    r"(?P<sep>[-/.]) ?(?P<m>[0-9]{1,2})(?P=sep) ?(?P<d>[0-9]{1,2})"
    r"|(?P<m2>[0-9]{2})(?P<d2>[0-9]{2})"
    r"| ?年 ?(?P<m3>[0-9]{1,2}) ?月 ?(?P<d3>[0-9]{1,2}) ?日"
    rf"){_TIME}"
)


def norm_text(text: str) -> str:
    """NFKC, one sort of dot and dash, no invisible characters, single spaces, none outside.

    Applying it twice changes nothing more.
    """
    if not text.isascii():
        composed = unicodedata.normalize("NFKC", text)
        text = composed.translate(_TABLE)
        if text != composed:
            # Removing an invisible character can bring together what NFKC then composes: settle it in a second pass.
            text = unicodedata.normalize("NFKC", text).translate(_TABLE)
    return _SPACE.sub(" ", text).strip()


def norm_name(text: str) -> str:
    """A person's or body's name: as ``norm_text``, without case, without spaces beside Han characters and name dots.

    王　丽 is 王丽; 买买提•艾力 is 买买提·艾力; spaces inside a Latin name stay, one each.
    """
    folded = norm_text(norm_text(text).casefold())
    return _SPACE_BY_HAN.sub("", folded)


def norm_date(text: str) -> str:
    """The ISO form of a date written year first (``2026/6/30``, ``2026年6月30日``, ``20260630``, …), or "".

    A time of day behind the date, as spreadsheets export it, is dropped. Day-first and two-digit years are ambiguous
    and give "", and so does a day that no calendar has.
    """
    match = _DATE.fullmatch(norm_text(text))
    if not match:
        return ""
    month = match["m"] or match["m2"] or match["m3"]
    day = match["d"] or match["d2"] or match["d3"]
    try:
        return date(int(match["y"]), int(month), int(day)).isoformat()
    except ValueError:
        return ""
