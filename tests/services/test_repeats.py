"""Repeated requests: key and effect are one transaction."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.services.repeats import KEPT, Answer, Claim, KeyReused, find, once
from chopmark.store import Store

CLAIM = Claim.of("institution:a", "k", b"POST", b"/x", b"content")


def count(tx) -> Answer:
    value = int(tx.site.get("n") or "0") + 1
    tx.site.set("n", str(value))
    return Answer.of(202, {"n": value}, location="/n")


def test_the_work_is_done_once(store: Store):
    for turn in range(3):
        with store.begin() as tx:
            answer, replayed = once(tx, CLAIM, 1000 + turn, count)
        assert (answer.status, answer.body, answer.location, replayed) == (202, b'{"n":1}', "/n", turn > 0)


def test_work_that_is_not_committed_leaves_no_key(store: Store):
    class PowerCut(Exception):
        pass

    def work_and_die() -> None:
        with store.begin() as tx:
            once(tx, CLAIM, 1000, count)
            raise PowerCut

    with pytest.raises(PowerCut):
        work_and_die()
    with store.read() as tx:
        assert find(tx, CLAIM) is None
        assert tx.site.get("n") is None


def test_another_request_under_the_same_key_is_refused(sqlite_store: Store):
    with sqlite_store.begin() as tx:
        once(tx, CLAIM, 1000, count)
    other = Claim.of("institution:a", "k", b"POST", b"/x", b"other")
    assert other.key == CLAIM.key
    with pytest.raises(KeyReused), sqlite_store.begin() as tx:
        once(tx, other, 1001, count)
    assert Claim.of("institution:b", "k", b"POST", b"/x", b"content").key != CLAIM.key


def test_what_may_be_said_once_is_not_kept(sqlite_store: Store):
    secret = Answer.of(201, {"token": "secret"}, kept={"token": None})
    with sqlite_store.begin() as tx:
        assert once(tx, CLAIM, 1000, lambda _: secret)[0].body == b'{"token":"secret"}'
    with sqlite_store.read() as tx:
        kept = find(tx, CLAIM)
    assert kept is not None
    assert kept.body == b'{"token":null}'


def test_old_answers_are_forgotten_by_the_way(sqlite_store: Store):
    with sqlite_store.begin() as tx:
        once(tx, CLAIM, 1000, count)
        once(tx, Claim.of("o", "later", b""), 1001 + KEPT, count)
        assert find(tx, CLAIM) is None


@given(st.lists(st.binary(max_size=3), max_size=4), st.lists(st.binary(max_size=3), max_size=4))
def test_no_two_requests_read_alike(one: list[bytes], two: list[bytes]):
    assert (Claim.of("o", "k", *one).digest == Claim.of("o", "k", *two).digest) == (one == two)
