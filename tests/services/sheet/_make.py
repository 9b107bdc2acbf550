"""Sheets for the tests, made as people's programs make them."""

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime

import xlsxwriter

TODAY = date(2026, 11, 22)
HEADINGS = ["姓名", "学校名称", "学历层次", "专业", "毕业日期", "学历证书编号", "文件名"]


def graduate(n, **changes):
    """Row ``n`` of a class that does not exist."""
    row = {
        "姓名": ["王丽", "买买提·艾力", "李雷", "韩梅梅"][n % 4],
        "学校名称": "示例大学",
        "学历层次": "本科",
        "专业": "土木工程",
        "毕业日期": "2026-06-30",
        "学历证书编号": f"100011202605{n:06}",
        "文件名": f"{n:06}.pdf",
    }
    return [str(value) for value in (row | changes).values()]


def csv_bytes(rows, encoding="utf-8", headings=HEADINGS, delimiter=","):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([headings, *rows])
    return text.getvalue().encode(encoding)


def xlsx_bytes(rows, headings=HEADINGS, sheets=None, formats=None, options=None):
    """One worksheet, or several by ``sheets`` (name → rows with headings). Dates get a date format, texts stay text."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False} | (options or {})) as book:
        book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
        day = book.add_format({"num_format": (formats or {}).get("day", "yyyy-mm-dd")})
        for name, lines in (sheets or {"毕业生": [headings, *rows]}).items():
            sheet = book.add_worksheet(name)
            for at, line in enumerate(lines):
                for column, cell in enumerate(line):
                    if isinstance(cell, date):
                        sheet.write_datetime(at, column, cell, day)
                    elif isinstance(cell, tuple):
                        sheet.write_formula(at, column, cell[0], None, cell[1])
                    elif isinstance(cell, str):
                        sheet.write_string(at, column, cell)
                    else:
                        sheet.write(at, column, cell)
    return buffer.getvalue()


def repacked(data, change=lambda name, content: content, extra=(), compression=zipfile.ZIP_DEFLATED):
    """The same workbook with its parts changed; a part changed to None is left out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", compression) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in extra:
            new.writestr(name, content)
    return buffer.getvalue()


def with_xml(data, part, old, new):
    """The workbook with ``old`` (a pattern) in one part replaced once."""

    def change(name, content):
        return re.sub(old, lambda _: new, content, count=1) if name == part else content

    changed = repacked(data, change)
    assert changed != data
    return changed
