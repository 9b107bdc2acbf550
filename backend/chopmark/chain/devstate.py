"""The devnet's state file, and a second copy of it that is always whole.

anvil writes its state in place: killed in the middle, it leaves half a file and does not start again. So a copy is
kept of the last file that was complete; a chain that comes back from it is behind, which followers are made for.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

import orjson

KEEP_SECONDS = 2.0
SHARE = 20
"""Looking at the file may take one part in this many of the time."""


class DevState:
    """The state of one devnet under ``folder``: ``state.json`` is anvil's, ``kept.json`` the copy."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "state.json"
        self._kept = folder / "kept.json"
        self._broken = folder / "state.broken.json"
        self._stamp = 0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def exists(self) -> bool:
        """Whether there is a state to start from."""
        return self.path.exists()

    def recover(self) -> bool:
        """Puts the copy in the place of a state file that is not whole. False if there is no whole copy either."""
        if not self.exists and not self._kept.exists():
            return True
        state = _state(_bytes(self.path))
        if state is None:
            state = _state(_bytes(self._kept))
            if state is None:
                return False
            if self.exists:
                self.path.replace(self._broken)
        _write(self.path, orjson.dumps(_with_one_genesis(state)))
        return True

    def keep(self) -> None:
        """Copies the state file if it changed and is whole."""
        try:
            stamp = self.path.stat().st_mtime_ns
            data = self.path.read_bytes()
        except OSError:
            return
        if stamp != self._stamp and _state(data) is not None:
            _write(self._kept, data)
            self._stamp = stamp

    def keep_on(self) -> None:
        """Keeps the copy fresh from a thread of its own until ``close``."""
        self._over.clear()
        self._thread = threading.Thread(target=self._run, name="devnet-state", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the thread."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        pause = KEEP_SECONDS
        while not self._over.wait(pause):
            began = time.monotonic()
            self.keep()
            pause = max(KEEP_SECONDS, SHARE * (time.monotonic() - began))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _state(data: bytes) -> dict[str, Any] | None:
    """The state in a file; None if it is not a whole one."""
    try:
        state: dict[str, Any] = orjson.loads(data)
        for block in state["blocks"]:
            _number(block, "number")
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None
    return state


def _with_one_genesis(state: dict[str, Any]) -> dict[str, Any]:
    """The state without any block 0 but the oldest.

    Each start of anvil makes a block 0 of that second and writes it out beside the first one; which of them the next
    start takes up is left to chance, and a chain with another genesis is another chain to everybody who trusts it.
    """
    first = [block for block in state["blocks"] if _number(block, "number") == 0]
    oldest = min(first, key=lambda block: _number(block, "timestamp"), default=None)
    return state | {"blocks": [block for block in state["blocks"] if block is oldest or _number(block, "number")]}


def _number(block: dict[str, Any], name: str) -> int:
    return int(block["header"][name], 16)


def _write(path: Path, data: bytes) -> None:
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
