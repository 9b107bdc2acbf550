"""Who holds a lease: a name that another process on the same machine can see to be dead.

Without that, a command killed in the middle would leave the next one waiting until its lease ends. A mistake is
harmless: the lease's token decides who writes, and both would send the same bytes.
"""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path
from typing import Final

_PARTS: Final = 5


def holder_here() -> str:
    """This process, now: ``host/machine run/pid/start/random``."""
    pid = os.getpid()
    return "/".join((socket.gethostname(), _machine(), str(pid), _started(pid), secrets.token_hex(4)))


def is_gone(holder: str) -> bool:
    """Whether a holder was a process of this machine that lives no more. False if that cannot be known."""
    parts = holder.split("/")
    if len(parts) != _PARTS or parts[:2] != [socket.gethostname(), _machine()] or not parts[2].isdigit():
        return False
    pid, started = int(parts[2]), parts[3]
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    # The number may have been given to another process since.
    return bool(started) and _started(pid) != started


def _machine() -> str:
    """One run of one machine, and the set of processes that can see each other on it.

    Empty if the system does not say.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot[:8]}.{Path('/proc/self/ns/pid').readlink().name.strip('pid:[]')}"
    except OSError:
        return ""


def _started(pid: int) -> str:
    """When a process started, in ticks; empty if the system does not say. A zombie counts as gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]
