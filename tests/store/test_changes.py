"""Wanted changes of status."""

from __future__ import annotations

from chopmark.store import Store
from tests.fixtures.ledger import ISSUER, SENDER, new_credential, new_outbox

REVOKE, SUSPEND = 2, 3


def test_asking_twice_is_one_wish(store: Store) -> None:
    with store.begin() as tx:
        tx.credentials.add_many([new_credential(str(n)) for n in range(3)])
        first = tx.changes.request([1, 2], REVOKE, 1, 100)
        again = tx.changes.request([2, 3, 3], REVOKE, 4, 200)
        other = tx.changes.request([2], SUSPEND, 1, 300)
        assert [row.id for row in first] == [1, 2]
        assert [row.id for row in again] == [2, 3, 3]
        assert again[0].reason == 1
        assert [row.id for row in other] == [4]
        assert tx.changes.due_count() == len(tx.changes.pending()) == 4
        tx.changes.conclude([2], "already")
        assert [row.id for row in tx.changes.request([2], REVOKE, 1, 400)] == [5]
        assert [(row.id, row.done, row.note) for row in tx.changes.of_credential(2)] == [
            (2, True, "already"),
            (4, False, ""),
            (5, False, ""),
        ]


def test_a_due_change_knows_its_leaves(store: Store) -> None:
    with store.begin() as tx:
        tx.credentials.add_many([new_credential(str(n)) for n in range(3)])
        batch = tx.batches.seal(ISSUER, "degree", b"\x0a" * 32, 1, [2, 1], None)
        tx.changes.request([1], 5, 2, 100, successor_id=3)
        (due,) = tx.changes.due(10)
        assert (due.leaf.batch_id, due.leaf.root, due.leaf.size, due.leaf.index) == (batch, b"\x0a" * 32, 2, 1)
        assert due.successor is not None
        assert (due.successor.issuer, due.successor.root, due.successor.index) == (ISSUER, None, None)
        assert tx.changes.due_issuers() == [ISSUER]


def test_carried_done_and_reopened(store: Store) -> None:
    with store.begin() as tx:
        tx.credentials.add_many([new_credential(str(n)) for n in range(2)])
        tx.changes.request([1, 2], REVOKE, 1, 100)
        lease = tx.leases.take(SENDER, "me", 0, 30)
        assert lease is not None
        outbox_id = tx.outbox.add(lease, new_outbox())
        tx.changes.carry([1], outbox_id)
        assert [one.change.id for one in tx.changes.due(10)] == [2]
        assert tx.changes.free([1, 2]) == 1
        assert [row.id for row in tx.changes.of_outbox(outbox_id)] == [1]
        tx.changes.conclude([1])
        assert [row.id for row in tx.changes.pending()] == [2]
        tx.changes.reopen(outbox_id)
        assert [row.id for row in tx.changes.pending()] == [1, 2]
        tx.changes.carry([1], None)
        assert tx.changes.due_count() == 2
        assert len(tx.changes.due(1)) == 1
