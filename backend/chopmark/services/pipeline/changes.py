"""Wanting changes of status: what registrars and disciplinary boards ask for. A worker carries it out."""

from __future__ import annotations

from collections.abc import Sequence

from chopmark.core.ledger import ChangeRow, CredentialRow, NewCredential
from chopmark.core.words import Op
from chopmark.errors import UsageError
from chopmark.services.pipeline.intake import accept
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

    The number passes from the old to the new one at once, so that no third one can take it. A rerun finds itself.
    Raises as ``accept`` and ``request_changes``.
    """
    tx.credentials.release_number(old.id)
    accepted = accept(tx, [new])
    successor = tx.credentials.get_many(accepted.ids)[accepted.ids[0]]
    return request_changes(tx, [old], Op.SUPERSEDED, reason, now=now, successor=successor)[0]
