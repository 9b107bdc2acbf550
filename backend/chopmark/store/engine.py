"""Opening a database: SQLite or PostgreSQL behind one SQLAlchemy engine with one way of taking turns.

What the rest of the store may rely on, on both:

- ``write``: writers take turns, one at a time for the whole database, and see everything committed before. A writer
  waits for its turn at most ``wait`` seconds. What is committed is on disk (SQLite: WAL with ``synchronous=FULL``).
- ``read``: one snapshot for the whole transaction; it never blocks a writer and is never blocked by one.

PostgreSQL could do more than one writer. Ours hold no lock while they talk to a chain, so a turn lasts milliseconds,
and every rule that is checked before it is written (a number is free, a lease is held) holds on both databases for
the same reason.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from chopmark.errors import StoreError
from chopmark.store.trouble import store_error
from chopmark.wording import Wording

WRITERS_TURN: Final = 0x43484F50
"""PostgreSQL advisory lock that a writing transaction holds."""

_UNUSABLE: Final = (
    "可用 sqlite:///路径 或 postgresql://用户@主机/库名",
    "Use sqlite:///path or postgresql://user@host/name",
)


def open_engine(url: str, wait: float) -> Engine:
    """An engine for a database URL; makes an SQLite file that only its owner may read. Raises ``StoreError``."""
    where = _location(url)
    if where.get_backend_name() == "sqlite":
        return _sqlite(where, wait)
    return _postgres(where, wait)


def _location(url: str) -> URL:
    try:
        where = make_url(url)
    except ArgumentError:
        raise StoreError(
            why=Wording("不是数据库地址", "this is no database URL"), fix_zh=_UNUSABLE[0], fix_en=_UNUSABLE[1]
        ) from None
    name = where.get_backend_name()
    if name == "postgresql":
        return where.set(drivername="postgresql+psycopg")
    if name == "sqlite" and where.database not in (None, "", ":memory:"):
        return where.set(drivername="sqlite+pysqlite")
    raise StoreError(
        why=Wording(f"不支持“{name}”，或缺少文件名", f"“{name}” is not supported, or names no file"),
        fix_zh=_UNUSABLE[0],
        fix_en=_UNUSABLE[1],
    )


def _sqlite(where: URL, wait: float) -> Engine:
    path = Path(str(where.database))
    try:
        # Payloads are personal data: the file must never exist with other rights, and WAL and journal inherit them.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as fault:
        raise _not_opened(path, fault) from fault
    engine = create_engine(where, connect_args={"timeout": wait, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        # The time-out first: everything after it may have to wait.
        cursor.execute(f"PRAGMA busy_timeout={int(wait * 1000)}")

        # A credential takes about two kilobytes: small pages would leave half of each empty. Counts when the file is
        # made.
        cursor.execute("PRAGMA page_size=16384")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-65536")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred transaction that turns writer in the middle can fail at once with a stale snapshot: say it at the
        # start.
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql(f"PRAGMA query_only={int(reading)}")
        connection.exec_driver_sql("BEGIN DEFERRED" if reading else "BEGIN IMMEDIATE")

    return engine


def _postgres(where: URL, wait: float) -> Engine:
    try:
        engine = create_engine(where, connect_args={"connect_timeout": max(2, int(wait))}, pool_pre_ping=True)
    except ModuleNotFoundError as fault:
        raise StoreError(
            why=Wording("未安装 PostgreSQL 驱动", "the driver for PostgreSQL is not installed"),
            fix_zh="请安装 chopmark[postgres]",
            fix_en="Install chopmark[postgres]",
        ) from fault

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("reading", False):
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            return
        # Every statement after the turn is taken must see what the turn before committed.
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL READ COMMITTED"))
        connection.execute(text(f"SET LOCAL lock_timeout = {int(wait * 1000)}"))
        connection.execute(text("SET LOCAL synchronous_commit = on"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({WRITERS_TURN})"))

    return engine


def _not_opened(path: Path, fault: OSError) -> StoreError:
    why = Wording(f"无法打开或建立 {path}", f"{path} cannot be opened or made")
    return store_error(
        (
            why,
            "请检查路径、文件夹是否存在，以及对文件夹的写入权限",
            "Check that its folder exists and that you may write there",
        ),
        fault.strerror or "",
    )
