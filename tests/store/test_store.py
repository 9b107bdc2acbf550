"""Opening, transactions, and everything that can be wrong with a database."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from chopmark.errors import StoreError
from chopmark.store import Store
from chopmark.store.migrate import configuration
from chopmark.store.schema import METADATA, SCHEMA
from chopmark.wording import Language
from tests.fixtures.ledger import ISSUER, new_credential


def _said(fault: StoreError) -> str:
    """What people read; nothing may be left to fill in, and there is always a next step."""
    said = " ".join(
        (fault.say(Language.ZH), fault.say(Language.EN), fault.next_step(Language.ZH), fault.next_step(Language.EN))
    )
    assert "…" not in said
    assert "{" not in said
    assert fault.next_step(Language.ZH)
    assert fault.next_step(Language.EN)
    return said


# --- schema


def test_the_newest_migration_is_the_one_that_opening_expects() -> None:
    assert ScriptDirectory.from_config(configuration()).get_current_head() == SCHEMA


def test_migrating_an_empty_database_gives_the_tables_that_the_code_uses(database_url: str) -> None:
    with Store.open(database_url) as store, store._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_opening_again_changes_nothing(database_url: str) -> None:
    with Store.open(database_url) as store, store.begin() as tx:
        tx.site.set("greeting", "你好")
    with Store.open(database_url) as store, store.read() as tx:
        assert tx.site.get("greeting") == "你好"


def test_a_database_of_the_first_schema_keeps_what_it_holds(database_url: str) -> None:
    engine = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO nodes (alias, role, controller, key, profile, created_at)"
                " VALUES ('oriental', 'issuer', 'cold', 'work', '{}', 1)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO credentials (id, commitment, issuer, kind, number, fingerprint, payload, disclosures, label,"
                " accepted_at, withdrawn) VALUES (7, :issuer, :issuer, 'degree', 'N1', :issuer, :issuer, '[]', 'a', 1, false)"
            ),
            {"issuer": ISSUER},
        )
    engine.dispose()
    with Store.open(database_url) as store:
        with store._engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        with store.begin() as tx:
            assert (tx.nodes.get("oriental").key, tx.nodes.get("oriental").payer) == ("work", "")
            assert tx.credentials.find_number(ISSUER, "degree", ["N1"])["N1"].id == 7
            assert [*tx.credentials.add_many([new_credential("N2")])] == [8]


def test_a_newer_schema_is_refused_and_left_alone(database_url: str) -> None:
    with Store.open(database_url) as store, store._engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for _ in range(2):
        with pytest.raises(StoreError, match="9999") as caught:
            Store.open(database_url)
        assert "Upgrade" in _said(caught.value)


def test_another_programs_database_is_refused(database_url: str) -> None:
    engine = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER)"))
    engine.dispose()
    with pytest.raises(StoreError, match="another program") as caught:
        Store.open(database_url)
    _said(caught.value)


def test_several_may_open_an_empty_database_at_once(database_url: str) -> None:
    faults: list[BaseException] = []

    def open_it() -> None:
        try:
            Store.open(database_url).close()
        except BaseException as fault:  # noqa: BLE001  (a thread's failure has to reach the test)
            faults.append(fault)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


# --- transactions


def test_a_block_that_raises_writes_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.begin() as tx:  # noqa: PT012  (the block is what is tried)
        tx.credentials.add_many([new_credential("a")])
        raise ZeroDivisionError
    with store.read() as tx:
        assert tx.credentials.pending_counts() == {}


def test_reading_sees_one_moment_and_blocks_nobody(store: Store) -> None:
    with store.read() as reading:
        assert reading.site.get("key") is None
        with store.begin() as tx:
            tx.site.set("key", "value")
        assert reading.site.get("key") is None
    with store.read() as reading:
        assert reading.site.get("key") == "value"


def test_writing_while_reading_is_an_error(store: Store) -> None:
    with pytest.raises(StoreError), store.read() as tx:
        tx.site.set("key", "value")
    with store.begin() as tx:
        tx.site.set("key", "value")


def test_writers_take_turns(store: Store) -> None:
    def add_ten() -> None:
        for _ in range(10):
            with store.begin() as tx:
                tx.site.set("count", str(int(tx.site.get("count") or "0") + 1))

    threads = [threading.Thread(target=add_ten) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as tx:
        assert tx.site.get("count") == "40"


def test_a_writer_waits_for_its_turn_only_so_long(database_url: str) -> None:
    with Store.open(database_url) as holder, Store.open(database_url, wait=0.5) as waiter, holder.begin() as tx:
        tx.site.set("key", "held")
        began = time.monotonic()
        with pytest.raises(StoreError) as caught, waiter.begin() as other:
            other.site.set("key", "mine")
        assert 0.3 < time.monotonic() - began < 5
        assert "Try again later" in _said(caught.value)
        with waiter.read() as reading:
            assert reading.site.get("key") is None
    with Store.open(database_url) as store, store.read() as tx:
        assert tx.site.get("key") == "held"


# --- SQLite's file


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def test_only_its_owner_may_read_the_file(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store, store.begin() as tx:
        tx.site.set("key", "value")
        files = list(_path(sqlite_url).parent.glob("site.db*"))
        assert len(files) == 3
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_the_file_is_kept_as_promised(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store, store._engine.connect() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys", "page_size")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    assert found == ["wal", 2, 1, 16384]


def test_a_file_that_is_no_database_is_refused_and_left_alone(sqlite_url: str) -> None:
    _path(sqlite_url).write_bytes(b"not a database, but long enough to look at " * 100)
    with pytest.raises(StoreError) as caught:
        Store.open(sqlite_url)
    assert "damaged" in _said(caught.value)
    assert _path(sqlite_url).read_bytes().startswith(b"not a database")


def test_a_damaged_file_is_told(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store, store.begin() as tx:
        tx.credentials.add_many([new_credential(str(number), payload=os.urandom(900)) for number in range(400)])
    size = _path(sqlite_url).stat().st_size
    with _path(sqlite_url).open("r+b") as file:
        file.seek(16384 * 2)
        file.write(os.urandom(size - 16384 * 2))
    with pytest.raises(StoreError) as caught, Store.open(sqlite_url) as store, store.begin() as tx:  # noqa: PT012
        list(tx.credentials.get_many(range(1, 401)))
        tx.credentials.find_number(b"\x11" * 32, "degree", [str(number) for number in range(400)])
        tx.credentials.add_many([new_credential(f"new{number}") for number in range(400)])
    assert "damaged" in _said(caught.value)


def test_a_full_disk_is_told_and_nothing_half_is_left(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        with store.begin() as tx:
            tx.credentials.add_many([new_credential("before")])
        with store._engine.connect() as connection:  # a limit on the file acts as a full disk does
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(StoreError) as caught, store.begin() as tx:
            tx.credentials.add_many([new_credential(str(number), payload=os.urandom(9000)) for number in range(99)])
        assert "full" in _said(caught.value)
        with store.read() as tx:
            assert sum(tx.credentials.pending_counts().values()) == 1


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nowhere") as caught:
        Store.open(f"sqlite:///{tmp_path}/nowhere/site.db")
    assert "folder" in _said(caught.value)


@pytest.mark.parametrize("url", ["", "site.db", "sqlite://", "sqlite:///:memory:", "mysql://root@localhost/x"])
def test_an_address_of_no_database_is_refused(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        Store.open(url)
    assert "sqlite:///" in _said(caught.value)


def _as_nobody(act: Callable[[], str]) -> str:
    """What ``act`` says when it runs without root's right to write everywhere."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgid(65534)
            os.setuid(65534)
            os.write(write, act().encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as said:
        answer = said.read().decode()
    os.waitpid(child, 0)
    return answer


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user takes root")
def test_what_may_not_be_written_is_told(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store, store.begin() as tx:
        tx.site.set("key", "value")
    folder = _path(sqlite_url).parent
    for path in (*folder.parents[:3], folder):
        path.chmod(0o755)
    _path(sqlite_url).chmod(0o644)

    def open_it() -> str:
        try:
            Store.open(sqlite_url)
        except StoreError as fault:
            return _said(fault)
        return "opened"

    assert "cannot be" in _as_nobody(open_it)
    with Store.open(sqlite_url) as store, store.read() as tx:
        assert tx.site.get("key") == "value"


def test_another_process_holding_the_file_is_waited_for_and_then_told(sqlite_url: str) -> None:
    Store.open(sqlite_url).close()
    other = sqlite3.connect(_path(sqlite_url), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with Store.open(sqlite_url, wait=0.3) as store:
        began = time.monotonic()
        with pytest.raises(StoreError) as caught, store.begin():
            pass
        assert time.monotonic() - began < 5
        assert "another program holds it" in _said(caught.value)
        other.execute("COMMIT")
        with store.begin() as tx:
            tx.site.set("key", "value")
    other.close()


# --- PostgreSQL


def test_a_server_that_does_not_answer_is_told() -> None:
    with pytest.raises(StoreError) as caught:
        Store.open("postgresql://nobody:secret@127.0.0.1:9/none", wait=1)
    assert "does not answer" in _said(caught.value)
    assert "secret" not in _said(caught.value)
