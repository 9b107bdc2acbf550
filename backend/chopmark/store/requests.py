"""Signatures that are asked for: what a key elsewhere, or one in this keystore, shall sign, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, func, select, update

from chopmark.core.ledger import LIVE, NewRequest, RequestRow, RequestState, Verb
from chopmark.core.strictjson import canonical
from chopmark.store.room import Line, Room, chunks
from chopmark.store.schema import REQUEST_CHANGES, REQUESTS
from chopmark.store.trouble import conflict

_R: Final = REQUESTS.c
_L: Final = REQUEST_CHANGES.c
_LIVE: Final = [state.value for state in LIVE]


class Requests(Room):
    """Requests for signatures. What is asked never changes; a request that ran out is followed by another one.

    At most one request for a batch, and for a wish, is live.
    """

    def add(self, new: NewRequest) -> RequestRow:
        """Ask for a signature. Raises ``StoreError`` if a live request asks for the same already."""
        there = [*self.of_changes(new.changes)]
        there += [] if new.batch_id is None else self.of_batches([new.batch_id])
        if there:
            raise conflict("asked twice")
        at = self._next_id(REQUESTS)
        message = canonical(new.typed.as_json()).decode()
        told = new.typed.message
        row = RequestRow(
            at,
            new.public_id,
            new.issuer,
            new.verb,
            new.batch_id,
            message,
            new.typed.digest,
            told.signer,
            told.deadline,
            None,
            RequestState.OPEN,
            None,
            new.created_at,
            "",
        )
        self._connection.execute(REQUESTS.insert().values(**_values(row)))
        if new.changes:
            links = [{"request_id": at, "change_id": change} for change in new.changes]
            self._connection.execute(REQUEST_CHANGES.insert(), links)
        return row

    def get(self, request_id: int) -> RequestRow | None:
        """One by its row number."""
        return next(iter(self._list(_R.id == request_id)), None)

    def find(self, public_id: str) -> RequestRow | None:
        """One by its public id."""
        return next(iter(self._list(_R.public_id == public_id)), None)

    def listed(
        self, states: Sequence[RequestState], issuer: bytes | None = None, *, after: int = 0, limit: int | None = None
    ) -> list[RequestRow]:
        """Those in these states, of one issuer or of all, oldest first; ``after``: row number of the last one seen."""
        mine = () if issuer is None else (_R.issuer == issuer,)
        return self._list(_R.state.in_([state.value for state in states]), _R.id > after, *mine, limit=limit)

    def count(self, state: RequestState) -> int:
        """How many are in a state."""
        return self._number(select(func.count()).select_from(REQUESTS).where(_R.state == state.value))

    def changes_of(self, request_id: int) -> list[int]:
        """Row numbers of the wishes that a request is about."""
        wanted = select(_L.change_id).where(_L.request_id == request_id).order_by(_L.change_id)
        return [row.change_id for row in self._rows(wanted)]

    def of_batches(self, batch_ids: Sequence[int]) -> list[RequestRow]:
        """The live requests for these batches."""
        return [row for part in chunks(batch_ids) for row in self._list(_R.state.in_(_LIVE), _R.batch_id.in_(part))]

    def all_of_batch(self, batch_id: int) -> list[RequestRow]:
        """Every request that there ever was for a batch, oldest first."""
        return self._list(_R.batch_id == batch_id)

    def all_of_changes(self, change_ids: Sequence[int]) -> list[RequestRow]:
        """Every request that there ever was for these wishes, each once."""
        found: dict[int, RequestRow] = {}
        for part in chunks(change_ids):
            linked = select(_L.request_id).where(_L.change_id.in_(part))
            found |= {row.id: row for row in self._list(_R.id.in_(linked))}
        return [found[at] for at in sorted(found)]

    def loosen(self, batch_id: int) -> None:
        """The batch is going to be taken apart; what was asked stays readable in the message."""
        self._set(_R.batch_id == batch_id, batch_id=None)

    def of_changes(self, change_ids: Sequence[int]) -> list[RequestRow]:
        """The live requests for these wishes, each once."""
        found: dict[int, RequestRow] = {}
        for part in chunks(change_ids):
            linked = select(_L.request_id).where(_L.change_id.in_(part))
            found |= {row.id: row for row in self._list(_R.state.in_(_LIVE), _R.id.in_(linked))}
        return [found[at] for at in sorted(found)]

    def sign(self, request_id: int, signature: bytes) -> None:
        """It is signed."""
        self._set(_R.id == request_id, state=RequestState.SIGNED, signature=signature, note="")

    def unsign(self, request_id: int, note: str) -> None:
        """Its signature does not count after all: it is open again."""
        self._set(_R.id == request_id, state=RequestState.OPEN, signature=None, note=note)

    def end(self, request_id: int, state: RequestState, note: str = "") -> None:
        """Nothing more will come of it."""
        self._set(_R.id == request_id, state=state, note=note)

    def carry(self, ids: Sequence[int], outbox_id: int) -> None:
        """These are carried by this transaction."""
        for at in ids:
            self._set(_R.id == at, state=RequestState.CARRIED, outbox_id=outbox_id)

    def put_down(self, outbox_id: int) -> None:
        """The transaction failed: what it carried is signed as before."""
        self._set(_R.outbox_id == outbox_id, state=RequestState.SIGNED, outbox_id=None)

    def conclude(self, outbox_id: int) -> None:
        """The transaction is final."""
        self._set(_R.outbox_id == outbox_id, state=RequestState.DONE)

    def reopen(self, outbox_id: int) -> None:
        """The transaction that carried these is not final any more, and is being sent again."""
        self._set(_R.outbox_id == outbox_id, state=RequestState.CARRIED)

    def _set(self, where: ColumnElement[bool], **values: object) -> None:
        told = {name: value.value if isinstance(value, RequestState) else value for name, value in values.items()}
        self._connection.execute(update(REQUESTS).where(where).values(**told))

    def _list(self, *where: ColumnElement[bool], limit: int | None = None) -> list[RequestRow]:
        return [_request(row) for row in self._rows(select(REQUESTS).where(*where).order_by(_R.id).limit(limit))]


def _values(row: RequestRow) -> dict[str, object]:
    return {
        "id": row.id,
        "public_id": row.public_id,
        "issuer": row.issuer,
        "verb": row.verb.value,
        "batch_id": row.batch_id,
        "message": row.message,
        "digest": row.digest,
        "signer": row.signer,
        "deadline": row.deadline,
        "state": row.state.value,
        "created_at": row.created_at,
        "note": row.note,
    }


def _request(row: Line) -> RequestRow:
    return RequestRow(
        row.id,
        row.public_id,
        row.issuer,
        Verb(row.verb),
        row.batch_id,
        row.message,
        row.digest,
        row.signer,
        row.deadline,
        row.signature,
        RequestState(row.state),
        row.outbox_id,
        row.created_at,
        row.note,
    )
