"""Batches that stand on the chain though no transaction of ours says so.

A transaction that counted as failed may have been mined after all, or the batch was attested from elsewhere.
"""

from __future__ import annotations

from chopmark.core.transaction import BlockRef
from chopmark.services.pipeline.bench import Bench
from chopmark.services.pipeline.deliver import is_anchored


def adopt(bench: Bench, final: BlockRef) -> int:
    """Anchor batches without a transaction whose event and record stand at ``final``; how many."""
    with bench.store.read() as tx:
        events = {row.id: (row, tx.history.attested(row.issuer, row.root)) for row in tx.batches.waiting()}
    found = [(row, event) for row, event in events.values() if event is not None]
    if not found:
        return 0
    records = bench.chain.batches([(row.issuer, row.root) for row, _ in found], final)
    with bench.store.begin() as tx:
        for (row, event), record in zip(found, records, strict=True):
            block = BlockRef(event.event.block, event.block_hash, event.event.time)
            if is_anchored(row, record, [event], block):
                tx.batches.anchored(row.id, block)
    return len(found)
