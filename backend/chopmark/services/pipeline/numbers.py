"""One thing under several numbers, as accepting sees it: what is registered, or was, under any number of a new credential."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from chopmark.core.ledger import CredentialRow, NewCredential
from chopmark.services.ports import Transaction


class Taken:
    """Credentials by each of their numbers; of several that are the same thing the first that was added."""

    def __init__(self, rows: Iterable[tuple[CredentialRow, Sequence[str]]] = ()) -> None:
        self._named: Final[defaultdict[str, list[tuple[CredentialRow, Sequence[str]]]]] = defaultdict(list)
        for row, numbers in rows:
            for number in numbers:
                self._named[number].append((row, numbers))

    def by(self, new: NewCredential) -> CredentialRow | None:
        """The one that is the same thing; never the one that this one corrects."""
        ours = numbers_of(new)
        found = (row for number in ours for row, theirs in self._named[number] if are_one(ours, theirs))
        return next((row for row in found if row.commitment != new.replaces), None)


class Given:
    """What was given before it in the same list."""

    def __init__(self) -> None:
        self._named: Final[defaultdict[str, list[Sequence[str]]]] = defaultdict(list)

    def has(self, new: NewCredential) -> bool:
        """Whether an earlier one is the same thing; from now on this one is an earlier one as well."""
        ours = numbers_of(new)
        found = any(are_one(ours, theirs) for number in ours for theirs in self._named[number])
        for number in ours:
            self._named[number].append(ours)
        return found


def living(tx: Transaction, issuer: bytes, kind: str, rows: Iterable[NewCredential]) -> Taken:
    """Living credentials under any number of these."""
    return _named(tx, tx.credentials.with_any_number(issuer, kind, _all(rows)))


def ended(tx: Transaction, issuer: bytes, kind: str, rows: Iterable[NewCredential]) -> Taken:
    """Revoked credentials under any number of these that live on in no newer version."""
    return _named(tx, tx.credentials.with_any_former_number(issuer, kind, _all(rows)))


def numbers_of(new: NewCredential) -> tuple[str, ...]:
    """All its numbers, best first."""
    return () if new.number is None else (new.number, *new.other_numbers)


def are_one(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether the best sort of number that both have is the same in both. Numbers of several sorts begin with their place."""
    mine, other = ({number.partition(":")[0]: number for number in numbers} for numbers in (ours, theirs))
    shared = next((place for place in mine if place in other), None)
    return shared is not None and mine[shared] == other[shared]


def _all(rows: Iterable[NewCredential]) -> list[str]:
    return sorted({number for row in rows for number in numbers_of(row)})


def _named(tx: Transaction, rows: Sequence[CredentialRow]) -> Taken:
    others = tx.credentials.other_numbers([row.id for row in rows])
    best = ((row, row.number or row.former_number) for row in rows)
    return Taken((row, (*((number,) if number else ()), *others.get(row.id, ()))) for row, number in best)
