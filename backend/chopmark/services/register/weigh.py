"""Comparing drafts with what the issuer has registered already: new, known, or known with another content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from chopmark.core.finding import Finding, Place
from chopmark.core.ledger import CredentialRow
from chopmark.kinds import Kind
from chopmark.services.register.draft import Draft
from chopmark.services.register.numbers import Firsts, claims_of, otherwise_ended, otherwise_known
from chopmark.wording import Wording


class Register(Protocol):
    """What an issuer has registered, as the site keeps it."""

    def find_number(self, issuer: bytes, kind: str, numbers: Sequence[str]) -> Mapping[str, CredentialRow]:
        """The living credentials of these numbers."""

    def with_any_number(self, issuer: bytes, kind: str, numbers: Sequence[str]) -> Sequence[CredentialRow]:
        """The living credentials that have one of these numbers, be it not their best."""

    def with_any_former_number(self, issuer: bytes, kind: str, numbers: Sequence[str]) -> Sequence[CredentialRow]:
        """Revoked credentials that had one of these numbers, be it not their best, and have no living newer version."""

    def find_fingerprint(self, issuer: bytes, kind: str, prints: Sequence[bytes]) -> Mapping[bytes, CredentialRow]:
        """Credentials of this content, living or not; of several the newest."""

    def find_former(self, issuer: bytes, kind: str, numbers: Sequence[str]) -> Mapping[str, CredentialRow]:
        """Revoked credentials that had these numbers and have no living newer version."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """``new``: to be registered. ``known``: registered already with the same content, beside the row that holds it.

    ``ended``: of the number of a revoked credential, whatever their content, or of the same content as one that was revoked
    or replaced; passed over, with a warning for each (I006).
    ``findings``: numbers that are registered with another content (I005), or that two drafts share (I001).
    """

    new: tuple[Draft, ...]
    known: tuple[tuple[Draft, CredentialRow], ...]
    ended: tuple[Finding, ...]
    findings: tuple[Finding, ...]


def weigh(
    register: Register, issuer: bytes, kind: Kind, drafts: Sequence[Draft], sheet: str = "", *, again: bool = False
) -> Weighed:
    """Sort drafts by what the register knows of them.

    ``again``: what was revoked or replaced is new once more. Without it a list that is run again brings nobody back.
    """
    registered = dict(register.find_number(issuer, kind.code, [d.number for d in drafts]))
    registered |= otherwise_known(register, issuer, kind, [d for d in drafts if d.number not in registered])
    free = [] if again else [d for d in drafts if d.number not in registered]
    ended = register.find_fingerprint(issuer, kind.code, [d.fingerprint for d in free])
    former = {*register.find_former(issuer, kind.code, [d.number for d in free if d.number])}
    former |= {*otherwise_ended(register, issuer, kind, free)}
    weighed = _Weighing()
    firsts = Firsts(kind)
    for draft in drafts:
        row = registered.get(draft.number)
        if (first := firsts.of(draft)) is not None:
            facts = {"number": draft.shown or draft.label, "first": first.row}
            weighed.findings.append(Finding("I001", facts, _place(draft, sheet)))
        elif row is None and (draft.fingerprint in ended or draft.number in former):
            weighed.ended.append(Finding("I006", {"number": draft.shown or draft.label}, _place(draft, sheet)))
        elif row is None:
            weighed.new.append(draft)
        elif row.fingerprint == draft.fingerprint:
            weighed.known.append((draft, row))
        else:
            weighed.findings.append(_differs(kind, draft, row, sheet))
    return Weighed(tuple(weighed.new), tuple(weighed.known), tuple(weighed.ended), tuple(weighed.findings))


@dataclass(slots=True)
class _Weighing:
    """``Weighed`` in the making."""

    new: list[Draft] = field(default_factory=list)
    known: list[tuple[Draft, CredentialRow]] = field(default_factory=list)
    ended: list[Finding] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def _differs(kind: Kind, draft: Draft, row: CredentialRow, sheet: str) -> Finding:
    registered = claims_of(kind, row)
    fields = [field for field in kind.fields if draft.claims.get(field.name) != registered.get(field.name)]
    said = Wording("、".join(f.zh for f in fields), ", ".join(f.en for f in fields)) if fields else _FILE
    return Finding("I005", {"number": draft.shown or draft.label, "fields": said}, _place(draft, sheet))


def _place(draft: Draft, sheet: str) -> Place:
    return Place(file=sheet, row=draft.row, value=draft.shown or draft.label)


_FILE: Final = Wording("文件", "file")
