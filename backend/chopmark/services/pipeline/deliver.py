"""Sending what was kept, and finding out what became of it.

::

    signed ─send→ sent ─receipt→ mined ─finality, event and record agree→ final

Every step looks before it acts, and every step may be repeated: the bytes are on disk, so the same transaction is
sent however often, and one transaction has one effect. A node's word is believed for the next look only; a batch
counts as anchored when its block's hash, its event and its record say the same at a final block.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from chopmark.core.ledger import BatchRow, ChangeRow, LeafPlace, Lease, OutboxRow, OutboxState
from chopmark.core.transaction import BlockRef, Logged, Receipt, Rejection
from chopmark.core.words import BatchRecord, Op
from chopmark.errors import ChainError, Refused
from chopmark.services.pipeline.bench import Bench
from chopmark.services.pipeline.failpoint import reach
from chopmark.services.pipeline.status import WORD_BITS
from chopmark.wording import Wording

REVERTED: Final = "reverted"
NONCE_TAKEN: Final = "nonce taken"
NOT_SAID: Final = "no event"
"""Why a transaction failed, as ``OutboxRow.error`` keeps it.

``NOT_SAID`` while the chain's logs contradict its receipt.
"""


@dataclass(frozen=True, slots=True)
class Delivered:
    """Where a transaction stands after a look. ``error``: why it cannot go on just now."""

    state: OutboxState
    error: ChainError | None = None

    @property
    def unmined(self) -> bool:
        """Whether a later transaction of the sender has to wait for this one."""
        return self.state in (OutboxState.SIGNED, OutboxState.SENT)


def deliver(bench: Bench, lease: Lease, row: OutboxRow, final: BlockRef, passed_over: bool) -> Delivered:
    """Bring one kept transaction a step further.

    ``final``: the block up to which events were followed. ``passed_over``: the sender's count passed this number in a
    block that is final now, so a missing receipt means that it can never be mined. Raises ``Busy`` if the lease was
    lost, ``Unreachable``.
    """
    receipt = bench.chain.receipt(row.tx_hash)
    if receipt is None:
        return _missing(bench, lease, row, passed_over)
    there = bench.chain.block(receipt.block.number)
    if there is None or there.hash != receipt.block.hash:
        # A receipt of another fork, or an invented one: neither mined nor missing. The next look decides.
        return Delivered(row.state)
    told = row.error
    if (row.state, row.block_number, row.block_hash) != (OutboxState.MINED, there.number, there.hash):
        reach("after_mined_before_record")
        told = "" if receipt.success else REVERTED
        _record(bench, lease, row, OutboxState.MINED, receipt, told)
    if final.number < there.number:
        return Delivered(OutboxState.MINED)
    return _conclude(bench, lease, replace(row, error=told), receipt, there, final)


def _missing(bench: Bench, lease: Lease, row: OutboxRow, passed_over: bool) -> Delivered:
    """It is in no block: look whether the node has it at all, and hand it over (again) if not."""
    if bench.chain.knows(row.tx_hash):
        if row.state is not OutboxState.SENT:
            _record(bench, lease, row, OutboxState.SENT)
        return Delivered(OutboxState.SENT)
    if passed_over:
        _fail(bench, lease, row, None, NONCE_TAKEN)
        return Delivered(OutboxState.FAILED)
    try:
        bench.chain.send(row.raw)
    except Refused as refusal:
        if row.state is OutboxState.MINED:
            _record(bench, lease, row, OutboxState.SENT)
        # A number that is counted already is either another's, which a final block will tell, or ours, and the
        # receipt will come.
        waits = refusal.facts.get("rule") in (Rejection.NONCE_TAKEN, Rejection.NONCE_GAP, Rejection.FULL)
        return Delivered(OutboxState.SENT, None if waits else refusal)
    reach("after_send_before_record")
    _record(bench, lease, row, OutboxState.SENT)
    return Delivered(OutboxState.SENT)


def _conclude(
    bench: Bench, lease: Lease, row: OutboxRow, receipt: Receipt, there: BlockRef, final: BlockRef
) -> Delivered:
    """Its block is final: it counts if events and records say what it was sent for."""
    if not receipt.success:
        _fail(bench, lease, row, receipt, REVERTED)
        return Delivered(OutboxState.FAILED)
    with bench.store.read() as tx:
        said = tx.history.of_transaction(row.tx_hash)
        batches, changes = tx.batches.of_outbox(row.id), tx.changes.of_outbox(row.id)
        leaves = tx.changes.places([change.credential_id for change in changes])
    records = bench.chain.batches([(one.issuer, one.root) for one in batches], final) if batches else []
    agreed = all(is_anchored(one, record, said, there) for one, record in zip(batches, records, strict=True))
    if not agreed or not _all_said(changes, leaves, said) or not said:
        if row.error != NOT_SAID:
            _record(bench, lease, row, OutboxState.MINED, receipt, NOT_SAID)
        return Delivered(OutboxState.MINED, _contradiction(row))
    with bench.store.begin() as tx:
        tx.outbox.set_state(lease, row.id, OutboxState.FINAL, block=there, gas_used=receipt.gas_used)
        for one in batches:
            tx.batches.anchored(one.id, there)
        tx.changes.conclude([change.id for change in changes])
        tx.requests.conclude(row.id)
        revoked = [change.credential_id for change in changes if change.op in (Op.REVOKED, Op.SUPERSEDED)]
        tx.credentials.release_numbers(revoked)
    return Delivered(OutboxState.FINAL)


def is_anchored(batch: BatchRow, record: BatchRecord | None, said: Sequence[Logged], block: BlockRef) -> bool:
    """Whether record and event both say that this batch was attested in this block."""
    if record is None or (record.kind, record.size, record.algorithm) != (batch.kind, batch.size, batch.algorithm):
        return False
    if (record.block, record.time) != (block.number, block.time):
        return False
    return any(
        one.event.op is Op.ATTESTED
        and (one.event.node, one.event.x, one.block_hash) == (batch.issuer, batch.root, block.hash)
        for one in said
    )


def _all_said(changes: Sequence[ChangeRow], leaves: Mapping[int, LeafPlace], said: Sequence[Logged]) -> bool:
    """Whether the events of the transaction hold every change."""
    bits: dict[tuple[int, bytes, int], int] = {}
    for one in said:
        op, root = int(one.event.op), one.event.x
        for word, mask in marked(one):
            bits[op, root, word] = bits.get((op, root, word), 0) | mask
    for change in changes:
        leaf = leaves[change.credential_id]
        if leaf.root is None or leaf.index is None:
            return False
        if not bits.get((change.op, leaf.root, leaf.index // WORD_BITS), 0) >> leaf.index % WORD_BITS & 1:
            return False
    return True


def marked(one: Logged) -> list[tuple[int, int]]:
    """The leaves that a status event or a supersession names, as (word index, mask) pairs."""
    changes, old = one.detail.get("changes"), one.detail.get("oldIndex")
    if isinstance(changes, list):
        return changes
    return [(old // WORD_BITS, 1 << old % WORD_BITS)] if isinstance(old, int) else []


def _record(
    bench: Bench, lease: Lease, row: OutboxRow, state: OutboxState, receipt: Receipt | None = None, error: str = ""
) -> None:
    gas = None if receipt is None else receipt.gas_used
    block = None if receipt is None else receipt.block
    with bench.store.begin() as tx:
        tx.outbox.set_state(lease, row.id, state, block=block, gas_used=gas, error=error)


def _fail(bench: Bench, lease: Lease, row: OutboxRow, receipt: Receipt | None, error: str) -> None:
    """It will never do what it was kept for: what it carried is free for another transaction."""
    gas = None if receipt is None else receipt.gas_used
    block = None if receipt is None else receipt.block
    with bench.store.begin() as tx:
        tx.outbox.set_state(lease, row.id, OutboxState.FAILED, block=block, gas_used=gas, error=error)
        tx.batches.carry([one.id for one in tx.batches.of_outbox(row.id)], None)
        tx.changes.carry([one.id for one in tx.changes.of_outbox(row.id)], None)
        tx.calls.carry([one.id for one in tx.calls.of_outbox(row.id)], None)
        tx.requests.put_down(row.id)


def _contradiction(row: OutboxRow) -> ChainError:
    name = f"0x{row.tx_hash.hex()}"
    return ChainError(
        why=Wording(
            f"节点称交易 {name} 成功，但事件或登记记录与之不符",
            f"the node calls transaction {name} successful, but events or records say otherwise",
        )
    )
