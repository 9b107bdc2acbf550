"""Requests for signatures: asked once, signed, carried, ended; on both databases."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from chopmark.core.ledger import NewRequest, RequestState, Verb
from chopmark.core.typed_data import Attest, Domain, SetStatus, TypedData
from chopmark.errors import StoreError
from chopmark.store import Store
from tests.fixtures.ledger import ISSUER, SENDER, new_credential, new_outbox

DOMAIN = Domain(31337, b"\x0d" * 20)


def _asked(batch_id: int | None = 1, issuer: bytes = ISSUER, changes: tuple[int, ...] = ()) -> NewRequest:
    root = os.urandom(32)
    if changes:
        message = SetStatus(issuer, SENDER, root, 2, 1, ((0, 1),), os.urandom(32), 1_790_086_400)
        typed = TypedData(DOMAIN, message)
    else:
        typed = TypedData(DOMAIN, Attest(issuer, SENDER, "degree", root, 3, 1, 1_790_086_400))
    verb = Verb.REVOKE if changes else Verb.ATTEST
    return NewRequest(f"sig_{os.urandom(11).hex()}", issuer, verb, typed, 1_790_000_000, batch_id, changes)


def _batch(store: Store, number: str = "N1") -> int:
    with store.begin() as tx:
        (leaf,) = tx.credentials.add_many([new_credential(number)])
        return tx.batches.seal(ISSUER, "degree", os.urandom(32), 1, [leaf], None)


def test_what_was_asked_comes_back_as_it_was(store: Store) -> None:
    new = _asked(_batch(store))
    with store.begin() as tx:
        row = tx.requests.add(new)
    with store.read() as tx:
        assert tx.requests.get(row.id) == tx.requests.find(new.public_id) == row
        assert tx.requests.find("sig_other") is None
        assert tx.requests.get(2) is None
    assert row.typed == new.typed
    assert (row.digest, row.signer, row.deadline) == (new.typed.digest, SENDER, 1_790_086_400)
    assert (row.state, row.signature, row.outbox_id, row.note) == (RequestState.OPEN, None, None, "")


def test_the_same_is_not_asked_twice_at_a_time(store: Store) -> None:
    batch = _batch(store)
    with store.begin() as tx:
        (change,) = tx.changes.request([1], 2, 1, 0)
        first = tx.requests.add(_asked(batch))
        second = tx.requests.add(_asked(None, changes=(change.id,)))
    for again in (_asked(batch), _asked(None, changes=(change.id,))):
        with pytest.raises(StoreError, match="asked twice"), store.begin() as tx:
            tx.requests.add(again)
    with store.begin() as tx:
        tx.requests.end(first.id, RequestState.EXPIRED)
        tx.requests.end(second.id, RequestState.REFUSED, "because")
        assert tx.requests.of_batches([batch]) == []
        assert tx.requests.of_changes([change.id]) == []
        assert tx.requests.add(_asked(batch)).id == 3
        assert tx.requests.add(_asked(None, changes=(change.id,))).id == 4
        ended = tx.requests.get(second.id)
    assert ended is not None
    assert (ended.state, ended.note) == (RequestState.REFUSED, "because")


def test_the_way_of_a_request(store: Store) -> None:
    batch = _batch(store)
    with store.begin() as tx:
        row = tx.requests.add(_asked(batch))
        lease = tx.leases.take(SENDER, "me", 0, 30)
        assert lease is not None
        outbox = tx.outbox.add(lease, new_outbox())
    signed = replace(row, state=RequestState.SIGNED, signature=b"\x01" * 65)
    with store.begin() as tx:
        tx.requests.sign(row.id, b"\x01" * 65)
        assert tx.requests.get(row.id) == signed
        tx.requests.carry([row.id], outbox)
        assert tx.requests.get(row.id) == replace(signed, state=RequestState.CARRIED, outbox_id=outbox)
        tx.requests.put_down(outbox)
        assert tx.requests.get(row.id) == signed
        tx.requests.unsign(row.id, "it was not theirs")
        assert tx.requests.get(row.id) == replace(row, note="it was not theirs")
        tx.requests.sign(row.id, b"\x01" * 65)
        tx.requests.carry([row.id], outbox)
        tx.requests.conclude(outbox)
        assert tx.requests.get(row.id) == replace(signed, state=RequestState.DONE, outbox_id=outbox)
        assert tx.requests.of_batches([batch]) == []
        tx.requests.reopen(outbox)
        assert [one.state for one in tx.requests.of_batches([batch])] == [RequestState.CARRIED]


def test_lists_are_by_issuer_and_state_and_go_on_where_they_ended(store: Store) -> None:
    other = b"\x12" * 32
    with store.begin() as tx:
        rows = [tx.requests.add(_asked(None, issuer)) for issuer in (ISSUER, other, ISSUER, ISSUER)]
        tx.requests.sign(rows[2].id, b"\x01" * 65)
    with store.read() as tx:
        listed = tx.requests.listed
        assert [row.id for row in listed([RequestState.OPEN])] == [1, 2, 4]
        assert [row.id for row in listed([RequestState.OPEN], ISSUER)] == [1, 4]
        assert [row.id for row in listed([*RequestState], ISSUER, after=1, limit=1)] == [3]
        assert (tx.requests.count(RequestState.OPEN), tx.requests.count(RequestState.DONE)) == (3, 0)


def test_the_wishes_of_a_request(store: Store) -> None:
    with store.begin() as tx:
        leaves = tx.credentials.add_many([new_credential(f"N{n}") for n in range(3)])
        changes = tuple(change.id for change in tx.changes.request([*leaves], 2, 1, 0))
        row = tx.requests.add(_asked(None, changes=changes[:2]))
        assert tx.requests.changes_of(row.id) == [*changes[:2]]
        assert tx.requests.of_changes(changes) == [row]
        assert tx.requests.of_changes(changes[2:]) == []
