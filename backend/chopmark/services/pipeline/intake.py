"""Taking credentials in: acknowledged means on disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chopmark.core.ledger import CredentialRow, NewCredential
from chopmark.errors import InputError
from chopmark.services.pipeline.failpoint import reach
from chopmark.services.pipeline.numbers import Given, ended, living
from chopmark.services.ports import Store, Transaction
from chopmark.wording import Wording


@dataclass(frozen=True, slots=True)
class Accepted:
    """``added``: row numbers of what is new, in the order given.

    ``already``: what had been accepted before, in the same order.
    """

    added: tuple[int, ...]
    already: tuple[CredentialRow, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        """Row numbers of all that was given."""
        return (*self.added, *(row.id for row in self.already))


def accept(tx: Transaction, rows: Sequence[NewCredential], *, again: bool = False) -> Accepted:
    """Keep composed credentials, to be sealed by a worker. Nothing is promised before the transaction is committed.

    A rerun finds itself: what has the same content as a living credential of the same number (without a number: as
    any credential of the issuer and kind) counts as accepted already, though its salts differ. Every number counts, not
    the best alone: examining the input saw only what was registered then. ``again``: the numbers of a revoked credential
    may be given anew. Raises ``InputError`` if a number is taken by other content, is a revoked one's, or stands twice
    in ``rows``: then nothing may be committed.
    """
    groups: defaultdict[tuple[bytes, str], list[NewCredential]] = defaultdict(list)
    for row in rows:
        groups[row.issuer, row.kind].append(row)
    new: list[NewCredential] = []
    already: list[CredentialRow] = []
    for (issuer, kind), group in groups.items():
        taken = living(tx, issuer, kind, group)
        revoked = None if again else ended(tx, issuer, kind, group)
        unnumbered = [row.fingerprint for row in group if row.number is None]
        by_print = tx.credentials.find_fingerprint(issuer, kind, unnumbered)
        given = Given()
        for row in group:
            kept = by_print.get(row.fingerprint) if row.number is None else taken.by(row)
            if given.has(row) or (kept is not None and kept.fingerprint != row.fingerprint):
                raise InputError(place=row.label, **_TAKEN)
            if kept is None and revoked is not None and revoked.by(row) is not None:
                raise InputError(place=row.label, **_REVOKED)
            if kept is None:
                new.append(row)
            else:
                already.append(kept)
    return Accepted(tuple(tx.credentials.add_many(new)), tuple(already))


def take_in(store: Store, rows: Sequence[NewCredential], *, again: bool = False) -> Accepted:
    """``accept`` in a transaction of its own: on return everything given is on disk.

    Raises as ``accept``, and ``StoreError``.
    """
    with store.begin() as tx:
        accepted = accept(tx, rows, again=again)
    reach("after_accept")
    return accepted


_REVOKED: Final = {
    "why": Wording("该编号的凭证已撤销", "the credential of its number was revoked"),
    "fix_zh": "如确需重新登记，请加 --again；没有登记任何内容",
    "fix_en": "To register it anew all the same, add --again; nothing was registered",
}
_TAKEN: Final = {
    "why": Wording("该编号已用于另一份内容", "its number is taken by other content"),
    "fix_zh": "如需更正，请用 chopmark supersede；没有登记任何内容",
    "fix_en": "To correct it, use chopmark supersede; nothing was registered",
}
