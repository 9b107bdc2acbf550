"""Times that people type and read: Asia/Shanghai unless they say otherwise."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from chopmark.errors import InputError
from chopmark.wording import Wording

ZONE: Final = ZoneInfo("Asia/Shanghai")
_FIRST: Final = time(0, 0, 0)
_LAST: Final = time(23, 59, 59)
_LATEST: Final = 253_402_214_400
"""The last second that can be shown as a date of four digits (end of the year 9999, less a day for time zones)."""


def instant(text: str, *, end_of_day: bool = False) -> int:
    """Unix seconds of an ISO date or date and time; without a zone it is Asia/Shanghai.

    A date alone is its first second, or its last with ``end_of_day``. Raises ``InputError``.
    """
    try:
        seconds = int(_moment(text.strip(), _LAST if end_of_day else _FIRST).timestamp())
    except (ValueError, OverflowError) as fault:
        raise _no_time(text) from fault
    if not 0 < seconds <= _LATEST:
        raise _no_time(text)
    return seconds


def _moment(text: str, of_day: time) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), of_day, ZONE)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def _no_time(text: str) -> InputError:
    return InputError(
        place=text,
        why=Wording("不是可用的日期或时间", "it is no usable date or time"),
        fix_zh="例如 2026-06-30 或 2026-06-30T08:00+08:00",
        fix_en="For example 2026-06-30 or 2026-06-30T08:00+08:00",
    )


def shown(seconds: int) -> str:
    """A time as people read it, to the second, in Asia/Shanghai."""
    return datetime.fromtimestamp(min(seconds, _LATEST), ZONE).strftime("%Y-%m-%d %H:%M:%S")


def day(seconds: int) -> str:
    """The day of a time in Asia/Shanghai."""
    return datetime.fromtimestamp(min(seconds, _LATEST), ZONE).strftime("%Y-%m-%d")
