"""services.number.limits: what is counted, when it is forgotten, and what stands in the log."""

from __future__ import annotations

import threading

import pytest

from chopmark.errors import Throttled
from chopmark.services.number.limits import DAY, HOUR, Limits, Outcome, admit, conclude, digests_of
from chopmark.store import Store
from chopmark.wording import Language

KEY = b"\x01" * 32
NOW = 1_800_000_000
LIMITS = Limits(asked=4, missed=3, missed_number=2)


def ask(store: Store, number: str, outcome: Outcome | None = Outcome.MISSED, asker: str = "a", now: int = NOW) -> None:
    ticket = admit(store.begin, asker, digests_of([number], KEY), now, LIMITS)
    if outcome is not None:
        conclude(store.begin, ticket, outcome)


def refused(store: Store, number: str, asker: str = "a", now: int = NOW) -> Throttled:
    with pytest.raises(Throttled) as caught:
        ask(store, number, asker=asker, now=now)
    return caught.value


def test_misses_about_one_number_stop_whoever_made_them_and_nobody_else(store: Store) -> None:
    ask(store, "n", asker="a")
    ask(store, "n", asker="a")
    fault = refused(store, "n", asker="a")
    assert fault.retry_after == DAY
    assert "同一编号" in fault.say(Language.ZH)
    assert f"{DAY} seconds" in fault.next_step(Language.EN)
    ask(store, "other", asker="a")
    ask(store, "n", Outcome.AGREED, asker="b")
    ask(store, "n", asker="a", now=NOW + DAY)


def test_many_who_guess_at_one_number_are_stopped_together(store: Store) -> None:
    for n in range(LIMITS.missed_number_by_all):
        ask(store, "n", asker=f"asker {n}")
    fault = refused(store, "n", asker="somebody new")
    assert fault.retry_after == DAY
    assert str(LIMITS.missed_number_by_all) in fault.say(Language.ZH)
    ask(store, "other", asker="somebody new")


def test_misses_of_one_asker_count_whatever_is_asked(store: Store) -> None:
    for number in "xyz":
        ask(store, number)
    assert refused(store, "w", now=NOW + 60).retry_after == HOUR - 60
    ask(store, "w", asker="b")
    ask(store, "w", now=NOW + HOUR)


def test_what_agrees_is_only_held_up_by_the_limit_of_all(store: Store) -> None:
    for _ in range(4):
        ask(store, "n", Outcome.AGREED)
    assert "4" in refused(store, "m").say(Language.EN)


def test_what_was_never_answered_counts_as_a_miss(store: Store) -> None:
    ask(store, "n", None)
    ask(store, "n", None)
    refused(store, "n")


def test_being_refused_prolongs_nothing(store: Store) -> None:
    ask(store, "n")
    ask(store, "n")
    for _ in range(9):
        refused(store, "n", now=NOW + 5)
    ask(store, "n", now=NOW + DAY)


def test_a_flood_of_refused_questions_does_not_fill_the_log(store: Store) -> None:
    ask(store, "n")
    ask(store, "n")
    for _ in range(20):
        refused(store, "n")
    with store.read() as tx:
        assert tx.lookups.of_asker("a", 0)[0] == 2 + LIMITS.asked


def test_asking_at_once_wins_nothing(store: Store) -> None:
    passed: list[int] = []

    def try_it(who: int) -> None:
        try:
            ask(store, "n")
            passed.append(who)
        except Throttled:
            pass

    threads = [threading.Thread(target=try_it, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == LIMITS.missed_number


def test_a_number_that_may_mean_several_counts_as_each(store: Store) -> None:
    for _ in range(2):
        conclude(store.begin, admit(store.begin, "a", digests_of(["n", "m"], KEY), NOW, LIMITS), Outcome.MISSED)
    refused(store, "m")
    refused(store, "n")


def test_digests_tell_nothing_without_the_key() -> None:
    (one,) = digests_of(["n", "n"], KEY)
    assert len(one) == 32
    assert digests_of(["n"], b"\x02" * 32) != (one,)
