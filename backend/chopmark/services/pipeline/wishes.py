"""Wishes for changes of status, held against the chain: what can be ordered now, and what is settled without it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from chopmark.core.ledger import DueChange
from chopmark.services.pipeline.bench import Bench
from chopmark.services.pipeline.status import WITHDRAWN, StatusOrder, feasible, status_orders


def orders(
    bench: Bench, due: Sequence[DueChange], fresh: Mapping[int, tuple[bytes, int]], without: Collection[int] = ()
) -> tuple[list[StatusOrder], bool]:
    """Orders for the wishes that can be fulfilled now; those that are settled without one are written down as such.

    ``fresh``: places of the successors that are attested along with their wish, by row number. ``without``: wishes that
    need no order, because one is on its way. Also whether to look again: some wishes are settled, but not in a final
    block yet, or are settled though an order for them is on its way.
    """
    if not due:
        return [], False
    now = feasible(bench.chain, bench.chain.head(), due, fresh)
    unsure = False
    if now.settled:  # for good only if it stands in a final block
        sure = feasible(bench.chain, bench.chain.final(), due, fresh)
        for note, ids in now.settled.items():
            final = [number for number in ids if number in sure.settled[note]]
            unsure = unsure or len(final) < len(ids) or any(number in without for number in ids)
            _settle(bench, note, [one for one in due if one.change.id in {*final}], fresh)
    return status_orders(now, without), unsure


def _settle(bench: Bench, note: str, settled: Sequence[DueChange], fresh: Collection[int]) -> None:
    """Conclude wishes for which nothing is sent. A successor that is attested nowhere is withdrawn with its wish."""
    with bench.store.begin() as tx:
        free = [one.change for one in settled if tx.changes.free([one.change.id])]
        tx.changes.conclude([one.id for one in free], note)
        lost = {*fresh} - tx.changes.successors()
        gone = {one.id: one.successor_id for one in free if one.successor_id is not None and one.successor_id in lost}
        tx.credentials.withdraw([*gone.values()])
        tx.changes.conclude([*gone], WITHDRAWN)
