"""Fixtures of the pipeline's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chopmark.store import Store
from tests.fixtures.devchain import DevChain
from tests.fixtures.pipes import Site


def _site(chain: DevChain, url: str) -> Iterator[Site]:
    with Store.open(url) as store, store.begin() as tx:
        tx.site.set("made", "by the tests")
    with Store.open(url) as store:
        yield Site(chain, store, url)


@pytest.fixture
def site(devchain: DevChain, office_database: str, request: pytest.FixtureRequest) -> Iterator[Site]:
    """A site on the session's anvil, with a database of the usual sort; with each sort if the test is marked so."""
    yield from _site(devchain, request.getfixturevalue(f"{office_database}_url"))


@pytest.fixture
def any_site(devchain: DevChain, database_url: str) -> Iterator[Site]:
    """A site on the session's anvil, with a database of each sort."""
    yield from _site(devchain, database_url)


@pytest.fixture
def postgres_site(devchain: DevChain, postgres_url: str) -> Iterator[Site]:
    """A site on the session's anvil, with a PostgreSQL database."""
    yield from _site(devchain, postgres_url)


@pytest.fixture
def own_site(own_devchain: DevChain, tmp_path: Path) -> Iterator[Site]:
    """A site on an anvil of its own, for tests that turn the chain's clock, mempool or history."""
    yield from _site(own_devchain, f"sqlite:///{tmp_path / 'site.db'}")
