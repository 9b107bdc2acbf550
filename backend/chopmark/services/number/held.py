"""The site's own record that a number and a holder mean: found, opened, and made into a bundle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from chopmark.core.bundle import write_bundle
from chopmark.core.compare import normal_value, same
from chopmark.core.disclosure import ClaimValue, read_disclosure
from chopmark.core.ledger import CredentialRow
from chopmark.core.reference import serial
from chopmark.errors import InputError
from chopmark.kinds import Field, Kind
from chopmark.services.bundles import Kept, bundle_of
from chopmark.services.number.question import Meaning
from chopmark.services.verify.collect import opened_or_fault
from chopmark.services.verify.materials import FoundBundle
from chopmark.wording import Wording


@dataclass(frozen=True, slots=True)
class Held:
    """A record whose holder was named rightly, or which is open to all. ``bundle``: None if it is not final yet.

    ``included``: lists of names of which one was typed that is among them.
    """

    meaning: Meaning
    claims: Mapping[str, ClaimValue]
    bundle: FoundBundle | None
    included: frozenset[str]


def find_held(records: Kept, meanings: Iterable[Meaning], issuer: int | None) -> Held | None:
    """The record that is meant, None if there is none that may be spoken about.

    The living version of a credential is meant, else the newest. Raises ``InputError`` if several credentials are.
    """
    found: dict[int, _Candidate] = {}
    for meaning in meanings:
        for row in records.credentials.any_with_number(meaning.number):
            if row.kind == meaning.kind.code and issuer in (None, serial(row.issuer)) and row.id not in found:
                candidate = _candidate(records, meaning, row)
                if candidate.opens:
                    found[row.id] = candidate
    versions: dict[tuple[bytes, str], list[_Candidate]] = {}
    for candidate in found.values():
        versions.setdefault((candidate.row.issuer, candidate.row.kind), []).append(candidate)
    if len(versions) > 1:
        raise _several(versions, {each.meaning.kind.code: each.meaning.kind for each in found.values()})
    for of_one in versions.values():
        return _held(records, max(of_one, key=lambda each: each.rank))
    return None


def any_held(records: Kept, meanings: Iterable[Meaning], issuer: int | None) -> bool:
    """Whether any record, whosever it is, has one of these numbers: to be asked about what is open to all only."""
    return any(
        row.kind == meaning.kind.code and issuer in (None, serial(row.issuer))
        for meaning in meanings
        for row in records.credentials.any_with_number(meaning.number)
    )


@dataclass(frozen=True, slots=True)
class _Candidate:
    meaning: Meaning
    row: CredentialRow
    claims: Mapping[str, ClaimValue]
    final: bool

    @property
    def opens(self) -> bool:
        """Whether it may be spoken about at all: to whom can say whose it is, if it is anybody's."""
        kind = self.meaning.kind
        return kind.open or any(self.agrees(kind.field(name)) for name in kind.holder)

    def agrees(self, field: Field) -> bool:
        """Whether a typed value is the recorded one, or one name among the recorded ones."""
        declared, recorded = self.meaning.declared.get(field.name), self.claims.get(field.name)
        if declared is None or recorded is None:
            return False
        return same(field.sort, declared, recorded).equal or self.includes(field)

    def includes(self, field: Field) -> bool:
        """Whether one name was typed where several are recorded, and it is among them."""
        declared, recorded = self.meaning.declared.get(field.name), self.claims.get(field.name)
        if not field.names or not isinstance(recorded, tuple) or not isinstance(declared, tuple):
            return False
        names = [normal_value(field.sort, name) for name in recorded]
        return len(declared) == 1 < len(names) and normal_value(field.sort, declared[0]) in names

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """The higher, the rather meant: on the chain, then living, then newer."""
        return self.final, self.row.number is not None, self.row.id


def _candidate(records: Kept, meaning: Meaning, row: CredentialRow) -> _Candidate:
    opened = map(read_disclosure, row.disclosures)
    claims = {each.name: each.value for each in opened if isinstance(each.value, str | int | tuple)}
    batch = records.batches.get(row.batch_id) if row.batch_id is not None else None
    return _Candidate(meaning, row, claims, final=batch is not None and batch.anchored)


def _held(records: Kept, candidate: _Candidate) -> Held:
    fields = (candidate.meaning.kind.field(name) for name in candidate.meaning.declared)
    included = frozenset(field.name for field in fields if candidate.includes(field))
    if not candidate.final:
        return Held(candidate.meaning, candidate.claims, None, included)
    data = write_bundle(bundle_of(records, candidate.row))
    opened, fault = opened_or_fault(data)
    # Without a name: what a bundle is called after is as personal as what is in it.
    return Held(candidate.meaning, candidate.claims, FoundBundle(None, "", "", data, opened, fault), included)


def _several(versions: Iterable[tuple[bytes, str]], kinds: Mapping[str, Kind]) -> InputError:
    meant = [(kinds[code].label, serial(issuer)) for issuer, code in versions]
    return InputError(
        place=_NUMBER,
        why=_MEANS.filled(
            meant=Wording(
                "；".join(f"{label.zh}（机构 No. {number}）" for label, number in meant),
                "; ".join(f"{label.en} (issuer No. {number})" for label, number in meant),
            )
        ),
        fix_zh="请用 --kind 或 --issuer 指定其中之一",
        fix_en="Say which with --kind or --issuer",
    )


_NUMBER: Final = Wording("编号", "The number")
_MEANS: Final = Wording("对应多项登记：{meant}", "it means several records: {meant}")
