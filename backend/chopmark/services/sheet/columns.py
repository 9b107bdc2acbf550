"""Which column holds which field."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from chopmark.core.finding import Finding, Place
from chopmark.core.normal import norm_name
from chopmark.kinds import Field, Kind
from chopmark.kinds.values import printable
from chopmark.services.sheet.sheet import Sheet, column_letters
from chopmark.wording import Wording

FILE_HEADINGS: Final = ("file", "文件", "文件名", "文件名称", "附件", "file name")
_FILE: Final = Wording("文件名", "file name")
_UNTITLED: Final = Wording("{letters}列没有列名，但有内容", "column {letters} has no heading but holds something")
_REMARK: Final = re.compile(r"\((?:必填|选填|可选|required|optional)\)|[*\s_-]")


@dataclass(frozen=True, slots=True)
class Columns:
    """``fields``: position → field. ``file``: where file names are, or None. ``missing``: required and not there."""

    fields: dict[int, Field]
    file: int | None
    missing: frozenset[str]
    findings: tuple[Finding, ...]


def heading_key(heading: str) -> str:
    """A heading as it is looked up: without case, spaces, underscores, stars and remarks such as （必填）."""
    return _REMARK.sub("", norm_name(heading))


def match_columns(kind: Kind, sheet: Sheet) -> Columns:
    """Match headings to fields by name, label or synonym; findings for unknown, doubled and missing columns."""
    known = {heading_key(heading): field for field in kind.fields for heading in _headings(field)}
    file_keys = {heading_key(heading) for heading in FILE_HEADINGS} - known.keys()
    fields: dict[int, Field] = {}
    file: int | None = None
    findings = []
    for position, heading in enumerate(sheet.headings):
        key = heading_key(heading)
        field = known.get(key)
        if field and field not in fields.values():
            fields[position] = field
        elif field:
            other = next(at for at, taken in fields.items() if taken is field)
            findings.append(_doubled(sheet, position, other, field.label))
        elif key in file_keys and file is None:
            file = position
        elif key in file_keys and file is not None:
            findings.append(_doubled(sheet, position, file, _FILE))
        elif key or _holds_anything(sheet, position):
            findings.append(_unknown(kind, sheet, position))
    missing = [field for field in kind.fields if field.required and field not in fields.values()]
    if missing:
        findings.append(_missing(kind, sheet, missing))
    return Columns(fields, file, frozenset(field.name for field in missing), tuple(findings))


def known_headings(kind: Kind) -> tuple[str, ...]:
    """The headings to put on a sheet of this kind, in Chinese, the column of file names last."""
    return (*(field.zh for field in kind.fields), _FILE.zh)


def _headings(field: Field) -> Iterable[str]:
    return (field.name, field.zh, field.en, *field.synonyms)


def _holds_anything(sheet: Sheet, position: int) -> bool:
    return any(row.cells[position].strip() for row in sheet.rows)


def _unknown(kind: Kind, sheet: Sheet, position: int) -> Finding:
    heading: object = printable(sheet.headings[position])
    column = str(heading) or column_letters(position)
    if not heading:
        heading = _UNTITLED.filled(letters=column)
    return Finding("I021", {"column": heading, "known": "、".join(known_headings(kind))}, _place(sheet, column))


def _doubled(sheet: Sheet, position: int, other: int, label: Wording) -> Finding:
    facts = {"column": printable(sheet.headings[position]), "other": printable(sheet.headings[other]), "label": label}
    return Finding("I022", facts, _place(sheet, sheet.headings[position]))


def _missing(kind: Kind, sheet: Sheet, missing: list[Field]) -> Finding:
    columns = Wording("、".join(field.zh for field in missing), ", ".join(field.en for field in missing))
    return Finding("I020", {"columns": columns, "known": "、".join(known_headings(kind))}, Place(file=sheet.name))


def _place(sheet: Sheet, column: str) -> Place:
    return Place(file=sheet.name, column=column)
