"""Times that people type and read: Asia/Shanghai unless they say otherwise."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from chopmark.errors import InputError
from chopmark.wording import Wording

ZONE: Final = ZoneInfo("Asia/Shanghai")


def instant(text: str, *, end_of_day: bool = False) -> int:
    """Unix seconds of an ISO date or date and time; without a zone it is Asia/Shanghai.

    A date alone is its first second, or its last with ``end_of_day``. Raises ``InputError``.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as fault:
        raise InputError(
            place=text,
            why=Wording("不是时间", "is not a time"),
            fix_zh="例如 2026-06-30 或 2026-06-30T08:00+08:00",
            fix_en="For example 2026-06-30 or 2026-06-30T08:00+08:00",
        ) from fault
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZONE)
    if end_of_day and len(text.strip()) <= 10:
        moment += timedelta(days=1, seconds=-1)
    return int(moment.timestamp())


def shown(seconds: int) -> str:
    """A time as people read it, to the second, in Asia/Shanghai."""
    return datetime.fromtimestamp(seconds, ZONE).strftime("%Y-%m-%d %H:%M:%S")


def day(seconds: int) -> str:
    """The day of a time in Asia/Shanghai."""
    return datetime.fromtimestamp(seconds, ZONE).strftime("%Y-%m-%d")
