"""From checked input to accepted credentials, and how far those are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chopmark.core.ledger import BatchRow, NewCredential
from chopmark.services.pipeline.failpoint import reach
from chopmark.services.pipeline.intake import accept
from chopmark.services.ports import Store, Transaction
from chopmark.services.register.check import Checked
from chopmark.services.register.compose import compose_drafts


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken in: row numbers of all that was given, in the order of the sheet; ``added``: of what is new."""

    ids: tuple[int, ...]
    added: frozenset[int]

    @property
    def new(self) -> int:
        """How many are new."""
        return len(self.added)


def blind(checked: Checked, issuer: bytes, now: int) -> list[NewCredential]:
    """The new credentials of checked input, composed; nothing is written. ``now``: unix seconds."""
    return list(compose_drafts(checked.kind, issuer, checked.weighed.new, now))


def take(tx: Transaction, checked: Checked, rows: Sequence[NewCredential], *, again: bool = False) -> Taken:
    """Accept composed credentials (see ``blind``) in an open transaction: acknowledged once it is committed.

    Raises as ``pipeline.accept``: then nothing may be committed.
    """
    accepted = accept(tx, rows, again=again)
    new = [*accepted.added]
    if accepted.already:  # somebody else was quicker with some of them: those were not added in the order given
        at = {row.fingerprint: row.id for row in tx.credentials.get_many(accepted.ids).values()}
        new = [at[row.fingerprint] for row in rows]
    return Taken(tuple(_in_order(checked, new)), frozenset(accepted.added))


def take_checked(store: Store, checked: Checked, issuer: bytes, now: int, *, again: bool = False) -> Taken:
    """``blind`` and ``take`` in a transaction of their own: on return everything given is on disk.

    Raises as ``pipeline.accept``, and ``StoreError``.
    """
    rows = blind(checked, issuer, now)
    with store.begin() as tx:
        taken = take(tx, checked, rows, again=again)
    reach("after_accept")
    return taken


def anchored(tx: Transaction, ids: Sequence[int]) -> bool:
    """Whether all of these credentials stand in final blocks."""
    numbers = tx.credentials.batch_ids(ids)  # asked again and again while people wait: payloads stay unread
    found = [tx.batches.get(at) if at is not None else None for at in numbers]
    return all(batch is not None and batch.anchored for batch in found)


def batches_of(tx: Transaction, ids: Sequence[int]) -> list[BatchRow]:
    """The batches that hold these credentials, as far as they are sealed, oldest first."""
    numbers = tx.credentials.batch_ids(ids)
    return [batch for at in sorted(at for at in numbers if at is not None) if (batch := tx.batches.get(at)) is not None]


def _in_order(checked: Checked, new: Sequence[int]) -> list[int]:
    """Row numbers of what is new and of what was known, in the order of the sheet."""
    given = list(zip((draft.row for draft in checked.weighed.new), new, strict=True))
    given += [(draft.row, row.id) for draft, row in checked.weighed.known]
    return [at for _, at in sorted(given)]
