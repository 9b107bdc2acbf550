"""A small world on a chain of its own: authority, accreditor, issuer, and hands for each.

The contracts come from the committed artifacts: the stories are about the very bytes that sites deploy. (Ape's own
compilation also keeps a contract that only changed in a file which it imports.)
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ape.contracts import ContractContainer
from ethpm_types import ContractType

from tests.contracts.world import World

ARTIFACTS = Path(__file__).parents[2] / "backend" / "chopmark" / "chain" / "artifacts"


@pytest.fixture(scope="session")
def deployable():
    """A contract, ready to deploy, by name."""

    def load(name: str) -> ContractContainer:
        artifact = json.loads((ARTIFACTS / f"{name}.json").read_text("utf-8"))
        return ContractContainer(
            ContractType(
                contractName=name,
                sourceId=artifact["sourceName"],
                abi=artifact["abi"],
                deploymentBytecode={"bytecode": artifact["bytecode"]},
                runtimeBytecode={"bytecode": artifact["deployedBytecode"]},
            )
        )

    return load


@pytest.fixture(scope="session")
def world(accounts, deployable, chain):
    """Built once; every test starts from this state and leaves none of its own."""
    return World.build(accounts, deployable, chain)


@pytest.fixture
def issuers(world):
    return world.issuers


@pytest.fixture
def records(world):
    return world.records
