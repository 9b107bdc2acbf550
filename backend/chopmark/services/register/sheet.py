"""Many credentials from a spreadsheet, with the files that its rows name."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from chopmark.core.finding import Finding, Place
from chopmark.kinds import Kind
from chopmark.services.register.draft import Draft, Drafted, GivenFile, number_of
from chopmark.services.register.files import FileBinder
from chopmark.services.sheet import Sheet, SheetRow, examine_sheet
from chopmark.wording import Wording

MOST_FILES: Final = 200_000
"""Files of a folder that are looked at."""
_NOT_MATERIAL: Final = (".chopmark.json", "thumbs.db", "desktop.ini")
"""What lies in such folders and is no credential: our own bundles, and what desktops leave behind."""
_SAME: Final = Wording("（内容相同）", "(same content)")


def draft_sheet(
    kind: Kind, sheet: Sheet, folder: Path | None, binder: FileBinder, today: date, *, own: Path | None = None
) -> Drafted:
    """Examine every row and every file that a row names; all that is wrong is said at once, by row and column.

    ``folder``: where the files lie; names in the sheet are relative to it. None: files are not bound, and a row that
    names one is refused (I030). ``own``: the sheet's own file, which may lie among them.
    """
    listing = _listing(folder, own) if folder else {}
    report = examine_sheet(kind, sheet, listing.keys(), today)
    drafting = _Drafting(kind, sheet, listing, binder)
    for row in report.rows:
        drafting.add(row)
    findings = sorted([*report.findings, *drafting.findings], key=lambda found: found.place.row)
    return Drafted(tuple(drafting.drafts), tuple(findings), report.warnings, len(sheet.rows))


class _Drafting:
    """What is remembered from row to row."""

    def __init__(self, kind: Kind, sheet: Sheet, listing: dict[str, Path], binder: FileBinder) -> None:
        self._kind, self._sheet, self._listing, self._binder = kind, sheet, listing, binder
        self._first_file: dict[bytes, int] = {}
        self._first_content: dict[str, int] = {}
        self.drafts: list[Draft] = []
        self.findings: list[Finding] = []

    def add(self, row: SheetRow) -> None:
        """Draft one row, or find what is wrong with its file."""
        place = Place(file=self._sheet.name, row=row.number, value=row.file_name)
        files = self._bind(row, place)
        if isinstance(files, Finding):
            self.findings.append(replace(files, facts={**files.facts, "name": row.file_name}))
            return
        number = number_of(self._kind, row.claims)
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
        bound = self._binder.bind(self._listing[row.file_name], place)
        if isinstance(bound, Finding):
            return bound
        first = self._first_file.setdefault(bound.sha256, row.number)
        if first != row.number:
            return Finding("I032", {"first": first}, place)
        return (bound,)


def _listing(folder: Path, own: Path | None) -> dict[str, Path]:
    """Every regular file under ``folder`` by its name relative to it; links that lead out of it are not there.

    Names are in Unicode's composed form, as sheets have them; some file systems take them apart.
    """
    root = folder.resolve()
    itself = own.resolve() if own else None
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if len(found) >= MOST_FILES:
            break
        there = path.resolve()
        if there != itself and _is_material(path, folder) and path.is_file() and there.is_relative_to(root):
            found[unicodedata.normalize("NFC", path.relative_to(folder).as_posix())] = path
    return found


def _is_material(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
    return not hidden and not path.name.lower().endswith(_NOT_MATERIAL)
