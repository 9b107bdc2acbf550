"""Wanted changes of status: revoke, suspend, resume, supersede."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, func, select, update

from chopmark.core.ledger import LIVE, ChangeRow, DueChange, LeafPlace, OutboxState
from chopmark.store.room import Line, Room, chunks
from chopmark.store.schema import BATCHES, CHANGES, CREDENTIALS, OUTBOX, REQUEST_CHANGES, REQUESTS

_C: Final = CHANGES.c
_PLACE: Final = (CREDENTIALS.c.issuer, BATCHES.c.id, BATCHES.c.root, BATCHES.c.size, CREDENTIALS.c.leaf_index)
_UNMINED: Final = [OutboxState.SIGNED.value, OutboxState.SENT.value]


class Changes(Room):
    """A change is wanted, then carried by a transaction, then done."""

    def request(
        self, credential_ids: Sequence[int], op: int, reason: int, now: int, successor_id: int | None = None
    ) -> list[ChangeRow]:
        """Want a change of each credential; asking again while the first wish is open gives the same row."""
        mine = (_C.done.is_(False), _C.op == op)
        found = (row for part in chunks(credential_ids) for row in self._list(*mine, _C.credential_id.in_(part)))
        wanted = {row.credential_id: row for row in found}
        at = self._next_id(CHANGES)
        new = [
            ChangeRow(number, credential_id, op, reason, successor_id, now, None, False, "")
            for number, credential_id in enumerate(dict.fromkeys(c for c in credential_ids if c not in wanted), at)
        ]
        if new:
            self._connection.execute(CHANGES.insert(), [_values(row) for row in new])
        wanted |= {row.credential_id: row for row in new}
        return [wanted[credential_id] for credential_id in credential_ids]

    def get(self, change_id: int) -> ChangeRow | None:
        """One by its row number."""
        found = self._list(_C.id == change_id)
        return found[0] if found else None

    def of_credential(self, credential_id: int) -> list[ChangeRow]:
        """All that was ever wanted of a credential, oldest first."""
        return self._list(_C.credential_id == credential_id)

    def of_outbox(self, outbox_id: int) -> list[ChangeRow]:
        """Those that a transaction carries."""
        return self._list(_C.outbox_id == outbox_id)

    def pending(self) -> list[ChangeRow]:
        """All that is not done, oldest first, carried or not."""
        return self._list(_C.done.is_(False))

    def successors(self) -> set[int]:
        """Row numbers of the credentials that supersede another one as soon as an open wish is carried out."""
        open_ = (_C.done.is_(False), _C.successor_id.is_not(None))
        return {row.successor_id for row in self._rows(select(_C.successor_id).where(*open_))}

    def due(self, limit: int, issuers: Sequence[bytes] | None = None, *, asked: bool | None = None) -> list[DueChange]:
        """Changes that no transaction carries, oldest first, with the places of the leaves that they are about.

        ``limit``: of each issuer, so that nobody's wishes stand in the way of another's. ``issuers``: of these only.
        ``asked``: only those for which a signature is asked (a live request is about them), or for which none is; of
        the latter none that comes after another one of the same credential that is asked for or not in a block yet.
        """
        waits: list[ColumnElement[bool]] = [_C.done.is_(False), _C.outbox_id.is_(None)]
        if issuers is not None:
            waits.append(CREDENTIALS.c.issuer.in_(issuers))
        if asked is not None:
            waits.append(_is_asked(_C.id) if asked else ~_is_asked(_C.id) & ~_comes_after())
        turn = func.row_number().over(partition_by=CREDENTIALS.c.issuer, order_by=_C.id).label("turn")
        joined = CHANGES.join(CREDENTIALS, CREDENTIALS.c.id == _C.credential_id)
        turns = select(_C.id, turn).select_from(joined).where(*waits).subquery()
        rows = self._list(_C.id.in_(select(turns.c.id).where(turns.c.turn <= limit)))
        leaves = [number for row in rows for number in (row.credential_id, row.successor_id) if number is not None]
        places = self.places(leaves)
        return [
            DueChange(row, places[row.credential_id], None if row.successor_id is None else places[row.successor_id])
            for row in rows
        ]

    def free(self, ids: Sequence[int]) -> int:
        """How many of these are neither done nor carried."""
        waits = (_C.done.is_(False), _C.outbox_id.is_(None))
        mine = select(func.count()).select_from(CHANGES)
        return sum(self._number(mine.where(*waits, _C.id.in_(part))) for part in chunks(ids))

    def due_issuers(self) -> list[bytes]:
        """The issuers of credentials with wishes that no transaction carries."""
        return [*self.due_counts()]

    def due_counts(self) -> dict[bytes, int]:
        """How many changes of each issuer's credentials no transaction carries."""
        joined = CHANGES.join(CREDENTIALS, CREDENTIALS.c.id == _C.credential_id)
        waits = (_C.done.is_(False), _C.outbox_id.is_(None))
        wanted = select(CREDENTIALS.c.issuer, func.count()).select_from(joined).where(*waits)
        return {row[0]: row[1] for row in self._rows(wanted.group_by(CREDENTIALS.c.issuer))}

    def due_count(self) -> int:
        """How many changes no transaction carries."""
        waits = (_C.done.is_(False), _C.outbox_id.is_(None))
        return self._number(select(func.count()).select_from(CHANGES).where(*waits))

    def carry(self, ids: Sequence[int], outbox_id: int | None) -> None:
        """These changes are now carried by this transaction, or by none."""
        for part in chunks(ids):
            self._connection.execute(update(CHANGES).where(_C.id.in_(part)).values(outbox_id=outbox_id))

    def conclude(self, ids: Sequence[int], note: str = "") -> None:
        """Nothing is left to do for these; ``note``: why nothing was sent, if nothing was."""
        for part in chunks(ids):
            self._connection.execute(update(CHANGES).where(_C.id.in_(part)).values(done=True, note=note))

    def reopen(self, outbox_id: int) -> None:
        """The transaction that carried these is not final any more: they are not done."""
        self._connection.execute(update(CHANGES).where(_C.outbox_id == outbox_id).values(done=False))

    def places(self, credential_ids: Sequence[int]) -> dict[int, LeafPlace]:
        """Where the leaves of credentials are, by row number."""
        joined = CREDENTIALS.outerjoin(BATCHES, CREDENTIALS.c.batch_id == BATCHES.c.id)
        found: dict[int, LeafPlace] = {}
        for part in chunks(credential_ids):
            wanted = select(CREDENTIALS.c.id, *_PLACE).select_from(joined).where(CREDENTIALS.c.id.in_(part))
            found |= {row[0]: LeafPlace(*row[1:]) for row in self._rows(wanted)}
        return found

    def _list(self, *where: ColumnElement[bool], limit: int | None = None) -> list[ChangeRow]:
        return [_change(row) for row in self._rows(select(CHANGES).where(*where).order_by(_C.id).limit(limit))]


def _is_asked(change_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a live request for a signature is about this change."""
    link = REQUEST_CHANGES.join(REQUESTS, REQUESTS.c.id == REQUEST_CHANGES.c.request_id)
    live = REQUESTS.c.state.in_([state.value for state in LIVE])
    about = select(REQUEST_CHANGES.c.change_id).select_from(link).where(REQUEST_CHANGES.c.change_id == change_id, live)
    return about.exists()


def _comes_after() -> ColumnElement[bool]:
    """Whether an earlier change of the same credential is asked for, or in a transaction that is in no block yet.

    Until that one is in a block the chain does not tell what the later one comes to.
    """
    first = CHANGES.alias("first")
    boxes = select(OUTBOX.c.id).where(OUTBOX.c.id == first.c.outbox_id, OUTBOX.c.state.in_(_UNMINED))
    same = (first.c.credential_id == _C.credential_id, first.c.id < _C.id, first.c.done.is_(False))
    asked = first.c.outbox_id.is_(None) & _is_asked(first.c.id)  # what is carried tells by its transaction
    return select(first.c.id).where(*same, asked | boxes.exists()).exists()


def _values(row: ChangeRow) -> dict[str, object]:
    return {
        "id": row.id,
        "credential_id": row.credential_id,
        "op": row.op,
        "reason": row.reason,
        "successor_id": row.successor_id,
        "requested_at": row.requested_at,
        "done": row.done,
        "note": row.note,
    }


def _change(row: Line) -> ChangeRow:
    return ChangeRow(*row)
