"""Bringing a database to the present schema, in one transaction; one from the future is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, text

from chopmark.errors import StoreError
from chopmark.store.schema import SCHEMA
from chopmark.wording import Wording

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS: Final = "chopmark.store:migrations"


def version(connection: Connection) -> str | None:
    """The migration that the database is at; None for one that Chopmark never opened."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def migrate(connection: Connection) -> None:
    """Run what is missing, inside the caller's transaction: all of it or nothing.

    The caller holds the writers' turn, so of two processes that start together the second finds the work done.
    Raises ``StoreError`` if the database was made by a newer Chopmark, or by something else.
    """
    # Alembic takes a while to import, and nearly every start finds nothing to do: callers ask ``version`` first.
    from alembic import command
    from alembic.script import ScriptDirectory

    found = version(connection)
    if found == SCHEMA:
        return
    config = configuration()
    if found is None:
        _refuse_foreign(connection)
    elif found not in {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}:
        raise StoreError(
            why=Wording(f"其结构版本 {found} 比本程序新", f"its schema {found} is newer than this program"),
            fix_zh="请升级 Chopmark 后再打开；没有改动任何内容",
            fix_en="Upgrade Chopmark and open it again; nothing was changed",
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def configuration() -> Config:
    """Alembic's configuration: the scripts lie in this package, there is no file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    return config


def _refuse_foreign(connection: Connection) -> None:
    if inspect(connection).get_table_names():
        raise StoreError(
            why=Wording("其中已有其他程序的表", "it holds another program's tables"),
            fix_zh="请换用空数据库",
            fix_en="Use an empty database",
        )
