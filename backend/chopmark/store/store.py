"""The site's database: opened once, then transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Self

from sqlalchemy import Engine

from chopmark.store.engine import open_engine
from chopmark.store.migrate import migrate, version
from chopmark.store.schema import SCHEMA
from chopmark.store.transaction import Transaction
from chopmark.store.trouble import explained

WAIT: Final = 10.0
"""Seconds to wait for another writer before giving up."""


class Store:
    """A site's database. It may be used from several threads, each with its own transactions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str, *, wait: float = WAIT) -> Self:
        """Open a database by its SQLAlchemy URL, making and migrating it as needed.

        ``wait``: seconds to wait for another writer, here and in every transaction.
        Raises ``StoreError``, with a remedy, for a database that is locked, full, read-only, damaged, another
        program's, newer than this program, or not there.
        """
        engine = open_engine(url, wait)
        try:
            with explained():
                with engine.connect().execution_options(reading=True) as connection:
                    current = version(connection) == SCHEMA
                if not current:
                    with engine.begin() as connection:
                        migrate(connection)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """One writing transaction: all of it is on disk when the block ends, none of it if the block raises.

        Writers take turns; keep it short and never talk to a chain in it. Raises ``StoreError``.
        """
        with explained(), self._engine.begin() as connection:
            yield Transaction(connection)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """One snapshot. It neither blocks a writer nor sees one. Writing in it is an error. Raises ``StoreError``."""
        with explained(), self._engine.connect().execution_options(reading=True) as connection:
            yield Transaction(connection)

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """For ``with Store.open(…) as store``."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()
