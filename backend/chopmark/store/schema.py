"""The tables, as they are now. How they came to be is in ``migrations/``; a test compares the two."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    column,
)

SCHEMA: Final = "0001"
"""The newest migration; a database that says otherwise is migrated or, if it is newer, refused."""

#: Names are fixed, so that a migration can drop what an older one made.
METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: SQLite counts rows in INTEGER only; every integer here may pass 2^31.
Big: Final = BigInteger().with_variant(Integer, "sqlite")


def _table(name: str, *parts: Any) -> Table:
    return Table(name, METADATA, *parts)


SITE: Final = _table("site", Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

NODES: Final = _table(
    "nodes",
    Column("alias", Text, primary_key=True),
    Column("node", LargeBinary, unique=True),
    Column("role", Text, nullable=False),
    Column("controller", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("created_at", Big, nullable=False),
)

OUTBOX: Final = _table(
    "outbox",
    Column("id", Big, primary_key=True),
    Column("sender", LargeBinary, nullable=False),
    Column("chain_id", Big, nullable=False),
    Column("nonce", Big, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("tx_hash", LargeBinary, nullable=False, unique=True),
    Column("purpose", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("block_number", Big),
    Column("block_hash", LargeBinary),
    Column("gas_used", Big),
    Column("created_at", Big, nullable=False),
    Column("error", Text, nullable=False),
    # One signed transaction for one nonce: whoever lost the lease and signs all the same cannot store it.
    UniqueConstraint("sender", "chain_id", "nonce"),
    CheckConstraint(column("state").in_(("signed", "sent", "mined", "final", "failed")), name="state"),
    Index(None, "state"),
)

BATCHES: Final = _table(
    "batches",
    Column("id", Big, primary_key=True),
    Column("issuer", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("size", Big, nullable=False),
    Column("algorithm", Big, nullable=False),
    Column("outbox_id", Big, ForeignKey("outbox.id"), index=True),
    Column("block_number", Big, index=True),
    Column("block_hash", LargeBinary),
    Column("time", Big),
    UniqueConstraint("issuer", "root"),
)

CREDENTIALS: Final = _table(
    "credentials",
    Column("id", Big, primary_key=True),
    Column("commitment", LargeBinary, nullable=False, index=True),
    Column("issuer", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("number", Text),
    Column("former_number", Text),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("disclosures", Text, nullable=False),
    Column("batch_id", Big, ForeignKey("batches.id")),
    Column("leaf_index", Big),
    Column("replaces", LargeBinary),
    Column("label", Text, nullable=False),
    Column("accepted_at", Big, nullable=False),
    # A correction that can never be made: its new version is never attested and found by nobody.
    Column("withdrawn", Boolean, nullable=False),
    UniqueConstraint("issuer", "commitment"),
    Index(None, "issuer", "fingerprint"),
    UniqueConstraint("issuer", "kind", "number"),
    UniqueConstraint("batch_id", "leaf_index"),
    CheckConstraint(column("batch_id").is_(None) == column("leaf_index").is_(None), name="sealed"),
    Index("ix_credentials_former_number", "former_number", sqlite_where=column("former_number").is_not(None),
          postgresql_where=column("former_number").is_not(None)),
    # What waits for a batch is found without touching what has one; the commitment rides along, so payloads stay
    # unread.
    Index("ix_credentials_pending", "issuer", "kind", "id", "commitment", sqlite_where=column("batch_id").is_(None),
          postgresql_where=column("batch_id").is_(None)),
)  # fmt: skip

FILES: Final = _table(
    "files",
    Column("credential_id", Big, ForeignKey("credentials.id"), primary_key=True),
    Column("place", Big, primary_key=True),
    Column("digest", LargeBinary, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("size", Big, nullable=False),
    Column("media_type", Text, nullable=False),
)

CHANGES: Final = _table(
    "changes",
    Column("id", Big, primary_key=True),
    Column("credential_id", Big, ForeignKey("credentials.id"), nullable=False, index=True),
    Column("op", Big, nullable=False),
    Column("reason", Big, nullable=False),
    Column("successor_id", Big, ForeignKey("credentials.id")),
    Column("requested_at", Big, nullable=False),
    Column("outbox_id", Big, ForeignKey("outbox.id"), index=True),
    Column("done", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Index(
        "ix_changes_pending", "id", sqlite_where=column("done").is_(False), postgresql_where=column("done").is_(False)
    ),
)

CALLS: Final = _table(
    "calls",
    Column("id", Big, primary_key=True),
    Column("sender", LargeBinary, nullable=False),
    Column("to", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("outbox_id", Big, ForeignKey("outbox.id"), index=True),
    Column("error", Text, nullable=False),
)

LEASES: Final = _table(
    "leases",
    Column("sender", LargeBinary, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("token", Big, nullable=False),
    Column("expires_at", Big, nullable=False),
)

BLOCKS: Final = _table(
    "blocks",
    Column("number", Big, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    Column("time", Big, nullable=False),
)

EVENTS: Final = _table(
    "events",
    Column("block", Big, ForeignKey("blocks.number"), primary_key=True),
    Column("log_index", Big, primary_key=True),
    Column("registry", Text, nullable=False),
    Column("node", LargeBinary, nullable=False),
    Column("op", Big, nullable=False),
    Column("reason", Big, nullable=False),
    Column("key", Big, nullable=False),
    # A u64 of the contract, beyond what a signed column holds: as decimal text.
    Column("party", Text, nullable=False),
    Column("seq", Big, nullable=False),
    Column("x", LargeBinary, nullable=False, index=True),
    Column("d", LargeBinary, nullable=False),
    Column("tx_hash", LargeBinary, nullable=False, index=True),
    Column("detail", Text, nullable=False),
    # The head after this event: the newest one of a node is its head, and a rollback needs no recomputing.
    Column("head", LargeBinary, nullable=False),
    UniqueConstraint("registry", "node", "seq"),
)
