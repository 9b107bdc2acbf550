"""Comparing drafts with what the issuer has registered already: new, known, or known with another content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chopmark.core.disclosure import read_disclosure
from chopmark.core.finding import Finding, Place
from chopmark.core.ledger import CredentialRow
from chopmark.kinds import Claims, Kind
from chopmark.services.register.draft import Draft


class Register(Protocol):
    """What an issuer has registered, as the site keeps it."""

    def find_number(self, issuer: bytes, kind: str, numbers: Sequence[str]) -> Mapping[str, CredentialRow]:
        """The living credentials of these numbers."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """``new``: to be registered. ``known``: registered already with the same content, beside the row that holds it.

    ``findings``: numbers that are registered with another content (I005).
    """

    new: tuple[Draft, ...]
    known: tuple[tuple[Draft, CredentialRow], ...]
    findings: tuple[Finding, ...]


def weigh(register: Register, issuer: bytes, kind: Kind, drafts: Sequence[Draft], sheet: str = "") -> Weighed:
    """Sort drafts by what the register knows of them."""
    registered = register.find_number(issuer, kind.code, [d.number for d in drafts])
    new: list[Draft] = []
    known: list[tuple[Draft, CredentialRow]] = []
    findings: list[Finding] = []
    for draft in drafts:
        row = registered.get(draft.number)
        if row is None:
            new.append(draft)
        elif row.fingerprint == draft.fingerprint:
            known.append((draft, row))
        else:
            findings.append(_differs(kind, draft, row, sheet))
    return Weighed(tuple(new), tuple(known), tuple(findings))


def _differs(kind: Kind, draft: Draft, row: CredentialRow, sheet: str) -> Finding:
    registered = _claims(row)
    fields = "、".join(_labels(kind, draft.claims, registered)) or "文件 file"
    place = Place(file=sheet, row=draft.row, value=draft.shown)
    return Finding("I005", {"number": draft.shown, "fields": fields}, place)


def _claims(row: CredentialRow) -> dict[str, object]:
    return {d.name: d.value for d in map(read_disclosure, row.disclosures)}


def _labels(kind: Kind, given: Claims, registered: Mapping[str, object]) -> list[str]:
    return [f"{f.zh} {f.en}" for f in kind.fields if given.get(f.name) != registered.get(f.name)]
