"""The token that a caller shows to a site. It is never printed: neither by ``repr``, nor in an error, nor in a log."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Final

from chopmark.client.errors import TokenUnusable
from chopmark.wording import Wording

_SHAPE: Final = re.compile(r"[!-~]{1,512}", re.ASCII)
_LIMIT: Final = 4_096


class _Hidden(str):
    """A text that tools which print local variables do not show."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"


class Token:
    """A secret that goes into one header and nowhere else. Raises ``TokenUnusable`` for what cannot be a token."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        if not _SHAPE.fullmatch(secret):
            raise _unusable(_NO_TOKEN)
        self._secret = _Hidden(secret)

    def __repr__(self) -> str:
        return "Token(…)"

    def __reduce__(self) -> str:
        # Nothing that keeps objects in files or sends them to other processes gets it.
        raise TypeError("a token is not written anywhere")

    def header(self) -> str:
        """The value of the ``Authorization`` header."""
        return _Hidden(f"Bearer {self._secret}")


def read_token(path: Path) -> Token:
    """A token from a file that nobody else can read (mode 0600 or less).

    Raises ``TokenUnusable`` saying what is wrong with the file, never what is in it.
    """
    try:
        with path.open("rb") as stream:
            # The open file is asked, so that what was checked is what is read.
            status = os.fstat(stream.fileno())
            if os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077:
                raise TokenUnusable(
                    why=_OPEN.filled(path=path, mode=f"{stat.S_IMODE(status.st_mode):04o}"),
                    fix_zh=f"请运行 chmod 600 {path}；若他人可能已读过，请换发令牌",
                    fix_en=f"Run chmod 600 {path}; if somebody may have read it, get a new token",
                )
            data = stream.read(_LIMIT + 1)
    except OSError as fault:
        raise _unusable(_UNREADABLE.filled(path=path, why=fault.strerror)) from None
    try:
        return Token(data.decode("ascii").strip())
    except (UnicodeDecodeError, TokenUnusable):
        raise _unusable(_NO_TOKEN_IN.filled(path=path)) from None


def _unusable(why: Wording) -> TokenUnusable:
    return TokenUnusable(
        why=why,
        fix_zh="请用 --token-file 或 CHOPMARK_TOKEN_FILE 指定令牌文件，或向站点管理员索取令牌",
        fix_en="Name its file with --token-file or CHOPMARK_TOKEN_FILE, or ask the site's operator for one",
    )


_OPEN: Final = Wording("{path} 可被他人读取（权限 {mode}）", "others can read {path} (mode {mode})")
_UNREADABLE: Final = Wording("{path} 无法读取（{why}）", "{path} cannot be read ({why})")
_NO_TOKEN: Final = Wording("不是令牌", "it is no token")
_NO_TOKEN_IN: Final = Wording("{path} 中没有令牌", "there is no token in {path}")
