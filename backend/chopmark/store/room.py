"""What every room of the database shares: its connection, row numbers, and lists longer than a statement's places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from sqlalchemy import Connection, Executable, Row, Table, func, select

Item = TypeVar("Item")
Line: TypeAlias = Row[*tuple[Any, ...]]
"""A row of any statement; the dataclasses of ``core.ledger`` give it types."""

CHUNK: Final = 5_000
"""Values in one ``IN (…)``: SQLite takes 32,766 places in a statement, PostgreSQL 65,535."""


class Room:
    """One subject's questions to the database, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _rows(self, statement: Executable) -> Sequence[Line]:
        return self._connection.execute(statement).all()

    def _one(self, statement: Executable) -> Line | None:
        return self._connection.execute(statement).first()

    def _number(self, statement: Executable) -> int:
        return int(self._connection.execute(statement).scalar() or 0)

    def _next_id(self, table: Table) -> int:
        """The next free row number. Right because writers take turns and rows are never removed."""
        return self._number(select(func.max(table.c.id))) + 1


def chunks(items: Sequence[Item], size: int = CHUNK) -> Iterator[Sequence[Item]]:
    """The items in runs of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
