"""Figures about the service in Prometheus' text form, in a registry of the app's own.

Labels are route templates, methods, states and codes: nothing that a caller wrote.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from chopmark.services.pipeline import Progress

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The figures of one app."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        made = self._registry
        route = ["route", "method"]
        self._requests = Counter("chopmark_requests", "Answered requests", [*route, "status"], registry=made)
        self._seconds = Histogram(
            "chopmark_request_seconds", "Time to the end of the answer", route, buckets=BUCKETS, registry=made
        )
        self._verdicts = Counter("chopmark_verdicts", "Verdicts given", ["verdict"], registry=made)
        self._rounds = Counter("chopmark_worker_rounds", "Rounds of the worker", ["outcome"], registry=made)
        self._queue = Gauge("chopmark_queue", "What waits or is under way", ["state"], registry=made)
        self._blocks = Gauge("chopmark_chain_block", "Newest blocks that the worker saw", ["block"], registry=made)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route, method).observe(seconds)

    def verdict(self, name: str) -> None:
        """A verdict was given. ``name``: one of the eleven."""
        self._verdicts.labels(name).inc()

    def round(self, outcome: str) -> None:
        """The worker went round. ``outcome``: ``ok`` or the code of what stopped it."""
        self._rounds.labels(outcome).inc()

    def progress(self, now: Progress) -> None:
        """Where the queue and the chain stand."""
        counts = {
            "credentials": now.leaves,
            "batches": now.batches,
            "changes": now.changes,
            "calls": now.calls,
            "in_flight": now.in_flight,
            "confirming": now.confirming,
            "stuck": now.stuck,
        }
        for state, count in counts.items():
            self._queue.labels(state).set(count)
        for name, block in (("head", now.head), ("final", now.final)):
            if block is not None:
                self._blocks.labels(name).set(block.number)

    def text(self) -> bytes:
        """All figures."""
        return generate_latest(self._registry)
