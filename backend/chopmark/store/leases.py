"""Who may send with a key: leases with fencing tokens.

A lease is a hint by the clock and a promise by its token. The clock decides only when another process may try to take
over; that a process which lost its lease (paused, clock set back) writes nothing any more is decided by the token, in
the same transaction as the write. It may still *send* bytes that it stored while it held the lease: those are the
bytes that its successor sends too.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, select

from chopmark.core.ledger import Lease
from chopmark.errors import Busy
from chopmark.store.room import Room
from chopmark.store.schema import LEASES

_L: Final = LEASES.c


class Leases(Room):
    """One row for each sender that ever sent; tokens only grow."""

    def take(self, sender: bytes, holder: str, now: int, seconds: int, *, gone: str = "") -> Lease | None:
        """A new lease until ``now + seconds``; None while somebody else holds one.

        ``gone``: a holder that is known to be dead; its lease is taken before it ends.
        """
        present = self.present(sender)
        if present is not None and present.holder not in (holder, gone) and present.expires_at > now:
            return None
        lease = Lease(sender, holder, 1 if present is None else present.token + 1, now + seconds)
        self._put(lease)
        return lease

    def renew(self, lease: Lease, now: int, seconds: int) -> Lease:
        """The same lease, for longer. Raises ``Busy`` if it was lost."""
        self.check(lease)
        longer = Lease(lease.sender, lease.holder, lease.token, now + seconds)
        self._put(longer)
        return longer

    def release(self, lease: Lease) -> None:
        """Give the lease back. One that was lost already is nobody's to give: nothing happens."""
        present = self.present(lease.sender)
        if present is not None and present.token == lease.token:
            self._put(Lease(lease.sender, "", lease.token, 0))

    def check(self, lease: Lease) -> None:
        """Raises ``Busy`` if a newer lease of this sender exists. Everything that a sender writes begins with this."""
        present = self.present(lease.sender)
        if present is None or present.token != lease.token:
            raise Busy(holder="?" if present is None else present.holder or "?")

    def present(self, sender: bytes) -> Lease | None:
        """The newest lease of a sender, whether it still runs or not."""
        row = self._one(select(LEASES).where(_L.sender == sender))
        return None if row is None else Lease(row.sender, row.holder, row.token, row.expires_at)

    def _put(self, lease: Lease) -> None:
        self._connection.execute(delete(LEASES).where(_L.sender == lease.sender))
        values = {"holder": lease.holder, "token": lease.token, "expires_at": lease.expires_at}
        self._connection.execute(LEASES.insert().values(sender=lease.sender, **values))
