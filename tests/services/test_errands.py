"""services.errands: operations of the issuer registry are queued once and told as they ended."""

from __future__ import annotations

import json

import pytest

from chopmark.core.ledger import OutboxState
from chopmark.core.transaction import Call
from chopmark.errors import Refused
from chopmark.services.errands import carriers, on_the_way, queue, refusal, settled, try_new
from chopmark.store import Store
from chopmark.wording import Language, Wording
from tests.fixtures.ledger import SENDER, new_outbox

NO = Refused(why=Wording("不许", "not allowed"), fix_zh="换", fix_en="change")
FIRST, SECOND = Call(b"\x01" * 20, b"one", "grant"), Call(b"\x01" * 20, b"two", "suspend")


class Node:
    """Remembers what was tried."""

    def __init__(self, *refused: Call) -> None:
        self.tried: list[Call] = []
        self._refused = refused

    def simulate(self, sender: bytes, call: Call) -> None:
        assert sender == SENDER
        self.tried.append(call)
        if call in self._refused:
            raise NO


def test_a_refusal_that_was_kept_is_told_as_it_was() -> None:
    told = refusal(json.dumps(NO.as_json()))
    assert "不许" in told.say(Language.ZH)
    assert "not allowed" in told.say(Language.EN)
    assert (told.next_step(Language.ZH), told.next_step(Language.EN)) == ("换", "change")


def test_what_is_on_the_way_is_neither_tried_nor_queued_again(store: Store) -> None:
    with store.begin() as tx:
        first = queue(tx, SENDER, [FIRST])
    node = Node()
    with store.read() as tx:
        known = on_the_way(tx, SENDER)
    assert try_new(node, SENDER, [FIRST, SECOND], known) == [SECOND]
    assert node.tried == [SECOND]
    with store.begin() as tx:
        assert queue(tx, SENDER, [FIRST, SECOND, SECOND]) == [*first, first[0] + 1, first[0] + 1]


def test_what_the_contracts_would_refuse_is_said_before_anything_is_queued() -> None:
    with pytest.raises(Refused):
        try_new(Node(SECOND), SENDER, [FIRST, SECOND], {})


def test_settled_is_refused_or_final(store: Store) -> None:
    with store.begin() as tx:
        ids = queue(tx, SENDER, [FIRST, SECOND])
        assert not settled(tx, ids)
        tx.calls.refuse(ids[0], json.dumps(NO.as_json()))
        assert not settled(tx, ids)
        lease = tx.leases.take(SENDER, "me", 0, 30)
        assert lease is not None
        box = tx.outbox.add(lease, new_outbox())
        tx.calls.carry([ids[1]], box)
        assert not settled(tx, ids)
        tx.outbox.set_state(lease, box, OutboxState.FINAL)
        assert settled(tx, ids)
        assert [each.id for each in carriers(tx, ids[1:])] == [box]
        with pytest.raises(Refused):
            carriers(tx, ids)
