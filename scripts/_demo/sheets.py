"""Spreadsheets as registrars save them: Chinese headings, one credential a row, a column with the file's name."""

from __future__ import annotations

import csv as comma
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Final

import xlsxwriter

_FILE: Final = "文件名"
_HEADINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "degree": {
        "holder_name": "姓名",
        "holder_id": "身份证号",
        "school": "毕业院校",
        "level": "层次",
        "mode": "学习形式",
        "major": "专业",
        "degree_name": "学位",
        "graduation_date": "毕业日期",
        "certificate_number": "毕业证书编号",
        "degree_number": "学位证书编号",
    },
    "paper": {
        "title": "论文题目",
        "authors": "作者（按顺序）",
        "journal": "刊名",
        "cn": "CN号",
        "issn": "ISSN号",
        "doi": "DOI",
        "year": "年份",
        "volume": "卷",
        "issue": "期",
        "pages": "起止页码",
        "published_on": "出版日期",
        "corresponding_author": "通讯作者",
        "received_on": "收稿日期",
    },
    "patent": {
        "number": "专利号",
        "title": "专利名称",
        "kind": "专利类型",
        "inventors": "发明人（按顺序）",
        "owners": "专利权人",
        "applied_on": "申请日",
        "granted_on": "授权公告日",
        "grant_number": "授权公告号",
    },
}


def csv(kind: str, rows: Sequence[Mapping[str, str]], files: Sequence[str], encoding: str = "utf-8-sig") -> bytes:
    """A CSV file with CRLF; by default UTF-8 with a byte order mark. Rows beyond ``files`` have an empty cell."""
    out = io.StringIO(newline="")
    comma.writer(out).writerows(_table(kind, rows, files))
    return out.getvalue().encode(encoding)


def workbook(kind: str, rows: Sequence[Mapping[str, str]], files: Sequence[str]) -> bytes:
    """An XLSX file; the same rows give the same bytes."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": dt.datetime(2026, 1, 1)})  # noqa: DTZ001 -- the file format knows no zones
        page = book.add_worksheet("登记表")
        bold = book.add_format({"bold": True})
        for number, row in enumerate(_table(kind, rows, files)):
            page.write_row(number, 0, row, None if number else bold)
    return out.getvalue()


def _table(kind: str, rows: Sequence[Mapping[str, str]], files: Sequence[str]) -> list[list[str]]:
    headings = _HEADINGS[kind]
    names = [*files, *[""] * (len(rows) - len(files))]
    body = [[*(row[field] for field in headings), name] for row, name in zip(rows, names, strict=True)]
    return [[*headings.values(), _FILE], *body]
