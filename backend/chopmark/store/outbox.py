"""Signed transactions, kept before they are sent.

Every write passes a lease and fails if it is no longer the newest.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, func, select, update

from chopmark.core.ledger import Lease, NewOutbox, OutboxRow, OutboxState
from chopmark.core.transaction import BlockRef
from chopmark.store.leases import Leases
from chopmark.store.room import Line, Room
from chopmark.store.schema import OUTBOX

_O: Final = OUTBOX.c
_UNMINED: Final = (OutboxState.SIGNED.value, OutboxState.SENT.value)
_OPEN: Final = (*_UNMINED, OutboxState.MINED.value)


class Outbox(Room):
    """What was signed and how far it is. Rows are never removed: their bytes are the way to do it again."""

    def add(self, lease: Lease, new: NewOutbox) -> int:
        """Keep a signed transaction; its row number.

        Raises ``Busy`` for a stale lease, ``StoreError`` for a nonce in use.
        """
        self._check(lease, new.sender)
        at = self._next_id(OUTBOX)
        self._connection.execute(
            OUTBOX.insert().values(
                id=at,
                sender=new.sender,
                chain_id=new.chain_id,
                nonce=new.nonce,
                raw=new.raw,
                tx_hash=new.tx_hash,
                purpose=new.purpose,
                summary=json.dumps(new.summary),
                state=OutboxState.SIGNED.value,
                created_at=new.created_at,
                error="",
            )
        )
        return at

    def set_state(
        self,
        lease: Lease,
        outbox_id: int,
        state: OutboxState,
        *,
        block: BlockRef | None = None,
        gas_used: int | None = None,
        error: str = "",
    ) -> None:
        """How far it is now; ``block`` where it was mined. Raises ``Busy`` for a stale lease."""
        row = self.get(outbox_id)
        if row is None:
            raise LookupError(outbox_id)
        self._check(lease, row.sender)
        values = {
            "state": state.value,
            "block_number": None if block is None else block.number,
            "block_hash": None if block is None else block.hash,
            "gas_used": gas_used,
            "error": error,
        }
        self._connection.execute(update(OUTBOX).where(_O.id == outbox_id).values(**values))

    def get(self, outbox_id: int) -> OutboxRow | None:
        """One by its row number."""
        row = self._one(select(OUTBOX).where(_O.id == outbox_id))
        return None if row is None else _outbox(row)

    def by_hash(self, tx_hash: bytes) -> OutboxRow | None:
        """One by its transaction hash."""
        row = self._one(select(OUTBOX).where(_O.tx_hash == tx_hash))
        return None if row is None else _outbox(row)

    def open(self, sender: bytes | None = None) -> Sequence[OutboxRow]:
        """Those that are neither final nor failed, in the order in which they were signed."""
        return self._list(_O.state.in_(_OPEN), *(() if sender is None else (_O.sender == sender,)))

    def of_sender(self, sender: bytes) -> Sequence[OutboxRow]:
        """All of one sender, by nonce."""
        rows = self._rows(select(OUTBOX).where(_O.sender == sender).order_by(_O.nonce))
        return [_outbox(row) for row in rows]

    def list(self, *, state: OutboxState | None = None) -> Sequence[OutboxRow]:
        """All, or all in one state, in the order in which they were signed."""
        return self._list(*(() if state is None else (_O.state == state.value,)))

    def senders(self) -> Sequence[bytes]:
        """Everybody who ever signed here."""
        return [row.sender for row in self._rows(select(_O.sender).distinct().order_by(_O.sender))]

    def last_nonce(self, sender: bytes, chain_id: int) -> int | None:
        """The highest nonce that was ever signed with here."""
        row = self._one(select(func.max(_O.nonce)).where(_O.sender == sender, _O.chain_id == chain_id))
        return None if row is None or row[0] is None else int(row[0])

    def in_blocks_above(self, number: int) -> Sequence[OutboxRow]:
        """Those recorded in a block above this number."""
        return self._list(_O.block_number > number)

    def _check(self, lease: Lease, sender: bytes) -> None:
        if lease.sender != sender:
            raise ValueError("the lease is another sender's")
        Leases(self._connection).check(lease)

    def _list(self, *where: ColumnElement[bool]) -> Sequence[OutboxRow]:
        return [_outbox(row) for row in self._rows(select(OUTBOX).where(*where).order_by(_O.id))]


def _outbox(row: Line) -> OutboxRow:
    (at, sender, chain_id, nonce, raw, tx_hash, purpose, summary, state, *rest) = row
    opened, how_far = json.loads(summary), OutboxState(state)
    return OutboxRow(at, sender, chain_id, nonce, raw, tx_hash, purpose, opened, how_far, *rest)
