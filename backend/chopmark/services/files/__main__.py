"""The child of ``sandbox``: answers one question a line until its input ends, under a ceiling of memory."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from chopmark.services.files.anatomy import Anatomy, Trouble, dissect, opens

MEMORY: Final = 1 << 30


def main() -> None:
    """Serve. What cannot be looked into is answered as unreadable; a crash ends this process and nothing else."""
    _limit_memory()
    for line in sys.stdin.buffer:
        question = json.loads(line)
        try:
            look = opens if question["opens"] else dissect
            found = look(Path(question["path"]), question["media_type"])
        except (MemoryError, OSError):
            found = Anatomy(Trouble.UNREADABLE)
        answer = {"trouble": found.trouble.value, "scanned": found.scanned}
        sys.stdout.buffer.write(json.dumps(answer).encode("ascii") + b"\n")
        sys.stdout.buffer.flush()


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # no such limits on this system; the time limit of the parent holds everywhere
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
