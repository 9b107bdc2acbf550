"""What all requests of one app share."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING, Final

from chopmark.http.attempts import Attempts
from chopmark.http.crowd import Crowd
from chopmark.http.logs import Log
from chopmark.http.metrics import Metrics

if TYPE_CHECKING:
    from chopmark.http.background import Background
    from chopmark.wiring import Site

UPLOADS: Final = 8
"""Uploads of one token at once, a fifth of the threads: whoever sends slowly or much does not keep all others waiting."""
_DAYS_KEPT: Final = 10_000


class Service:
    """The site, and what the face keeps in memory. Safe to share between threads.

    ``background``: the worker that runs beside the requests; None if another process moves the queue.
    """

    def __init__(self, site: Site, log: Log | None = None, background: Background | None = None) -> None:
        self.site = site
        self.log = log or Log()
        self.metrics = Metrics()
        self.attempts = Attempts(time.monotonic)
        self.uploads = Crowd(UPLOADS)
        self.behind_proxy = False
        """Whether a proxy is believed that says whose requests it brings."""
        self._proxy_told = False
        self.background = background
        self.public = frozenset({"public", *(["metrics:read"] if site.settings.metrics == "public" else [])})
        """Scopes that need no token here."""
        self._lock = Lock()
        self._running: set[bytes] = set()
        self._used: dict[str, int] = {}

    def moved(self) -> None:
        """Something was committed that the worker can bring on: it need not wait for its next look."""
        if self.background is not None:
            self.background.wake()

    def note_proxy(self, forwarded: bool) -> None:
        """A request says that it was forwarded: told once to the log if nobody is believed who says so."""
        if forwarded and not self.behind_proxy and not self._proxy_told:
            self._proxy_told = True
            self.log.warning("forwarded, but no proxy is trusted", option="--trust-proxy")

    def enter(self, key: bytes) -> bool:
        """Whether nobody else carries out a request with this key now; then it is entered."""
        with self._lock:
            if key in self._running:
                return False
            self._running.add(key)
            return True

    def leave(self, key: bytes) -> None:
        """The request with this key was answered."""
        with self._lock:
            self._running.discard(key)

    def first_today(self, token_id: str, day: int) -> bool:
        """Whether a token is used for the first time on a day, as far as this process knows."""
        with self._lock:
            if self._used.get(token_id) == day:
                return False
            if len(self._used) >= _DAYS_KEPT:
                self._used.clear()
            self._used[token_id] = day
            return True
