"""http.health: a node that says nothing takes one request's time, not everybody's."""

from __future__ import annotations

import inspect
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from chopmark.http import health
from tests.http.conftest import Face


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A chain that takes a second before it is known not to answer; the times at which it was asked."""
    asked: list[float] = []

    def ask(_: object) -> str:
        asked.append(time.monotonic())
        time.sleep(1.0)
        return "E501"

    monkeypatch.setattr(health, "ask_chain", ask)
    return asked


def test_while_one_asks_nobody_waits_and_nobody_asks_again(face: Face, silent: list[float]):
    checks = health.Checks(face.app.state.service)
    first = threading.Thread(target=checks.look)
    first.start()
    while not silent:
        time.sleep(0.01)
    began = time.monotonic()
    with ThreadPoolExecutor(20) as pool:
        told = list(pool.map(lambda _: checks.look(), range(20)))
    assert time.monotonic() - began < 0.8
    assert len(silent) == 1
    assert {(each.ready, each.chain, *each.codes) for each in told} == {(False, "failed", "chain")}
    first.join()
    assert checks.look().codes == ["E501"]
    assert len(silent) == 1


def test_an_answer_is_good_from_when_it_was_given(face: Face, silent: list[float], monkeypatch: pytest.MonkeyPatch):
    """Else one that took longer than it is good for would be asked for again by everybody."""
    now = [0.0]

    def slow(_: object) -> str:
        now[0] += 10 * health.CHECKED
        silent.append(now[0])
        return "E501"

    monkeypatch.setattr(health, "ask_chain", slow)
    checks = health.Checks(face.app.state.service, lambda: now[0])
    for _ in range(5):
        assert checks.look().codes == ["E501"]
    assert len(silent) == 1
    now[0] += health.CHECKED + 0.1
    checks.look()
    assert len(silent) == 2


def test_whether_the_process_lives_needs_no_thread():
    assert inspect.iscoroutinefunction(health.health)
