"""What services need from adapters, one small protocol for each need; adapters fit by shape.

**The chain** is one node of one trusted chain. Its answers may be late, missing (``Unreachable``) or, from a broken
node, wrong: the pipeline believes only what block hash, event and record say together. Sending is idempotent: the
same bytes have the same hash.

**The store** promises: what a ``begin()`` block wrote is on disk when the block ends, all of it or (if it raised)
none; writers take turns; ``read()`` is one snapshot. A transaction must not be kept open while a chain is asked.
"""

# ruff: noqa: D102  (the store's own classes say what their methods do)
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from chopmark.core.history import RegistryName
from chopmark.core.ledger import (
    BatchRow,
    CallRow,
    ChangeRow,
    CredentialRow,
    DueChange,
    FileRow,
    HeadsOf,
    Home,
    LeafPlace,
    Lease,
    NewCredential,
    NewOutbox,
    NewRequest,
    NodeRow,
    OutboxRow,
    OutboxState,
    PendingGroup,
    RequestRow,
    RequestState,
)
from chopmark.core.transaction import BlockRef, Call, Logged, Receipt, SignedTransaction
from chopmark.core.words import BatchRecord, Op, Plane

# --- the chain
# ---------------------------------------------------------------------------------------------------------


class Blocks(Protocol):
    """Where the chain stands."""

    def verify_identity(self, at: BlockRef | None = None) -> None:
        """Raises ``WrongChain`` unless chain id, genesis and the codes of both registries are the trusted ones."""

    def head(self) -> BlockRef:
        """The newest block."""

    def final(self) -> BlockRef:
        """The newest block that the chain's finality rule lets nobody take back."""

    def block(self, number: int, /) -> BlockRef | None:
        """The node's block of this number now; None if it has none (yet)."""


class Registries(Protocol):
    """What the registries hold at one block. Raises ``Unreachable`` if that block goes away meanwhile."""

    def logs(self, from_block: int, to_block: int) -> Sequence[Logged]:
        """All events of both registries in these blocks (both included), in the order of the chain, times filled."""

    def heads(self, registry: RegistryName, nodes: Sequence[bytes], at: BlockRef) -> Sequence[int]:
        """The history heads of nodes, as words."""

    def serial(self, at: BlockRef) -> int:
        """The serial of the newest node."""

    def batches(self, pairs: Sequence[tuple[bytes, bytes]], at: BlockRef) -> Sequence[BatchRecord | None]:
        """The records of (issuer, root) pairs."""

    def status_words(self, queries: Sequence[tuple[bytes, bytes, int, Plane]], at: BlockRef) -> Sequence[int]:
        """Status words of (issuer, root, word index, plane)."""


class Postbox(Protocol):
    """Sending, and finding out what became of it."""

    def receipt(self, tx_hash: bytes) -> Receipt | None:
        """What the node says became of a transaction; None while it is in no block."""

    def knows(self, tx_hash: bytes) -> bool:
        """Whether the node has it, waiting or in a block."""

    def nonce(self, address: bytes) -> int:
        """How many transactions of this sender are in blocks."""

    def simulate(self, sender: bytes, call: Call) -> object:
        """Raises ``Refused`` with the contract's own reason if the call would fail now."""

    def send(self, raw: bytes) -> None:
        """Hand over signed bytes; again is no error. Raises ``Refused`` with a ``Rejection`` as its fact ``rule``."""


class Chain(Blocks, Registries, Postbox, Protocol):
    """All that the pipeline needs of a chain."""


class Contracts(Protocol):
    """The attestation registry's functions, as calls ready to be sent."""

    def attest(self, issuer: bytes, kind: str, root: bytes, size: int, algorithm: int) -> Call:
        """Commit a batch."""

    def set_status(self, issuer: bytes, root: bytes, op: int, reason: int, changes: Sequence[tuple[int, int]]) -> Call:
        """Revoke, suspend or resume leaves: (word index, mask) pairs, words ascending."""

    def supersede(
        self, issuer: bytes, old_root: bytes, old_index: int, new_root: bytes, new_index: int, reason: int
    ) -> Call:
        """Revoke a leaf in favour of another one."""


class DelegatedContracts(Protocol):
    """The delegation contract's functions: what a message says, in its order, and the signature over it."""

    def attest(
        self, issuer: bytes, signer: bytes, kind: str, root: bytes, size: int, algorithm: int, deadline: int,
        signature: bytes,
    ) -> Call: ...  # fmt: skip
    def set_status(
        self, issuer: bytes, signer: bytes, root: bytes, op: int, reason: int, changes: Sequence[tuple[int, int]],
        nonce: bytes, deadline: int, signature: bytes,
    ) -> Call: ...  # fmt: skip
    def supersede(
        self, issuer: bytes, signer: bytes, old_root: bytes, old_index: int, new_root: bytes, new_index: int,
        reason: int, deadline: int, signature: bytes,
    ) -> Call: ...  # fmt: skip


class Signer(Protocol):
    """A key that is open in this process."""

    @property
    def address(self) -> bytes:
        """The account that it signs for."""

    def sign(self, transaction: Mapping[str, Any], /) -> tuple[bytes, bytes]:
        """Signed bytes and their hash."""

    def sign_digest(self, digest: bytes, /) -> bytes:
        """A signature over 32 bytes, see ``core.signature``."""


class Prepare(Protocol):
    """Makes a signed transaction of a call: fees, gas and signature, nothing sent."""

    def __call__(self, signer: Signer, call: Call, nonce: int, /) -> SignedTransaction:
        """Raises ``Refused`` with the contract's own reason if the call would fail now."""


class Join(Protocol):
    """Makes one call of several to the same contract: all of them happen, in order, or none."""

    def __call__(self, calls: Sequence[Call], /) -> Call:
        """The one call; a single one stays as it is."""


class Keys(Protocol):
    """The keys that are open in this process."""

    def of_issuer(self, issuer: bytes) -> Signer | None:
        """The working key of an issuer (node id)."""

    def of_sender(self, sender: bytes) -> Signer | None:
        """The key of an address."""


# --- the store
# ---------------------------------------------------------------------------------------------------------


class KeptFacts(Protocol):
    """Single facts about the site."""

    def get(self, key: str) -> str | None: ...
    def set(self, key: str, value: str | None) -> None: ...
    def home(self) -> Home | None: ...
    def bind(self, home: Home) -> None: ...


class KeptCredentials(Protocol):
    """Accepted credentials."""

    def add_many(self, rows: Sequence[NewCredential]) -> range: ...
    def get_many(self, ids: Iterable[int]) -> dict[int, CredentialRow]: ...
    def by_commitment(self, prefix: str) -> list[CredentialRow]: ...
    def by_leaf(self, root: bytes, index: int) -> list[CredentialRow]: ...
    def any_with_number(self, number: str) -> list[CredentialRow]: ...
    def find_number(self, issuer: bytes, kind: str, numbers: Iterable[str]) -> dict[str, CredentialRow]: ...
    def find_fingerprint(self, issuer: bytes, kind: str, prints: Iterable[bytes]) -> dict[bytes, CredentialRow]: ...
    def find_former(self, issuer: bytes, kind: str, numbers: Iterable[str]) -> dict[str, CredentialRow]: ...
    def with_any_number(self, issuer: bytes, kind: str, numbers: Iterable[str]) -> Sequence[CredentialRow]: ...
    def with_any_former_number(self, issuer: bytes, kind: str, numbers: Iterable[str]) -> Sequence[CredentialRow]: ...
    def other_numbers(self, ids: Iterable[int]) -> Mapping[int, tuple[str, ...]]: ...
    def pending(self, limit: int) -> Sequence[PendingGroup]: ...
    def pending_counts(self) -> dict[tuple[bytes, str], int]: ...
    def unsealed(self, ids: Sequence[int]) -> int: ...
    def batch_ids(self, ids: Sequence[int]) -> set[int | None]: ...
    def of_batch(self, batch_id: int) -> Sequence[CredentialRow]: ...
    def commitments_of(self, batch_id: int) -> Sequence[bytes]: ...
    def files_of(self, ids: Iterable[int]) -> dict[int, tuple[FileRow, ...]]: ...
    def release_number(self, credential_id: int) -> None: ...
    def release_numbers(self, ids: Sequence[int]) -> None: ...
    def restore_number(self, credential_id: int) -> None: ...
    def withdraw(self, ids: Sequence[int]) -> None: ...


class KeptBatches(Protocol):
    """Sealed batches."""

    def seal(
        self, issuer: bytes, kind: str, root: bytes, algorithm: int, leaves: Sequence[int], outbox_id: int | None
    ) -> int: ...
    def unseal(self, batch_id: int) -> None: ...
    def get(self, batch_id: int) -> BatchRow | None: ...
    def by_root(self, root: bytes, issuer: bytes | None = None) -> BatchRow | None: ...
    def waiting(self) -> Sequence[BatchRow]: ...
    def of_outbox(self, outbox_id: int) -> Sequence[BatchRow]: ...
    def carry(self, ids: Sequence[int], outbox_id: int | None) -> None: ...
    def anchored(self, batch_id: int, block: BlockRef) -> None: ...
    def unanchor(self, above: int) -> int: ...


class KeptChanges(Protocol):
    """Wanted changes of status."""

    def request(
        self, credential_ids: Sequence[int], op: int, reason: int, now: int, successor_id: int | None = None
    ) -> Sequence[ChangeRow]: ...
    def get(self, change_id: int) -> ChangeRow | None: ...
    def of_credential(self, credential_id: int) -> Sequence[ChangeRow]: ...
    def pending(self) -> Sequence[ChangeRow]: ...
    def successors(self) -> set[int]: ...
    def due(
        self, limit: int, issuers: Sequence[bytes] | None = None, *, asked: bool | None = None
    ) -> Sequence[DueChange]: ...
    def due_issuers(self) -> Sequence[bytes]: ...
    def due_counts(self) -> Mapping[bytes, int]: ...
    def due_count(self) -> int: ...
    def free(self, ids: Sequence[int]) -> int: ...
    def of_outbox(self, outbox_id: int) -> Sequence[ChangeRow]: ...
    def places(self, credential_ids: Sequence[int]) -> Mapping[int, LeafPlace]: ...
    def carry(self, ids: Sequence[int], outbox_id: int | None) -> None: ...
    def conclude(self, ids: Sequence[int], note: str = "") -> None: ...
    def reopen(self, outbox_id: int) -> None: ...


class KeptOutbox(Protocol):
    """Signed transactions; every write passes a lease and raises ``Busy`` if it is not the newest."""

    def add(self, lease: Lease, new: NewOutbox) -> int: ...
    def set_state(
        self,
        lease: Lease,
        outbox_id: int,
        state: OutboxState,
        *,
        block: BlockRef | None = None,
        gas_used: int | None = None,
        error: str = "",
    ) -> None: ...
    def get(self, outbox_id: int) -> OutboxRow | None: ...
    def open(self, sender: bytes | None = None) -> Sequence[OutboxRow]: ...
    def of_sender(self, sender: bytes) -> Sequence[OutboxRow]: ...
    def senders(self) -> Sequence[bytes]: ...
    def last_nonce(self, sender: bytes, chain_id: int) -> int | None: ...


class KeptCalls(Protocol):
    """Registry operations to be sent."""

    def add_call(self, sender: bytes, call: Call) -> int: ...
    def get(self, call_id: int) -> CallRow | None: ...
    def waiting(self, sender: bytes | None = None) -> Sequence[CallRow]: ...
    def of_outbox(self, outbox_id: int) -> Sequence[CallRow]: ...
    def carry(self, ids: Sequence[int], outbox_id: int | None) -> None: ...
    def refuse(self, call_id: int, error: str) -> None: ...


class KeptRequests(Protocol):
    """Signatures that are asked for."""

    def add(self, new: NewRequest) -> RequestRow: ...
    def get(self, request_id: int) -> RequestRow | None: ...
    def find(self, public_id: str) -> RequestRow | None: ...
    def listed(
        self, states: Sequence[RequestState], issuer: bytes | None = None, *, after: int = 0, limit: int | None = None
    ) -> Sequence[RequestRow]: ...
    def count(self, state: RequestState) -> int: ...
    def changes_of(self, request_id: int) -> Sequence[int]: ...
    def of_batches(self, batch_ids: Sequence[int]) -> Sequence[RequestRow]: ...
    def of_changes(self, change_ids: Sequence[int]) -> Sequence[RequestRow]: ...
    def all_of_batch(self, batch_id: int) -> Sequence[RequestRow]: ...
    def all_of_changes(self, change_ids: Sequence[int]) -> Sequence[RequestRow]: ...
    def loosen(self, batch_id: int) -> None: ...
    def sign(self, request_id: int, signature: bytes) -> None: ...
    def unsign(self, request_id: int, note: str) -> None: ...
    def end(self, request_id: int, state: RequestState, note: str = "") -> None: ...
    def carry(self, ids: Sequence[int], outbox_id: int) -> None: ...
    def put_down(self, outbox_id: int) -> None: ...
    def conclude(self, outbox_id: int) -> None: ...
    def reopen(self, outbox_id: int) -> None: ...


class KeptNodes(Protocol):
    """Institutions that this site has names for."""

    def list(self) -> Sequence[NodeRow]: ...


class KeptHeadings(Protocol):
    """What institutions confirmed that the headings of their sheets mean."""

    def of(self, issuer: bytes, kind: str) -> dict[str, str]: ...
    def remember(self, issuer: bytes, kind: str, choices: Mapping[str, str], now: int) -> None: ...


class KeptLeases(Protocol):
    """Who may send."""

    def take(self, sender: bytes, holder: str, now: int, seconds: int, *, gone: str = "") -> Lease | None: ...
    def renew(self, lease: Lease, now: int, seconds: int) -> Lease: ...
    def release(self, lease: Lease) -> None: ...
    def check(self, lease: Lease) -> None: ...
    def present(self, sender: bytes) -> Lease | None: ...


class KeptHistory(Protocol):
    """The copy of the chain's events up to a final block."""

    def cursor(self) -> BlockRef | None: ...
    def blocks(self, below: int, limit: int) -> Sequence[BlockRef]: ...
    def append(self, logs: Sequence[Logged], heads: Sequence[int], upto: BlockRef, after: BlockRef | None) -> bool: ...
    def roll_back(self, to_block: int) -> int: ...
    def heads(self, registry: RegistryName | None = None) -> HeadsOf: ...
    def nodes(self) -> Sequence[bytes]: ...
    def attested(self, issuer: bytes, root: bytes) -> Logged | None: ...
    def of_transaction(self, tx_hash: bytes) -> Sequence[Logged]: ...
    def events(self, *, node: bytes, root: bytes, ops: Sequence[Op]) -> Sequence[Logged]: ...


class Transaction(Protocol):
    """One transaction of the store."""

    @property
    def site(self) -> KeptFacts: ...
    @property
    def credentials(self) -> KeptCredentials: ...
    @property
    def batches(self) -> KeptBatches: ...
    @property
    def changes(self) -> KeptChanges: ...
    @property
    def outbox(self) -> KeptOutbox: ...
    @property
    def calls(self) -> KeptCalls: ...
    @property
    def requests(self) -> KeptRequests: ...
    @property
    def nodes(self) -> KeptNodes: ...
    @property
    def leases(self) -> KeptLeases: ...
    @property
    def history(self) -> KeptHistory: ...
    @property
    def headings(self) -> KeptHeadings: ...


class Store(Protocol):
    """A site's database."""

    @property
    def begin(self) -> Callable[[], AbstractContextManager[Transaction]]:
        """One writing transaction."""

    @property
    def read(self) -> Callable[[], AbstractContextManager[Transaction]]:
        """One snapshot."""
