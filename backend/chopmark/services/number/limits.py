"""How often may be asked: guessing at who holds a number must not pay, and looking papers up must not suffer.

A question is counted before it is answered, as if it had missed, and given its outcome after: neither a crash nor asking
many times at once makes a guess free. What is counted does not depend on whether the number is registered.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from chopmark.errors import Throttled
from chopmark.wording import Wording

HOUR: Final = 3_600
DAY: Final = 86_400
ALL: Final = 10
"""So many askers have to use up their guesses about a number before nobody may ask about it."""


class Outcome(StrEnum):
    """What came of a question."""

    ASKED = "asked"
    """Not answered yet, or never."""
    AGREED = "agreed"
    """The holder was named rightly, and nothing that was typed differs."""
    DIFFERED = "differed"
    MISSED = "missed"
    """Nothing here agrees with number and holder."""
    THROTTLED = "throttled"


@dataclass(frozen=True, slots=True)
class Limits:
    """``asked``: questions of one asker in an hour. ``missed``: of these, such as did not agree.

    ``missed_number``: questions of one asker in a day about one number that did not agree.
    """

    asked: int
    missed: int
    missed_number: int

    @property
    def missed_number_by_all(self) -> int:
        """As ``missed_number``, whoever asked: so high that one asker's guesses lock nobody else out of a number."""
        return ALL * self.missed_number


class Lookups(Protocol):
    """The log of questions."""

    def add(self, asker: str, at: int, digests: Sequence[bytes], outcome: str) -> int:
        """Keep a question; its row number."""

    def conclude(self, lookup_id: int, outcome: str) -> None:
        """Say what came of it."""

    def of_asker(self, asker: str, since: int, without: Sequence[str] = ()) -> tuple[int, int]:
        """How many, and when the first was."""

    def of_number(
        self, digest: bytes, since: int, without: Sequence[str] = (), asker: str | None = None
    ) -> tuple[int, int]:
        """How many about one number, of one asker or of all, and when the first was."""


class Log(Protocol):
    """The part of a store's transaction that holds the log."""

    @property
    def lookups(self) -> Lookups:
        """The log."""


Begin = Callable[[], AbstractContextManager[Log]]


def digests_of(numbers: Iterable[str], key: bytes) -> tuple[bytes, ...]:
    """What stands in the log for numbers: whoever reads it without the key cannot try numbers out."""
    return tuple(hmac.digest(key, number.encode(), "sha256") for number in dict.fromkeys(numbers))


def admit(begin: Begin, asker: str, digests: Sequence[bytes], now: int, limits: Limits) -> int:
    """Count a question; its row number in the log. Raises ``Throttled`` if it is one too many."""
    with begin() as tx:
        refused = _refused(tx.lookups, asker, digests, now, limits)
        if refused is None:
            return tx.lookups.add(asker, now, digests, Outcome.ASKED)
        answered = (Outcome.ASKED, Outcome.AGREED, Outcome.DIFFERED, Outcome.MISSED)
        if tx.lookups.of_asker(asker, now - HOUR, without=answered)[0] < limits.asked:  # a flood does not fill the disk
            tx.lookups.add(asker, now, digests, Outcome.THROTTLED)
    raise refused


def conclude(begin: Begin, lookup_id: int, outcome: Outcome) -> None:
    """Say what came of a question."""
    with begin() as tx:
        tx.lookups.conclude(lookup_id, outcome)


def _refused(lookups: Lookups, asker: str, digests: Sequence[bytes], now: int, limits: Limits) -> Throttled | None:
    missed = (Outcome.AGREED, Outcome.THROTTLED)
    counted = [
        (lookups.of_asker(asker, now - HOUR, without=(Outcome.THROTTLED,)), limits.asked, HOUR, _ASKED),
        (lookups.of_asker(asker, now - HOUR, without=missed), limits.missed, HOUR, _MISSED),
    ]
    for each in digests:
        own = lookups.of_number(each, now - DAY, without=missed, asker=asker)
        all_ = lookups.of_number(each, now - DAY, without=missed)
        counted += [(own, limits.missed_number, DAY, _NUMBER), (all_, limits.missed_number_by_all, DAY, _NUMBER_BY_ALL)]
    waits = [(first + window - now, limit, why) for (count, first), limit, window, why in counted if count >= limit]
    if not waits:
        return None
    seconds, limit, why = max(waits, key=lambda wait: wait[0])
    return Throttled(why=why.filled(limit=limit), seconds=max(1, seconds))


_ASKED: Final = Wording("每小时至多{limit}次", "at most {limit} questions an hour")
_MISSED: Final = Wording("每小时至多{limit}次不相符的查询", "at most {limit} questions an hour that do not agree")
_NUMBER: Final = Wording(
    "同一编号每天至多{limit}次不相符的查询", "at most {limit} questions a day about one number that do not agree"
)
_NUMBER_BY_ALL: Final = Wording(
    "同一编号每天合计至多{limit}次不相符的查询",
    "at most {limit} questions a day of everybody about one number that do not agree",
)
