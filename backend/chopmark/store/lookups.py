"""Who asked about which number, and what came of it: for limits, and for whoever wants to know who looked.

Numbers are here as keyed digests only: the table tells that two questions were about one number, not which.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select, update

from chopmark.store.room import Room
from chopmark.store.schema import LOOKUP_NUMBERS, LOOKUPS

_L: Final = LOOKUPS.c
_N: Final = LOOKUP_NUMBERS.c


class Lookups(Room):
    """Questions in the order in which they came. Rows are added and given their outcome, never removed."""

    def add(self, asker: str, at: int, digests: Sequence[bytes], outcome: str) -> int:
        """Keep a question; its row number. ``at``: unix seconds. ``digests``: of every number that it may mean."""
        number = self._next_id(LOOKUPS)
        self._connection.execute(LOOKUPS.insert().values(id=number, asker=asker, at=at, outcome=outcome))
        rows = [{"lookup_id": number, "digest": digest} for digest in sorted(set(digests))]
        if rows:
            self._connection.execute(LOOKUP_NUMBERS.insert(), rows)
        return number

    def conclude(self, lookup_id: int, outcome: str) -> None:
        """Say what came of a question."""
        self._connection.execute(update(LOOKUPS).where(_L.id == lookup_id).values(outcome=outcome))

    def of_asker(self, asker: str, since: int, without: Sequence[str] = ()) -> tuple[int, int]:
        """How many questions somebody asked after ``since``, and when the first of them was; those with other outcomes."""
        mine = (_L.asker == asker, _L.at > since, _L.outcome.not_in(without))
        return self._counted(select(func.count(), func.min(_L.at)).where(*mine))

    def of_number(
        self, digest: bytes, since: int, without: Sequence[str] = (), asker: str | None = None
    ) -> tuple[int, int]:
        """As ``of_asker``: about one number, whoever asked, or of one asker."""
        about = [_N.digest == digest, _L.id == _N.lookup_id, _L.at > since, _L.outcome.not_in(without)]
        if asker is not None:
            about.append(_L.asker == asker)
        return self._counted(select(func.count(), func.min(_L.at)).where(*about))

    def _counted(self, statement: object) -> tuple[int, int]:
        row = self._one(statement)  # type: ignore[arg-type]  # a select of two figures
        return (0, 0) if row is None else (int(row[0]), int(row[1] or 0))
