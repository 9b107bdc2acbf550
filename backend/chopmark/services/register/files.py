"""Reading and checking the files that credentials bind: whole, not encrypted, within the limit, hashed once each."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Final, Self

from chopmark.core.finding import Finding, Place
from chopmark.services.files import Sandbox, TooLarge, Trouble, read_file
from chopmark.services.register.draft import GivenFile, readable
from chopmark.wording import Wording

_MEBIBYTE: Final = 1 << 20
_WHY: Final = {
    Trouble.EMPTY: Wording("是空文件", "is empty"),
    Trouble.ENCRYPTED: Wording("已加密，评审人员将无法打开", "is encrypted; reviewers could not open it"),
    Trouble.DAMAGED: Wording("已损坏或不完整", "is damaged or not whole"),
    Trouble.TOO_LARGE: Wording("过大", "is too large"),
    Trouble.UNREADABLE: Wording("无法读取", "cannot be read"),
}


class FileBinder:
    """Reads files for registration. ``limit``: bytes of one file. A context manager: it may start a sandboxed child."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._sandbox = Sandbox()

    def __enter__(self) -> Self:
        self._sandbox.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sandbox.__exit__(kind, error, trace)

    def bind(self, path: Path, place: Place | None = None) -> GivenFile | Finding:
        """The file ready to be bound, or what is wrong with it (I030 not there, I031 cannot be used)."""
        where = place or Place(file=readable(path.name))
        try:
            read = read_file(path, self._limit)
        except FileNotFoundError:
            return Finding("I030", {"name": readable(path.name)}, where)
        except TooLarge:
            return self._refused(path, Trouble.TOO_LARGE, where)
        except OSError:
            return self._refused(path, Trouble.UNREADABLE, where)
        trouble = self._sandbox.dissect(path, read.media_type).trouble if read.size else Trouble.EMPTY
        if trouble is not Trouble.NONE:
            return self._refused(path, trouble, where)
        return GivenFile(path, read.size, read.sha256, read.media_type)

    def _refused(self, path: Path, trouble: Trouble, place: Place) -> Finding:
        return Finding(
            "I031", {"name": readable(path.name), "why": _WHY[trouble], "limit": self._limit // _MEBIBYTE}, place
        )
