"""services.sheet.read: the same sheet from whatever program saved it, and a reason where there is none."""

import io
import struct
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date, datetime, time

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chopmark.services.sheet import Row, read_sheet
from chopmark.services.sheet import workbook as workbook_module
from chopmark.services.sheet.cells import cell_text
from chopmark.services.sheet.csv_text import decode
from chopmark.services.sheet.sheet import column_letters
from chopmark.wording import Language
from tests.services.sheet._make import HEADINGS, csv_bytes, graduate, repacked, with_xml, xlsx_bytes

ROWS = [graduate(n) for n in range(1, 4)]
SHEET1 = "xl/worksheets/sheet1.xml"


def codes(sheet):
    return [finding.code for finding in sheet.findings]


def why(sheet):
    assert codes(sheet) == ["I024"]
    assert sheet.rows == ()
    return sheet.findings[0].say(Language.ZH) + sheet.findings[0].say(Language.EN)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_csv_in_every_encoding_that_chinese_excel_writes(encoding):
    sheet = read_sheet(csv_bytes(ROWS, encoding), "a.csv")
    assert sheet.headings == tuple(HEADINGS)
    assert sheet.rows == tuple(Row(n, tuple(row)) for n, row in enumerate(ROWS, 2))


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_parted_by_comma_tab_or_semicolon(delimiter):
    assert read_sheet(csv_bytes(ROWS, delimiter=delimiter), "a.csv").rows[0].cells == tuple(ROWS[0])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_with_every_line_end(end):
    data = csv_bytes(ROWS).replace(b"\r\n", end.encode())
    assert [row.number for row in read_sheet(data, "a.csv").rows] == [2, 3, 4]


def test_rare_characters_of_gb18030():
    assert decode("姓名\n王㛃\U00020bb7".encode("gb18030")) == "姓名\n王㛃\U00020bb7"


def test_xlsx_is_the_same_sheet_as_csv():
    one, other = replace(read_sheet(xlsx_bytes(ROWS), "a"), tab=""), read_sheet(csv_bytes(ROWS), "a")
    assert one == other


def test_the_name_does_not_tell_the_format():
    assert read_sheet(xlsx_bytes(ROWS), "a.csv").rows == read_sheet(csv_bytes(ROWS), "a.xlsx").rows


def test_real_excel_dates_and_numbers():
    rows = [
        [
            date(2026, 6, 30),
            datetime(2026, 6, 30),  # noqa: DTZ001 - a spreadsheet's time has no zone
            datetime(2026, 6, 30, 14, 30),  # noqa: DTZ001
            1.0,
            2026,
            0.1,
            -3,
            1e-7,
            True,
            0.30000000000000004,
        ]
    ]
    sheet = read_sheet(xlsx_bytes(rows, headings=list("abcdefghij")), "a")
    assert sheet.rows[0].cells == (
        "2026-06-30", "2026-06-30", "2026-06-30 14:30:00", "1", "2026", "0.1", "-3", "0.0000001", "TRUE", "0.3",
    )  # fmt: skip


@pytest.mark.parametrize("form", ['yyyy"年"m"月"d"日"', "yyyy/m/d", "[$-804]yyyy年m月d日", "m/d/yy"])
def test_excel_dates_in_chinese_formats(form):
    sheet = read_sheet(xlsx_bytes([[date(2026, 6, 30)]], ["毕业日期"], formats={"day": form}), "a")
    assert sheet.rows[0].cells == ("2026-06-30",)


def test_excel_dates_counted_from_1904():
    sheet = read_sheet(xlsx_bytes([[date(2026, 6, 30)]], ["毕业日期"], options={"date_1904": True}), "a")
    assert sheet.rows[0].cells == ("2026-06-30",)


def test_a_workbook_of_openpyxl_with_its_dates():
    book = openpyxl.Workbook()
    table = book.create_sheet("毕业生", 0)
    table.append(["姓名", "毕业日期", "年"])
    table.append(["王丽", date(2026, 6, 30), 2026])
    buffer = io.BytesIO()
    book.save(buffer)
    assert read_sheet(buffer.getvalue(), "a").rows == (Row(2, ("王丽", "2026-06-30", "2026")),)


def test_numbers_of_more_digits_than_excel_keeps_are_doubtful_and_never_in_exponents():
    row = read_sheet(xlsx_bytes([[110105194912310021, 123456789012345, "110105194912310021"]], list("abc")), "a").rows[
        0
    ]
    assert row.doubtful == {0}
    assert row.cells[1:] == ("123456789012345", "110105194912310021")
    assert "e" not in row.cells[0]


@pytest.mark.parametrize(
    ("text", "doubtful"), [("1.10105E+17", True), ("1E+17", True), ("1e05", False), ("E+12", False)]
)
def test_numbers_that_excel_rounded_in_csv_are_doubtful(text, doubtful):
    assert bool(read_sheet(f"a,b\n{text},x\n".encode(), "a").rows[0].doubtful) is doubtful


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!", "#VALUE!"])
def test_a_failed_formula_is_not_an_empty_cell(error):
    sheet = read_sheet(xlsx_bytes([["王丽", ("=X", error), ("=1+1", 2), ("=A2", "王丽")]], list("abcd")), "a")
    assert sheet.rows[0].cells == ("王丽", error, "2", "王丽")


def test_a_failed_formula_is_found_in_the_sheet_that_is_read():
    data = xlsx_bytes([], sheets={"空": [], "一": [["a"], [("=X", "#N/A")]], "二": [["a"], ["x"]]})
    assert read_sheet(data, "a").rows[0].cells == ("#N/A",)
    data = xlsx_bytes([], sheets={"一": [["a"], ["x"]], "二": [["a"], [("=X", "#N/A")]]})
    assert read_sheet(data, "a").rows[0].cells == ("x",)


def test_rows_are_numbered_as_the_program_shows_them():
    lines = [[""], HEADINGS, ROWS[0], ["", " ", "\u3000"], [], ROWS[1]]
    for data in (xlsx_bytes([], sheets={"一": lines}), csv_bytes(lines[1:], headings=lines[0])):
        sheet = read_sheet(data, "a")
        assert sheet.headings == tuple(HEADINGS)
        assert [row.number for row in sheet.rows] == [3, 6]


def test_a_line_break_inside_a_cell_is_not_a_row():
    sheet = read_sheet('作者,题名\n"王丽\n李雷","甲\u2028乙\x0b"\n丙,丁\n'.encode(), "a")
    assert [row.number for row in sheet.rows] == [2, 3]
    assert sheet.rows[0].cells == ("王丽\n李雷", "甲\u2028乙\x0b")


def test_a_sheet_that_begins_away_from_the_corner():
    sheet = read_sheet(xlsx_bytes([], sheets={"一": [[], [], ["", "", "姓名"], ["", "", "王丽"]]}), "a")
    assert sheet.headings == ("", "", "姓名")
    assert sheet.rows == (Row(4, ("", "", "王丽")),)


def test_short_rows_are_filled_and_trailing_commas_are_no_columns():
    sheet = read_sheet("姓名,专业,,\n王丽,,,\n李雷\n".encode(), "a")
    assert sheet.headings == ("姓名", "专业")
    assert [row.cells for row in sheet.rows] == [("王丽", ""), ("李雷", "")]


def test_cells_by_heading_of_two_equal_ones_the_first():
    sheet = read_sheet(b"a,b,a\n1,2,3\n", "a")
    assert dict(sheet.cells(sheet.rows[0])) == {"a": "1", "b": "2"}


def test_of_several_worksheets_the_first_visible_one_is_read_and_the_others_named():
    sheet = read_sheet(xlsx_bytes([], sheets={"说明": [], "甲": [["a"], ["1"]], "乙": [["a"], ["2"]]}), "a.xlsx")
    assert sheet.rows[0].cells == ("1",)
    assert [warning.code for warning in sheet.warnings] == ["I027"]
    assert "甲" in sheet.warnings[0].say(Language.ZH)
    assert read_sheet(xlsx_bytes([], sheets={"甲": [["a"], ["1"]], "乙": []}), "a").warnings == ()


def test_a_hidden_worksheet_is_not_read():
    data = with_xml(
        xlsx_bytes([], sheets={"甲": [["a"], ["1"]], "乙": [["a"], ["2"]]}),
        "xl/workbook.xml", rb'sheetId="1"', b'sheetId="1" state="hidden"',
    )  # fmt: skip
    assert read_sheet(data, "a").rows[0].cells == ("2",)


def test_a_ten_thousand_character_cell_is_read_whole():
    long = "长" * 10_001
    assert read_sheet(xlsx_bytes([[long]], ["a"]), "a").rows[0].cells == (long,)
    assert read_sheet(csv_bytes([[long]], headings=["a"]), "a").rows[0].cells == (long,)


@pytest.mark.parametrize("data", [b"", b"\n\n", b" , \n", "\ufeff".encode(), b"a,b\n", b"a,b\n,\n"])
def test_a_sheet_without_rows(data):
    assert codes(read_sheet(data, "a")) == ["I023"]


def test_a_workbook_without_rows():
    assert codes(read_sheet(xlsx_bytes([], sheets={"一": [], "二": []}), "a")) == ["I023"]
    assert codes(read_sheet(xlsx_bytes([]), "a")) == ["I023"]


# --- what is no sheet


def test_bytes_in_no_encoding():
    assert "GB18030" in why(read_sheet(b"a,b\n\xff\xff,\x81\n", "a"))


@pytest.mark.parametrize("data", [b"\xff\xfea", b"a\x00b,c\n1,2\n"])
def test_binary_bytes(data):
    why(read_sheet(data, "a"))


@pytest.mark.parametrize("data", [b'a,b\n"1,2\n3,4\n', b'a,b\n"1"x,2\n'])
def test_a_forgotten_quote_swallows_no_rows(data):
    sheet = read_sheet(data, "a")
    why(sheet)
    assert sheet.findings[0].place.row == 2


def test_a_cell_beyond_the_limit_of_csv():
    why(read_sheet(b"a\n" + b"x" * 140_000, "a"))


COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (COMPOUND + "EncryptedPackage".encode("utf-16-le"), "已加密"),
        (COMPOUND + "WordDocument".encode("utf-16-le"), "其他格式"),
        (COMPOUND + "Workbook".encode("utf-16-le"), "已损坏"),
        (b"%PDF-1.7\n", "PDF"),
    ],
)
def test_encrypted_old_and_other_formats(data, what):
    assert what in why(read_sheet(data, "a"))


@pytest.mark.parametrize("keep", [4, 30, 1000, -1, -22, -300])
def test_a_truncated_workbook(keep):
    assert "不完整" in why(read_sheet(xlsx_bytes(ROWS)[:keep], "a"))


def test_an_archive_that_is_no_workbook():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.pdf", b"%PDF")
    assert "XLSX" in why(read_sheet(buffer.getvalue(), "a"))


@pytest.mark.parametrize("part", ["xl/_rels/workbook.xml.rels", SHEET1])
def test_a_workbook_without_one_of_its_parts_is_refused(part):
    why(read_sheet(repacked(xlsx_bytes(ROWS), lambda name, content: None if name == part else content), "a"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (rb"</sheetData>", b""),
        (rb'r="2"', b'r="x"'),
        (rb"<worksheet", b"<!DOCTYPE x [<!ENTITY a 'b'>]><worksheet"),
        (rb"<v>\d+</v>", b"<v>99999</v>"),
    ],
)
def test_wrong_xml_is_refused(old, new):
    data = with_xml(xlsx_bytes(ROWS), SHEET1, old, new)
    assert "损坏" in why(read_sheet(data, "a"))


@pytest.mark.parametrize(
    "part", ["xl/_rels/workbook.xml.rels", "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"]
)
def test_wrong_xml_in_any_part_is_refused(part):
    why(read_sheet(with_xml(xlsx_bytes(ROWS), part, rb">", b" "), "a"))


@pytest.mark.parametrize("encoding", [b"nonsense", b"cp037", b"UTF-16"])
def test_a_declared_encoding_changes_nothing(encoding):
    data = with_xml(xlsx_bytes(ROWS), SHEET1, rb"UTF-8", encoding)
    assert len(read_sheet(data, "a").rows) == 3


def test_xml_in_another_encoding_is_refused():
    data = xlsx_bytes(ROWS)
    why(read_sheet(repacked(data, lambda name, old: old.decode().encode("utf-16") if name == SHEET1 else old), "a"))


def test_the_same_part_twice_is_refused():
    with pytest.warns(UserWarning, match="Duplicate"):
        data = repacked(xlsx_bytes(ROWS), extra=[(SHEET1, b"<worksheet/>")])
    why(read_sheet(data, "a"))


# --- what would hurt


def test_a_zip_bomb_is_refused_before_unpacking(monkeypatch):
    data = repacked(xlsx_bytes(ROWS), extra=[("xl/media/a.xml", b"\x00" * (64 << 20))])
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("unpacked"))
    assert "过大" in why(read_sheet(data, "a"))


def test_declared_sizes_are_added_up():
    data = bytearray(xlsx_bytes(ROWS))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 600 << 20)
    assert "过大" in why(read_sheet(bytes(data), "a"))


def test_a_part_longer_than_it_declares_is_refused():
    data = bytearray(repacked(xlsx_bytes(ROWS)))
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(SHEET1.encode()))
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    why(read_sheet(bytes(data), "a"))


@pytest.mark.parametrize(
    "row",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b'<row r="1048576"><c><v>1</v></c></row>',
        b"<x:row xmlns:x='y' r='300000'><x:c r='A300000'><x:v>1</x:v></x:c></x:row>",
        b'<row r="5"><c r="&#88;FD5"><v>1</v></c></row>',
        b'<row r="5"><c r="GS5" t="inlineStr"><is><t>x</t></is></c></row>',
    ],
)
def test_a_cell_in_the_last_corner_asks_for_no_memory(row):
    data = with_xml(xlsx_bytes(ROWS), SHEET1, rb"</sheetData>", row + b"</sheetData>")
    assert "200000" in why(read_sheet(data, "a"))


def test_a_sheet_hidden_in_another_part_is_walked_too():
    cell = b'<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    why(read_sheet(repacked(xlsx_bytes(ROWS), extra=[("xl/other.xml", cell)]), "a"))


def test_formatted_empty_cells_far_away_do_not_count():
    data = with_xml(
        xlsx_bytes(ROWS), SHEET1, rb"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    )
    assert len(read_sheet(data, "a").rows) == 3


def test_cells_without_places_count_along():
    data = with_xml(
        xlsx_bytes([], sheets={"一": [["a"]]}),
        SHEET1,
        rb"</sheetData>",
        b"<row><c><v>7</v></c><c><v>8</v></c></row></sheetData>",
    )
    assert read_sheet(data, "a").findings == ()
    assert read_sheet(data, "a").rows == (Row(2, ("7", "8")),)


def test_one_long_text_used_by_many_cells_is_refused(monkeypatch):
    monkeypatch.setattr(workbook_module, "MAX_TEXT", 50_000)
    assert "过大" in why(read_sheet(xlsx_bytes([["长" * 1000]] * 60, ["a"]), "a"))
    assert read_sheet(xlsx_bytes([["长" * 1000]] * 40, ["a"]), "a").findings == ()


def test_a_file_beyond_the_limit(monkeypatch):
    monkeypatch.setattr("chopmark.services.sheet.read.MAX_BYTES", 10)
    assert "MB" in why(read_sheet(csv_bytes(ROWS), "a"))


@pytest.mark.parametrize("data", [b"a\n" * 200_002, b"a," * 200 + b"a\n"], ids=["rows", "columns"])
def test_csv_beyond_the_limits(data):
    assert "200000" in why(read_sheet(data, "a"))


def test_csv_with_too_many_cells(monkeypatch):
    monkeypatch.setattr("chopmark.services.sheet.csv_text.MAX_CELLS", 10)
    why(read_sheet(csv_bytes(ROWS), "a"))


def test_links_and_pictures_never_reach_the_reader():
    seen = {}
    data = repacked(
        xlsx_bytes(ROWS), extra=[("xl/externalLinks/externalLink1.xml", b"<x/>"), ("../../evil.xml", b"<x/>")]
    )
    seen.update(workbook_module._unpacked(data))
    assert not [name for name in seen if "evil" in name or "external" in name]
    assert read_sheet(data, "a").findings == ()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_refused_or_read_and_never_raises(data):
    whole = bytearray(xlsx_bytes(ROWS))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    sheet = read_sheet(bytes(whole), "a")
    assert sheet.rows or sheet.findings


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(data):
    sheet = read_sheet(data, "a")
    assert sheet.rows or sheet.findings


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_characters="\x00\r\n", exclude_categories=["Cs"]), max_size=6),
            min_size=2,
            max_size=3,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_what_csv_wrote_csv_reads(rows):
    sheet = read_sheet(csv_bytes(rows, headings=["甲", "乙", "丙"]), "a")
    expected = [row + [""] * (3 - len(row)) for row in rows if any(cell.strip() for cell in row)]
    assert [list(row.cells) for row in sheet.rows] == expected


def test_cells_of_unusual_types():
    assert cell_text(time(14, 30)) == "14:30:00"
    assert cell_text(7) == "7"
    assert cell_text(False) == "FALSE"


def test_a_name_without_a_link_leads_nowhere():
    parts = workbook_module._unpacked(xlsx_bytes(ROWS))
    assert workbook_module._part_of(parts, "毕业生") == SHEET1
    assert workbook_module._part_of(parts, "不存在") == ""
    assert workbook_module._part_of({"xl/workbook.xml": parts["xl/workbook.xml"]}, "毕业生") == "xl"


@pytest.mark.parametrize(
    ("position", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (199, "GR"), (701, "ZZ"), (702, "AAA")]
)
def test_letters_over_columns(position, letters):
    assert column_letters(position) == letters


def test_importing_reads_no_workbooks_yet():
    code = "import sys, chopmark.services.sheet; print('python_calamine' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        == "False"
    )
