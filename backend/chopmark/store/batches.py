"""Sealed batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, bindparam, delete, func, select, update

from chopmark.core.ledger import BatchRow
from chopmark.core.transaction import BlockRef
from chopmark.store.room import Line, Room
from chopmark.store.schema import BATCHES, CREDENTIALS
from chopmark.store.trouble import conflict

_B: Final = BATCHES.c


class Batches(Room):
    """Batches and how they stand on the chain. A sealed batch never changes its leaves or its root.

    One that was never sent may be taken apart: then there is no such batch any more.
    """

    def seal(
        self, issuer: bytes, kind: str, root: bytes, algorithm: int, leaves: Sequence[int], outbox_id: int | None
    ) -> int:
        """Keep a batch of these credentials (row numbers in the order of the leaves); its row number.

        Raises ``StoreError`` if one of them has a batch by now: then nothing of this transaction may stay.
        """
        at = self._next_id(BATCHES)
        values = {"id": at, "issuer": issuer, "kind": kind, "root": root, "size": len(leaves), "algorithm": algorithm}
        self._connection.execute(BATCHES.insert().values(**values, outbox_id=outbox_id))
        mine = update(CREDENTIALS).where(CREDENTIALS.c.id == bindparam("leaf"), CREDENTIALS.c.batch_id.is_(None))
        placed = [{"leaf": leaf, "place": index} for index, leaf in enumerate(leaves)]
        self._connection.execute(mine.values(batch_id=at, leaf_index=bindparam("place")), placed)
        # Drivers count rows of many updates each in their own way; the table itself does not.
        held = select(func.count()).select_from(CREDENTIALS).where(CREDENTIALS.c.batch_id == at)
        if self._number(held) != len(leaves):
            raise conflict("leaf sealed twice")
        return at

    def unseal(self, batch_id: int) -> None:
        """Take a batch apart that was never sent: its leaves wait for another one.

        Raises ``StoreError`` if a transaction carries it, or a block has it.
        """
        sent = _B.outbox_id.is_not(None) | _B.block_number.is_not(None)
        if self._one(select(_B.id).where(_B.id == batch_id, sent)) is not None:
            raise conflict("batch is sent")
        mine = update(CREDENTIALS).where(CREDENTIALS.c.batch_id == batch_id)
        self._connection.execute(mine.values(batch_id=None, leaf_index=None))
        self._connection.execute(delete(BATCHES).where(_B.id == batch_id))

    def get(self, batch_id: int) -> BatchRow | None:
        """One by its row number."""
        row = self._one(select(BATCHES).where(_B.id == batch_id))
        return None if row is None else _batch(row)

    def by_root(self, root: bytes, issuer: bytes | None = None) -> BatchRow | None:
        """The batch with this root, of this issuer if one is named."""
        mine = (_B.root == root,) if issuer is None else (_B.root == root, _B.issuer == issuer)
        row = self._one(select(BATCHES).where(*mine).order_by(_B.id))
        return None if row is None else _batch(row)

    def list(self) -> list[BatchRow]:
        """All, oldest first."""
        return [_batch(row) for row in self._rows(select(BATCHES).order_by(_B.id))]

    def waiting(self) -> Sequence[BatchRow]:
        """Sealed, in no final block, and carried by no transaction now (the last one failed), oldest first.

        A batch whose leaf was withdrawn waits for nothing.
        """
        gone = select(CREDENTIALS.c.id).where(CREDENTIALS.c.batch_id == _B.id, CREDENTIALS.c.withdrawn.is_(True))
        return self._list(_B.outbox_id.is_(None), _B.block_number.is_(None), ~gone.exists())

    def unanchored(self) -> Sequence[BatchRow]:
        """Those in no final block yet, oldest first."""
        return self._list(_B.block_number.is_(None))

    def of_outbox(self, outbox_id: int) -> Sequence[BatchRow]:
        """Those that a transaction carries."""
        return self._list(_B.outbox_id == outbox_id)

    def carry(self, ids: Sequence[int], outbox_id: int | None) -> None:
        """These batches are now carried by this transaction, or by none."""
        for at in ids:
            self._connection.execute(update(BATCHES).where(_B.id == at).values(outbox_id=outbox_id))

    def anchored(self, batch_id: int, block: BlockRef) -> None:
        """The batch's record stands in this final block."""
        values = {"block_number": block.number, "block_hash": block.hash, "time": block.time}
        self._connection.execute(update(BATCHES).where(_B.id == batch_id).values(**values))

    def unanchor(self, above: int) -> int:
        """The blocks above this number are gone: batches in them are anchored no more. How many."""
        gone = self._list(_B.block_number > above)
        values = {"block_number": None, "block_hash": None, "time": None}
        self._connection.execute(update(BATCHES).where(_B.block_number > above).values(**values))
        return len(gone)

    def _list(self, *where: ColumnElement[bool]) -> Sequence[BatchRow]:
        return [_batch(row) for row in self._rows(select(BATCHES).where(*where).order_by(_B.id))]


def _batch(row: Line) -> BatchRow:
    return BatchRow(*row)
