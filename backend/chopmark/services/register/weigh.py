"""Comparing drafts with what the issuer has registered already: new, known, or known with another content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from chopmark.core.disclosure import read_disclosure
from chopmark.core.finding import Finding, Place
from chopmark.core.ledger import CredentialRow
from chopmark.kinds import Kind
from chopmark.services.register.draft import Draft
from chopmark.wording import Wording


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
    registered = {d.name: d.value for d in map(read_disclosure, row.disclosures)}
    fields = [field for field in kind.fields if draft.claims.get(field.name) != registered.get(field.name)]
    said = Wording("、".join(f.zh for f in fields), ", ".join(f.en for f in fields)) if fields else _FILE
    shown = draft.shown or draft.label
    return Finding("I005", {"number": shown, "fields": said}, Place(file=sheet, row=draft.row, value=shown))


_FILE: Final = Wording("文件", "file")
