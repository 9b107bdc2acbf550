"""How much of one thing each caller has under way at once."""

from __future__ import annotations

from collections import Counter
from threading import Lock


class Crowd:
    """Counts by caller. ``limit``: how many at once; nobody in particular ("") is not counted. Safe to share between threads."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = Lock()
        self._present: Counter[str] = Counter()

    def enter(self, owner: str) -> bool:
        """Whether there is room for one more of this owner; then it is counted until ``leave``."""
        with self._lock:
            if owner and self._present[owner] >= self.limit:
                return False
            self._present[owner] += 1
            return True

    def leave(self, owner: str) -> None:
        """One of this owner is done."""
        with self._lock:
            self._present[owner] -= 1
            if self._present[owner] <= 0:
                del self._present[owner]
