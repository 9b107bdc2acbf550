"""When the chain is no longer what was final here: halting, and on request going back to what both know.

A chain with finality never does this. A development chain that was killed does: it comes back as it was a few seconds
before. Nothing that was acknowledged is lost then, because every transaction's signed bytes are kept: they are sent
again, in the order in which they were signed, and have the same effects.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chopmark.core.ledger import Lease, OutboxRow, OutboxState
from chopmark.core.transaction import BlockRef
from chopmark.errors import ChainReset
from chopmark.services.pipeline.bench import Bench
from chopmark.services.pipeline.failpoint import reach
from chopmark.wording import Wording

HEALING: Final = "healing"
"""Key in ``tx.site`` while transactions are being sent anew: then one after the other, whoever signed them."""

STEP: Final = 64


def check(bench: Bench) -> bool:
    """Whether the cursor is on the node's chain: False if the node is merely behind, and may catch up.

    Raises ``ChainReset`` if the chain has another block in its place.
    """
    with bench.store.read() as tx:
        cursor = tx.history.cursor()
    if cursor is None:
        return True
    there = bench.chain.block(cursor.number)
    if there is None:
        return False
    if there.hash != cursor.hash:
        raise replaced(cursor)
    return True


def replaced(cursor: BlockRef) -> ChainReset:
    """The error for a final block in whose place the chain has another one."""
    return ChainReset(block=cursor.number, why=Wording("该高度现为另一区块", "there is another block in its place"))


def behind(bench: Bench) -> ChainReset:
    """The error for a node whose newest block is older than what was final."""
    with bench.store.read() as tx:
        cursor = tx.history.cursor()
    head = bench.chain.head().number
    why = Wording(
        f"节点最新区块为 {head}，可能仍在同步", f"the node's newest block is {head}; it may still be catching up"
    )
    return ChainReset(block=cursor.number if cursor else 0, why=why)


def heal(bench: Bench, leases: Mapping[bytes, Lease]) -> int:
    """Go back to the newest block that chain and database both know; how many transactions are to be sent anew.

    One transaction of the database: history, anchors and outbox go back together. ``leases``: of every sender that
    ever signed here. Raises ``Busy`` if one was lost.
    """
    ancestor = _common_ancestor(bench)
    counted = {sender: bench.chain.nonce(sender) for sender in leases}
    with bench.store.begin() as tx:
        tx.history.roll_back(ancestor)
        tx.batches.unanchor(ancestor)
        signed = [row for sender in leases for row in tx.outbox.of_sender(sender)]
        again = [row for row in signed if _lost(row, ancestor, counted[row.sender])]
        for row in again:
            tx.outbox.set_state(leases[row.sender], row.id, OutboxState.SIGNED)
            tx.changes.reopen(row.id)
            tx.requests.reopen(row.id)
        tx.site.set(HEALING, str(ancestor) if again else None)
        reach("in_rollback_before_commit")
    return len(again)


def _lost(row: OutboxRow, ancestor: int, counted: int) -> bool:
    """Whether the chain may know nothing of this transaction any more.

    A failed one counts too: its number is free again on this chain, and a gap would hold up every later one.
    """
    return row.nonce >= counted or (row.block_number is not None and row.block_number > ancestor)


def _common_ancestor(bench: Bench) -> int:
    """The number of the newest kept block that the node has too; below the registries' first block if there is none."""
    below = 1 << 62
    while True:
        with bench.store.read() as tx:
            kept = tx.history.blocks(below, STEP)
        for block in kept:
            there = bench.chain.block(block.number)
            if there is not None and there.hash == block.hash:
                return block.number
        if not kept:
            return bench.home.from_block - 1
        below = kept[-1].number
