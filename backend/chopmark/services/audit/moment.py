"""``--as-of``: a block, or a time; what was known then."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from chopmark.core.lifeline import known_then
from chopmark.core.transaction import BlockRef, Logged
from chopmark.errors import UsageError
from chopmark.services.audit.source import EventSource
from chopmark.wording import Wording

_BLOCK: Final = re.compile(r"[0-9]{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class AsOf:
    """A moment of the past: a block, or a time in unix seconds. ``time``: of the block, where a block was asked for."""

    block: int | None
    time: int

    def known(self, logged: list[Logged]) -> tuple[Logged, ...]:
        """The events that were known then."""
        if self.block is not None:
            return known_then(logged, upto_block=self.block)
        return known_then(logged, upto_time=self.time)


def is_block(text: str) -> bool:
    """Whether what was typed is a block's number; anything else is a date or time."""
    return bool(_BLOCK.fullmatch(text.strip()))


def as_of(source: EventSource, *, block: int | None = None, time: int | None = None) -> AsOf:
    """The moment that was asked for; the pinned block if none was.

    Raises ``UsageError`` for one that is not final yet: what was known then may still change.
    """
    at: BlockRef = source.at
    if block is not None:
        if block > at.number:
            raise UsageError(why=_NOT_YET.filled(block=at.number))
        return AsOf(block, source.time_of(block))
    if time is not None:
        if time > at.time:
            raise UsageError(why=_NOT_YET.filled(block=at.number))
        return AsOf(None, time)
    return AsOf(at.number, at.time)


_NOT_YET: Final = Wording(
    "所指时刻晚于最新的最终区块 {block}", "that moment is later than the newest final block, {block}"
)
