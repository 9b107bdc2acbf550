"""A whole sheet against its kind: everything that is wrong, by row and column, before anything is registered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from chopmark.core.finding import Finding, Place
from chopmark.kinds import Claims, ExaminedClaims, Kind, examine_claims
from chopmark.kinds.values import printable
from chopmark.services.sheet.aside import is_footer, repeats_headings
from chopmark.services.sheet.cell_faults import CellReader
from chopmark.services.sheet.choices import Choices
from chopmark.services.sheet.columns import Columns, HeadingMatch, match_columns
from chopmark.services.sheet.locate import FileNames
from chopmark.services.sheet.oddities import ranges
from chopmark.services.sheet.sheet import Row, Sheet

FileLookup = Collection[str]
"""The names of the files at hand: a folder's listing, an archive's. Only ``in`` and iteration are used."""

_NAMED: Final = 5
_ILL_FORMED: Final = ("I011", "I012")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that can be registered: its number, its claims, and its file's name among those at hand ("" if it has none).

    ``key``: the credential's number, normalised; "" if it has none.
    """

    number: int
    claims: Claims
    file_name: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class SheetReport:
    """``rows`` holds those without findings; only when there are no findings at all is it the whole sheet.

    ``counted``: rows that mean to be records. ``contested``: rows whose number stands in a later row with other claims
    (row → that row). ``headings``: every column, and what it was taken for. ``file_column``: the heading of the column
    of file names, None if there is none.
    """

    rows: tuple[SheetRow, ...]
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    counted: int = 0
    contested: Mapping[int, int] = field(default_factory=dict)
    headings: tuple[HeadingMatch, ...] = ()
    file_column: str | None = None

    @property
    def ok(self) -> bool:
        """Every row can be registered."""
        return not self.findings


def examine_sheet(
    kind: Kind, sheet: Sheet, files: FileLookup | None, today: date, choices: Choices | None = None
) -> SheetReport:
    """Examine every row of ``sheet``. ``files`` None: files are not looked for.

    Numbers repeated within the sheet, files missing, used twice or not at all are found here too. One fault of the
    headings is said once and not again in each row.
    """
    if not sheet.headings:
        return SheetReport((), sheet.findings, sheet.warnings)
    columns = match_columns(kind, sheet, choices, today)
    examination = _Examination(kind, sheet, columns, files, today)
    for row in sheet.rows:
        examination.add(row)
    return examination.report()


class _Examination:
    """What is remembered from row to row."""

    def __init__(self, kind: Kind, sheet: Sheet, columns: Columns, files: FileLookup | None, today: date) -> None:
        self._kind, self._sheet, self._columns, self._files, self._today = kind, sheet, columns, files, today
        self._names = None if files is None else FileNames(files)
        self._headings = {field.name: sheet.headings[at] for at, field in columns.fields.items()}
        parts = {name for names in kind.credential for name in names}
        self._numbers = {at for at, field in columns.fields.items() if field.name in parts}
        self._required = {at for at, field in columns.fields.items() if field.required}
        self._cells = CellReader(sheet, columns.fields, today)
        self._first_row: dict[str, tuple[int, Claims]] = {}
        self._contested: dict[int, int] = {}
        self._first_use: dict[str, int] = {}
        self._rows: list[SheetRow] = []
        self._repeats: list[int] = []
        self._counted = 0
        self._findings = [*sheet.findings, *columns.findings]
        self._warnings = [*sheet.warnings, *columns.warnings]

    def add(self, row: Row) -> None:
        """Examine one row, or say that it is no record."""
        if repeats_headings(row, self._sheet.headings):
            self._repeats.append(row.number)
            return
        if is_footer(row, self._numbers, self._required):
            text = printable(next(cell.strip() for cell in row.cells if cell.strip()))
            self._warnings.append(Finding("I040", {"text": text}, Place(file=self._sheet.name, row=row.number)))
            return
        self._counted += 1
        self._examine(row)

    def _examine(self, row: Row) -> None:
        read = self._cells.read(row)
        examined = examine_claims(self._kind, read.given, self._today)
        findings = [
            *read.faults.values(),
            *self._placed(row, examined, skip=self._columns.missing | read.faults.keys()),
        ]
        key = self._kind.number(examined.claims)
        findings += self._repeated(row, examined.claims, key)
        file_name = row.cells[self._columns.file].strip() if self._columns.file is not None else ""
        file_name, wrong = self._file(row, file_name)
        findings += wrong
        self._warnings += [*read.warnings, *(self._at(row, warning) for warning in examined.warnings)]
        self._findings += findings
        if not findings:
            self._rows.append(SheetRow(row.number, examined.claims, file_name, key))

    def report(self) -> SheetReport:
        """What was found in all rows."""
        place = Place(file=self._sheet.name)
        unused = sorted(set(self._files or ()) - self._first_use.keys()) if self._columns.file is not None else []
        if unused:
            names = "、".join(map(printable, unused[:_NAMED])) + ("…" if len(unused) > _NAMED else "")
            self._warnings.append(Finding("I033", {"count": len(unused), "names": names}, place))
        if self._repeats:
            self._warnings.append(
                Finding("I041", {"rows": ranges(self._repeats)}, replace(place, row=self._repeats[0]))
            )
        self._warnings += self._cells.summary()
        if not self._counted and not self._findings:
            self._findings.append(Finding("I023", {}, place))
        # With a heading in doubt no row can be relied upon.
        rows = () if self._columns.findings else tuple(self._rows)
        return SheetReport(
            rows,
            tuple(self._findings),
            tuple(self._warnings),
            self._counted,
            self._contested,
            self._columns.matches,
            None if self._columns.file is None else self._sheet.headings[self._columns.file],
        )

    def _placed(self, row: Row, examined: ExaminedClaims, skip: Collection[str]) -> list[Finding]:
        return [
            (self._cells.lost_zeros(row, finding.place.field) if finding.code in _ILL_FORMED else None)
            or self._at(row, finding)
            for finding in examined.findings
            if not (finding.code == "I010" and finding.place.field in skip)
        ]

    def _at(self, row: Row, finding: Finding) -> Finding:
        column = self._headings.get(finding.place.field, "")
        return replace(finding, place=replace(finding.place, file=self._sheet.name, row=row.number, column=column))

    def _repeated(self, row: Row, claims: Claims, number: str) -> list[Finding]:
        first, before = self._first_row.setdefault(number, (row.number, claims)) if number else (row.number, claims)
        if first == row.number:
            return []
        if before != claims:
            self._contested.setdefault(first, row.number)
        fields = next(names for names in self._kind.credential if all(name in claims for name in names))
        place = Place(self._sheet.name, row.number, self._headings.get(fields[0], ""), fields[0])
        return [Finding("I001", {"number": self._kind.shown_number(claims), "first": first}, place)]

    def _file(self, row: Row, name: str) -> tuple[str, list[Finding]]:
        """The file that a row names, as it is listed, and what is wrong with that."""
        if not name:
            return "", []
        column = self._sheet.headings[self._columns.file] if self._columns.file is not None else ""
        place = Place(self._sheet.name, row.number, column, "", printable(name))
        findings = []
        meant = name if self._names is None else self._names.find(name)
        if meant is None:
            findings.append(self._not_there(name, place))
        first = self._first_use.setdefault(meant or name, row.number)
        if first != row.number:
            findings.append(Finding("I032", {"name": printable(name), "first": first}, place))
        return meant or name, findings

    def _not_there(self, name: str, place: Place) -> Finding:
        alike = self._names.alike(name) if self._names is not None else ()
        if not alike:
            return Finding("I030", {"name": printable(name)}, place)
        near = "、".join(map(printable, alike[:_NAMED])) + ("…" if len(alike) > _NAMED else "")
        return Finding("I049", {"name": printable(name), "near": near}, place)
