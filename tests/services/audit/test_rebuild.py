"""The self-check: chain against its own heads, and against a real database that somebody tampered with."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from chopmark.chain.client import ChainClient
from chopmark.core.transaction import Logged
from chopmark.core.words import Op
from chopmark.errors import ProofError
from chopmark.services.audit.rebuild import Lack, Rebuilt, compare, findings, rebuild, repair
from chopmark.store import Store
from chopmark.wording import Language
from tests.fixtures.world import World

pytestmark = pytest.mark.chain


@pytest.fixture
def rebuilt(world: World) -> Rebuilt:
    done = world.issue()
    world.change(Op.REVOKED, 3, done)
    return rebuild(world.client, world.chain, world.registry)


@pytest.fixture
def site(rebuilt: Rebuilt, tmp_path: Path) -> Iterator[tuple[Store, Path]]:
    path = tmp_path / "site.db"
    with Store.open(f"sqlite:///{path}") as store:
        repair(rebuilt, store.begin)
        yield store, path


def _sql(path: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(path, timeout=10) as connection:
        assert connection.execute(statement, values).rowcount == 1


def test_the_chain_agrees_with_itself(world: World, rebuilt: Rebuilt) -> None:
    nodes = world.client.serial(rebuilt.at) + 1
    assert len(rebuilt.heads) == 2 * nodes
    found = findings(rebuilt, None)
    assert [each.code for each in found] == ["A002"]
    assert str(len(rebuilt.logged)) in found[0].say(Language.ZH)


def test_a_faithful_database(site: tuple[Store, Path], rebuilt: Rebuilt) -> None:
    comparison = compare(rebuilt, site[0].read)
    assert comparison.differences == ()
    assert comparison.upto == rebuilt.at
    assert [each.code for each in findings(rebuilt, comparison)] == ["A002"]


def test_a_database_that_lags_behind_is_no_difference(world: World, site: tuple[Store, Path]) -> None:
    world.issue()
    now = rebuild(world.client, world.chain, world.registry)
    assert compare(now, site[0].read).differences == ()


def test_an_empty_database(rebuilt: Rebuilt, tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'empty.db'}") as store:
        comparison = compare(rebuilt, store.read)
    assert comparison.upto is None
    assert [each.code for each in findings(rebuilt, comparison)] == ["A002"]


@pytest.mark.parametrize(
    ("statement", "lack"),
    [
        ("DELETE FROM events WHERE op = 2 AND block = ?", Lack.MISSING),
        ("UPDATE events SET reason = 9 WHERE op = 2 AND block = ?", Lack.CHANGED),
        ("UPDATE events SET d = zeroblob(32) WHERE op = 2 AND block = ?", Lack.CHANGED),
        ("UPDATE events SET tx_hash = zeroblob(32) WHERE op = 2 AND block = ?", Lack.CHANGED),
        ("UPDATE events SET detail = '{}' WHERE op = 2 AND block = ?", Lack.CHANGED),
    ],
)
def test_a_tampered_database_is_told_event_by_event(
    site: tuple[Store, Path], rebuilt: Rebuilt, statement: str, lack: Lack
) -> None:
    store, path = site
    target = next(each.event for each in reversed(rebuilt.logged) if each.event.op is Op.REVOKED)
    _sql(path, statement, target.block)
    found = compare(rebuilt, store.read).differences
    assert [(d.lack, d.registry, d.node, d.seq, d.block) for d in found] == [
        (lack, "attestation", target.node, target.seq, target.block)
    ]
    told = findings(rebuilt, compare(rebuilt, store.read))
    assert [each.code for each in told] == ["A001"]
    assert str(target.block) in told[0].say(Language.EN)
    repair(rebuilt, store.begin)
    assert compare(rebuilt, store.read).differences == ()
    with store.read() as tx:
        assert tx.history.cursor() == rebuilt.at
        assert tx.history.heads()["attestation", target.node] == rebuilt.heads["attestation", target.node]


def test_an_invented_event(site: tuple[Store, Path], rebuilt: Rebuilt) -> None:
    store, path = site
    target = rebuilt.logged[-1].event
    _sql(
        path,
        "UPDATE events SET seq = 900 WHERE registry = ? AND node = ? AND seq = ?",
        target.registry,
        target.node,
        target.seq,
    )
    lacks = [(each.lack, each.seq) for each in compare(rebuilt, store.read).differences]
    assert sorted(lacks) == [(Lack.EXTRA, 900), (Lack.MISSING, target.seq)]


class _Lying(ChainClient):
    """A node that leaves out or alters what it does not like."""

    lie = staticmethod(lambda logs: logs)

    def logs(self, *args: Any, **kwargs: Any) -> list[Logged]:
        return list(type(self).lie(super().logs(*args, **kwargs)))


@pytest.mark.parametrize("left_out", [-1, -2, 3])
def test_a_node_that_leaves_an_event_out_is_found_out(world: World, rebuilt: Rebuilt, left_out: int) -> None:
    class Lying(_Lying):
        @staticmethod
        def lie(logs: Sequence[Logged]) -> list[Logged]:
            at = left_out % len(logs)
            return [each for place, each in enumerate(logs) if place != at]

    with pytest.raises(ProofError):
        rebuild(Lying(world.rpc, world.chain, world.registry), world.chain, world.registry)


def test_a_node_that_alters_an_event_is_found_out(world: World, rebuilt: Rebuilt) -> None:
    from dataclasses import replace

    class Lying(_Lying):
        @staticmethod
        def lie(logs: Sequence[Logged]) -> list[Logged]:
            last = logs[-1]
            return [*logs[:-1], replace(last, event=replace(last.event, reason=9))]

    with pytest.raises(ProofError, match="head"):
        rebuild(Lying(world.rpc, world.chain, world.registry), world.chain, world.registry)
