"""The first schema."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make all tables."""
    _site()
    _outbox()
    _credentials()
    _work()
    _history()


def downgrade() -> None:
    """There is nothing before this."""
    raise NotImplementedError("restore the backup instead")


def _required(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _site() -> None:
    op.create_table(
        "site",
        sa.Column("key", sa.Text, nullable=False),
        _required("value", sa.Text()),
        sa.PrimaryKeyConstraint("key", name="pk_site"),
    )
    op.create_table(
        "nodes",
        _required("alias", sa.Text()),
        sa.Column("node", sa.LargeBinary),
        _required("role", sa.Text()),
        _required("controller", sa.Text()),
        _required("key", sa.Text()),
        _required("profile", sa.Text()),
        _required("created_at", BIG),
        sa.PrimaryKeyConstraint("alias", name="pk_nodes"),
        sa.UniqueConstraint("node", name="uq_nodes_node"),
    )
    op.create_table(
        "leases",
        _required("sender", sa.LargeBinary()),
        _required("holder", sa.Text()),
        _required("token", BIG),
        _required("expires_at", BIG),
        sa.PrimaryKeyConstraint("sender", name="pk_leases"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        _required("id", BIG),
        _required("sender", sa.LargeBinary()),
        _required("chain_id", BIG),
        _required("nonce", BIG),
        _required("raw", sa.LargeBinary()),
        _required("tx_hash", sa.LargeBinary()),
        _required("purpose", sa.Text()),
        _required("summary", sa.Text()),
        _required("state", sa.Text()),
        sa.Column("block_number", BIG),
        sa.Column("block_hash", sa.LargeBinary),
        sa.Column("gas_used", BIG),
        _required("created_at", BIG),
        _required("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("tx_hash", name="uq_outbox_tx_hash"),
        sa.UniqueConstraint("sender", "chain_id", "nonce", name="uq_outbox_sender_chain_id_nonce"),
        sa.CheckConstraint("state IN ('signed', 'sent', 'mined', 'final', 'failed')", name=op.f("ck_outbox_state")),
    )
    op.create_index("ix_outbox_state", "outbox", ["state"])


def _credentials() -> None:
    op.create_table(
        "batches",
        _required("id", BIG),
        _required("issuer", sa.LargeBinary()),
        _required("kind", sa.Text()),
        _required("root", sa.LargeBinary()),
        _required("size", BIG),
        _required("algorithm", BIG),
        sa.Column("outbox_id", BIG),
        sa.Column("block_number", BIG),
        sa.Column("block_hash", sa.LargeBinary),
        sa.Column("time", BIG),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
        sa.UniqueConstraint("issuer", "root", name="uq_batches_issuer_root"),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_batches_outbox_id"),
    )
    op.create_index("ix_batches_outbox_id", "batches", ["outbox_id"])
    op.create_index("ix_batches_block_number", "batches", ["block_number"])
    op.create_table(
        "credentials",
        _required("id", BIG),
        _required("commitment", sa.LargeBinary()),
        _required("issuer", sa.LargeBinary()),
        _required("kind", sa.Text()),
        sa.Column("number", sa.Text),
        sa.Column("former_number", sa.Text),
        _required("fingerprint", sa.LargeBinary()),
        _required("payload", sa.LargeBinary()),
        _required("disclosures", sa.Text()),
        sa.Column("batch_id", BIG),
        sa.Column("leaf_index", BIG),
        sa.Column("replaces", sa.LargeBinary),
        _required("label", sa.Text()),
        _required("accepted_at", BIG),
        _required("withdrawn", sa.Boolean()),
        sa.PrimaryKeyConstraint("id", name="pk_credentials"),
        sa.UniqueConstraint("issuer", "commitment", name="uq_credentials_issuer_commitment"),
        sa.UniqueConstraint("issuer", "kind", "number", name="uq_credentials_issuer_kind_number"),
        sa.UniqueConstraint("batch_id", "leaf_index", name="uq_credentials_batch_id_leaf_index"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_credentials_batch_id"),
        sa.CheckConstraint("(batch_id IS NULL) = (leaf_index IS NULL)", name=op.f("ck_credentials_sealed")),
    )
    op.create_index("ix_credentials_commitment", "credentials", ["commitment"])
    op.create_index("ix_credentials_issuer_fingerprint", "credentials", ["issuer", "fingerprint"])
    former = sa.text("former_number IS NOT NULL")
    op.create_index(
        "ix_credentials_former_number", "credentials", ["former_number"], sqlite_where=former, postgresql_where=former
    )
    pending = sa.text("batch_id IS NULL")
    op.create_index(
        "ix_credentials_pending",
        "credentials",
        ["issuer", "kind", "id", "commitment"],
        sqlite_where=pending,
        postgresql_where=pending,
    )
    op.create_table(
        "files",
        _required("credential_id", BIG),
        _required("place", BIG),
        _required("digest", sa.LargeBinary()),
        _required("name", sa.Text()),
        _required("size", BIG),
        _required("media_type", sa.Text()),
        sa.PrimaryKeyConstraint("credential_id", "place", name="pk_files"),
        sa.ForeignKeyConstraint(["credential_id"], ["credentials.id"], name="fk_files_credential_id"),
    )
    op.create_index("ix_files_digest", "files", ["digest"])


def _work() -> None:
    op.create_table(
        "changes",
        _required("id", BIG),
        _required("credential_id", BIG),
        _required("op", BIG),
        _required("reason", BIG),
        sa.Column("successor_id", BIG),
        _required("requested_at", BIG),
        sa.Column("outbox_id", BIG),
        _required("done", sa.Boolean()),
        _required("note", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
        sa.ForeignKeyConstraint(["credential_id"], ["credentials.id"], name="fk_changes_credential_id"),
        sa.ForeignKeyConstraint(["successor_id"], ["credentials.id"], name="fk_changes_successor_id"),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_changes_outbox_id"),
    )
    op.create_index("ix_changes_credential_id", "changes", ["credential_id"])
    op.create_index("ix_changes_outbox_id", "changes", ["outbox_id"])
    open_ = sa.column("done", sa.Boolean).is_(False)
    op.create_index("ix_changes_pending", "changes", ["id"], sqlite_where=open_, postgresql_where=open_)
    op.create_table(
        "calls",
        _required("id", BIG),
        _required("sender", sa.LargeBinary()),
        _required("to", sa.LargeBinary()),
        _required("data", sa.LargeBinary()),
        _required("purpose", sa.Text()),
        sa.Column("outbox_id", BIG),
        _required("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_calls_outbox_id"),
    )
    op.create_index("ix_calls_outbox_id", "calls", ["outbox_id"])


def _history() -> None:
    op.create_table(
        "blocks",
        sa.Column("number", BIG, nullable=False, autoincrement=False),
        _required("hash", sa.LargeBinary()),
        _required("time", BIG),
        sa.PrimaryKeyConstraint("number", name="pk_blocks"),
    )
    op.create_table(
        "events",
        _required("block", BIG),
        _required("log_index", BIG),
        _required("registry", sa.Text()),
        _required("node", sa.LargeBinary()),
        _required("op", BIG),
        _required("reason", BIG),
        _required("key", BIG),
        _required("party", sa.Text()),
        _required("seq", BIG),
        _required("x", sa.LargeBinary()),
        _required("d", sa.LargeBinary()),
        _required("tx_hash", sa.LargeBinary()),
        _required("detail", sa.Text()),
        _required("head", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("block", "log_index", name="pk_events"),
        sa.UniqueConstraint("registry", "node", "seq", name="uq_events_registry_node_seq"),
        sa.ForeignKeyConstraint(["block"], ["blocks.number"], name="fk_events_block"),
    )
    op.create_index("ix_events_x", "events", ["x"])
    op.create_index("ix_events_tx_hash", "events", ["tx_hash"])
