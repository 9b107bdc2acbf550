"""Correcting by a sheet: one row a credential, its number and the fields that change. Everything is checked before anything is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from chopmark.core.finding import Finding, Place
from chopmark.core.ledger import ChangeRow, CredentialRow
from chopmark.errors import ChopmarkError
from chopmark.kinds import Claims, Kind
from chopmark.kinds.kind import text_of
from chopmark.services.ports import Transaction
from chopmark.services.register import SheetInput
from chopmark.services.register.listing import listing
from chopmark.services.sheet import Choices, HeadingMatch, SheetRow, examine_sheet, read_sheet
from chopmark.services.status.correct import Correction, accept_correction, check_correction, draft_correction
from chopmark.services.status.sheet import said
from chopmark.wording import Wording


@dataclass(frozen=True, slots=True)
class CorrectionSheet:
    """A sheet as examined. Only if there are no findings may it be accepted. ``rows``: how many it holds."""

    corrections: tuple[Correction, ...]
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    rows: int
    headings: tuple[HeadingMatch, ...] = ()

    def as_json(self) -> dict[str, object]:
        """For programs; every face says the same."""
        return {
            "rows": self.rows,
            "new": sum(correction.done is None for correction in self.corrections),
            "findings": [found.as_json() for found in self.findings],
            "warnings": [found.as_json() for found in self.warnings],
            "headings": [match.as_json() for match in self.headings],
        }


def examine_corrections(
    tx: Transaction,
    kind: Kind,
    given: SheetInput,
    issuer: bytes,
    folder: Path | None,
    limit: int,
    today: date,
    remembered: Mapping[str, str] | None = None,
) -> CorrectionSheet:
    """What the rows of a sheet would correct, and everything that is wrong with them, by row.

    The number tells which credential is meant; an empty cell leaves a field as it is. ``folder``, ``limit``: of the new files and of one
    of them in bytes, as in registering.
    """
    choices = Choices(given.headings, remembered or {})
    numbers = {names[0] for names in kind.credential if len(names) == 1}
    changes = replace(kind, fields=tuple(replace(each, required=each.name in numbers) for each in kind.fields))
    sheet = read_sheet(given.data, given.name, changes, tab=given.tab, choices=choices)
    files = listing(folder, given.own) if folder else {}
    report = examine_sheet(changes, sheet, files.keys(), today, choices)
    looking = _Looking(tx, kind, issuer, given.name, files, limit, today)
    for row in report.rows:
        looking.add(row)
    findings = sorted([*report.findings, *looking.findings], key=lambda found: found.place.row)
    warnings = (*report.warnings, *looking.warnings)
    return CorrectionSheet(tuple(looking.corrections), tuple(findings), warnings, report.counted, report.headings)


def accept_corrections(tx: Transaction, examined: CorrectionSheet, reason: int, now: int) -> list[ChangeRow]:
    """Accept every new version and want the old ones superseded, all in this transaction. ``now``: unix seconds.

    What an earlier run has made is not made again. Raises as ``accept_correction``: then nothing may be committed.
    """
    return [accept_correction(tx, each, reason, now) for each in examined.corrections if each.done is None]


@dataclass(slots=True)
class _Looking:
    """What is remembered from row to row."""

    tx: Transaction
    kind: Kind
    issuer: bytes
    sheet: str
    files: Mapping[str, Path]
    limit: int
    today: date
    corrections: list[Correction] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def add(self, row: SheetRow) -> None:
        """Examine one row's correction."""
        shown = self.kind.shown_number(row.claims)
        place = Place(self.sheet, row.number, value=shown)
        old = self.tx.credentials.find_number(self.issuer, self.kind.code, [row.key]).get(row.key)
        if old is None:
            self.findings.append(Finding("I050", {"value": shown, "why": _NOT_HERE}, place))
            return
        given = _changed(self.kind, row.claims)
        if not given and not row.file_name:
            self.findings.append(Finding("I056", {}, place))
            return
        self._correct(old, given, row, place)

    def _correct(self, old: CredentialRow, given: Mapping[str, str], row: SheetRow, place: Place) -> None:
        paths = [self.files[row.file_name]] if row.file_name else []
        drafted = draft_correction(old, given, paths, self.limit, self.today)
        if not drafted.ok:
            self.findings += [
                replace(f, place=replace(f.place, file=self.sheet, row=row.number)) for f in drafted.findings
            ]
            return
        try:
            correction = check_correction(self.tx, old, drafted)
        except ChopmarkError as fault:
            facts = {"value": place.value, "verb": _CORRECT, "why": said(fault)}
            self.findings.append(Finding("I052", facts, place))
            return
        if correction.done is None and correction.leaves_files:
            self.warnings.append(Finding("I058", {"count": correction.bound}, place))
        self.corrections.append(correction)


def _changed(kind: Kind, claims: Claims) -> dict[str, str]:
    """The claims of a row but its number, as text: what is put in place of the old ones."""
    numbers = {names[0] for names in kind.credential if len(names) == 1}
    return {name: text_of(value) for name, value in claims.items() if name not in numbers}


_NOT_HERE = Wording("本机构没有登记过，或已被撤销", "this institution has registered none, or it is revoked")
_CORRECT = Wording("更正", "correct")
