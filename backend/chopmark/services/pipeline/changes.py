"""Wanting changes of status: what registrars and disciplinary boards ask for. A worker carries it out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from chopmark.core.ledger import ChangeRow, CredentialRow, NewCredential
from chopmark.core.words import Op
from chopmark.errors import InputError, UsageError
from chopmark.services.pipeline.deliver import marked
from chopmark.services.pipeline.intake import accept
from chopmark.services.pipeline.status import ALREADY, WORD_BITS
from chopmark.services.ports import Transaction
from chopmark.wording import Wording


def request_changes(
    tx: Transaction,
    credentials: Sequence[CredentialRow],
    op: Op,
    reason: int,
    *,
    now: int,
    successor: CredentialRow | None = None,
) -> list[ChangeRow]:
    """Want credentials revoked, suspended, resumed or (one) superseded by ``successor``. A worker does it.

    Asking again while the wish is open changes nothing. For a correction see ``correct``, which does all that belongs
    to it. Raises ``UsageError`` for an op that is none of these, or for a successor without superseding or the other
    way round.
    """
    if op not in (Op.REVOKED, Op.SUSPENDED, Op.RESUMED, Op.SUPERSEDED):
        raise UsageError(why=Wording(f"“{op.name}”不是状态变更", f"{op.name} is no change of status"))
    if (op is Op.SUPERSEDED) is (successor is None) or (successor is not None and len(credentials) != 1):
        raise UsageError(why=Wording("更正须一对一", "superseding takes one credential and one successor"))
    if successor is not None:
        old = credentials[0]
        if (old.issuer, old.kind) != (successor.issuer, successor.kind) or old.id == successor.id:
            raise UsageError(why=Wording("更正须同机构、同类别", "a successor is of the same issuer and kind"))
        tx.credentials.release_number(old.id)
    ids = [row.id for row in credentials]
    return list(tx.changes.request(ids, int(op), reason, now, None if successor is None else successor.id))


def correct(tx: Transaction, old: CredentialRow, new: NewCredential, reason: int, *, now: int) -> ChangeRow:
    """Accept ``new`` and want ``old`` superseded by it: one promise, both or neither.

    The number passes from the old to the new one at once, so that no third one can take it. A rerun finds itself while
    the wish is open. Raises as ``require_living``, ``accept`` and ``request_changes``: then nothing may be committed.
    """
    require_living(tx, old, new.fingerprint)
    tx.credentials.release_number(old.id)
    accepted = accept(tx, [new], again=new.number in (old.number, old.former_number))
    successor = tx.credentials.get_many(accepted.ids)[accepted.ids[0]]
    return request_changes(tx, [old], Op.SUPERSEDED, reason, now=now, successor=successor)[0]


def require_living(tx: Transaction, old: CredentialRow, fingerprint: bytes | None = None) -> None:
    """Refuse to correct what is revoked or superseded, or is going to be, as far as is known here.

    ``fingerprint``: of the corrected content; an open wish for this very correction is no reason to refuse it. Raises
    ``InputError``.
    """
    for change in tx.changes.of_credential(old.id):
        if change.op not in _ENDS or change.note not in ("", ALREADY):
            continue
        if not change.done and change.successor_id is not None:
            wanted = tx.credentials.get_many([change.successor_id])[change.successor_id]
            if wanted.fingerprint == fingerprint:
                continue
        if not change.done:
            raise _ended(old, Op(change.op), change.requested_at, _ASKED)
    batch = None if old.batch_id is None else tx.batches.get(old.batch_id)
    if batch is None or old.leaf_index is None:
        return
    word, bit = divmod(old.leaf_index, WORD_BITS)
    said = tx.history.events(node=batch.issuer, root=batch.root, ops=[Op.SUPERSEDED, Op.REVOKED])
    for one in said:
        if any(at == word and mask >> bit & 1 for at, mask in marked(one)):
            raise _ended(old, one.event.op, one.event.time, _FINAL)


def _ended(old: CredentialRow, op: Op, time: int, how: Wording) -> InputError:
    date = datetime.fromtimestamp(time, _ZONE).date().isoformat()
    return InputError(
        place=old.label,
        why=how.filled(date=date, ended=_ENDS[op]),
        fix_zh="用 chopmark audit credential 查看其经历；没有登记任何内容",
        fix_en="See its life with chopmark audit credential; nothing was registered",
    )


_ZONE: Final = ZoneInfo("Asia/Shanghai")
_ENDS: Final = {
    Op.REVOKED: Wording("撤销", "revoked"),
    Op.SUPERSEDED: Wording("被新版本替代", "superseded by a newer version"),
}
_FINAL: Final = Wording("已于 {date} {ended}，不可再更正", "it was {ended} on {date}, which is final")
_ASKED: Final = Wording(
    "已于 {date} 申请{ended}，不可再更正", "it is going to be {ended}, as asked for on {date}, which is final"
)
