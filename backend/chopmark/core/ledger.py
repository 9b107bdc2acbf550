"""What a site keeps, as plain values: the rows that the store writes and the services think in.

No row knows a database. ``id`` is the store's own number of a row; digests and addresses are bytes, times unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from chopmark.core.history import RegistryName
from chopmark.core.typed_data import TypedData, read_typed_data

Json: TypeAlias = "bool | int | str | list[Json] | Mapping[str, Json] | None"


@dataclass(frozen=True, slots=True)
class Home:
    """The chain and the registries that a database belongs to, for good.

    ``genesis``: hash of block 0. ``registry_id``: the issuer registry's own id. ``from_block``: no event is older.
    """

    chain_id: int
    genesis: bytes
    issuer_registry: bytes
    attestation_registry: bytes
    registry_id: bytes
    from_block: int


class NodeRole(StrEnum):
    """What a node of the issuer registry does."""

    AUTHORITY = "authority"
    ACCREDITOR = "accreditor"
    ISSUER = "issuer"


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A node that this site has a name for.

    ``node``: its id, None until it is registered. ``controller``, ``key``: names in the keystore of the cold key and of
    the working key, empty if held elsewhere. ``profile``: who it is, as published. ``payer``: name in the keystore of
    the key that sends and pays for it, so that its working key only signs; empty: the working key sends itself. Then
    ``key`` may be an ``0x`` address: of a key that is held elsewhere.
    """

    alias: str
    node: bytes | None
    role: NodeRole
    controller: str
    key: str
    profile: Mapping[str, Json]
    created_at: int
    payer: str = ""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that a credential binds; the file itself is not kept. ``digest``: SHA-256 of its bytes."""

    digest: bytes
    name: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A composed credential that is about to be accepted.

    ``number``: the kind's identity of it, unique among an issuer's living credentials of the kind; None if it has none.
    ``fingerprint``: digest of what was registered (claims and files), so that a rerun finds itself.
    ``replaces``: commitment of the credential that this one corrects. ``label``: what people call it, by custom the
    file's name. ``other_numbers``: further ones by which it may be found, as a paper's place in a journal beside its DOI.
    """

    commitment: bytes
    issuer: bytes
    kind: str
    number: str | None
    fingerprint: bytes
    payload: bytes
    disclosures: tuple[str, ...]
    replaces: bytes | None
    label: str
    accepted_at: int
    files: tuple[FileRow, ...] = ()
    other_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """An accepted credential. ``batch_id`` and ``leaf_index`` are None until it is sealed into a batch.

    ``former_number``: the number that it had before it was superseded or revoked, when another may carry it.
    ``withdrawn``: it is never attested: it should have superseded one that was revoked meanwhile, or the institution did
    not sign it.
    """

    id: int
    commitment: bytes
    issuer: bytes
    kind: str
    number: str | None
    former_number: str | None
    fingerprint: bytes
    payload: bytes
    disclosures: tuple[str, ...]
    batch_id: int | None
    leaf_index: int | None
    replaces: bytes | None
    label: str
    accepted_at: int
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class PendingGroup:
    """Accepted leaves that no batch holds yet, of one issuer and kind: row id and commitment of each, oldest first."""

    issuer: bytes
    kind: str
    leaves: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A sealed batch. ``outbox_id``: the transaction that carries it, None if none does now.

    ``block_number``, ``block_hash``, ``time``: where it is anchored, None until that is final.
    """

    id: int
    issuer: bytes
    kind: str
    root: bytes
    size: int
    algorithm: int
    outbox_id: int | None
    block_number: int | None
    block_hash: bytes | None
    time: int | None

    @property
    def anchored(self) -> bool:
        """Whether its record stands in a final block."""
        return self.block_number is not None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A wanted change of a credential's status.

    ``op``, ``reason``: codes as on the chain. ``successor_id``: the credential that supersedes it.
    ``done``: nothing is left to do. ``note``: why nothing was sent (``already``, ``refused`` …), empty if it was sent.
    """

    id: int
    credential_id: int
    op: int
    reason: int
    successor_id: int | None
    requested_at: int
    outbox_id: int | None
    done: bool
    note: str


class OutboxState(StrEnum):
    """How far a signed transaction is.

    ::

        signed ──► sent ──► mined ──► final
           ▲         ▲        │ a reorg took its block
           │         └────────┘
           └── (healing only) the chain came back without it
        failed: reverted, or its nonce was used by another transaction
    """

    SIGNED = "signed"
    SENT = "sent"
    MINED = "mined"
    FINAL = "final"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class NewOutbox:
    """A signed transaction to be kept. ``summary``: counts for people, e.g. ``{"batches": 1, "leaves": 300}``."""

    sender: bytes
    chain_id: int
    nonce: int
    raw: bytes
    tx_hash: bytes
    purpose: str
    summary: Mapping[str, int]
    created_at: int


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A kept signed transaction and how far it is. ``error``: why it failed, else empty."""

    id: int
    sender: bytes
    chain_id: int
    nonce: int
    raw: bytes
    tx_hash: bytes
    purpose: str
    summary: Mapping[str, int]
    state: OutboxState
    block_number: int | None
    block_hash: bytes | None
    gas_used: int | None
    created_at: int
    error: str


class Verb(StrEnum):
    """What a signature is asked for."""

    ATTEST = "attest"
    REVOKE = "revoke"
    SUSPEND = "suspend"
    RESUME = "resume"
    SUPERSEDE = "supersede"


class RequestState(StrEnum):
    """How far a request for a signature is.

    ::

        open ──signature──► signed ──► carried ──► done
          │                  ▲ │          │
          │                  └─│──────────┘ its transaction failed
          └──────────┬─────────┘
            expired, refused: nothing can be done with it any more; another one takes its place if it is still wanted
    """

    OPEN = "open"
    SIGNED = "signed"
    CARRIED = "carried"
    DONE = "done"
    EXPIRED = "expired"
    REFUSED = "refused"


LIVE: Final = (RequestState.OPEN, RequestState.SIGNED, RequestState.CARRIED)
"""States of requests of which something may still come."""


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A signature to be asked for. ``batch_id`` for attesting, ``changes`` (row numbers of wishes) for the others.

    ``public_id``: ``sig_`` and 22 random characters. ``created_at``: unix seconds.
    """

    public_id: str
    issuer: bytes
    verb: Verb
    typed: TypedData
    created_at: int
    batch_id: int | None = None
    changes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request for a signature. ``message``: the typed data as JSON; ``digest``: what is signed.

    ``signer``: address of the key that shall sign; ``deadline``: unix seconds, the last in which it counts.
    ``outbox_id``: the transaction that carries it. ``note``: why it is refused, or why its signature was not taken.
    """

    id: int
    public_id: str
    issuer: bytes
    verb: Verb
    batch_id: int | None
    message: str
    digest: bytes
    signer: bytes
    deadline: int
    signature: bytes | None
    state: RequestState
    outbox_id: int | None
    created_at: int
    note: str

    @property
    def typed(self) -> TypedData:
        """What is signed, read anew."""
        return read_typed_data(self.message.encode())


@dataclass(frozen=True, slots=True)
class CallRow:
    """A registry operation to be sent. ``outbox_id``: what carries it.

    ``error``: why the contracts refuse it, else empty.
    """

    id: int
    sender: bytes
    to: bytes
    data: bytes
    purpose: str
    outbox_id: int | None
    error: str


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send with one key.

    ``token`` grows with every new lease of that sender: an older token writes nothing.
    """

    sender: bytes
    holder: str
    token: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class LeafPlace:
    """Where a credential's leaf is. Everything but ``issuer`` is None until it is sealed."""

    issuer: bytes
    batch_id: int | None
    root: bytes | None
    size: int | None
    index: int | None


@dataclass(frozen=True, slots=True)
class DueChange:
    """A wanted change that no transaction carries, and the leaves that it is about."""

    change: ChangeRow
    leaf: LeafPlace
    successor: LeafPlace | None


HeadsOf: TypeAlias = "dict[tuple[RegistryName, bytes], int]"
"""History heads by registry and node, as the contracts' words."""
