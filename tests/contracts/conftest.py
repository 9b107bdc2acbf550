"""A small world on a chain of its own: authority, accreditor, issuer, and hands for each."""

from __future__ import annotations

import pytest

from tests.contracts.world import World


@pytest.fixture(scope="session")
def world(accounts, project, chain):
    """Built once; every test starts from this state and leaves none of its own."""
    return World.build(accounts, project, chain)


@pytest.fixture
def issuers(world):
    return world.issuers


@pytest.fixture
def records(world):
    return world.records
