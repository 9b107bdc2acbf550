"""services.sheet: lists as they come in. Titles, totals, merged and hidden cells, old formats, dates in any form, lost zeros."""

import io
from datetime import date

import openpyxl
import pytest
import xlsxwriter
import xlwt

from chopmark.kinds import find_kind
from chopmark.services.sheet import Choices, examine_sheet, read_sheet
from chopmark.services.sheet.dates import read_date
from chopmark.wording import Language
from tests.services.sheet._make import HEADINGS, TODAY, csv_bytes, graduate, with_xml, xlsx_bytes

DEGREE = find_kind("degree")
PAPER = find_kind("paper")
SHEET1 = "xl/worksheets/sheet1.xml"


def examined(data, kind=DEGREE, choices=None, tab=""):
    sheet = read_sheet(data, "名单", kind, choices=choices, tab=tab)
    return examine_sheet(kind, sheet, None, TODAY, choices)


def told(findings):
    return [(found.code, found.place.row) for found in findings]


def spoken(found):
    for language in Language:
        assert "…" not in found.say(language), found.say(language)
    return found.say(Language.ZH)


def book_of(fill):
    """A workbook made by ``fill(book, table)``."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        fill(book, book.add_worksheet("毕业生"))
    return buffer.getvalue()


# -- what stands around the rows


@pytest.mark.parametrize("make", ["csv", "xlsx"])
def test_titles_above_and_totals_below_are_named_and_not_registered(make):
    lines = [
        ["东方理工大学2026届毕业生名单"],
        ["制表：教务处", "2026年6月"],
        HEADINGS,
        graduate(1),
        graduate(2),
        ["小计", "2人"],
        HEADINGS,
        graduate(3),
        ["合 计：3人"],
        ["制表人：", "张三", "审核：李四"],
    ]
    data = csv_bytes(lines[1:], headings=lines[0]) if make == "csv" else xlsx_bytes([], sheets={"表": lines})
    report = examined(data)
    assert report.ok
    assert [row.number for row in report.rows] == [4, 5, 8]
    assert report.counted == 3
    assert told(report.warnings) == [("I038", 1), ("I040", 6), ("I040", 9), ("I040", 10), ("I041", 7)]
    assert "列名在第3行" in spoken(report.warnings[0])
    assert "合 计：3人" in spoken(report.warnings[2])


def test_a_row_that_lacks_what_is_required_is_no_footer():
    report = examined(csv_bytes([graduate(1), ["总体良好", "", "", "", "", "", ""], graduate(2, 学历证书编号="")]))
    assert told(report.findings)[0] == ("I010", 3)
    assert ("I010", 4) in told(report.findings)
    assert report.counted == 3


def test_a_footer_with_a_number_is_a_record():
    assert not examined(csv_bytes([graduate(1, 姓名="合计", 专业="")])).ok


def test_a_sheet_of_footers_holds_nothing():
    assert told(examined(csv_bytes([["合计：0"]])).findings) == [("I023", 0)]


def test_the_column_of_row_numbers_says_nothing():
    report = examined(csv_bytes([["1", *graduate(1)]], headings=["序号", *HEADINGS]))
    assert report.ok
    assert (report.headings[0].field, report.headings[0].how) == ("", "ignored")


# -- headings


def test_what_a_heading_looks_like_by_its_words_and_by_what_stands_below():
    rows = [[*graduate(1)[:1], "11010519491231002X", *graduate(1)[1:]]]
    report = examined(csv_bytes(rows, headings=["学员名字", "证件", *HEADINGS[1:]]))
    suggested = {match.heading: match.suggestion for match in report.headings if match.suggestion}
    assert suggested == {"学员名字": "holder_name", "证件": "holder_id"}
    assert "看起来像“姓名”（学员名字=holder_name）" in spoken(report.findings[0])


def test_what_is_given_counts_before_what_is_remembered_and_that_before_names():
    rows, headings = [graduate(1)], ["甲", *HEADINGS[1:]]
    remembered = {"甲": "mode"}
    assert told(examined(csv_bytes(rows, headings=headings), choices=Choices({}, remembered)).findings) == [("I020", 0)]
    report = examined(csv_bytes(rows, headings=headings), choices=Choices({"甲": "holder_name"}, remembered))
    assert report.ok
    report = examined(csv_bytes(rows), choices=Choices({}, {"姓名": ""}))
    assert told(report.findings) == [("I020", 0)]


def test_a_remembered_heading_beside_the_right_one_is_told_apart():
    rows = [["x", *graduate(1)]]
    report = examined(csv_bytes(rows, headings=["甲", *HEADINGS]), choices=Choices({}, {"甲": "holder_name"}))
    assert told(report.findings) == [("I022", 0)]
    assert report.rows == ()


def test_known_headings_are_listed_once():
    report = examined(csv_bytes([["x", "y", *graduate(1)[1:]]], headings=["甲", "乙", *HEADINGS[1:]]))
    said = "".join(spoken(found) + found.next_step(Language.ZH) for found in report.findings)
    assert said.count("学历证书编号、") == 1


# -- cells


def test_the_value_of_merged_cells_holds_in_every_row_that_they_span():
    def fill(book, table):
        rows = [HEADINGS, *(graduate(n) for n in range(1, 5))]
        for at, row in enumerate(rows, 1):
            table.write_row(at, 0, row)
        table.merge_range(0, 0, 0, 6, "毕业生名单")
        table.merge_range(2, 1, 4, 1, "示例大学")

    report = examined(book_of(fill))
    assert report.ok
    assert [row.claims["school"] for row in report.rows] == ["示例大学"] * 4
    assert [code for code, _ in told(report.warnings)] == ["I038", "I039"]
    assert "学校名称 3–5" in spoken(report.warnings[1])


def test_a_number_merged_over_two_rows_is_a_number_that_stands_twice():
    def fill(book, table):
        for at, row in enumerate([HEADINGS, graduate(1), graduate(2)]):
            table.write_row(at, 0, row)
        table.merge_range(1, 5, 2, 5, graduate(1)[5])

    assert told(examined(book_of(fill)).findings) == [("I001", 3)]


def test_what_lies_unseen_below_merged_cells_is_not_read():
    def fill(book, table):
        for at, row in enumerate([HEADINGS, graduate(1), graduate(2)]):
            table.write_row(at, 0, row)
        table.merge_range(1, 1, 2, 3, "示例大学")  # the cells below keep their own values, which nobody sees

    report = examined(book_of(fill))
    assert told(report.findings) == [("I010", 2), ("I010", 2), ("I010", 3), ("I010", 3)]


def test_areas_that_cover_the_sheet_again_and_again_are_refused():
    areas = b"<mergeCells>" + b'<mergeCell ref="A1:GR200000"/>' * 5_000 + b"</mergeCells></worksheet>"
    lines = [["x"] * 10 for _ in range(5_000)]
    data = with_xml(xlsx_bytes([], sheets={"一": [HEADINGS, *lines]}), SHEET1, rb"</worksheet>", areas)
    assert told(read_sheet(data, "a").findings)[0][0] == "I024"


def test_headings_in_two_rows():
    def fill(book, table):
        for at, (low, high) in enumerate(zip(HEADINGS, ["", "", "", "", "证书", "证书", ""], strict=True)):
            if high:
                table.write(1, at, low)
            else:
                table.merge_range(0, at, 1, at, low)
        table.merge_range(0, 4, 0, 5, "证书")
        table.write_row(2, 0, graduate(1))

    report = examined(book_of(fill))
    assert report.ok
    assert [row.number for row in report.rows] == [3]


def test_what_is_hidden_is_read_and_said():
    def fill(book, table):
        for at, row in enumerate([HEADINGS, *(graduate(n) for n in range(1, 6))]):
            table.write_row(at, 0, row)
        for at in (2, 3):
            table.set_row(at, None, None, {"hidden": True})
        table.set_column(3, 3, None, None, {"hidden": True})
        other = book.add_worksheet("旧名单")
        other.write(0, 0, "x")
        other.hide()

    report = examined(book_of(fill))
    assert len(report.rows) == 5
    assert [code for code, _ in told(report.warnings)] == ["I043", "I042", "I042"]
    assert "旧名单" in spoken(report.warnings[0])
    assert "第3–4行" in spoken(report.warnings[1])
    assert "“专业”列" in spoken(report.warnings[2])


def test_a_hidden_worksheet_is_read_when_it_is_named():
    def fill(book, table):
        table.write(0, 0, "x")
        other = book.add_worksheet("名单 2026")
        other.write_row(0, 0, HEADINGS)
        other.write_row(1, 0, graduate(1))
        other.hide()

    data = book_of(fill)
    assert not examined(data).ok
    assert examined(data, tab="名单2026").ok, "spaces beside Chinese are no difference"
    assert told(examined(data, tab="没有").findings) == [("I029", 0)]
    assert told(examined(csv_bytes([graduate(1)]), tab="没有").findings) == [("I029", 0)]


def test_a_formula_without_its_value_is_not_an_empty_cell():
    book = openpyxl.Workbook()
    table = book.worksheets[0]
    table.append(HEADINGS)
    row = graduate(1)
    row[3] = '="土木"&"工程"'
    table.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    assert told(examined(buffer.getvalue()).findings) == [("I028", 2)]


def test_a_formula_whose_value_is_an_empty_text_is_empty():
    row = graduate(1)
    row[6] = ('=""', "")
    assert examined(xlsx_bytes([row])).rows[0].file_name == ""


def test_dates_as_serial_numbers_are_read_and_said_once():
    rows = [graduate(n) for n in range(1, 4)]
    for row in rows[:2]:
        row[4] = 46203
    report = examined(xlsx_bytes(rows))
    assert [row.claims["graduation_date"] for row in report.rows] == ["2026-06-30"] * 3
    assert told(report.warnings) == [("I037", 2)]
    assert "2个单元格" in spoken(report.warnings[0])
    counted_from_1904 = examined(xlsx_bytes(rows[:1], options={"date_1904": True}))
    assert counted_from_1904.rows[0].claims["graduation_date"] == "2030-07-01"


@pytest.mark.parametrize("text", ["2026.6", "2026年6月", "2026-06", "2026/6", "二〇二六年六月"])
def test_a_month_without_a_day_is_not_given_one(text):
    report = examined(csv_bytes([graduate(1, 毕业日期=text)]))
    assert told(report.findings) == [("I036", 2)]
    assert text in spoken(report.findings[0])


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-30", "2026/6/30", "2026.6.30", "20260630", "2026年6月30日", "２０２６年６月３０日", "2026-06-30 00:00:00",
        "二〇二六年六月三十日", "二零二六年六月三十日", "2026年6月30号", "2026、6、30", "2026 6 30", "2026-6-30 8:05", "46203", "46203.5",
    ],
)  # fmt: skip
def test_dates_in_every_form(text):
    assert examined(csv_bytes([graduate(1, 毕业日期=text)])).rows[0].claims["graduation_date"] == "2026-06-30"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇二六年十二月廿八日", "2026-12-28"),
        ("二〇二六年十月十日", "2026-10-10"),
        ("二〇〇八年一月二十一日", "2008-01-21"),
    ],
)
def test_dates_in_words(text, day):
    assert read_date(text).text == day


@pytest.mark.parametrize(
    "text",
    ["30/06/2026", "26-6-30", "二〇二六年十三月一日", "二〇二六年二月三十日", "1234", "99999", "六月三十日", ""],
)
def test_what_is_no_certain_date_stays_as_it_is(text):
    assert read_date(text).text == text


def test_zeros_that_a_check_digit_misses_are_certain_and_others_are_asked_about():
    headings = ["论文题名", "作者", "刊名", "出版年", "ISSN", "起止页码"]
    rows = [["题", "甲", "学报", "2026", "3785955", "1-2"]]
    report = examined(csv_bytes(rows, headings=headings), PAPER)
    (found,) = (found for found in report.findings if found.place.row)
    assert (found.code, found.place.column) == ("I034", "ISSN")
    assert "0378" in spoken(found)
    numbers = [graduate(n, 学历证书编号=f"0{10533202605000000 + n}") for n in range(1, 6)]
    numbers[4][5] = "10533202605000005"
    warned = [found for found in examined(csv_bytes(numbers)).warnings if found.code == "I035"]
    assert told(warned) == [("I035", 6)]
    assert "少1位" in spoken(warned[0])


def test_digits_that_were_kept_as_text_by_a_trick():
    for trick in ("'{}", '="{}"', "\t{}", "’{}"):
        number = graduate(1)[5]
        report = examined(csv_bytes([graduate(1, 学历证书编号=trick.format(number))]))
        assert report.rows[0].claims["certificate_number"] == number


# -- the old format


def old_book(fill, name="毕业生"):
    book = xlwt.Workbook(encoding="utf-8")
    fill(book, book.add_sheet(name))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_xls_with_dates_numbers_merged_and_hidden_cells():
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")

    def fill(book, table):
        table.write_merge(0, 0, 0, 6, "毕业生名单")
        rows = [HEADINGS, *(graduate(n) for n in range(1, 4))]
        for at, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if column == 4 and at > 1:
                    table.write(at, column, date(2026, 6, 30), day)
                elif column == 5 and at == 4:
                    table.write(at, column, 100011202605000003)
                elif column != 1 or at < 3:
                    table.write(at, column, cell)
        table.merge(2, 4, 1, 1)
        table.row(3).hidden = True
        table.col(3).hidden = True
        book.add_sheet("旧").visibility = 1

    report = examined(old_book(fill))
    assert [row.claims["graduation_date"] for row in report.rows] == ["2026-06-30"] * 2
    assert {row.claims["school"] for row in report.rows} == {"示例大学"}
    assert told(report.findings) == [("I026", 5)]
    assert [code for code, _ in told(report.warnings)] == ["I038", "I039", "I042", "I042"]


def test_an_old_workbook_with_a_cell_in_the_last_corner_is_no_trouble():
    def fill(book, table):
        for column, cell in enumerate(HEADINGS):
            table.write(0, column, cell)
        table.write(65_535, 255, "x")

    report = examined(old_book(fill))
    assert told(report.findings) == [("I024", 0)]


def test_half_an_old_workbook():
    data = old_book(lambda book, table: [table.write(0, 0, "姓名"), table.write(1, 0, "王丽")])
    for keep in (600, 1500, len(data) - 600):
        assert told(read_sheet(data[:keep], "a").findings) == [("I024", 0)]


def test_hidden_rows_said_by_an_attribute_in_any_spelling():
    data = with_xml(xlsx_bytes([graduate(1)]), SHEET1, rb'<row r="2"', b'<row r="2" hidden="true"')
    assert told(examined(data).warnings) == [("I042", 2)]
