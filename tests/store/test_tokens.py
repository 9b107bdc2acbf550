"""Tokens and kept answers on both databases."""

from __future__ import annotations

import pytest

from chopmark.core.access import KeptAnswer, Role, TokenRow
from chopmark.errors import StoreError
from chopmark.store import Store

ROW = TokenRow("a" * 16, "窗口", b"\x01" * 32, Role.REVIEWER, "", frozenset({"verify", "match"}), 10, 20)
ANSWER = KeptAnswer(b"\x02" * 32, b"\x03" * 32, 202, "/there", b'{"a":1}', 100)


def test_a_token_comes_back_as_it_was(store: Store):
    with store.begin() as tx:
        tx.tokens.add(ROW)
    with store.read() as tx:
        assert tx.tokens.find(ROW.id) == ROW
        assert tx.tokens.find("nobody") is None
        assert tx.tokens.list() == [ROW]
    with pytest.raises(StoreError), store.begin() as tx:
        tx.tokens.add(ROW)


def test_the_first_revocation_counts_and_the_day_of_use_is_kept(store: Store):
    with store.begin() as tx:
        tx.tokens.add(ROW)
        tx.tokens.used(ROW.id, 86_400)
        tx.tokens.revoke(ROW.id, 15)
        tx.tokens.revoke(ROW.id, 16)
    with store.read() as tx:
        kept = tx.tokens.find(ROW.id)
    assert kept is not None
    assert (kept.last_used_day, kept.revoked_at, kept.stands(12)) == (86_400, 15, False)


def test_an_answer_is_kept_once_and_forgotten_in_time(store: Store):
    with store.begin() as tx:
        tx.repeats.keep(ANSWER)
    with pytest.raises(StoreError), store.begin() as tx:
        tx.repeats.keep(ANSWER)
    with store.begin() as tx:
        assert tx.repeats.find(ANSWER.key) == ANSWER
        assert tx.repeats.forget(100) == 0
        assert tx.repeats.forget(101) == 1
        assert tx.repeats.find(ANSWER.key) is None
