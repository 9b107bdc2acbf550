"""Accepted credentials and the files that they bind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import ColumnElement, func, select, update

from chopmark.core.ledger import CredentialRow, FileRow, NewCredential, PendingGroup
from chopmark.core.words import Op
from chopmark.store.room import Line, Room, chunks
from chopmark.store.schema import CHANGES, CREDENTIALS, FILES, OTHER_NUMBERS

#: Disclosures are base64url: this sign, SD-JWT's own, never stands in one.
_BETWEEN: Final = "~"
_C: Final = CREDENTIALS.c
_O: Final = OTHER_NUMBERS.c
_X: Final = CHANGES.c
MOST_FOUND: Final = 1_000


class Credentials(Room):
    """What the site acknowledged. Rows are added and sealed, never removed; withdrawn ones are found by row number only."""

    def add_many(self, rows: Sequence[NewCredential]) -> range:
        """Keep composed credentials; their row numbers, in order.

        Raises ``StoreError`` if one is there already: the same commitment, or a living one with the same number.
        """
        first = self._next_id(CREDENTIALS)
        numbered = list(enumerate(rows, first))
        if numbered:
            self._connection.execute(CREDENTIALS.insert(), [_values(at, row) for at, row in numbered])
        files = [_file_values(at, place, file) for at, row in numbered for place, file in enumerate(row.files)]
        if files:
            self._connection.execute(FILES.insert(), files)
        others = [
            {"credential_id": at, "number": each} for at, row in numbered for each in sorted({*row.other_numbers})
        ]
        if others:
            self._connection.execute(OTHER_NUMBERS.insert(), others)
        return range(first, first + len(numbered))

    def get(self, credential_id: int) -> CredentialRow | None:
        """One by its row number."""
        row = self._one(select(CREDENTIALS).where(_C.id == credential_id))
        return None if row is None else _credential(row)

    def get_many(self, ids: Iterable[int]) -> dict[int, CredentialRow]:
        """Those of the row numbers that are there."""
        wanted = (select(CREDENTIALS).where(_C.id.in_(part)).order_by(_C.id) for part in chunks(list(ids)))
        return {row.id: _credential(row) for statement in wanted for row in self._rows(statement)}

    def find_number(self, issuer: bytes, kind: str, numbers: Iterable[str]) -> dict[str, CredentialRow]:
        """The living credentials with these numbers, by number."""
        mine = (_C.issuer == issuer, _C.kind == kind)
        found = (row for part in chunks(list(numbers)) for row in self._found(*mine, _C.number.in_(part)))
        return {row.number: row for row in found if row.number is not None}

    def find_fingerprint(self, issuer: bytes, kind: str, prints: Iterable[bytes]) -> dict[bytes, CredentialRow]:
        """Credentials with these fingerprints, by fingerprint; of several equal ones the newest."""
        mine = (_C.issuer == issuer, _C.kind == kind)
        found = (row for part in chunks(list(prints)) for row in self._found(*mine, _C.fingerprint.in_(part)))
        return {row.fingerprint: row for row in sorted(found, key=lambda row: row.id)}

    def find_former(self, issuer: bytes, kind: str, numbers: Iterable[str]) -> dict[str, CredentialRow]:
        """Credentials that had these numbers and ended, by number; of several the newest.

        Revoked ones, that is, and those whose newest version is revoked: what lives on in a newer version is not meant.
        """
        mine = (_C.issuer == issuer, _C.kind == kind)
        found = [row for part in chunks(list(numbers)) for row in self._found(*mine, _C.former_number.in_(part))]
        return {row.former_number: row for row in self._ended(found) if row.former_number}

    def with_any_former_number(self, issuer: bytes, kind: str, numbers: Iterable[str]) -> list[CredentialRow]:
        """Credentials that ended (see ``find_former``) and had one of these numbers, be it not their best, oldest first."""
        mine = (_C.issuer == issuer, _C.kind == kind, _C.former_number.is_not(None), _C.number.is_(None))
        found: dict[int, CredentialRow] = {}
        for part in chunks(list(numbers)):
            also = _C.id.in_(select(_O.credential_id).where(_O.number.in_(part)))
            found |= {row.id: row for row in self._found(*mine, _C.former_number.in_(part) | also)}
        return self._ended([*found.values()])

    def other_numbers(self, ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """The numbers of credentials beside their best; a credential without is not a key."""
        found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
        for part in chunks(list(ids)):
            wanted = select(_O.credential_id, _O.number).where(_O.credential_id.in_(part))
            for row in self._rows(wanted.order_by(_O.credential_id, _O.number)):
                found[row.credential_id] += (row.number,)
        return dict(found)

    def of_issuer(self, issuer: bytes, commitment: bytes) -> CredentialRow | None:
        """An issuer's own, by its commitment: another's is as if it were not there."""
        found = self._found(_C.issuer == issuer, _C.commitment == commitment)
        return found[0] if found else None

    def of_issuer_many(self, issuer: bytes, commitments: Sequence[bytes]) -> list[CredentialRow]:
        """Of an issuer's own those with these commitments."""
        mine = _C.issuer == issuer
        return [row for part in chunks(commitments) for row in self._found(mine, _C.commitment.in_(part))]

    def of_issuer_numbered(self, issuer: bytes, numbers: Sequence[str]) -> list[CredentialRow]:
        """Of an issuer's own those that carry or carried one of these numbers, oldest first."""
        found: dict[int, CredentialRow] = {}
        for part in chunks(numbers):
            for column in (_C.number, _C.former_number):
                found |= {row.id: row for row in self._found(_C.issuer == issuer, column.in_(part))}
        return [found[at] for at in sorted(found)]

    def page(
        self, issuer: bytes, *, kind: str = "", numbers: Sequence[str] | None = None, before: int | None, limit: int
    ) -> list[CredentialRow]:
        """An issuer's credentials, newest first: of one kind, with one of these numbers now or formerly.

        ``before``: only those with a smaller row number.
        """
        wanted = select(CREDENTIALS).where(_C.withdrawn.is_(False), _C.issuer == issuer)
        if kind:
            wanted = wanted.where(_C.kind == kind)
        if numbers is not None:
            wanted = wanted.where(_C.number.in_(numbers) | _C.former_number.in_(numbers))
        if before is not None:
            wanted = wanted.where(_C.id < before)
        return [_credential(row) for row in self._rows(wanted.order_by(_C.id.desc()).limit(limit))]

    def any_with_number(self, number: str) -> list[CredentialRow]:
        """All credentials that carry or carried this number, of any issuer and kind, oldest first."""
        also = _C.id.in_(select(_O.credential_id).where(_O.number == number))
        return self._found((_C.number == number) | (_C.former_number == number) | also)

    def with_any_number(self, issuer: bytes, kind: str, numbers: Iterable[str]) -> list[CredentialRow]:
        """The living credentials that have one of these numbers, be it not their best, oldest first."""
        mine = (_C.issuer == issuer, _C.kind == kind, _C.number.is_not(None))
        found: dict[int, CredentialRow] = {}
        for part in chunks(list(numbers)):
            also = _C.id.in_(select(_O.credential_id).where(_O.number.in_(part)))
            found |= {row.id: row for row in self._found(*mine, _C.number.in_(part) | also)}
        return [found[at] for at in sorted(found)]

    def by_commitment(self, prefix: str) -> list[CredentialRow]:
        """Those whose commitment begins with these hex digits (lower-case), oldest first, at most ``MOST_FOUND``."""
        low = bytes.fromhex(prefix.ljust(64, "0"))
        high = bytes.fromhex(prefix.ljust(64, "f"))
        return self._found(_C.commitment.between(low, high))

    def by_leaf(self, root: bytes, index: int) -> list[CredentialRow]:
        """Those at a position of a batch with this root (more than one only if two issuers share a root)."""
        from chopmark.store.schema import BATCHES

        of_root = select(BATCHES.c.id).where(BATCHES.c.root == root)
        return self._found(_C.batch_id.in_(of_root), _C.leaf_index == index)

    def by_file(self, digest: bytes) -> list[CredentialRow]:
        """Those that bind the file with this SHA-256, oldest first."""
        return self._found(_C.id.in_(select(FILES.c.credential_id).where(FILES.c.digest == digest)))

    def files_of(self, ids: Iterable[int]) -> dict[int, tuple[FileRow, ...]]:
        """The bound files of these credentials, in their order; a credential without files is not a key."""
        found: defaultdict[int, list[FileRow]] = defaultdict(list)
        for part in chunks(list(ids)):
            where = FILES.c.credential_id.in_(part)
            for row in self._rows(select(FILES).where(where).order_by(FILES.c.credential_id, FILES.c.place)):
                found[row.credential_id].append(FileRow(row.digest, row.name, row.size, row.media_type))
        return {at: tuple(files) for at, files in found.items()}

    def pending(self, limit: int) -> list[PendingGroup]:
        """Leaves without a batch, grouped by issuer and kind, at most ``limit`` of each group.

        Payloads are not read.
        """
        unsealed = _C.batch_id.is_(None) & _C.withdrawn.is_(False)
        groups = self._rows(select(_C.issuer, _C.kind).where(unsealed).distinct().order_by(_C.issuer, _C.kind))
        return [PendingGroup(issuer, kind, self._leaves(issuer, kind, limit)) for issuer, kind in groups]

    def pending_counts(self) -> dict[tuple[bytes, str], int]:
        """How many leaves wait for a batch, by issuer and kind."""
        waits = (_C.batch_id.is_(None), _C.withdrawn.is_(False))
        counted = select(_C.issuer, _C.kind, func.count()).where(*waits).group_by(_C.issuer, _C.kind)
        return {(issuer, kind): count for issuer, kind, count in self._rows(counted)}

    def unsealed(self, ids: Sequence[int]) -> int:
        """How many of these wait for a batch."""
        mine = select(func.count()).select_from(CREDENTIALS).where(_C.batch_id.is_(None), _C.withdrawn.is_(False))
        return sum(self._number(mine.where(_C.id.in_(part))) for part in chunks(ids))

    def batch_ids(self, ids: Sequence[int]) -> set[int | None]:
        """The batches that hold these; None among them if some wait for one. No payload is read."""
        wanted = (select(_C.batch_id).distinct().where(_C.id.in_(part)) for part in chunks(ids))
        return {row.batch_id for statement in wanted for row in self._rows(statement)}

    def of_batch(self, batch_id: int) -> list[CredentialRow]:
        """The credentials of a batch in the order of its leaves."""
        rows = self._rows(select(CREDENTIALS).where(_C.batch_id == batch_id).order_by(_C.leaf_index))
        return [_credential(row) for row in rows]

    def commitments_of(self, batch_id: int) -> list[bytes]:
        """The commitments of a batch in the order of its leaves: all that its tree needs."""
        rows = self._rows(select(_C.commitment).where(_C.batch_id == batch_id).order_by(_C.leaf_index))
        return [row.commitment for row in rows]

    def release_number(self, credential_id: int) -> None:
        """Free the credential's number for another one; it stays findable as the former number."""
        self.release_numbers([credential_id])

    def release_numbers(self, ids: Sequence[int]) -> None:
        """Free the numbers of credentials that were superseded or revoked."""
        for part in chunks(ids):
            mine = update(CREDENTIALS).where(_C.id.in_(part), _C.number.is_not(None))
            self._connection.execute(mine.values(former_number=_C.number, number=None))

    def restore_number(self, credential_id: int) -> None:
        """Give back the number that was freed for a correction which is not made, unless another carries it by now."""
        row = self.get(credential_id)
        if row is None or row.withdrawn or row.number is not None or row.former_number is None:
            return
        if not self.find_number(row.issuer, row.kind, [row.former_number]):
            mine = update(CREDENTIALS).where(_C.id == credential_id)
            self._connection.execute(mine.values(number=row.former_number, former_number=None))

    def withdraw(self, ids: Sequence[int]) -> None:
        """Never attest these, and free their numbers."""
        self.release_numbers(ids)
        for part in chunks(ids):
            self._connection.execute(update(CREDENTIALS).where(_C.id.in_(part)).values(withdrawn=True))

    def _ended(self, found: Sequence[CredentialRow]) -> list[CredentialRow]:
        """Of credentials that gave up their number those that do not live on in a newer version, oldest first."""
        newest = {row.id: row.id for row in found}
        while (newer := self._successors(newest.values())) and not newer.keys().isdisjoint(newest.values()):
            newest = {first: newer.get(at, at) for first, at in newest.items()}
        ends = self.get_many(set(newest.values()))
        ended = (row for row in found if ends[newest[row.id]].former_number is not None)
        return sorted(ended, key=lambda row: row.id)

    def _successors(self, ids: Iterable[int]) -> dict[int, int]:
        """What supersedes these, or will."""
        linked = (_X.op == int(Op.SUPERSEDED), _X.note == "", _X.successor_id > _X.credential_id)
        wanted = (
            select(_X.credential_id, _X.successor_id).where(_X.credential_id.in_(part), *linked)
            for part in chunks(sorted(set(ids)))
        )
        return {old: new for statement in wanted for old, new in self._rows(statement)}

    def _leaves(self, issuer: bytes, kind: str, limit: int) -> tuple[tuple[int, bytes], ...]:
        mine = (_C.batch_id.is_(None), _C.withdrawn.is_(False), _C.issuer == issuer, _C.kind == kind)
        rows = self._rows(select(_C.id, _C.commitment).where(*mine).order_by(_C.id).limit(limit))
        return tuple((row.id, row.commitment) for row in rows)

    def _found(self, *where: ColumnElement[bool]) -> list[CredentialRow]:
        statement = select(CREDENTIALS).where(_C.withdrawn.is_(False), *where).order_by(_C.id)
        return [_credential(row) for row in self._rows(statement)]


def _values(at: int, row: NewCredential) -> dict[str, object]:
    return {
        "id": at,
        "commitment": row.commitment,
        "issuer": row.issuer,
        "kind": row.kind,
        "number": row.number,
        "fingerprint": row.fingerprint,
        "payload": row.payload,
        "disclosures": _BETWEEN.join(row.disclosures),
        "replaces": row.replaces,
        "label": row.label,
        "accepted_at": row.accepted_at,
        "withdrawn": False,
    }


def _file_values(credential_id: int, place: int, file: FileRow) -> dict[str, object]:
    return {
        "credential_id": credential_id,
        "place": place,
        "digest": file.digest,
        "name": file.name,
        "size": file.size,
        "media_type": file.media_type,
    }


def _credential(row: Line) -> CredentialRow:
    (at, commitment, issuer, kind, number, former, fingerprint, payload, disclosures, *rest) = row
    opened = tuple(disclosures.split(_BETWEEN)) if disclosures else ()
    return CredentialRow(at, commitment, issuer, kind, number, former, fingerprint, payload, opened, *rest)
