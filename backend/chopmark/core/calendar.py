"""Days as people in this field count them.

Certificates carry a local date and the chain carries seconds. Everything is said in China Standard Time (UTC+8 without
summer time for as long as chains exist), so that a day in a sentence is the day on the paper.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Final

CST: Final = timezone(timedelta(hours=8))
#: The chain's words hold times beyond the year 9999, and a node may say anything.
_LAST: Final = int(datetime.max.replace(tzinfo=CST, microsecond=0).timestamp())


def day(seconds: int) -> date:
    """The day of an instant (unix seconds) in China Standard Time; the last day of 9999 for all later ones."""
    return datetime.fromtimestamp(min(seconds, _LAST), CST).date()


def full_years(start: date, end: date) -> int:
    """How many anniversaries of ``start`` there were until ``end``; negative if ``end`` is earlier.

    29 February's anniversary is 1 March in other years.
    """
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))
