"""Operations of the issuer registry on their way: tried, queued once, settled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Protocol

from chopmark.core.ledger import OutboxRow, OutboxState
from chopmark.core.transaction import Call
from chopmark.errors import Refused
from chopmark.services.ports import Transaction
from chopmark.wording import Wording


class Trying(Protocol):
    """Asks a node what a call would do."""

    def simulate(self, sender: bytes, call: Call) -> object:
        """Raises ``Refused`` with the contract's own reason if the call would fail now."""


def on_the_way(tx: Transaction, sender: bytes) -> dict[tuple[bytes, bytes], int]:
    """Operations of a sender that wait or travel already: their row numbers by target and data."""
    rows = [*tx.calls.waiting(sender)]
    rows += [row for box in tx.outbox.open(sender) for row in tx.calls.of_outbox(box.id)]
    return {(row.to, row.data): row.id for row in rows}


def try_new(chain: Trying, sender: bytes, calls: Sequence[Call], known: dict[tuple[bytes, bytes], int]) -> list[Call]:
    """Those that are not on the way yet; each was tried. Raises ``Refused`` if the contracts would refuse one."""
    new = [call for call in calls if call.to is not None and (call.to, call.data) not in known]
    for call in new:
        chain.simulate(sender, call)
    return new


def queue(tx: Transaction, sender: bytes, calls: Sequence[Call]) -> list[int]:
    """Row numbers of the operations, in order: those on the way already, and new ones, which are kept now."""
    known = on_the_way(tx, sender)
    ids = []
    for call in calls:
        if call.to is not None:
            at = known.get((call.to, call.data))
            known[call.to, call.data] = at = tx.calls.add_call(sender, call) if at is None else at
            ids.append(at)
    return ids


def settled(tx: Transaction, ids: Sequence[int]) -> bool:
    """Whether every operation was refused for good, or stands in a final block."""
    for at in ids:
        row = tx.calls.get(at)
        if row is None or row.error:
            continue
        box = tx.outbox.get(row.outbox_id) if row.outbox_id is not None else None
        if box is None or box.state is not OutboxState.FINAL:
            return False
    return True


def carriers(tx: Transaction, ids: Sequence[int]) -> list[OutboxRow]:
    """The transactions that carried these operations. Raises ``Refused`` if the contracts refused one."""
    rows = [row for at in ids if (row := tx.calls.get(at)) is not None]
    for row in rows:
        if row.error:
            raise refusal(row.error)
    boxes = {at: tx.outbox.get(at) for row in rows if (at := row.outbox_id) is not None}
    return [box for box in boxes.values() if box is not None]


def refusal(kept: str) -> Refused:
    """The error that was kept with a call, as it was."""
    said = json.loads(kept)
    why = Wording("{zh}", "{en}").filled(**said["message"])
    return Refused(why=why, fix_zh=said["next"]["zh"], fix_en=said["next"]["en"])
