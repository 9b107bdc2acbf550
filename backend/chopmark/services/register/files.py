"""Reading and checking the files that credentials bind: whole, not encrypted, within the limit, hashed once each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from chopmark.core.finding import Finding, Place
from chopmark.services.files import FileRead, Sandbox, TooLarge, Trouble, read_file
from chopmark.services.register.draft import GivenFile, readable
from chopmark.wording import Wording

_MEBIBYTE: Final = 1 << 20
_MOST_HANDS: Final = 4
_EACH: Final = 50
"""Files for which a further child is worth its start."""
_WHY: Final = {
    Trouble.EMPTY: Wording("是空文件", "is empty"),
    Trouble.ENCRYPTED: Wording("已加密，评审人员将无法打开", "is encrypted; reviewers could not open it"),
    Trouble.DAMAGED: Wording("已损坏或不完整", "is damaged or not whole"),
    Trouble.TOO_LARGE: Wording("过大", "is too large"),
    Trouble.UNREADABLE: Wording("无法读取", "cannot be read"),
}


@dataclass(frozen=True, slots=True)
class _Look:
    """What was seen of a file: what reading it told, or why it cannot be used; neither if it is not there."""

    read: FileRead | None = None
    trouble: Trouble = Trouble.NONE


class FileBinder:
    """Reads files for registration. ``limit``: bytes of one file. A context manager: it may start sandboxed children."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._sandbox = Sandbox()
        self._seen: dict[Path, _Look] = {}

    def __enter__(self) -> Self:
        self._sandbox.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sandbox.__exit__(kind, error, trace)

    def read_ahead(self, paths: Sequence[Path]) -> None:
        """Look at many files at once, each core with a child of its own; ``bind`` then answers from what was seen."""
        hands = min(_MOST_HANDS, os.cpu_count() or 1, 1 + len(paths) // _EACH)
        if hands < 2:
            return
        with ThreadPoolExecutor(hands) as pool:
            for seen in pool.map(self._look_at, (paths[hand::hands] for hand in range(hands))):
                self._seen.update(seen)

    def bind(self, path: Path, place: Place | None = None) -> GivenFile | Finding:
        """The file ready to be bound, or what is wrong with it (I030 not there, I031 cannot be used)."""
        where = place or Place(file=readable(path.name))
        seen = self._seen.get(path) or self._look(path, self._sandbox)
        if seen.trouble is not Trouble.NONE:
            return self._refused(path, seen.trouble, where)
        if seen.read is None:
            return Finding("I030", {"name": readable(path.name)}, where)
        return GivenFile(path, seen.read.size, seen.read.sha256, seen.read.media_type)

    def _look_at(self, paths: Sequence[Path]) -> dict[Path, _Look]:
        with Sandbox() as sandbox:
            return {path: self._look(path, sandbox) for path in paths}

    def _look(self, path: Path, sandbox: Sandbox) -> _Look:
        try:
            read = read_file(path, self._limit)
        except FileNotFoundError:
            return _Look()
        except TooLarge:
            return _Look(trouble=Trouble.TOO_LARGE)
        except OSError:
            return _Look(trouble=Trouble.UNREADABLE)
        trouble = sandbox.dissect(path, read.media_type, opens=True).trouble if read.size else Trouble.EMPTY
        return _Look(read, trouble)

    def _refused(self, path: Path, trouble: Trouble, place: Place) -> Finding:
        return Finding(
            "I031", {"name": readable(path.name), "why": _WHY[trouble], "limit": self._limit // _MEBIBYTE}, place
        )
