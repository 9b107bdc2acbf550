"""The worker beside the requests: one thread that moves the queue and survives whatever the chain does.

It is one worker among any number: the leases decide who sends, so a command line at the same home is safe beside it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, Protocol

from chopmark.errors import ChopmarkError
from chopmark.services.pipeline import KeyRing, Progress, Worker

if TYPE_CHECKING:
    from chopmark.http.logs import Log
    from chopmark.http.metrics import Metrics

IDLE: Final = 2.0
"""Seconds between two looks while nothing is under way; ``wake`` ends the wait."""
BUSY: Final = 0.25
"""Seconds between two looks otherwise."""
REST: Final = 5.0
"""Seconds of rest after an error that ended a run."""
STALE: Final = 60.0
"""Seconds without a round after which the worker does not count as alive."""


class MakeWorker(Protocol):
    """Makes a worker with these keys that waits with this function."""

    def __call__(self, keys: KeyRing, *, sleep: Callable[[float], None]) -> Worker:
        """Raises ``TrustError``, ``StoreError``."""


class Background:
    """A thread that works until it is stopped.

    ``make``: the site's workers; ``keys``: the keys that are open, by what they are for at this moment.
    """

    def __init__(
        self,
        make: MakeWorker,
        keys: Callable[[], KeyRing],
        log: Log,
        *,
        ticks: Callable[[], float] = time.monotonic,
        rest: float = REST,
    ) -> None:
        self._make = make
        self._keys = keys
        self._log = log
        self._ticks = ticks
        self._rest = rest
        self._metrics: Metrics | None = None
        self._wake = Event()
        self._ended = Event()
        self._thread = Thread(target=self._live, name="chopmark-worker", daemon=True)
        self._worker: Worker | None = None
        self._last: Progress | None = None
        self._seen = ticks()
        self._open: KeyRing | None = None
        self.trouble: ChopmarkError | None = None
        """Why nothing moves, while something keeps it."""

    def start(self, metrics: Metrics) -> None:
        """Begin."""
        self._metrics = metrics
        self._thread.start()

    def wake(self) -> None:
        """Look now."""
        self._wake.set()

    def stop(self, timeout: float | None = 30.0) -> bool:
        """End after the present round and give the leases back; whether it has ended."""
        self._ended.set()
        self._wake.set()
        worker = self._worker
        if worker is not None:
            worker.stop()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def alive(self) -> bool:
        """Whether it goes round."""
        return self._thread.is_alive() and self._ticks() - self._seen < STALE

    @property
    def progress(self) -> Progress | None:
        """Where things stood after the last round."""
        return self._last

    def _live(self) -> None:
        while not self._ended.is_set():
            self._seen = self._ticks()
            try:
                self._open = self._keys()
                self._worker = self._make(self._open, sleep=self._sleep)
                if not self._ended.is_set():
                    self._worker.run(until_idle=False, progress=self._told)
                continue
            except ChopmarkError as fault:
                self._failed(fault, fault.code)
                self.trouble = fault
            except Exception as fault:  # noqa: BLE001  (a fault of ours in one run must not end all later ones)
                self._failed(fault, "unexpected")
            self._ended.wait(self._rest)

    def _failed(self, fault: Exception, outcome: str) -> None:
        self._log.fault("worker", fault)
        if self._metrics is not None:
            self._metrics.round(outcome)

    def _told(self, now: Progress) -> None:
        """After each round."""
        self._seen = self._ticks()
        self._last = now
        fault = now.unreachable
        if fault is not None and (self.trouble is None or self.trouble.code != fault.code):
            self._log.fault("worker", fault)
        self.trouble = fault
        if self._metrics is not None:
            self._metrics.round("ok" if fault is None else fault.code)
            self._metrics.progress(now)
        for sent in now.finished:
            self._log.info("final", transaction="0x" + sent.hex())
        if now.lacking and self._can_be_opened(now) and self._worker is not None:
            self._worker.stop()

    def _can_be_opened(self, now: Progress) -> bool:
        """Whether a key that was lacking is open by now: its institution has been accredited meanwhile."""
        ring, present = self._keys(), self._open
        return any(ring.of_issuer(who) and not (present and present.of_issuer(who)) for who in now.lacking)

    def _sleep(self, _seconds: float) -> None:
        """Between two rounds."""
        now = self._last
        self._wake.wait(BUSY if now is not None and now.moving else IDLE)
        self._wake.clear()
