"""A whole sheet against its kind: everything that is wrong, by row and column, before anything is registered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from chopmark.core.finding import Finding, Place
from chopmark.kinds import Claims, ExaminedClaims, Field, Kind, examine_claims
from chopmark.kinds.values import printable, shown
from chopmark.services.sheet.columns import Columns, match_columns
from chopmark.services.sheet.sheet import FORMULA_ERRORS, Row, Sheet

FileLookup = Collection[str]
"""The names of the files at hand: a folder's listing, an archive's. Only ``in`` and iteration are used."""

_NAMED: int = 5


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that can be registered: its number, its claims, and its file's name ("" if it has none)."""

    number: int
    claims: Claims
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class SheetReport:
    """``rows`` holds those without findings; only when there are no findings at all is it the whole sheet."""

    rows: tuple[SheetRow, ...]
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Every row can be registered."""
        return not self.findings


def examine_sheet(kind: Kind, sheet: Sheet, files: FileLookup | None, today: date) -> SheetReport:
    """Examine every row of ``sheet``. ``files`` None: files are not looked for.

    Numbers repeated within the sheet, files missing, used twice or not at all are found here too. One fault of the
    headings is said once and not again in each row.
    """
    if not sheet.headings:
        return SheetReport((), sheet.findings, sheet.warnings)
    columns = match_columns(kind, sheet)
    examination = _Examination(kind, sheet, columns, files, today)
    for row in sheet.rows:
        examination.add(row)
    return examination.report()


class _Examination:
    """What is remembered from row to row."""

    def __init__(self, kind: Kind, sheet: Sheet, columns: Columns, files: FileLookup | None, today: date) -> None:
        self._kind, self._sheet, self._columns, self._files, self._today = kind, sheet, columns, files, today
        self._headings = {field.name: sheet.headings[at] for at, field in columns.fields.items()}
        self._first_row: dict[str, int] = {}
        self._first_use: dict[str, int] = {}
        self._rows: list[SheetRow] = []
        self._findings = [*sheet.findings, *columns.findings]
        self._warnings = [*sheet.warnings]

    def add(self, row: Row) -> None:
        """Examine one row."""
        spoilt = {
            field.name: found for at, field in self._columns.fields.items() if (found := self._spoilt(row, at, field))
        }
        given = {field.name: row.cells[at] for at, field in self._columns.fields.items() if field.name not in spoilt}
        examined = examine_claims(self._kind, given, self._today)
        findings = [*spoilt.values(), *self._placed(row, examined, skip=self._columns.missing | spoilt.keys())]
        findings += self._repeated(row, examined.claims)
        file_name = row.cells[self._columns.file].strip() if self._columns.file is not None else ""
        findings += self._file(row, file_name)
        self._warnings += [self._at(row, warning) for warning in examined.warnings]
        self._findings += findings
        if not findings:
            self._rows.append(SheetRow(row.number, examined.claims, file_name))

    def report(self) -> SheetReport:
        """What was found in all rows."""
        unused = sorted(set(self._files or ()) - self._first_use.keys()) if self._columns.file is not None else []
        if unused:
            names = "、".join(map(printable, unused[:_NAMED])) + ("…" if len(unused) > _NAMED else "")
            self._warnings.append(Finding("I033", {"count": len(unused), "names": names}, Place(file=self._sheet.name)))
        # With a heading in doubt no row can be relied upon.
        rows = () if self._columns.findings else tuple(self._rows)
        return SheetReport(rows, tuple(self._findings), tuple(self._warnings))

    def _spoilt(self, row: Row, position: int, field: Field) -> Finding | None:
        """A cell that the spreadsheet program has spoilt, if it has."""
        text = row.cells[position].strip()
        if text in FORMULA_ERRORS:
            code = "I025"
        elif position in row.doubtful:
            code = "I026"
        else:
            return None
        value = shown(field, text) if code == "I026" else text
        place = Place(self._sheet.name, row.number, self._sheet.headings[position], field.name, value)
        return Finding(code, {"value": value}, place)

    def _placed(self, row: Row, examined: ExaminedClaims, skip: Collection[str]) -> list[Finding]:
        return [
            self._at(row, finding)
            for finding in examined.findings
            if not (finding.code == "I010" and finding.place.field in skip)
        ]

    def _at(self, row: Row, finding: Finding) -> Finding:
        column = self._headings.get(finding.place.field, "")
        return replace(finding, place=replace(finding.place, file=self._sheet.name, row=row.number, column=column))

    def _repeated(self, row: Row, claims: Claims) -> list[Finding]:
        number = self._kind.number(claims)
        first = self._first_row.setdefault(number, row.number) if number else row.number
        if first == row.number:
            return []
        fields = next(names for names in self._kind.credential if all(name in claims for name in names))
        place = Place(self._sheet.name, row.number, self._headings.get(fields[0], ""), fields[0])
        return [Finding("I001", {"number": self._kind.shown_number(claims), "first": first}, place)]

    def _file(self, row: Row, name: str) -> list[Finding]:
        if not name:
            return []
        column = self._sheet.headings[self._columns.file] if self._columns.file is not None else ""
        place = Place(self._sheet.name, row.number, column, "", printable(name))
        findings = []
        if self._files is not None and name not in self._files:
            findings.append(Finding("I030", {"name": printable(name)}, place))
        first = self._first_use.setdefault(name, row.number)
        if first != row.number:
            findings.append(Finding("I032", {"name": printable(name), "first": first}, place))
        return findings
