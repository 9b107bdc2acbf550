"""A sheet to fill in: the headings of a kind, with formats that keep the spreadsheet program from spoiling what is typed."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

from chopmark.kinds import Field, Kind
from chopmark.services.sheet.headings import EXPLANATION, FILE_LABEL
from chopmark.services.sheet.limits import MAX_ROWS
from chopmark.wording import Language, Wording

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

Form = Literal["xlsx", "csv"]

_TITLES: Final = (
    Wording("列名", "Column"),
    Wording("是否必填", "Required"),
    Wording("格式", "Format"),
    Wording("示例", "Example"),
)
_REQUIRED: Final = Wording("必填", "yes")
_OPTIONAL: Final = Wording("选填", "no")
_DATE: Final = Wording("日期，年-月-日", "date, year-month-day")
_INTEGER: Final = Wording("整数", "whole number")
_LIST: Final = Wording("多项，以“；”分隔，按顺序", "several, parted by “;”, in order")
_LINES: Final = Wording("多项，一行一项", "several, one a line")
_TEXT: Final = Wording("文本，最多{limit}个字符", "text, at most {limit} characters")
_FILE: Final = Wording("该凭证的文件，相对于文件夹或压缩包", "the credential's file, relative to the folder or archive")
_PICK: Final = Wording("请从列表中选择", "Pick one of the list")
_DAY: Final = Wording("请填写日期，例如 2026-06-30", "Give a date, for example 2026-06-30")
_NARROWEST: Final = 12


def template_sheet(kind: Kind, form: Form, language: Language) -> bytes:
    """The sheet's bytes. What is filled into it is read back without anybody saying what its headings mean."""
    return _csv(kind, language) if form == "csv" else _xlsx(kind, language)


def _csv(kind: Kind, language: Language) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([_heading(field, language) for field in kind.fields] + [_said(FILE_LABEL, language)])
    return text.getvalue().encode("utf-8-sig")


def _xlsx(kind: Kind, language: Language) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        _fill_in(book, kind, language)
        _explain(book, kind, language)
    return buffer.getvalue()


def _fill_in(book: Workbook, kind: Kind, language: Language) -> None:
    table = book.add_worksheet(_said(kind.label, language)[:31])
    table.freeze_panes(1, 0)
    needed = book.add_format({"bold": True, "bg_color": "#fff2cc", "bottom": 1})
    other = book.add_format({"bold": True, "bottom": 1})
    formats = {
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "integer": book.add_format({"num_format": "0"}),
        "text": book.add_format({"num_format": "@"}),
    }
    for at, field in enumerate(kind.fields):
        heading = _heading(field, language)
        table.set_column(at, at, _width(heading, field.example), formats.get(field.type, formats["text"]))
        table.write_string(0, at, heading, needed if field.required else other)
        _guard(table, at, field, language)
    last = len(kind.fields)
    table.set_column(last, last, 24, formats["text"])
    table.write_string(0, last, _said(FILE_LABEL, language), other)


def _guard(table: Worksheet, at: int, field: Field, language: Language) -> None:
    """A drop-down for choices, and only dates where a date belongs."""
    rule: Mapping[str, Any] | None = None
    if field.choices:
        rule = {"validate": "list", "source": list(field.choices), "error_message": _said(_PICK, language)}
    elif field.type == "date":
        rule = {
            "validate": "custom",
            "value": f"=OR(ISNUMBER({_letter(at)}2),LEN({_letter(at)}2)>=8)",
            "error_type": "warning",
            "error_message": _said(_DAY, language),
        }
    if rule:
        table.data_validation(1, at, MAX_ROWS, at, dict(rule))


def _explain(book: Workbook, kind: Kind, language: Language) -> None:
    sheet = book.add_worksheet(_said(EXPLANATION, language))
    bold = book.add_format({"bold": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.freeze_panes(1, 0)
    for at, (title, width) in enumerate(zip(_TITLES, (28, 10, 44, 36), strict=True)):
        sheet.set_column(at, at, width, wrapped)
        sheet.write_string(0, at, _said(title, language), bold)
    for row, field in enumerate(kind.fields, 1):
        needed = _REQUIRED if field.required else _OPTIONAL
        cells = (_label(field, language), _said(needed, language), _format(field, language), field.example)
        for at, cell in enumerate(cells):
            sheet.write_string(row, at, cell, wrapped)
    last = len(kind.fields) + 1
    for at, wording in enumerate((FILE_LABEL, _OPTIONAL, _FILE)):
        sheet.write_string(last, at, _said(wording, language), wrapped)


def _format(field: Field, language: Language) -> str:
    if field.choices:
        return " / ".join(field.choices)
    sorts = {"date": _DATE, "integer": _INTEGER, "list": _LINES if field.lines else _LIST}
    return _said(sorts.get(field.type, _TEXT.filled(limit=field.max_length)), language)


def _heading(field: Field, language: Language) -> str:
    """The label; a star says that it is required, and is no part of the heading when it is read."""
    return _label(field, language) + ("*" if field.required else "")


def _label(field: Field, language: Language) -> str:
    return _said(field.label, language)


def _said(wording: Wording, language: Language) -> str:
    return wording.fact(language, {})


def _width(*texts: str) -> int:
    """Columns of the widest text; a Han character takes two."""
    return max(_NARROWEST, *(sum(2 if ord(char) > 0x2E80 else 1 for char in text) + 2 for text in texts))


def _letter(at: int) -> str:
    from chopmark.services.sheet.sheet import column_letters

    return column_letters(at)
