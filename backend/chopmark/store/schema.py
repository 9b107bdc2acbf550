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

SCHEMA: Final = "0002"
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
    # Where it came to be, tables had rows already.
    Column("payer", Text, nullable=False, server_default=""),
)

# What an institution confirmed that the headings of its sheets mean; "" for a column that is not read.
HEADINGS: Final = _table(
    "headings",
    Column("issuer", LargeBinary, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("heading", Text, primary_key=True),
    Column("field", Text, nullable=False),
    Column("confirmed_at", Big, nullable=False),
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

OTHER_NUMBERS: Final = _table(
    "other_numbers",
    Column("credential_id", Big, ForeignKey("credentials.id"), primary_key=True),
    Column("number", Text, primary_key=True, index=True),
)

LOOKUPS: Final = _table(
    "lookups",
    Column("id", Big, primary_key=True),
    Column("asker", Text, nullable=False),
    Column("at", Big, nullable=False),
    Column("outcome", Text, nullable=False),
    Index("ix_lookups_asker_at", "asker", "at"),
)

LOOKUP_NUMBERS: Final = _table(
    "lookup_numbers",
    Column("lookup_id", Big, ForeignKey("lookups.id"), primary_key=True),
    Column("digest", LargeBinary, primary_key=True, index=True),
)

TOKENS: Final = _table(
    "tokens",
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("role", Text, nullable=False),
    Column("institution", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", Big, nullable=False),
    Column("expires_at", Big, nullable=False),
    Column("last_used_day", Big),
    Column("revoked_at", Big),
)

REPEATS: Final = _table(
    "repeats",
    Column("key", LargeBinary, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("status", Big, nullable=False),
    Column("location", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Big, nullable=False, index=True),
)

SUBMISSIONS: Final = _table(
    "submissions",
    Column("id", Big, primary_key=True),
    Column("public", Text, nullable=False, unique=True),
    Column("sort", Text, nullable=False),
    Column("issuer", LargeBinary, nullable=False),
    Column("kind", Text, nullable=False),
    Column("asker", Text, nullable=False),
    Column("created_at", Big, nullable=False),
    Column("replaces", LargeBinary),
    Column("turned_away", Big, nullable=False),
    Column("count", Big, nullable=False),
    Column("new", Big, nullable=False),
    # Rows that were refused, to be corrected: personal values of people who are not registered.
    Column("rejected", LargeBinary),
    Index("ix_submissions_issuer_sort", "issuer", "sort", "id"),
)

SUBMISSION_ITEMS: Final = _table(
    "submission_items",
    Column("submission_id", Big, ForeignKey("submissions.id"), primary_key=True),
    Column("place", Big, primary_key=True),
    Column("credential_id", Big, ForeignKey("credentials.id")),
    Column("change_id", Big, ForeignKey("changes.id")),
    Column("call_id", Big, ForeignKey("calls.id")),
    Column("new", Boolean, nullable=False),
)

REQUESTS: Final = _table(
    "requests",
    Column("id", Big, primary_key=True),
    Column("public_id", Text, nullable=False, unique=True),
    Column("issuer", LargeBinary, nullable=False),
    Column("verb", Text, nullable=False),
    Column("batch_id", Big, ForeignKey("batches.id"), index=True),
    Column("message", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("signer", LargeBinary, nullable=False),
    Column("deadline", Big, nullable=False),
    Column("signature", LargeBinary),
    Column("state", Text, nullable=False, index=True),
    Column("outbox_id", Big, ForeignKey("outbox.id"), index=True),
    Column("created_at", Big, nullable=False),
    Column("note", Text, nullable=False),
    CheckConstraint(column("state").in_(("open", "signed", "carried", "done", "expired", "refused")), name="state"),
    Index(None, "issuer", "state"),
)

REQUEST_CHANGES: Final = _table(
    "request_changes",
    Column("request_id", Big, ForeignKey("requests.id"), primary_key=True),
    Column("change_id", Big, ForeignKey("changes.id"), primary_key=True, index=True),
)
