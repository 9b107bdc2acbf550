"""What the steps of the pipeline work with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from chopmark.core.ledger import Home
from chopmark.core.trust import TrustedChain, TrustedRegistry
from chopmark.core.typed_data import Domain
from chopmark.services.ports import Chain, Contracts, DelegatedContracts, Join, Keys, Prepare, Store

LEASE_SECONDS: Final = 30
"""How long a silent holder keeps the right to send. A dead process of the same machine loses it at once."""
SLACK_SECONDS: Final = 60
"""A signature with less time left counts as expired: it would be paid for, and refused in a later block."""


@dataclass(frozen=True, slots=True)
class Delegate:
    """How an institution without an account of its own acts: the key at the address ``signer`` signs what it says.

    The key at ``payer`` sends that and pays.
    """

    signer: bytes
    payer: bytes


@dataclass(frozen=True, slots=True)
class Delegation:
    """The contract that checks signatures, and who goes through it.

    ``domain``: what ties signatures to it. ``contracts``: its functions. ``institutions``: who is delegated now, by node
    id; asked anew in every round. ``valid``: seconds for which a signature is asked.
    """

    domain: Domain
    contracts: DelegatedContracts
    institutions: Callable[[], Mapping[bytes, Delegate]]
    valid: int


@dataclass(frozen=True, slots=True)
class Bench:
    """The adapters and the facts that every step needs.

    ``contracts``, ``join``, ``prepare``: make calls, join them, sign them. ``keys``: those open here. ``home``: the
    chain and registries that the database belongs to. ``clock``: unix seconds. ``holder``: who we are, see
    ``holder.py``. ``delegation``: None where the trust file names no contract for it.
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
    delegation: Delegation | None = None

    def delegates(self) -> Mapping[bytes, Delegate]:
        """The institutions whose keys only sign."""
        return {} if self.delegation is None else self.delegation.institutions()

    def chain_time(self) -> int:
        """Unix seconds by which deadlines are reckoned: the newest block's time, or ours if that is later.

        A chain that makes blocks on demand only may not have made one for days.
        """
        return max(self.chain.head().time, self.now())

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
