"""The demonstration's service: `chopmark serve` as a process, looked after like the chain's node."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from typing import Any, Final

from _demo.command import Answer, CommandFailed, CommandLine
from _demo.folder import Folder
from _demo.left_behind import end_left_behind

PORT: Final = 8000
_READY_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 1.2
"""What is under way when somebody presses Ctrl-C gets so long; to be cut off costs nothing, everything accepted is on disk."""
_LAST_WORDS: Final = 3000


class Service:
    """One `chopmark serve` for a site's home. It logs to ``service.log`` in the site's folder."""

    def __init__(self, folder: Folder, chopmark: CommandLine, port: int) -> None:
        self.log = folder.service_log
        self._record = folder.root / "service.pid"
        self._home = folder.home
        self._chopmark = chopmark
        self._port = port
        self._process: subprocess.Popen[str] | None = None
        self._began = 0.0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def alive(self) -> bool:
        """Whether the process that this object started still runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process; 0 if it was not started here."""
        return self._process.pid if self._process is not None else 0

    def start(self) -> None:
        """Start the process; ``wait_until_ready`` waits for it."""
        if self.alive:
            return
        self._began = time.monotonic()
        # The home is named on the command line, so that the process of a killed run can be told from others'.
        words = ("--home", self._home, "serve", "--port", str(self._port))
        self._process = self._chopmark.left_running(self.log, *words)
        self._record.write_text(str(self._process.pid), encoding="ascii")

    def wait_until_ready(self) -> None:
        """Wait until it says that it can serve.

        Raises:
            CommandFailed: it ended instead, or does not get ready.
        """
        seen: Any = None
        while self.alive and time.monotonic() - self._began < _READY_SECONDS:
            seen = self.readiness()
            if seen is not None and seen["ready"]:
                return
            time.sleep(0.05)
        said = self.log.read_text("utf-8", "replace")[-_LAST_WORDS:] if self.log.exists() else ""
        code = self._process.poll() if self._process is not None else None
        words = ("serve", "--port", str(self._port))
        raise CommandFailed(Answer(words, -1 if code is None else code, json.dumps(seen), said, self.age))

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self._began

    def readiness(self) -> dict[str, Any] | None:
        """What ``/readyz`` says; None while nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as reply:  # noqa: S310 -- our own service
                answer: dict[str, Any] = json.load(reply)
        except urllib.error.HTTPError as refusal:
            answer = json.load(refusal)
        except (OSError, ValueError):
            return None
        return answer

    def stop(self) -> None:
        """End it, with what it started. Harmless if it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._record.unlink(missing_ok=True)

    def end_left_behind(self) -> int:
        """End what a killed run left behind; its process id, 0 if there is none."""
        return end_left_behind(self._record, self._home)
