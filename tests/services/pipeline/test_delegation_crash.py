"""Killed between sealing, asking, signing and sending: run again, everything is there exactly once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from chopmark.core.ledger import OutboxState, RequestState
from chopmark.core.words import Op
from chopmark.errors import ChainReset
from chopmark.services.pipeline.asking import _keep, ask
from chopmark.services.pipeline.wanted import wanted
from tests.fixtures.delegated import DelegatedSite, delegated
from tests.fixtures.devchain import DevChain

pytestmark = [pytest.mark.chain, pytest.mark.slow]

NUMBERS = [f"N{n}" for n in range(8)]
PLACES = {
    "after_request_before_commit": (0, None),
    "after_request_before_sign": (0, RequestState.OPEN),
    "after_sign_before_commit": (0, RequestState.OPEN),
    "after_sign_before_carry": (0, RequestState.SIGNED),
    "after_seal_before_commit": (0, RequestState.SIGNED),
    "after_commit_before_send": (1, RequestState.CARRIED),
    "after_send_before_record": (1, RequestState.CARRIED),
    "after_mined_before_record": (1, RequestState.CARRIED),
}
"""Where it dies: how many transactions are kept, and how far the request is."""


@pytest.fixture
def site(devchain: DevChain, sqlite_url: str) -> Iterator[DelegatedSite]:
    with delegated(devchain, sqlite_url, here=True) as made:
        yield made


@pytest.fixture
def postgres_site(devchain: DevChain, postgres_url: str) -> Iterator[DelegatedSite]:
    with delegated(devchain, postgres_url, here=True) as made:
        yield made


@pytest.fixture
def own_site(own_devchain: DevChain, sqlite_url: str) -> Iterator[DelegatedSite]:
    with delegated(own_devchain, sqlite_url) as made:
        yield made


def test_killed_at_every_place_one_after_the_other_while_registering(site: DelegatedSite) -> None:
    site.accept(*NUMBERS)
    _killed(site, PLACES)
    (row,) = site.requests()
    assert (row.state, len(site.batches())) == (RequestState.DONE, 1)
    assert site.accounts_used() == (0, 1)
    site.fsck(*NUMBERS)


def test_killed_at_every_place_one_after_the_other_while_revoking(site: DelegatedSite) -> None:
    rows = site.register(*NUMBERS)
    site.want([row.id for row in rows[::3]], Op.REVOKED)
    _killed(site, PLACES)
    assert [site.status(row)[0] for row in rows] == [row in rows[::3] for row in rows]
    assert site.accounts_used() == (0, 2)
    site.fsck(*NUMBERS)


def test_killed_with_postgres(postgres_site: DelegatedSite) -> None:
    site = postgres_site
    site.accept(*NUMBERS)
    _killed(site, ["after_request_before_commit", "after_sign_before_commit", "after_commit_before_send"])
    assert site.accounts_used() == (0, 1)
    site.fsck(*NUMBERS)


def _killed(site: DelegatedSite, places: Iterable[str]) -> None:
    """Die at each place and see what is on disk; then work to the end. What was asked and what was kept never change."""
    sent, asked = len(site.outbox()), len(site.requests())
    kept: list[bytes] = []
    digests: list[bytes] = []
    for failpoint in places:
        site.die(failpoint)
        expected, state = PLACES[failpoint]
        raws, requests = [row.raw for row in site.outbox()][sent:], site.requests()[asked:]
        assert len(raws) == expected, failpoint
        assert [row.state for row in requests] == ([] if state is None else [state]), failpoint
        assert kept in ([], raws)
        assert digests in ([], [row.digest for row in requests])
        kept, digests = raws, [row.digest for row in requests]
    assert site.worker().run(timeout=60).idle
    assert [row.raw for row in site.outbox()][sent:] == kept
    assert [row.digest for row in site.requests()][asked:] == digests


def test_a_chain_that_takes_back_final_blocks_gets_the_same_signatures_again(own_site: DelegatedSite) -> None:
    site = own_site
    site.chain.mine(5)
    rows = site.accept("N1")
    site.work()
    site.sign()
    site.work()
    suspended = site.want([rows[0].id], Op.SUSPENDED)
    site.work()
    site.sign()
    assert site.worker().run(timeout=60).idle
    before = site.outbox()
    site.chain.cheat("anvil_reorg", 9, [])
    with pytest.raises(ChainReset):
        site.worker().run(timeout=30)
    assert site.worker().run(timeout=60, heal=True).idle
    assert [row.raw for row in site.outbox()] == [row.raw for row in before]
    assert {row.state for row in site.outbox()} == {OutboxState.FINAL}
    assert {row.state for row in site.requests()} == {RequestState.DONE}
    with site.store.read() as tx:
        (change,) = (tx.changes.get(at) for at in suspended)
        (row,) = tx.credentials.get_many([rows[0].id]).values()
    assert change is not None
    assert change.done
    assert site.status(row)[1]
    site.fsck("N1")


def test_two_that_ask_at_once_ask_once(site: DelegatedSite) -> None:
    site.here = False
    site.accept(*NUMBERS)
    with ThreadPoolExecutor(4) as pool:
        assert any(not moved for moved in pool.map(lambda _: ask(site.bench()), range(4)))
    assert len(site.batches()) == len(site.requests()) == 1
    site.sign()
    assert site.worker().run(timeout=60).idle
    site.fsck(*NUMBERS)


def test_what_somebody_else_asked_for_meanwhile_is_not_asked_again(site: DelegatedSite) -> None:
    """Read, then overtaken, then written: by leaves and by wishes."""
    site.here = False
    rows = site.accept("N1", "N2")
    for subject in ("leaves", "wishes"):
        bench, before = site.bench(), len(site.requests())
        assert bench.delegation is not None
        stale, _ = wanted(bench, bench.delegates())
        assert stale
        assert not ask(site.bench())
        assert not _keep(bench, bench.delegation, bench.delegates(), stale), subject
        assert len(site.requests()) == before + 1
        site.sign()
        assert site.worker().run(timeout=60).idle
        if subject == "leaves":
            site.want([row.id for row in rows], Op.SUSPENDED)
