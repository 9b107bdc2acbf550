"""What was asked of the service: registrations, changes, operations, each with the rows that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Select, func, select

from chopmark.core.submission import Item, LeafStage, NewSubmission, Sort, SubmissionRow, WishStage
from chopmark.store.room import Line, Room
from chopmark.store.schema import BATCHES, CHANGES, CREDENTIALS, OUTBOX, SUBMISSION_ITEMS, SUBMISSIONS

_S: Final = SUBMISSIONS.c
_I: Final = SUBMISSION_ITEMS.c
_KEPT: Final = (
    _S.id,
    _S.public,
    _S.sort,
    _S.issuer,
    _S.kind,
    _S.asker,
    _S.created_at,
    _S.replaces,
    _S.turned_away,
    _S.count,
    _S.new,
)
"""Everything but the sheet of rejected rows, which may be large."""


class Submissions(Room):
    """Found only with the institution that they belong to: another's is as if it were not there."""

    def add(self, new: NewSubmission) -> SubmissionRow:
        """Keep a submission with its items, in order. Raises ``StoreError`` if its id is taken."""
        at = self._next_id(SUBMISSIONS)
        values = {
            "id": at,
            "public": new.public,
            "sort": new.sort.value,
            "issuer": new.issuer,
            "kind": new.kind,
            "asker": new.asker,
            "created_at": new.created_at,
            "replaces": new.replaces,
            "turned_away": new.turned_away,
            "count": len(new.items),
            "new": sum(item.new for item in new.items),
        }
        self._connection.execute(SUBMISSIONS.insert().values(**values, rejected=new.rejected))
        items = [
            {"submission_id": at, "place": place, "credential_id": i.credential, "change_id": i.change,
             "call_id": i.call, "new": i.new}
            for place, i in enumerate(new.items)
        ]  # fmt: skip
        if items:
            self._connection.execute(SUBMISSION_ITEMS.insert(), items)
        return _submission(tuple(values.values()))

    def find(self, public: str, issuer: bytes, sort: Sort) -> SubmissionRow | None:
        """One of an institution's own, by its public id."""
        row = self._one(select(*_KEPT).where(_S.public == public, _S.issuer == issuer, _S.sort == sort.value))
        return None if row is None else _submission(row)

    def page(self, issuer: bytes, sort: Sort, before: int | None, limit: int) -> list[SubmissionRow]:
        """An institution's, newest first; ``before``: only those with a smaller row number."""
        wanted = select(*_KEPT).where(_S.issuer == issuer, _S.sort == sort.value)
        if before is not None:
            wanted = wanted.where(_S.id < before)
        return [_submission(row) for row in self._rows(wanted.order_by(_S.id.desc()).limit(limit))]

    def items(self, submission_id: int, after: int = -1, limit: int | None = None) -> list[tuple[int, Item]]:
        """Places and items of a submission after a place, in order."""
        columns = (_I.place, _I.credential_id, _I.change_id, _I.call_id, _I.new)
        wanted = select(*columns).where(_I.submission_id == submission_id, _I.place > after).order_by(_I.place)
        return [(row[0], Item(*row[1:])) for row in self._rows(wanted.limit(limit))]

    def leaves(self, submission_id: int) -> list[LeafStage]:
        """How far a submission's credentials are, counted; payloads are not read."""
        grouped = (
            CREDENTIALS.c.batch_id,
            CREDENTIALS.c.withdrawn,
            BATCHES.c.block_number,
            OUTBOX.c.state,
            OUTBOX.c.error,
        )
        rows = self._rows(_joined(select(*grouped, func.count()), submission_id).group_by(*grouped))
        return [
            LeafStage(batch, withdrawn, block is not None, state or "", error or "", count)
            for batch, withdrawn, block, state, error, count in rows
        ]

    def wishes(self, submission_id: int) -> list[WishStage]:
        """How far a submission's wanted changes are, counted."""
        x = CHANGES.c
        grouped = (x.op, x.reason, x.done, x.note, OUTBOX.c.state, OUTBOX.c.error)
        tables = SUBMISSION_ITEMS.join(CHANGES, x.id == _I.change_id).outerjoin(OUTBOX, OUTBOX.c.id == x.outbox_id)
        mine = select(*grouped, func.count()).select_from(tables).where(_I.submission_id == submission_id)
        return [
            WishStage(op, reason, done, note, state or "", error or "", count)
            for op, reason, done, note, state, error, count in self._rows(mine.group_by(*grouped))
        ]

    def open_wishes(self, submission_id: int) -> list[int]:
        """Row numbers of a submission's wanted changes that are not done."""
        tables = SUBMISSION_ITEMS.join(CHANGES, CHANGES.c.id == _I.change_id)
        open_ = (_I.submission_id == submission_id, CHANGES.c.done.is_(False))
        return [
            row.id for row in self._rows(select(CHANGES.c.id).select_from(tables).where(*open_).order_by(CHANGES.c.id))
        ]

    def rejected(self, submission_id: int) -> bytes | None:
        """The sheet of rows that were not registered, if there were any."""
        found: bytes | None = self._connection.execute(select(_S.rejected).where(_S.id == submission_id)).scalar()
        return found

    def credential_ids(self, submission_id: int) -> list[int]:
        """Row numbers of a submission's credentials, in its order."""
        mine = select(_I.credential_id).where(_I.submission_id == submission_id, _I.credential_id.is_not(None))
        return [row.credential_id for row in self._rows(mine.order_by(_I.place))]


def _joined(wanted: Select[tuple[object, ...]], submission_id: int) -> Select[tuple[object, ...]]:
    tables = (
        SUBMISSION_ITEMS.join(CREDENTIALS, CREDENTIALS.c.id == _I.credential_id)
        .outerjoin(BATCHES, BATCHES.c.id == CREDENTIALS.c.batch_id)
        .outerjoin(OUTBOX, OUTBOX.c.id == BATCHES.c.outbox_id)
    )
    return wanted.select_from(tables).where(_I.submission_id == submission_id)


def _submission(row: Line | Sequence[object]) -> SubmissionRow:
    at, public, sort, *rest = row
    return SubmissionRow(at, public, Sort(str(sort)), *rest)  # type: ignore[arg-type]
