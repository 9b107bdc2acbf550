"""Processes that a killed run of the demonstration left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import Final

_PATIENCE: Final = 20.0
"""Seconds; a node writes its whole state before it ends."""


def end_left_behind(record: Path, mark: Path) -> int:
    """Stop the process whose id is in ``record`` if its command names ``mark``; its id, 0 if there is none.

    Only for whoever holds the demonstration's own lock: nobody else can be using that process then.
    """
    try:
        pid = int(record.read_text(encoding="ascii"))
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return 0
    if os.fsencode(mark) not in command:
        return 0
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        for _ in range(int(_PATIENCE / 0.1)):
            if not Path(f"/proc/{pid}").exists():
                return pid
            time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)
    return pid
