"""What a service that others call needs: tokens, repeated requests, submissions, signatures, headings, lookups."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables of the service."""
    _requests()
    _numbers()
    _lookups()
    _tokens()
    _repeats()
    _submissions()
    _headings()


def downgrade() -> None:
    """Payloads and acknowledgements would be lost."""
    raise NotImplementedError("restore the backup instead")


def _required(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _headings() -> None:
    op.create_table(
        "headings",
        _required("issuer", sa.LargeBinary()),
        _required("kind", sa.Text()),
        _required("heading", sa.Text()),
        _required("field", sa.Text()),
        _required("confirmed_at", BIG),
        sa.PrimaryKeyConstraint("issuer", "kind", "heading", name="pk_headings"),
    )


def _numbers() -> None:
    op.create_table(
        "other_numbers",
        _required("credential_id", BIG),
        _required("number", sa.Text()),
        sa.PrimaryKeyConstraint("credential_id", "number", name="pk_other_numbers"),
        sa.ForeignKeyConstraint(["credential_id"], ["credentials.id"], name="fk_other_numbers_credential_id"),
    )
    op.create_index("ix_other_numbers_number", "other_numbers", ["number"])


def _lookups() -> None:
    op.create_table(
        "lookups",
        _required("id", BIG),
        _required("asker", sa.Text()),
        _required("at", BIG),
        _required("outcome", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_lookups"),
    )
    op.create_index("ix_lookups_asker_at", "lookups", ["asker", "at"])
    op.create_table(
        "lookup_numbers",
        _required("lookup_id", BIG),
        _required("digest", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("lookup_id", "digest", name="pk_lookup_numbers"),
        sa.ForeignKeyConstraint(["lookup_id"], ["lookups.id"], name="fk_lookup_numbers_lookup_id"),
    )
    op.create_index("ix_lookup_numbers_digest", "lookup_numbers", ["digest"])


def _tokens() -> None:
    op.create_table(
        "tokens",
        _required("id", sa.Text()),
        _required("name", sa.Text()),
        _required("digest", sa.LargeBinary()),
        _required("role", sa.Text()),
        _required("institution", sa.Text()),
        _required("scopes", sa.Text()),
        _required("created_at", BIG),
        _required("expires_at", BIG),
        sa.Column("last_used_day", BIG),
        sa.Column("revoked_at", BIG),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
    )


def _repeats() -> None:
    op.create_table(
        "repeats",
        _required("key", sa.LargeBinary()),
        _required("digest", sa.LargeBinary()),
        _required("status", BIG),
        _required("location", sa.Text()),
        _required("body", sa.LargeBinary()),
        _required("created_at", BIG),
        sa.PrimaryKeyConstraint("key", name="pk_repeats"),
    )
    op.create_index("ix_repeats_created_at", "repeats", ["created_at"])


def _submissions() -> None:
    op.create_table(
        "submissions",
        _required("id", BIG),
        _required("public", sa.Text()),
        _required("sort", sa.Text()),
        _required("issuer", sa.LargeBinary()),
        _required("kind", sa.Text()),
        _required("asker", sa.Text()),
        _required("created_at", BIG),
        sa.Column("replaces", sa.LargeBinary()),
        _required("turned_away", BIG),
        _required("count", BIG),
        _required("new", BIG),
        sa.Column("rejected", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
        sa.UniqueConstraint("public", name="uq_submissions_public"),
    )
    op.create_index("ix_submissions_issuer_sort", "submissions", ["issuer", "sort", "id"])
    op.create_table(
        "submission_items",
        _required("submission_id", BIG),
        _required("place", BIG),
        sa.Column("credential_id", BIG),
        sa.Column("change_id", BIG),
        sa.Column("call_id", BIG),
        _required("new", sa.Boolean()),
        sa.PrimaryKeyConstraint("submission_id", "place", name="pk_submission_items"),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name="fk_submission_items_submission_id"),
        sa.ForeignKeyConstraint(["credential_id"], ["credentials.id"], name="fk_submission_items_credential_id"),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_submission_items_change_id"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_submission_items_call_id"),
    )


def _requests() -> None:
    with op.batch_alter_table("nodes") as nodes:
        nodes.add_column(sa.Column("payer", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "requests",
        _required("id", BIG),
        _required("public_id", sa.Text()),
        _required("issuer", sa.LargeBinary()),
        _required("verb", sa.Text()),
        sa.Column("batch_id", BIG),
        _required("message", sa.Text()),
        _required("digest", sa.LargeBinary()),
        _required("signer", sa.LargeBinary()),
        _required("deadline", BIG),
        sa.Column("signature", sa.LargeBinary()),
        _required("state", sa.Text()),
        sa.Column("outbox_id", BIG),
        _required("created_at", BIG),
        _required("note", sa.Text()),
        sa.CheckConstraint(
            "state IN ('open', 'signed', 'carried', 'done', 'expired', 'refused')", name="ck_requests_state"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_requests_batch_id"),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_requests_outbox_id"),
        sa.UniqueConstraint("public_id", name="uq_requests_public_id"),
        sa.UniqueConstraint("digest", name="uq_requests_digest"),
    )
    op.create_index("ix_requests_batch_id", "requests", ["batch_id"])
    op.create_index("ix_requests_state", "requests", ["state"])
    op.create_index("ix_requests_outbox_id", "requests", ["outbox_id"])
    op.create_index("ix_requests_issuer_state", "requests", ["issuer", "state"])
    op.create_table(
        "request_changes",
        _required("request_id", BIG),
        _required("change_id", BIG),
        sa.PrimaryKeyConstraint("request_id", "change_id", name="pk_request_changes"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_request_changes_request_id"),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_request_changes_change_id"),
    )
    op.create_index("ix_request_changes_change_id", "request_changes", ["change_id"])
