"""What a signature covers, for people: worked out from the message and from the leaves of its batches, never taken over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from chopmark.core.batch import Batch, arrange
from chopmark.core.digest import Algorithm
from chopmark.core.ledger import RequestRow, Verb
from chopmark.core.reasons import REASONS, reason_wording
from chopmark.core.typed_data import Attest, Message, SetStatus, Supersede, indices_of, masks_of
from chopmark.core.words import Op
from chopmark.errors import InputError, StoreError
from chopmark.services.pipeline.refusing import BY_SIGNER
from chopmark.services.ports import Transaction
from chopmark.wording import Wording

VERBS: Final = {
    Verb.ATTEST: Wording("登记", "register"),
    Verb.REVOKE: Wording("撤销（不可恢复）", "revoke, for good"),
    Verb.SUSPEND: Wording("中止", "suspend"),
    Verb.RESUME: Wording("恢复", "resume"),
    Verb.SUPERSEDE: Wording("更正：以新版本替代（不可恢复）", "correct: replace by a new version, for good"),
}
_OPS: Final = {Op.REVOKED: Verb.REVOKE, Op.SUSPENDED: Verb.SUSPEND, Op.RESUMED: Verb.RESUME}


@dataclass(frozen=True, slots=True)
class Content:
    """What one message says.

    ``root``: of the batch that it is about; ``reason``: code, None where there is none. ``commitments``: of the
    credentials that it is about, in the order of the leaves. ``successor``: the new version's commitment.
    """

    verb: Verb
    kind: str
    root: bytes
    reason: int | None
    commitments: tuple[bytes, ...]
    successor: bytes | None = None

    @property
    def count(self) -> int:
        """How many credentials it is about."""
        return len(self.commitments)

    def summary(self) -> dict[str, object]:
        """In a few members; a request file says it beside the message, and the signer compares."""
        return {
            "verb": self.verb.value,
            "kind": self.kind,
            "count": self.count,
            "reason": _reason_name(self.reason),
        }

    def as_json(self) -> dict[str, object]:
        """Whole, for programs."""
        return self.summary() | {
            "root": self.root.hex(),
            "commitments": [one.hex() for one in self.commitments],
            "successor": None if self.successor is None else self.successor.hex(),
        }

    def reason_said(self) -> Wording | None:
        """The reason in words."""
        return None if self.reason is None else reason_wording(self.reason)


@dataclass(frozen=True, slots=True)
class Summary:
    """What one message says, without naming each credential: read from the message alone, no leaf is looked at."""

    verb: Verb
    kind: str
    count: int
    root: bytes
    reason: int | None

    def as_json(self) -> dict[str, object]:
        """As ``Content.summary``, with the root."""
        return {
            "verb": self.verb.value,
            "kind": self.kind,
            "count": self.count,
            "reason": _reason_name(self.reason),
            "root": self.root.hex(),
        }


def roots_of(message: Message) -> tuple[bytes, ...]:
    """The batches that a message is about."""
    return (message.old_root, message.new_root) if isinstance(message, Supersede) else (message.root,)


def _reason_name(reason: int | None) -> str | None:
    return None if reason is None else REASONS[reason].name if reason in REASONS else "unknown"


def summary_of(tx: Transaction, row: RequestRow) -> Summary:
    """What a request is about, for lists of many: costs no more for a hundred thousand credentials than for one."""
    message = row.typed.message
    if isinstance(message, Attest):
        return Summary(row.verb, message.kind, message.size, message.root, None)
    batch = tx.batches.by_root(roots_of(message)[0], row.issuer)
    count = len(indices_of(message.changes)) if isinstance(message, SetStatus) else 1
    return Summary(row.verb, batch.kind if batch else "", count, roots_of(message)[0], message.reason)


def content_of(tx: Transaction, row: RequestRow) -> Content:
    """What a request at this site asks to be signed. Raises ``StoreError`` if the database contradicts itself."""
    message = row.typed.message
    if row.note == BY_SIGNER or (row.verb is Verb.ATTEST and row.batch_id is None):
        return _refused(message, row.verb)
    try:
        return read_content(message, batches_of(tx, row))
    except InputError as fault:
        raise StoreError(
            why=Wording(f"签名请求 {row.id} 与其内容不符", f"request {row.id} and what it is about differ"),
            fix_zh="请从备份恢复数据库",
            fix_en="Restore the database from a backup",
        ) from fault


def _refused(message: Message, verb: Verb) -> Content:
    """What was not signed: its batch may be taken apart, so only the message is left."""
    kind = message.kind if isinstance(message, Attest) else ""
    reason = None if isinstance(message, Attest) else message.reason
    return Content(verb, kind, roots_of(message)[0], reason, ())


def batches_of(tx: Transaction, row: RequestRow) -> dict[bytes, Batch]:
    """The batches that a request is about, by root, with all their leaves."""
    ids = {row.batch_id}
    for at in tx.requests.changes_of(row.id):
        change = tx.changes.get(at)
        about = () if change is None else (change.credential_id, change.successor_id)
        ids |= {one.batch_id for one in tx.credentials.get_many([c for c in about if c is not None]).values()}
    found = {}
    for at in sorted(one for one in ids if one is not None):
        batch = tx.batches.get(at)
        if batch is not None:
            found[batch.root] = arrange(batch.kind, batch.issuer, tx.credentials.commitments_of(at))
    return found


def read_content(message: Message, batches: Mapping[bytes, Batch]) -> Content:
    """What a message says of these batches, whose roots were worked out anew. Raises ``InputError`` if it cannot be so."""
    old, *rest = (_batch(batches, root, message.issuer) for root in roots_of(message))
    if isinstance(message, Attest):
        if (message.kind, message.size, message.algorithm) != (old.kind, old.size, Algorithm.SHA256):
            raise _differs(_SIZE)
        return Content(Verb.ATTEST, message.kind, message.root, None, old.commitments)
    if isinstance(message, SetStatus):
        return _status(message, old)
    (new,) = rest
    if message.old_index >= old.size or message.new_index >= new.size or old.kind != new.kind:
        raise _differs(_NO_LEAF)
    told = (old.commitments[message.old_index],)
    successor = new.commitments[message.new_index]
    return Content(Verb.SUPERSEDE, old.kind, old.root, message.reason, told, successor)


def _status(message: SetStatus, batch: Batch) -> Content:
    verb = _OPS.get(Op(message.op)) if message.op in {*_OPS} else None
    if verb is None:
        raise _differs(_NO_VERB.filled(code=message.op))
    indices = indices_of(message.changes)
    if not indices or message.changes != masks_of(indices) or indices[-1] >= batch.size:
        raise _differs(_NO_LEAF)
    commitments = tuple(batch.commitments[index] for index in indices)
    return Content(verb, batch.kind, batch.root, message.reason, commitments)


def _batch(batches: Mapping[bytes, Batch], root: bytes, issuer: bytes) -> Batch:
    found = batches.get(root)
    if found is None or (found.root, found.issuer) != (root, issuer):
        raise _differs(_NO_BATCH.filled(root=root.hex()[:16]))
    return found


def _differs(why: Wording) -> InputError:
    return InputError(
        place=_WHERE, why=why, fix_zh="请勿签名；请向登记站点重新索取", fix_en="Do not sign it; ask the site anew"
    )


_WHERE: Final = Wording("签名请求", "The request")
_SIZE: Final = Wording(
    "类别、数量或算法与所附凭证不符", "its kind, size or algorithm is not that of the credentials with it"
)
_NO_LEAF: Final = Wording("所指凭证不在所附批次内", "it names credentials that the batch with it does not hold")
_NO_VERB: Final = Wording("未知的操作（代码 {code}）", "an unknown operation (code {code})")
_NO_BATCH: Final = Wording("所附凭证推算不出批次 {root}…", "the credentials with it do not lead to the batch {root}…")
