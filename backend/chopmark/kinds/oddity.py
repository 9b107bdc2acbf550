"""What a rule between two fields finds, and what such rules have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from chopmark.core.identifiers import CHECKS
from chopmark.core.identifiers.checked import Facts
from chopmark.kinds.kind import Claims
from chopmark.wording import Wording


@dataclass(frozen=True, slots=True)
class Oddity:
    """``field`` does not fit ``other``. ``refuses``: it cannot be registered so; otherwise a human should look."""

    field: str
    other: str
    why: Wording
    refuses: bool


@dataclass(frozen=True, slots=True)
class Cross:
    """A rule and the fields that a kind must have to use it."""

    fields: tuple[str, ...]
    run: Callable[[Claims, date], Iterator[Oddity]]


BEFORE: Final = Wording("先后颠倒", "they are the wrong way round")


def facts_of(check: str, value: object, today: date) -> Facts:
    """What a well-formed identifier says of itself; empty if it is absent or not well-formed."""
    return CHECKS[check](str(value), today).facts if value else {}


def year_of(day: object) -> int:
    """The year of an ISO date, 0 if there is none."""
    return int(str(day)[:4]) if day else 0


def in_order(claims: Claims, first: str, second: str, *, refuses: bool) -> Iterator[Oddity]:
    """Two dates of which the first cannot be after the second; nothing if one is absent."""
    if str(claims.get(first, "")) > str(claims.get(second, "9999")):
        yield Oddity(second, first, BEFORE, refuses)
