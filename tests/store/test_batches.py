"""Sealed batches."""

from __future__ import annotations

import os

import pytest

from chopmark.core.transaction import BlockRef
from chopmark.errors import StoreError
from chopmark.store import Store
from tests.fixtures.ledger import ISSUER, SENDER, new_credential, new_outbox

ROOT = b"\x0a" * 32


def _accept(store: Store, count: int) -> None:
    with store.begin() as tx:
        tx.credentials.add_many([new_credential(f"N{n}") for n in range(count)])


def test_a_batch_keeps_its_leaves_in_order(store: Store) -> None:
    _accept(store, 4)
    with store.begin() as tx:
        assert tx.batches.seal(ISSUER, "degree", ROOT, 1, [3, 1, 4], None) == 1
    with store.read() as tx:
        batch = tx.batches.get(1)
        assert batch is not None
        assert (batch.root, batch.size, batch.algorithm, batch.anchored) == (ROOT, 3, 1, False)
        rows = tx.credentials.of_batch(1)
        assert [(row.id, row.leaf_index) for row in rows] == [(3, 0), (1, 1), (4, 2)]
        assert tx.credentials.commitments_of(1) == [row.commitment for row in rows]
        assert [row.id for row in tx.credentials.by_leaf(ROOT, 1)] == [1]
        assert tx.batches.by_root(ROOT) == tx.batches.by_root(ROOT, ISSUER) == batch
        assert tx.batches.by_root(ROOT, b"\x12" * 32) is None
        assert tx.batches.get(2) is None


def test_a_leaf_is_sealed_once(store: Store) -> None:
    _accept(store, 3)
    with store.begin() as tx:
        tx.batches.seal(ISSUER, "degree", ROOT, 1, [1, 2], None)
    with pytest.raises(StoreError, match="sealed twice"), store.begin() as tx:
        tx.batches.seal(ISSUER, "degree", os.urandom(32), 1, [2, 3], None)
    with store.read() as tx:
        assert len(tx.batches.list()) == 1
        assert tx.credentials.unsealed([3]) == 1


def test_a_root_is_sealed_once(store: Store) -> None:
    _accept(store, 2)
    with store.begin() as tx:
        tx.batches.seal(ISSUER, "degree", ROOT, 1, [1], None)
    with pytest.raises(StoreError, match="conflicts"), store.begin() as tx:
        tx.batches.seal(ISSUER, "degree", ROOT, 1, [2], None)


def test_anchoring_and_going_back(store: Store) -> None:
    _accept(store, 3)
    with store.begin() as tx:
        for number in (1, 2, 3):
            tx.batches.seal(ISSUER, "degree", os.urandom(32), 1, [number], None)
            tx.batches.anchored(number, BlockRef(number * 10, b"\x0b" * 32, 1_790_000_000 + number))
    with store.read() as tx:
        first = tx.batches.get(1)
        assert first is not None
        assert (first.block_number, first.block_hash, first.time) == (10, b"\x0b" * 32, 1_790_000_001)
        assert tx.batches.unanchored() == []
    with store.begin() as tx:
        assert tx.batches.unanchor(10) == 2
    with store.read() as tx:
        assert [row.id for row in tx.batches.unanchored()] == [2, 3]
        assert [row.id for row in tx.batches.waiting()] == [2, 3]


def test_only_what_no_transaction_carries_waits(store: Store) -> None:
    _accept(store, 1)
    with store.begin() as tx:
        lease = tx.leases.take(SENDER, "me", 0, 30)
        assert lease is not None
        outbox_id = tx.outbox.add(lease, new_outbox())
        batch = tx.batches.seal(ISSUER, "degree", ROOT, 1, [1], outbox_id)
        assert tx.batches.waiting() == []
        assert [row.id for row in tx.batches.of_outbox(outbox_id)] == [batch]
        tx.batches.carry([batch], None)
        assert [row.id for row in tx.batches.waiting()] == [batch]
