"""Correcting a credential: a new version that the old one points to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chopmark.core.ledger import ChangeRow, CredentialRow, NewCredential
from chopmark.kinds import Given, find_kind
from chopmark.services.lifecycle import compose_successor, draft_successor, require_changed
from chopmark.services.pipeline import correct, require_living
from chopmark.services.ports import Transaction
from chopmark.services.register import Draft, Drafted, FileBinder
from chopmark.services.status.change import require_final


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction as examined. ``drafted``: the new version, or what is wrong with it.

    ``done``: the new version, if an earlier request has made it already. ``bound``: files that the old version binds.
    """

    old: CredentialRow
    drafted: Drafted
    done: CredentialRow | None = None
    bound: int = 0

    @property
    def draft(self) -> Draft:
        """The one new version. Only if nothing is wrong."""
        (draft,) = self.drafted.drafts
        return draft

    @property
    def leaves_files(self) -> bool:
        """Whether the old version binds files and the new one none: files are not taken over by themselves."""
        return bool(self.bound) and not self.draft.files


def draft_correction(
    old: CredentialRow, given: Mapping[str, Given], files: Sequence[Path], limit: int, today: date
) -> Drafted:
    """The new version, examined; what is not given anew is taken over. ``limit``: bytes of one file."""
    with FileBinder(limit) as binder:
        return draft_successor(old, given, files, binder, today)


def check_correction(tx: Transaction, old: CredentialRow, drafted: Drafted) -> Correction:
    """What was drafted, held against what is known of the old version.

    Raises ``InputError`` if nothing is changed, or if the old version is not registered finally or has ended.
    """
    if not drafted.ok:
        return Correction(old, drafted)
    (draft,) = drafted.drafts
    if (done := made_before(tx, old, draft)) is not None:
        return Correction(old, drafted, done)
    require_changed(old, draft)
    require_final(tx, [old])
    require_living(tx, old, draft.fingerprint)
    return Correction(old, drafted, bound=len(tx.credentials.files_of([old.id]).get(old.id, ())))


def made_before(tx: Transaction, old: CredentialRow, draft: Draft) -> CredentialRow | None:
    """The corrected version, if an earlier request has made it; its number means it already."""
    if old.replaces is not None and old.fingerprint == draft.fingerprint:
        return old
    wanted = [c.successor_id for c in tx.changes.of_credential(old.id) if c.successor_id is not None]
    made = tx.credentials.get_many(wanted).values()
    return next((row for row in made if row.fingerprint == draft.fingerprint and not row.withdrawn), None)


def compose_correction(correction: Correction, now: int) -> NewCredential:
    """The new version, blinded; nothing is written. ``now``: unix seconds."""
    return compose_successor(correction.old, find_kind(correction.old.kind), correction.drafted, now)


def accept_correction(tx: Transaction, correction: Correction, reason: int, now: int) -> ChangeRow:
    """Accept the new version and want the old one superseded by it; acknowledged once the transaction is committed.

    Raises as ``pipeline.correct``: then nothing may be committed.
    """
    return correct(tx, correction.old, compose_correction(correction, now), reason, now=now)
