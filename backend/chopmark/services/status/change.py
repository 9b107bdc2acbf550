"""Revoking, suspending, resuming: which credentials are meant, whether they may be, and what became of the wish.

The wish itself is ``pipeline.request_changes``; a worker carries it out.
"""

# ruff: noqa: D102  (``ports`` says what the rooms of a transaction do)
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from chopmark.core.ledger import ChangeRow, CredentialRow, Home, OutboxRow
from chopmark.errors import Refused
from chopmark.services.find import Credentials, find_credential
from chopmark.services.lifecycle import require_registered
from chopmark.services.pipeline.refusing import BY_SIGNER
from chopmark.services.pipeline.status import ALREADY, WITHDRAWN
from chopmark.services.ports import KeptBatches, KeptOutbox
from chopmark.wording import Wording


class Batched(Protocol):
    """The part of a transaction that knows batches."""

    @property
    def batches(self) -> KeptBatches: ...


class Carrying(Protocol):
    """The part of a transaction that knows what was sent."""

    @property
    def outbox(self) -> KeptOutbox: ...


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of one wish. ``already``: it was so before. ``box``: what carried it, None if nothing did (yet)."""

    credential: CredentialRow
    change: ChangeRow
    box: OutboxRow | None

    @property
    def already(self) -> bool:
        """Whether the credential had this status before, so that nothing was sent."""
        return self.change.note == ALREADY

    def as_json(self) -> dict[str, object]:
        """For programs; every face says the same."""
        return {
            "id": self.credential.commitment.hex(),
            "label": self.credential.label,
            "already": self.already,
            "transaction": "0x" + self.box.tx_hash.hex() if self.box else None,
            "block": self.box.block_number if self.box else None,
        }


def find_each(
    credentials: Credentials, texts: Sequence[str], issuer: bytes, home: Home | None = None
) -> list[CredentialRow]:
    """The credentials meant, each once, in the order given. Raises as ``find_credential``."""
    rows = [find_credential(credentials, text, issuer, home) for text in texts]
    return list({row.id: row for row in rows}.values())


def require_final(tx: Batched, rows: Sequence[CredentialRow]) -> None:
    """Refuse unless each of them stands on the chain for good. Raises ``InputError``, ``UsageError``."""
    batches = {row.batch_id: tx.batches.get(row.batch_id) for row in rows if row.batch_id is not None}
    require_registered(rows, {at: batch for at, batch in batches.items() if batch is not None})


def outcome(tx: Carrying, credentials: Sequence[CredentialRow], changes: Sequence[ChangeRow]) -> list[Changed]:
    """What became of the wishes, in the order of the credentials."""
    by_credential = {change.credential_id: change for change in changes}
    pairs = [(row, by_credential[row.id]) for row in credentials]
    boxes = {at: tx.outbox.get(at) for at in {change.outbox_id for _, change in pairs} if at is not None}
    return [Changed(row, change, boxes.get(change.outbox_id or 0)) for row, change in pairs]


def refusal(changes: Sequence[ChangeRow]) -> Refused | None:
    """Why some of these wishes can never be fulfilled; None if none is refused."""
    if any(row.note == WITHDRAWN for row in changes):
        return Refused(why=_WITHDRAWN, **_SEE)
    if any(row.note == BY_SIGNER for row in changes):
        return unsigned()
    refused = sum(row.note.startswith("refused") for row in changes)
    return ended(refused) if refused else None


def unsigned() -> Refused:
    """Why nothing comes of what the institution does not sign."""
    return Refused(why=_UNSIGNED, **_SEE)


def ended(count: int) -> Refused:
    """Why the status of so many credentials cannot be changed any more."""
    return Refused(why=_ENDED.filled(count=count), **_SEE)


def require_done(changes: Sequence[ChangeRow]) -> None:
    """Raises ``Refused`` if one of these wishes can never be fulfilled."""
    if (fault := refusal(changes)) is not None:
        raise fault


_SEE: Final = {
    "fix_zh": "用 chopmark audit credential 查看其经历",
    "fix_en": "See its life with chopmark audit credential",
}
_WITHDRAWN: Final = Wording(
    "旧版本此时已被撤销或替代，不可再更正；新版本没有登记",
    "the old version was revoked or superseded meanwhile, which is final; the new one was not registered",
)
_UNSIGNED: Final = Wording("机构拒绝签名，没有变更", "the institution refused to sign it; nothing was changed")
_ENDED: Final = Wording(
    "{count} 份凭证已被撤销或替代，状态不能再变更", "{count} of them are revoked or superseded, which is final"
)
