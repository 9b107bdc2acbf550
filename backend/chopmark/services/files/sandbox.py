"""A limited child process that looks into files: what kills a parser kills the child, and the check goes on.

The child is started for the first file that needs it, lives for the whole run, has a ceiling of memory, and is replaced
when it dies or takes too long over one file.
"""

from __future__ import annotations

import json
import math
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from chopmark.services.files.anatomy import Anatomy, Trouble

SECONDS: Final = 15.0
"""How long the child may take over one file."""


class Sandbox:
    """Asks the child about one file after another. A context manager; closing it ends the child.

    ``seconds``: for one file; ``until``: when no more files are looked into, by the clock ``time.monotonic``.
    """

    def __init__(self, seconds: float = SECONDS, until: float = math.inf) -> None:
        self._seconds = seconds
        self._until = until
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def dissect(self, path: Path, media_type: str, *, opens: bool = False) -> Anatomy:
        """Look into a file; ``UNREADABLE`` if that takes too long or too much memory, or there is no time left for it.

        ``opens``: only whether it opens is asked, which takes half the time.
        """
        left = self._until - time.monotonic()
        if left <= 0:
            return _unreadable(media_type)
        if self._child is not None and self._child.poll() is not None:
            self._end()  # killed between two files: no file's fault
        child = self._child or self._start()
        answer = _ask(child, _question(path, media_type, opens=opens), min(self._seconds, left))
        if answer is None:
            self._end()
            return _unreadable(media_type)
        return Anatomy(Trouble(str(answer["trouble"])), bool(answer["scanned"]))

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "PATH": os.environ.get("PATH", "")}
        self._child = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            [sys.executable, "-m", __package__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        child.wait()


def _unreadable(media_type: str) -> Anatomy:
    return Anatomy(Trouble.UNREADABLE, scanned=media_type.startswith("image/"))


def _question(path: Path, media_type: str, *, opens: bool) -> dict[str, object]:
    return {"path": str(path.absolute()), "media_type": media_type, "opens": opens}


def _ask(child: subprocess.Popen[bytes], question: dict[str, object], seconds: float) -> dict[str, object] | None:
    """The child's answer; None if it died or is too slow."""
    if child.stdin is None or child.stdout is None:
        return None
    try:
        child.stdin.write(json.dumps(question).encode("ascii") + b"\n")
        child.stdin.flush()
        # One short line per question, so what is ready is the whole answer.
        ready, _, _ = select.select([child.stdout], [], [], seconds)
        line = child.stdout.readline() if ready else b""
    except OSError:
        return None
    answer: dict[str, object] | None = json.loads(line) if line else None
    return answer
