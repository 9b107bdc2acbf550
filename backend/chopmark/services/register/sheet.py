"""Many credentials from a spreadsheet, with the files that its rows name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from chopmark.core.finding import Finding, Place
from chopmark.kinds import Kind
from chopmark.services.register.draft import Draft, Drafted, GivenFile, number_of
from chopmark.services.register.files import FileBinder
from chopmark.services.sheet import Sheet, SheetRow, examine_sheet

_MOST_FILES: Final = 200_000


def draft_sheet(kind: Kind, sheet: Sheet, folder: Path | None, binder: FileBinder, today: date) -> Drafted:
    """Examine every row and every file that a row names; all that is wrong is said at once, by row and column.

    ``folder``: where the files lie; names in the sheet are relative to it. None: files are not bound, and a row that
    names one is refused (I030).
    """
    listing = _listing(folder) if folder else {}
    report = examine_sheet(kind, sheet, listing.keys(), today)
    drafts: list[Draft] = []
    findings = list(report.findings)
    for row in report.rows:
        files = _bind(row, sheet, listing, binder)
        if isinstance(files, Finding):
            findings.append(files)
        else:
            drafts.append(_draft(kind, row, files))
    findings.sort(key=lambda found: found.place.row)
    return Drafted(tuple(drafts), tuple(findings), report.warnings, len(sheet.rows))


def _listing(folder: Path) -> dict[str, Path]:
    """Every regular file under ``folder`` by its name relative to it; links that lead out of it are not there."""
    root = folder.resolve()
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if len(found) >= _MOST_FILES:
            break
        if path.is_file() and path.resolve().is_relative_to(root):
            found[path.relative_to(folder).as_posix()] = path
    return found


def _bind(row: SheetRow, sheet: Sheet, listing: dict[str, Path], binder: FileBinder) -> tuple[GivenFile, ...] | Finding:
    if not row.file_name:
        return ()
    place = Place(file=sheet.name, row=row.number, value=row.file_name)
    bound = binder.bind(listing[row.file_name], place)
    if isinstance(bound, Finding):
        return replace(bound, facts={**bound.facts, "name": row.file_name})
    return (bound,)


def _draft(kind: Kind, row: SheetRow, files: tuple[GivenFile, ...]) -> Draft:
    shown = kind.shown_number(row.claims)
    label = Path(row.file_name).stem if row.file_name else shown or f"row-{row.number}"
    return Draft(row.number, kind.code, row.claims, files, number_of(kind, row.claims), label, shown)
