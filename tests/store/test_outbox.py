"""Signed transactions, calls and leases: what fencing promises."""

from __future__ import annotations

import pytest

from chopmark.core.ledger import Lease, OutboxState
from chopmark.core.transaction import BlockRef, Call
from chopmark.errors import Busy, StoreError
from chopmark.store import Store, Transaction
from tests.fixtures.ledger import SENDER, new_outbox

OTHER = b"\x33" * 20
BLOCK = BlockRef(7, b"\x0c" * 32, 1_790_000_000)


def _lease(tx: Transaction, holder: str = "me", now: int = 0, sender: bytes = SENDER) -> Lease:
    lease = tx.leases.take(sender, holder, now, 30)
    assert lease is not None
    return lease


# --- leases


def test_one_holder_at_a_time(store: Store) -> None:
    with store.begin() as tx:
        mine = _lease(tx)
        assert (mine.token, mine.expires_at) == (1, 30)
        assert tx.leases.take(SENDER, "you", 29, 30) is None
        assert tx.leases.take(OTHER, "you", 29, 30) is not None
        assert tx.leases.present(SENDER) == mine


def test_a_lease_ends_and_the_next_token_is_larger(store: Store) -> None:
    with store.begin() as tx:
        mine = _lease(tx)
        yours = tx.leases.take(SENDER, "you", 30, 30)
        assert yours == Lease(SENDER, "you", 2, 60)
        for act in (tx.leases.check, lambda lease: tx.leases.renew(lease, 31, 30)):
            with pytest.raises(Busy, match="you"):
                act(mine)
        tx.leases.release(mine)
        assert tx.leases.present(SENDER) == yours


def test_a_dead_holder_is_not_waited_for(store: Store) -> None:
    with store.begin() as tx:
        _lease(tx, "dead")
        assert tx.leases.take(SENDER, "you", 1, 30, gone="somebody else") is None
        yours = tx.leases.take(SENDER, "you", 1, 30, gone="dead")
        assert yours is not None
        assert yours.token == 2


def test_renewing_keeps_the_token_and_releasing_frees_at_once(store: Store) -> None:
    with store.begin() as tx:
        longer = tx.leases.renew(_lease(tx), 20, 30)
        assert (longer.token, longer.expires_at) == (1, 50)
        tx.leases.release(longer)
        yours = tx.leases.take(SENDER, "you", 21, 30)
        assert yours is not None
        assert yours.token == 2


# --- outbox


def test_a_signed_transaction_comes_back_whole(store: Store) -> None:
    new = new_outbox(nonce=4)
    with store.begin() as tx:
        assert tx.outbox.add(_lease(tx), new) == 1
    with store.read() as tx:
        row = tx.outbox.by_hash(new.tx_hash)
        assert row is not None
        assert row == tx.outbox.get(1)
        for name in ("sender", "chain_id", "nonce", "raw", "tx_hash", "purpose", "summary", "created_at"):
            assert getattr(row, name) == getattr(new, name)
        assert (row.state, row.block_number, row.error) == (OutboxState.SIGNED, None, "")
        assert tx.outbox.last_nonce(SENDER, 31337) == 4
        assert tx.outbox.last_nonce(SENDER, 1) is None
        assert tx.outbox.last_nonce(OTHER, 31337) is None
        assert tx.outbox.senders() == [SENDER]


def test_states_follow_one_another(store: Store) -> None:
    with store.begin() as tx:
        lease = _lease(tx)
        for nonce in range(3):
            tx.outbox.add(lease, new_outbox(nonce))
        tx.outbox.set_state(lease, 1, OutboxState.FINAL, block=BLOCK, gas_used=99)
        tx.outbox.set_state(lease, 2, OutboxState.MINED, block=BLOCK)
        assert [row.id for row in tx.outbox.open()] == [row.id for row in tx.outbox.open(SENDER)] == [2, 3]
        assert tx.outbox.open(OTHER) == []
        assert [row.id for row in tx.outbox.in_blocks_above(6)] == [1, 2]
        tx.outbox.set_state(lease, 2, OutboxState.SENT)
        row = tx.outbox.get(2)
        assert row is not None
        assert (row.state, row.block_number, row.block_hash) == (OutboxState.SENT, None, None)
        tx.outbox.set_state(lease, 3, OutboxState.FAILED, error="reverted")
        assert [row.id for row in tx.outbox.list(state=OutboxState.FAILED)] == [3]
        assert [row.nonce for row in tx.outbox.of_sender(SENDER)] == [0, 1, 2]
        with pytest.raises(LookupError):
            tx.outbox.set_state(lease, 9, OutboxState.SENT)


def test_a_stale_token_writes_nothing(store: Store) -> None:
    with store.begin() as tx:
        stale = _lease(tx)
        tx.outbox.add(stale, new_outbox(0))
        fresh = _lease(tx, "you", now=31)
    with pytest.raises(Busy, match="you"), store.begin() as tx:
        tx.outbox.add(stale, new_outbox(1))
    with pytest.raises(Busy, match="you"), store.begin() as tx:
        tx.outbox.set_state(stale, 1, OutboxState.SENT)
    with store.begin() as tx:
        assert [row.state for row in tx.outbox.list()] == [OutboxState.SIGNED]
        tx.outbox.add(fresh, new_outbox(1))
        with pytest.raises(ValueError, match="another sender"):
            tx.outbox.add(fresh, new_outbox(0, OTHER))


def test_a_number_is_signed_once(store: Store) -> None:
    with store.begin() as tx:
        lease = _lease(tx)
        tx.outbox.add(lease, new_outbox(0))
        tx.outbox.add(lease, new_outbox(0, chain_id=1))
        tx.outbox.add(_lease(tx, sender=OTHER), new_outbox(0, OTHER))
    with pytest.raises(StoreError, match="conflicts"), store.begin() as tx:
        tx.outbox.add(lease, new_outbox(0))


# --- calls


def test_calls_wait_in_order_are_carried_or_refused(store: Store) -> None:
    with store.begin() as tx:
        ids = [tx.calls.add(SENDER, b"\x05" * 20, bytes([n]), "grant") for n in range(3)]
        tx.calls.add_call(OTHER, Call(b"\x05" * 20, b"", "register"))
        assert [row.id for row in tx.calls.waiting(SENDER)] == ids
        assert len(tx.calls.waiting()) == 4
        lease = _lease(tx)
        outbox_id = tx.outbox.add(lease, new_outbox())
        tx.calls.carry(ids[:1], outbox_id)
        tx.calls.refuse(ids[1], "no right")
        assert [row.id for row in tx.calls.waiting(SENDER)] == ids[2:]
        assert [row.id for row in tx.calls.of_outbox(outbox_id)] == ids[:1]
        row = tx.calls.get(ids[1])
        assert row is not None
        assert (row.error, row.outbox_id, row.data) == ("no right", None, b"\x01")
        tx.calls.carry(ids[:1], None)
        assert [row.id for row in tx.calls.waiting(SENDER)] == [ids[0], ids[2]]
        with pytest.raises(ValueError, match="makes a contract"):
            tx.calls.add_call(SENDER, Call(None, b"", "create"))
