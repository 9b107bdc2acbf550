"""Answers kept for requests that are sent again: written in the same transaction as what they answer for."""

from __future__ import annotations

from sqlalchemy import delete, select

from chopmark.core.access import KeptAnswer
from chopmark.store.room import Room
from chopmark.store.schema import REPEATS

_R = REPEATS.c


class Repeats(Room):
    """One row for each idempotency key that was used lately."""

    def find(self, key: bytes) -> KeptAnswer | None:
        """What was answered under a key."""
        row = self._one(select(REPEATS).where(_R.key == key))
        if row is None:
            return None
        return KeptAnswer(row.key, row.digest, row.status, row.location, row.body, row.created_at)

    def keep(self, answer: KeptAnswer) -> None:
        """Keep an answer. Raises ``StoreError`` if its key has one."""
        self._connection.execute(
            REPEATS.insert().values(
                key=answer.key,
                digest=answer.digest,
                status=answer.status,
                location=answer.location,
                body=answer.body,
                created_at=answer.created_at,
            )
        )

    def forget(self, before: int) -> int:
        """Drop what was kept before a time; how many."""
        return self._connection.execute(delete(REPEATS).where(_R.created_at < before)).rowcount
