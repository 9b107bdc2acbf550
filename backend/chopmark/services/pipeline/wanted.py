"""What institutions whose keys only sign want to say, and what nobody was asked to sign for yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from chopmark.core.ledger import BatchRow, DueChange, OutboxState, PendingGroup
from chopmark.services.pipeline.batcher import BATCH_LIMIT, ToSeal, free_groups, held_groups, to_seal
from chopmark.services.pipeline.bench import Bench, Delegate
from chopmark.services.pipeline.status import StatusOrder
from chopmark.services.pipeline.wishes import orders
from chopmark.services.ports import Transaction

ASKED_LIMIT: Final = 10_000
"""Wishes that are looked at in one go: an equal share of each institution's, once of those that nobody was asked to sign
for yet and once of those that wait for a signature and may be settled without it meanwhile."""


@dataclass(slots=True)
class Asks:
    """What signatures are wanted for: batches to be sealed, sealed ones, orders, and corrections with their new version."""

    sealing: list[ToSeal]
    batches: list[BatchRow]
    orders: list[StatusOrder] = field(default_factory=list)
    corrections: list[tuple[StatusOrder, ToSeal]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.sealing or self.batches or self.orders or self.corrections)

    @property
    def all_orders(self) -> list[StatusOrder]:
        """With those of the corrections."""
        return [*self.orders, *(order for order, _ in self.corrections)]


def wanted(bench: Bench, delegates: Mapping[bytes, Delegate]) -> tuple[Asks, bool]:
    """What signatures are wanted for; whether some wish is settled, but not in a final block yet.

    The successor of an open wish is attested along with the wish, in a batch of its own: both are asked for, or neither.
    """
    seen = _seen(bench, delegates)
    batches = _unattested(bench, seen)
    bound = {one.leaves[0]: one for one in to_seal(held_groups(seen.groups, seen.held))}
    sealed = {leaf: row for leaf, row in seen.alone.items() if row.id in batches}
    fresh = {leaf: (one.root, 0) for leaf, one in bound.items()} | {leaf: (row.root, 0) for leaf, row in sealed.items()}
    possible, unsure = orders(bench, seen.due, fresh, seen.asked_changes)
    successors = {one.change.id: one.change.successor_id or 0 for one in seen.due}
    asked_leaves = {successors[at] for at in seen.asked_changes if at in successors}
    alone = {row.id for row in seen.alone.values()}
    along = {row.id for leaf, row in sealed.items() if leaf in asked_leaves}
    asks = Asks(to_seal(free_groups(seen.groups, seen.held)), [])
    for order in possible:
        leaf = successors[order.changes[0]]
        if leaf in bound:
            asks.corrections.append((order, bound.pop(leaf)))
        elif leaf not in fresh or leaf in sealed:  # else it supersedes two: the second one waits until it is attested
            asks.orders.append(order)
            along |= {sealed[leaf].id} if leaf in sealed else set()
    unasked = [row for row in batches.values() if row.id not in seen.asked_batches]
    asks.batches += [row for row in unasked if row.id not in alone or row.id in along]
    return asks, unsure


@dataclass(frozen=True, slots=True)
class _Seen:
    """What waits, in one snapshot. ``alone``: batches of one leaf that supersedes another, by that leaf."""

    batches: Sequence[BatchRow]
    groups: Sequence[PendingGroup]
    due: Sequence[DueChange]
    held: set[int]
    alone: Mapping[int, BatchRow]
    asked_batches: set[int | None]
    asked_changes: set[int]


def _seen(bench: Bench, delegates: Mapping[bytes, Delegate]) -> _Seen:
    with bench.store.read() as tx:
        batches = [row for row in tx.batches.waiting() if row.issuer in delegates]
        pending = tx.credentials.pending(BATCH_LIMIT) if delegates else []
        groups = [one for one in pending if one.issuer in delegates and not _gathers(bench, tx, delegates[one.issuer])]
        issuers = [issuer for issuer in tx.changes.due_issuers() if issuer in delegates]
        share = max(1, ASKED_LIMIT // len(issuers)) if issuers else 0
        fresh = tx.changes.due(share, issuers, asked=False) if issuers else []
        asked = tx.changes.due(share, issuers, asked=True) if issuers else []
        held = tx.changes.successors()
        held_in = {row.batch_id: row.id for row in tx.credentials.get_many(held).values()} if held else {}
        return _Seen(
            batches,
            groups,
            sorted([*fresh, *asked], key=lambda one: one.change.id),
            held,
            {held_in[row.id]: row for row in batches if row.size == 1 and row.id in held_in},
            {row.batch_id for row in tx.requests.of_batches([row.id for row in batches])},
            {one.change.id for one in asked},
        )


def _gathers(bench: Bench, tx: Transaction, delegate: Delegate) -> bool:
    """Whether leaves go on gathering: the payer's last transaction is under way, and the key is at hand when it is done."""
    if not any(row.state in (OutboxState.SIGNED, OutboxState.SENT) for row in tx.outbox.open(delegate.payer)):
        return False
    return bench.keys.of_sender(delegate.signer) is not None


def _unattested(bench: Bench, seen: _Seen) -> dict[int, BatchRow]:
    """Sealed batches without a record on the chain; of the others the follower will see that they stand."""
    rows = [row for row in seen.batches if row.id not in seen.asked_batches]
    records = bench.chain.batches([(row.issuer, row.root) for row in rows], bench.chain.head()) if rows else []
    standing = {row.id for row, record in zip(rows, records, strict=True) if record is not None}
    return {row.id: row for row in seen.batches if row.id not in standing}
