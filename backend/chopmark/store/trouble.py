"""What a database driver says, turned into one ``StoreError`` with a remedy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from chopmark.errors import StoreError
from chopmark.wording import Wording

Remedy = tuple[Wording, str, str]

_LOCKED: Final[Remedy] = (
    Wording("被其他程序占用，等待超时", "another program holds it, and waiting took too long"),
    "稍后重试；如仍不行，请检查是否有其他程序长时间打开该数据库",
    "Try again later; if it stays so, see which program keeps the database open",
)
_FULL: Final[Remedy] = (
    Wording("磁盘空间不足", "the disk is full"),
    "清理磁盘后重跑；未确认的内容没有写入",
    "Free some space and run again; nothing unacknowledged was written",
)
_READ_ONLY: Final[Remedy] = (
    Wording("没有写入权限", "it cannot be written"),
    "请检查数据库文件及其文件夹的权限",
    "Check the permissions of the database file and of its folder",
)
_NOT_OPENED: Final[Remedy] = (
    Wording("无法打开", "it cannot be opened"),
    "请检查路径、文件夹是否存在，以及权限",
    "Check that the path is right, that its folder exists, and the permissions",
)
_CORRUPT: Final[Remedy] = (
    Wording("文件已损坏，或不是数据库", "the file is damaged, or is no database"),
    "请从备份恢复；链上内容可用 chopmark audit rebuild 核对",
    "Restore it from a backup; chopmark audit rebuild compares it with the chain",
)
_DISK: Final[Remedy] = (
    Wording("磁盘读写出错", "the disk reported an error"),
    "请检查磁盘，从备份恢复后重跑",
    "Check the disk; restore from a backup if need be, then run again",
)
_SERVER: Final[Remedy] = (
    Wording("数据库服务器没有应答", "the database server does not answer"),
    "请检查服务器是否运行、地址与账号是否正确",
    "Check that the server runs and that address and account are right",
)
_CONFLICT: Final[Remedy] = (
    Wording("与已有内容冲突，未写入", "it conflicts with what is stored; nothing was written"),
    "请重跑；如仍出现，请运行 chopmark audit rebuild",
    "Run again; if it happens again, run chopmark audit rebuild",
)

_SQLITE: Final[dict[int, Remedy]] = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_AUTH: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _NOT_OPENED,
    sqlite3.SQLITE_CORRUPT: _CORRUPT,
    sqlite3.SQLITE_NOTADB: _CORRUPT,
    sqlite3.SQLITE_IOERR: _DISK,
}
_POSTGRES: Final[dict[str, Remedy]] = {
    "55P03": _LOCKED,  # lock_not_available
    "57014": _LOCKED,  # statement timeout
    "40001": _LOCKED,  # serialization failure
    "40P01": _LOCKED,  # deadlock
    "53100": _FULL,
    "25006": _READ_ONLY,
    "42501": _READ_ONLY,
    "XX001": _CORRUPT,
    "XX002": _CORRUPT,
}


def store_error(remedy: Remedy, said: str = "") -> StoreError:
    """The error; ``said``: the driver's own words, kept short and shown in brackets."""
    why, fix_zh, fix_en = remedy
    words = f"（{said}）" if said else ""
    brackets = f" ({said})" if said else ""
    return StoreError(why=Wording(_literal(why.zh + words), _literal(why.en + brackets)), fix_zh=fix_zh, fix_en=fix_en)


def _literal(text: str) -> str:
    """A driver may say braces; a wording would take them for places."""
    return text.replace("{", "(").replace("}", ")")


def explain(fault: SQLAlchemyError | sqlite3.Error) -> StoreError:
    """The ``StoreError`` for a driver's exception. Its words never hold the statement's values."""
    said = fault.orig if isinstance(fault, DBAPIError) else fault
    if isinstance(said, sqlite3.Error):
        # Extended codes carry the primary code in the lowest byte.
        code = getattr(said, "sqlite_errorcode", None)
        if isinstance(fault, IntegrityError) or isinstance(said, sqlite3.IntegrityError):
            return store_error(_CONFLICT, str(said))
        return store_error(_SQLITE.get(code & 0xFF, _DISK) if code is not None else _DISK, str(said))
    state = getattr(said, "sqlstate", None)
    if isinstance(fault, IntegrityError):
        # PostgreSQL's second line shows values; the constraint's name is enough.
        diagnosis = getattr(said, "diag", None)
        return store_error(_CONFLICT, getattr(diagnosis, "constraint_name", None) or "")
    if state in _POSTGRES:
        return store_error(_POSTGRES[state])
    return store_error(_SERVER, type(said).__name__)


@contextmanager
def explained() -> Iterator[None]:
    """Whatever the driver raises inside comes out as ``StoreError``."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as fault:
        raise explain(fault) from fault


def conflict(said: str) -> StoreError:
    """What is said when somebody else was first and this transaction must be given up."""
    return store_error(_CONFLICT, said)
