"""What the steps of the pipeline work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from chopmark.core.ledger import Home
from chopmark.core.trust import TrustedChain, TrustedRegistry
from chopmark.services.ports import Chain, Contracts, Join, Keys, Prepare, Store

LEASE_SECONDS: Final = 30
"""How long a silent holder keeps the right to send. A dead process of the same machine loses it at once."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The adapters and the facts that every step needs.

    ``contracts``, ``join``, ``prepare``: make calls, join them, sign them. ``keys``: those open here. ``home``: the
    chain and registries that the database belongs to. ``clock``: unix seconds. ``holder``: who we are, see
    ``holder.py``.
    """

    store: Store
    chain: Chain
    contracts: Contracts
    join: Join
    prepare: Prepare
    keys: Keys
    home: Home
    clock: Callable[[], float]
    holder: str

    def now(self) -> int:
        """Unix seconds. For leases and for what people read, never for the order of events."""
        return int(self.clock())


def home_of(chain: TrustedChain, registry: TrustedRegistry) -> Home:
    """The home that a trust file's entry describes."""
    return Home(
        chain_id=chain.chain_id,
        genesis=chain.genesis,
        issuer_registry=registry.issuer_registry,
        attestation_registry=registry.attestation_registry,
        registry_id=registry.registry_id,
        from_block=registry.from_block,
    )
