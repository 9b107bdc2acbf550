"""The world of the contract stories, and the words of the contracts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Any

DEGREE, PAPER = b"degree-1", b"paper-01"
NOTHING = b"\0" * 32
ZERO = "0x" + "00" * 20


class Flag(IntFlag):
    """What an accreditation allows."""

    ATTEST = 1
    ACCREDIT = 2
    EVER_ACCREDITED = 4


class Role(IntFlag):
    """What a key may do."""

    ATTEST = 1
    STATUS = 2
    DELEGATE = 4
    ACCREDIT = 8


class Op(IntEnum):
    """How a status changes."""

    REVOKE = 2
    SUSPEND = 3
    RESUME = 4


class Standing(IntEnum):
    """How an accreditation stands."""

    LIVE = 0
    NOT_GRANTED = 1
    NOT_STARTED = 2
    EXPIRED = 3
    REVOKED = 4
    UNFLAGGED = 5
    SUSPENDED = 6


def digest(label: str) -> bytes:
    """A root, a profile or a salt for tests."""
    return hashlib.sha256(label.encode()).digest()


@dataclass(frozen=True)
class World:
    """The authority accredits a bureau, the bureau a school; both for degrees. The school has working keys."""

    chain: Any
    issuers: Any
    records: Any
    delegation: Any
    verifier: Any
    minister: Any
    director: Any
    rector: Any
    key: Any
    delegate: Any
    stranger: Any
    spare: Any
    ministry: bytes
    bureau: bytes
    school: bytes

    @classmethod
    def build(cls, accounts: Any, deployable: Any, chain: Any) -> World:
        minister, director, rector, key, delegate, stranger, spare = (accounts[i] for i in range(7))
        issuers = deployable("IssuerRegistry").deploy(minister, digest("salt"), sender=minister)
        records = deployable("AttestationRegistry").deploy(issuers, sender=minister)
        delegation = deployable("Delegation").deploy(records, sender=minister)
        verifier = deployable("InclusionVerifier").deploy(sender=minister)
        ministry, bureau, school = (bytes(issuers.nodeId(i)) for i in range(3))
        world = cls(
            chain, issuers, records, delegation, verifier, minister, director, rector, key, delegate, stranger, spare,
            ministry, bureau, school,
        )  # fmt: skip
        world.join(ministry, director, flags=Flag.ACCREDIT, sender=minister)
        world.join(bureau, rector, flags=Flag.ATTEST, sender=director)
        issuers.addKey(school, school, key, Role.ATTEST | Role.STATUS, sender=rector)
        issuers.addKey(school, school, delegate, Role.DELEGATE, sender=rector)
        return world

    def join(self, actor: bytes, controller: Any, *, flags: int, sender: Any, kind: bytes = DEGREE) -> bytes:
        """Register a node under an actor and accredit it."""
        self.issuers.register(actor, kind, controller, digest("profile"), "https://example.edu", sender=sender)
        node = bytes(self.issuers.nodeId(self.issuers.nodeCount()))
        self.issuers.grant(actor, node, kind, 0, 0, flags, sender=sender)
        return node

    def attest(self, label: str, size: int = 10) -> bytes:
        """Attest a batch as the school."""
        root = digest(label)
        self.records.attest(self.school, DEGREE, root, size, 1, sender=self.key)
        return root

    def set_status(self, root: bytes, op: Op, *changes: tuple[int, int]) -> Any:
        """Change the status of leaves as the school."""
        return self.records.setStatus(self.school, root, op, 1, list(changes), sender=self.key)

    def now(self) -> int:
        """Time of the newest block."""
        return int(self.chain.blocks.head.timestamp)

    def later(self, seconds: int) -> None:
        """Let time pass."""
        self.chain.mine(timestamp=self.now() + seconds)

    def slot(self, contract: Any, position: int) -> int:
        """A raw storage slot, as anybody reads it with a state proof."""
        return int.from_bytes(bytes(self.chain.provider.web3.eth.get_storage_at(contract.address, position)), "big")
