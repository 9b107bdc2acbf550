"""Many credentials from a spreadsheet, with the files that its rows name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

from chopmark.core.finding import Finding, Place
from chopmark.kinds import Kind
from chopmark.kinds.values import printable
from chopmark.services.register.by_name import match_by_name
from chopmark.services.register.draft import Draft, Drafted, GivenFile, number_of
from chopmark.services.register.files import FileBinder
from chopmark.services.register.listing import listing
from chopmark.services.sheet import Choices, Sheet, SheetReport, SheetRow, examine_sheet, read_sheet
from chopmark.wording import Wording

_SAME: Final = Wording("（内容相同）", "(same content)")
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class SheetInput:
    """A spreadsheet as it was handed in: its bytes, its name, which worksheet, what its headings are said to mean.

    ``own``: its own file, which may lie among the files that its rows name.
    """

    data: bytes
    name: str
    tab: str = ""
    headings: Mapping[str, str] = field(default_factory=dict)
    own: Path | None = None


@dataclass(frozen=True, slots=True)
class DraftedSheet:
    """A spreadsheet as it was read, and what became of its rows."""

    sheet: Sheet
    drafted: Drafted


def draft_input(
    kind: Kind,
    given: SheetInput,
    folder: Path | None,
    binder: FileBinder,
    today: date,
    remembered: Mapping[str, str] | None = None,
) -> DraftedSheet:
    """Read a spreadsheet and draft its rows. ``remembered``: what its headings were confirmed to mean before."""
    choices = Choices(given.headings, remembered or {})
    sheet = read_sheet(given.data, given.name, kind, tab=given.tab, choices=choices)
    return DraftedSheet(sheet, draft_sheet(kind, sheet, folder, binder, today, own=given.own, choices=choices))


def draft_sheet(
    kind: Kind,
    sheet: Sheet,
    folder: Path | None,
    binder: FileBinder,
    today: date,
    *,
    own: Path | None = None,
    choices: Choices | None = None,
) -> Drafted:
    """Examine every row and every file that a row names; all that is wrong is said at once, by row and column.

    ``folder``: where the files lie; names in the sheet are relative to it, and without a column of names the number in a file's name
    tells whose it is. None: files are not bound, and a row that names one is refused (I030). ``own``: the sheet's own file, which may
    lie among them.
    """
    files = listing(folder, own) if folder else {}
    report = examine_sheet(kind, sheet, files.keys(), today, choices)
    findings, warnings = [*report.findings], [*report.warnings]
    rows = report.rows
    if files and rows and report.file_column is None:
        rows = _matched(kind, sheet, report, list(files), findings, warnings)
    binder.read_ahead([files[row.file_name] for row in rows if row.file_name])
    drafting = _Drafting(kind, sheet, report.file_column or "", files, binder)
    for row in rows:
        drafting.add(row)
    findings = sorted([*findings, *drafting.findings], key=lambda found: found.place.row)
    return Drafted(
        tuple(drafting.drafts), tuple(findings), tuple(warnings), report.counted, report.headings, report.contested
    )


def _matched(
    kind: Kind,
    sheet: Sheet,
    report: SheetReport,
    names: Sequence[str],
    findings: list[Finding],
    warnings: list[Finding],
) -> tuple[SheetRow, ...]:
    """The rows with the files that their numbers tell; what cannot be told is added to the findings."""
    matched = match_by_name(kind, report.rows, names, sheet.name)
    findings += matched.findings
    place = Place(file=sheet.name)
    if matched.names:
        warnings.append(Finding("I046", {"count": len(matched.names)}, place))
    if matched.unused:
        few = "、".join(map(printable, matched.unused[:_NAMED])) + ("…" if len(matched.unused) > _NAMED else "")
        warnings.append(Finding("I033", {"count": len(matched.unused), "names": few}, place))
    return tuple(
        replace(row, file_name=matched.names[row.number]) for row in report.rows if row.number in matched.names
    )


class _Drafting:
    """What is remembered from row to row."""

    def __init__(self, kind: Kind, sheet: Sheet, column: str, files: Mapping[str, Path], binder: FileBinder) -> None:
        self._kind, self._sheet, self._column, self._files, self._binder = kind, sheet, column, files, binder
        self._first_file: dict[bytes, int] = {}
        self._first_content: dict[str, int] = {}
        self.drafts: list[Draft] = []
        self.findings: list[Finding] = []

    def add(self, row: SheetRow) -> None:
        """Draft one row, or find what is wrong with its file."""
        place = Place(
            self._sheet.name, row.number, self._column if row.file_name else "", value=printable(row.file_name)
        )
        files = self._bind(row, place)
        if isinstance(files, Finding):
            self.findings.append(replace(files, facts={**files.facts, "name": row.file_name}))
            return
        number = row.key or number_of(self._kind, row.claims)
        first = self._first_content.setdefault(number, row.number)
        if first != row.number:  # a repeated number was found before; this is one that has none
            self.findings.append(Finding("I001", {"number": _SAME, "first": first}, replace(place, value="")))
            return
        shown = self._kind.shown_number(row.claims)
        label = files[0].stem if files else shown or f"row-{row.number}"
        self.drafts.append(Draft(row.number, self._kind.code, row.claims, files, number, label, shown))

    def _bind(self, row: SheetRow, place: Place) -> tuple[GivenFile, ...] | Finding:
        if not row.file_name:
            return ()
        bound = self._binder.bind(self._files[row.file_name], place)
        if isinstance(bound, Finding):
            return bound
        first = self._first_file.setdefault(bound.sha256, row.number)
        if first != row.number:
            return Finding("I032", {"first": first}, place)
        return (bound,)
