"""What the registries said, up to a final block: a copy of the chain's events that proves itself complete.

The copy always ends at one block, the cursor, with everything below it in; events come and go together with the
cursor, in one transaction. Every event is kept with the history head after it, so a node's head is that of its newest
event, also after a rollback.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final, cast

from sqlalchemy import ColumnElement, delete, func, select, tuple_

from chopmark.core.history import Event, RegistryName
from chopmark.core.ledger import HeadsOf
from chopmark.core.transaction import BlockRef, Logged
from chopmark.core.words import Op
from chopmark.store.room import Line, Room
from chopmark.store.schema import BLOCKS, EVENTS

_E: Final = EVENTS.c
_B: Final = BLOCKS.c

KEPT_BLOCKS: Final = 256
"""Cursors without events that are kept, to find the common ancestor after a reset without starting over."""


class History(Room):
    """Followed blocks and events."""

    def cursor(self) -> BlockRef | None:
        """The block up to which everything is here; None before the first one."""
        row = self._one(select(BLOCKS).order_by(_B.number.desc()).limit(1))
        return None if row is None else BlockRef(*row)

    def blocks(self, below: int, limit: int) -> list[BlockRef]:
        """Kept blocks below a number, newest first: candidates for the common ancestor."""
        rows = self._rows(select(BLOCKS).where(_B.number < below).order_by(_B.number.desc()).limit(limit))
        return [BlockRef(*row) for row in rows]

    def append(self, logs: Sequence[Logged], heads: Sequence[int], upto: BlockRef, after: BlockRef | None) -> bool:
        """Add all events after the cursor up to a final block, and move the cursor there.

        ``heads``: the history head after each event, as the contract's word. ``after``: the cursor that the caller
        saw. False, and nothing is written, if somebody else moved the cursor meanwhile.
        """
        if self.cursor() != after:
            return False
        blocks = {log.event.block: BlockRef(log.event.block, log.block_hash, log.event.time) for log in logs}
        blocks[upto.number] = upto
        self._connection.execute(BLOCKS.insert(), [_block_values(block) for block in blocks.values()])
        if logs:
            rows = [_event_values(log, head) for log, head in zip(logs, heads, strict=True)]
            self._connection.execute(EVENTS.insert(), rows)
        self._forget_blocks(upto.number)
        return True

    def roll_back(self, to_block: int) -> int:
        """Forget everything above this block, which must be one that is kept (or below all of them).

        How many events went.
        """
        gone = self._number(select(func.count()).select_from(EVENTS).where(_E.block > to_block))
        self._connection.execute(delete(EVENTS).where(_E.block > to_block))
        self._connection.execute(delete(BLOCKS).where(_B.number > to_block))
        return gone

    def heads(self, registry: RegistryName | None = None) -> HeadsOf:
        """The newest head of every node that has a history, as the contract's word, by (registry, node)."""
        newest = select(_E.registry, _E.node, func.max(_E.seq)).group_by(_E.registry, _E.node)
        if registry is not None:
            newest = newest.where(_E.registry == registry)
        wanted = select(_E.registry, _E.node, _E.head).where(tuple_(_E.registry, _E.node, _E.seq).in_(newest))
        return {
            (cast(RegistryName, name), node): int.from_bytes(head, "big") for name, node, head in self._rows(wanted)
        }

    def nodes(self) -> list[bytes]:
        """Every node that the issuer registry registered, in the order of their serials."""
        registered = select(_E.node).where(_E.op == int(Op.NODE_REGISTERED)).order_by(_E.node)
        return [row.node for row in self._rows(registered)]

    def attested(self, issuer: bytes, root: bytes) -> Logged | None:
        """The event by which an issuer attested a root."""
        found = self.events(registry="attestation", node=issuer, root=root, ops=(Op.ATTESTED,))
        return found[0] if found else None

    def of_transaction(self, tx_hash: bytes) -> list[Logged]:
        """The events of one transaction."""
        return self._list(_E.tx_hash == tx_hash)

    def events(
        self,
        *,
        registry: RegistryName | None = None,
        node: bytes | None = None,
        root: bytes | None = None,
        ops: Sequence[Op] = (),
        from_block: int = 0,
        upto_block: int | None = None,
        upto_time: int | None = None,
    ) -> list[Logged]:
        """Events in the order of the chain. ``root``: what X holds; ``upto_time``: of blocks not later than this."""
        wanted: Mapping[str, ColumnElement[bool] | None] = {
            "registry": None if registry is None else _E.registry == registry,
            "node": None if node is None else _E.node == node,
            "root": None if root is None else _E.x == root,
            "ops": _E.op.in_([int(op) for op in ops]) if ops else None,
            "from": _E.block >= from_block if from_block else None,
            "block": None if upto_block is None else _E.block <= upto_block,
            "time": None if upto_time is None else _B.time <= upto_time,
        }
        return self._list(*(where for where in wanted.values() if where is not None))

    def _list(self, *where: ColumnElement[bool]) -> list[Logged]:
        joined = select(EVENTS, _B.hash, _B.time).join(BLOCKS, _B.number == _E.block).where(*where)
        return [_logged(row) for row in self._rows(joined.order_by(_E.block, _E.log_index))]

    def _forget_blocks(self, newest: int) -> None:
        kept = select(_B.number).order_by(_B.number.desc()).limit(KEPT_BLOCKS)
        with_events = select(_E.block)
        # ``newest`` bounds the work: without it every append would look at every block that has events.
        old = (_B.number <= newest - KEPT_BLOCKS, _B.number.not_in(kept), _B.number.not_in(with_events))
        self._connection.execute(delete(BLOCKS).where(*old))


def _block_values(block: BlockRef) -> dict[str, object]:
    return {"number": block.number, "hash": block.hash, "time": block.time}


def _event_values(log: Logged, head: int) -> dict[str, object]:
    event = log.event
    return {
        "block": event.block,
        "log_index": log.log_index,
        "registry": event.registry,
        "node": event.node,
        "op": int(event.op),
        "reason": event.reason,
        "key": event.key,
        "party": str(event.party),
        "seq": event.seq,
        "x": event.x,
        "d": event.d,
        "tx_hash": log.tx_hash,
        "detail": json.dumps(dict(log.detail), ensure_ascii=False),
        "head": head.to_bytes(32, "big"),
    }


def _logged(row: Line) -> Logged:
    event = Event(
        registry=row.registry,
        node=row.node,
        op=Op(row.op),
        reason=row.reason,
        key=row.key,
        party=int(row.party),
        seq=row.seq,
        block=row.block,
        time=row.time,
        x=row.x,
        d=row.d,
    )
    return Logged(event, row.tx_hash, row.log_index, row.hash, _detail(row.detail))


def _detail(text: str) -> dict[str, int | str | list[tuple[int, int]]]:
    """JSON knows no pairs: the (word, mask) lists become tuples again."""
    opened = json.loads(text)
    return {key: [(a, b) for a, b in value] if isinstance(value, list) else value for key, value in opened.items()}
