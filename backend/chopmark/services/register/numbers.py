"""One thing under several numbers: a paper given once with its DOI and once with its pages only is one paper.

Two credentials are one if the best sort of number that both have is the same. So two notes on one page with a DOI each are
two, and a paper without DOI on that page is neither of them for certain: a person is asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

from chopmark.core.disclosure import read_disclosure
from chopmark.core.ledger import CredentialRow
from chopmark.kinds import Claims, Kind
from chopmark.services.pipeline.numbers import are_one
from chopmark.services.register.draft import Draft


class Numbered(Protocol):
    """Registered credentials by any of their numbers."""

    def with_any_number(self, issuer: bytes, kind: str, numbers: Sequence[str]) -> Sequence[CredentialRow]:
        """The living credentials that have one of these numbers."""

    def with_any_former_number(self, issuer: bytes, kind: str, numbers: Sequence[str]) -> Sequence[CredentialRow]:
        """Revoked credentials that had one of these numbers and have no living newer version."""


def claims_of(kind: Kind, row: CredentialRow) -> Claims:
    """What a registered credential says, as it was given."""
    names = {field.name for field in kind.fields}
    opened = (each for each in map(read_disclosure, row.disclosures) if each.name in names)
    return {each.name: each.value for each in opened if isinstance(each.value, str | int | tuple)}


def otherwise_known(
    register: Numbered, issuer: bytes, kind: Kind, drafts: Sequence[Draft]
) -> Mapping[str, CredentialRow]:
    """Of drafts whose best number is not registered those that are under another one: their number → the credential."""
    wanted = _all(kind, drafts)
    return _the_same(kind, drafts, register.with_any_number(issuer, kind.code, wanted) if wanted else ())


def otherwise_ended(
    register: Numbered, issuer: bytes, kind: Kind, drafts: Sequence[Draft]
) -> Mapping[str, CredentialRow]:
    """As ``otherwise_known``: those of which one was revoked that had another of their numbers."""
    wanted = _all(kind, drafts)
    return _the_same(kind, drafts, register.with_any_former_number(issuer, kind.code, wanted) if wanted else ())


def _all(kind: Kind, drafts: Sequence[Draft]) -> list[str]:
    """Every number of drafts of a kind that has several sorts; none of other kinds."""
    several = len(kind.credential) > 1
    return sorted({number for draft in drafts for number in kind.numbers(draft.claims)}) if several else []


def _the_same(kind: Kind, drafts: Sequence[Draft], rows: Sequence[CredentialRow]) -> Mapping[str, CredentialRow]:
    """Of drafts those that are the same thing as one of these: their number → the credential."""
    numbers = {draft.number: kind.numbers(draft.claims) for draft in drafts}
    named: dict[str, list[tuple[CredentialRow, tuple[str, ...]]]] = defaultdict(list)
    for row in rows:
        of_row = kind.numbers(claims_of(kind, row))
        for number in of_row:
            named[number].append((row, of_row))
    found: dict[str, CredentialRow] = {}
    for best, ours in numbers.items():
        same = (row for number in ours for row, theirs in named[number] if are_one(ours, theirs))
        if (known := next(same, None)) is not None:
            found[best] = known
    return found


class Firsts:
    """Which draft of a list was the first of its numbers."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._named: dict[str, list[tuple[Draft, tuple[str, ...]]]] = defaultdict(list)

    def of(self, draft: Draft) -> Draft | None:
        """An earlier draft that is the same thing under another number; None if there is none."""
        if len(self._kind.credential) < 2:
            return None
        ours = self._kind.numbers(draft.claims)
        earlier = (first for number in ours for first, theirs in self._named[number] if are_one(ours, theirs))
        found = next(earlier, None)
        for number in ours:
            self._named[number].append((draft, ours))
        return found
