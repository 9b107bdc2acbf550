"""The public command line, as a user runs it: a program with arguments, an exit code and what it says."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_PROGRAM: Final = Path(sys.prefix) / "bin" / "chopmark"
_PATIENCE: Final = 300.0
"""Seconds after which a command counts as hanging."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one command said."""

    arguments: tuple[str, ...]
    code: int
    out: str
    err: str
    seconds: float

    @property
    def values(self) -> list[Any]:
        """The JSON values of the answer, one per line. Raises ``ValueError`` if it says anything else."""
        return [json.loads(line) for line in self.out.splitlines() if line.strip()]

    @property
    def value(self) -> Any:
        """The one JSON value of the answer. Raises ``ValueError`` if there is not exactly one."""
        (one,) = self.values
        return one

    @property
    def error_code(self) -> str:
        """The code of the error with which a ``--json`` command ended, or nothing."""
        with contextlib.suppress(ValueError, LookupError, TypeError):
            return str(self.values[-1]["error"]["code"])
        return ""

    def tell(self) -> str:
        """The command and all it said, for a person looking for a fault."""
        parts = (f"$ chopmark {' '.join(self.arguments)}   → exit {self.code}", self.out.strip(), self.err.strip())
        return "\n".join(part if len(part) < 4000 else part[:4000] + " …" for part in parts if part)


class CommandFailed(Exception):
    """A command of the set-up ended otherwise than it should."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(answer.tell())


class CommandLine:
    """`chopmark` in one home. Its processes have sessions of their own, so that a terminal's Ctrl-C reaches only us."""

    def __init__(self, home: Path, folder: Path | None = None, **variables: str) -> None:
        """``folder``: where its commands run, and leave what they write without being told where; None: where we are."""
        self.home = home
        self._folder = folder
        self._variables = variables

    def environment(self) -> dict[str, str]:
        """The variables of a command: those of this process, without settings meant for another home."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHOPMARK_")}
        return {**inherited, "CHOPMARK_HOME": str(self.home), "CHOPMARK_LANG": "en", **self._variables}

    def run(
        self, *arguments: str | Path, expect: Collection[int] | None = (0,), extra: Mapping[str, str] | None = None
    ) -> Answer:
        """Run to the end. ``expect``: exit codes that are fine, ``None`` for any; ``extra``: more variables.

        Raises:
            CommandFailed: another exit code.
        """
        began = time.monotonic()
        with self.started(*arguments, extra=extra) as process:
            try:
                out, err = process.communicate(timeout=_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                out, err = process.communicate()
                err += f"\n(killed: no end after {_PATIENCE:.0f} s)"
        words = tuple(str(argument) for argument in arguments)
        answer = Answer(words, process.returncode, out, err, time.monotonic() - began)
        if expect is not None and answer.code not in expect:
            raise CommandFailed(answer)
        return answer

    @contextlib.contextmanager
    def started(
        self, *arguments: str | Path, extra: Mapping[str, str] | None = None
    ) -> Iterator[subprocess.Popen[str]]:
        """A running command; it is stopped when the block is left, however that happens."""
        with subprocess.Popen(
            [str(_PROGRAM), *(str(argument) for argument in arguments)],
            env={**self.environment(), **(extra or {})},
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as process:
            _RUNNING.add(process)
            try:
                yield process
            finally:
                _RUNNING.discard(process)
                _end(process)

    def left_running(self, log: Path, *arguments: str | Path) -> subprocess.Popen[str]:
        """A command that goes on until its caller ends it; what it says is appended to ``log``."""
        with log.open("ab") as said:
            return subprocess.Popen(
                [str(_PROGRAM), *(str(argument) for argument in arguments)],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )


class _Running:
    """The commands of all threads, so that the one that hears Ctrl-C can stop them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._processes: list[subprocess.Popen[str]] = []
        self._closed = False

    def add(self, process: subprocess.Popen[str]) -> None:
        with self._lock:
            self._processes.append(process)
            closed = self._closed
        if closed:
            process.terminate()

    def discard(self, process: subprocess.Popen[str]) -> None:
        with self._lock:
            self._processes.remove(process)

    def interrupt(self) -> None:
        """Stop all that run, and every one that is still to come."""
        with self._lock:
            self._closed = True
            for process in self._processes:
                process.terminate()

    def reopen(self) -> None:
        """Let new ones run."""
        with self._lock:
            self._closed = False


_RUNNING: Final = _Running()


def interrupt_all() -> None:
    """Ask every running command to stop, and every one that is started before ``go_on``."""
    _RUNNING.interrupt()


def go_on() -> None:
    """Let commands be started again."""
    _RUNNING.reopen()


def _end(process: subprocess.Popen[str]) -> None:
    """Stop a command: politely, then not."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
