"""Operations of the issuer registry that wait to be sent: registrations, accreditations, keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, select, update

from chopmark.core.ledger import CallRow
from chopmark.core.transaction import Call
from chopmark.store.room import Line, Room
from chopmark.store.schema import CALLS

_C: Final = CALLS.c


class Calls(Room):
    """Of one sender they are sent in the order in which they were added."""

    def add(self, sender: bytes, to: bytes, data: bytes, purpose: str) -> int:
        """Keep an operation to be sent; its row number."""
        at = self._next_id(CALLS)
        values = {"id": at, "sender": sender, "to": to, "data": data, "purpose": purpose, "error": ""}
        self._connection.execute(CALLS.insert().values(**values))
        return at

    def add_call(self, sender: bytes, call: Call) -> int:
        """Keep an encoded call to a contract; its row number."""
        if call.to is None:
            raise ValueError("a call that makes a contract is not sent from here")
        return self.add(sender, call.to, call.data, call.purpose)

    def get(self, call_id: int) -> CallRow | None:
        """One by its row number."""
        row = self._one(select(CALLS).where(_C.id == call_id))
        return None if row is None else _call(row)

    def waiting(self, sender: bytes | None = None) -> list[CallRow]:
        """Those that no transaction carries and nothing refused, oldest first."""
        mine = () if sender is None else (_C.sender == sender,)
        return self._list(_C.outbox_id.is_(None), _C.error == "", *mine)

    def of_outbox(self, outbox_id: int) -> list[CallRow]:
        """Those that a transaction carries."""
        return self._list(_C.outbox_id == outbox_id)

    def carry(self, ids: Sequence[int], outbox_id: int | None) -> None:
        """These are now carried by this transaction, or by none."""
        self._connection.execute(update(CALLS).where(_C.id.in_(ids)).values(outbox_id=outbox_id))

    def refuse(self, call_id: int, error: str) -> None:
        """The contracts refuse it, for this reason: it is not tried again."""
        self._connection.execute(update(CALLS).where(_C.id == call_id).values(error=error))

    def _list(self, *where: ColumnElement[bool]) -> list[CallRow]:
        return [_call(row) for row in self._rows(select(CALLS).where(*where).order_by(_C.id))]


def _call(row: Line) -> CallRow:
    return CallRow(*row)
