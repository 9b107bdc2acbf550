"""The leases that one worker holds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from chopmark.core.ledger import Lease
from chopmark.errors import Busy, StoreError
from chopmark.services.pipeline.bench import LEASE_SECONDS, Bench


class Turns:
    """Takes, renews and gives back leases. ``gone``: tells whether another holder is known to be dead."""

    def __init__(self, bench: Bench, gone: Callable[[str], bool]) -> None:
        self._bench = bench
        self._gone = gone
        self._held: dict[bytes, Lease] = {}
        self.busy = ""
        """Who holds the lease that was asked for last and not given."""

    def hold(self, sender: bytes) -> Lease | None:
        """The lease of a sender, taken or renewed; None while somebody else sends."""
        now = self._bench.now()
        lease = self._held.get(sender)
        if lease is not None and now < lease.expires_at - LEASE_SECONDS // 2:
            return lease
        with self._bench.store.begin() as tx:
            present = tx.leases.present(sender)
            if lease is not None and present is not None and present.token == lease.token:
                lease = tx.leases.renew(lease, now, LEASE_SECONDS)
            else:
                holder = "" if present is None else present.holder
                dead = holder if holder and self._gone(holder) else ""
                lease = tx.leases.take(sender, self._bench.holder, now, LEASE_SECONDS, gone=dead)
                self.busy = holder if lease is None else ""
        if lease is None:
            self._held.pop(sender, None)
        else:
            self._held[sender] = lease
        return lease

    def need(self, sender: bytes) -> Lease:
        """As ``hold``. Raises ``Busy`` while somebody else sends."""
        lease = self.hold(sender)
        if lease is None:
            raise Busy(holder=self.busy)
        return lease

    def drop(self, sender: bytes) -> None:
        """Let others send for one sender. If the database does not take it, the lease ends by itself."""
        lease = self._held.pop(sender, None)
        if lease is not None:
            with suppress(StoreError), self._bench.store.begin() as tx:
                tx.leases.release(lease)

    def lost(self, sender: bytes) -> None:
        """A write was refused: somebody else has the lease now."""
        self._held.pop(sender, None)

    def give_back(self) -> None:
        """Let others send. If the database does not take it, the leases end by themselves."""
        if not self._held:
            return
        with suppress(StoreError), self._bench.store.begin() as tx:
            for lease in self._held.values():
                tx.leases.release(lease)
        self._held.clear()
