"""services.sheet.examine: a registrar's sheet, everything wrong in it said before anything is registered."""

from datetime import date

import pytest

from chopmark.kinds import find_kind
from chopmark.services.sheet import examine_sheet, known_headings, read_sheet
from chopmark.services.sheet.choices import heading_key
from chopmark.wording import Language
from tests.services.sheet._make import HEADINGS, TODAY, csv_bytes, graduate, xlsx_bytes

DEGREE = find_kind("degree")
FILES = {f"{n:06}.pdf" for n in range(1, 10)}


def examine(rows, headings=HEADINGS, files=None, kind=DEGREE, make=csv_bytes):
    return examine_sheet(kind, read_sheet(make(rows, headings=headings), "毕业生.csv"), files, TODAY)


def placed(findings):
    return [(finding.code, finding.place.row, finding.place.column) for finding in findings]


@pytest.mark.parametrize("make", [csv_bytes, xlsx_bytes])
def test_a_right_sheet(make):
    report = examine([graduate(1), graduate(2)], files={"000001.pdf", "000002.pdf"}, make=make)
    assert report.ok
    assert report.warnings == ()
    assert [(row.number, row.file_name) for row in report.rows] == [(2, "000001.pdf"), (3, "000002.pdf")]
    assert report.rows[0].claims["holder_name"] == "买买提·艾力"


def test_real_dates_and_numbers_of_a_workbook():
    row = graduate(1)
    row[4] = date(2026, 6, 30)
    report = examine([row], make=xlsx_bytes)
    assert report.rows[0].claims["graduation_date"] == "2026-06-30"


def test_everything_wrong_is_said_with_row_and_column():
    rows = [
        graduate(1, 姓名=""),
        graduate(2, 学历层次="大学", 毕业日期="2026-02-30"),
        graduate(3),
        graduate(3, 文件名="000004.pdf"),
        graduate(5, 专业="长" * 10_001),
        graduate(6, 文件名="nowhere.pdf"),
        graduate(7, 文件名="000003.pdf"),
        graduate(8, 专业="#REF!"),
    ]
    report = examine(rows, files=FILES)
    assert placed(report.findings) == [
        ("I010", 2, "姓名"),
        ("I017", 3, "学历层次"),
        ("I013", 3, "毕业日期"),
        ("I001", 5, "学历证书编号"),
        ("I014", 6, "专业"),
        ("I030", 7, "文件名"),
        ("I032", 8, "文件名"),
        ("I025", 9, "专业"),
    ]
    assert [row.number for row in report.rows] == [4]
    assert not report.ok
    for finding in report.findings:
        assert finding.place.file == "毕业生.csv"
        for language in Language:
            assert "…" not in finding.say(language).replace("长…", "")
            assert finding.next_step(language)


def test_a_wrong_check_digit_has_its_row_and_column_and_not_the_number():
    headings = ["身份证号码", *HEADINGS]
    report = examine([["110105194912310021", *graduate(1)]], headings)
    assert placed(report.findings) == [("I012", 2, "身份证号码")]
    assert "110105194912310021" not in str(report.findings[0].as_json())


def test_a_repeated_number_says_where_it_was_first_whatever_its_spelling():
    report = examine([graduate(1), graduate(2), graduate(3, 学历证书编号="１００011202605000001", 文件名="")])
    assert placed(report.findings) == [("I001", 4, "学历证书编号")]
    assert "第2行" in report.findings[0].say(Language.ZH)


def test_a_number_repeated_in_rows_that_are_wrong_otherwise_is_said_too():
    report = examine([graduate(1, 姓名=""), graduate(1, 文件名="")])
    assert placed(report.findings) == [("I010", 2, "姓名"), ("I001", 3, "学历证书编号")]


def test_the_digits_that_excel_dropped():
    row = graduate(1)
    row[5] = 100011202605000001
    report = examine([row], make=xlsx_bytes)
    assert placed(report.findings) == [("I026", 2, "学历证书编号")]
    headings = ["身份证号", *HEADINGS]
    report = examine([["1.10105E+17", *graduate(1)]], headings)
    assert placed(report.findings) == [("I026", 2, "身份证号")]
    assert "1.10105E+17" not in str(report.findings[0].as_json())


def test_a_file_column_by_any_of_its_names():
    for heading in ("file", "文件", "文件名", "附件", "File Name", "文件名*"):
        assert examine([graduate(1)], [*HEADINGS[:-1], heading]).rows[0].file_name == "000001.pdf"


def test_without_a_list_of_files_none_is_missed():
    assert examine([graduate(1)], files=None).ok
    assert examine([graduate(1, 文件名="")], files=set()).ok


@pytest.mark.parametrize("name", ["../000099.pdf", "/etc/passwd", "不在.PDF"])
def test_only_a_name_of_the_list_is_a_file(name):
    assert placed(examine([graduate(1, 文件名=name)], files=FILES).findings) == [("I030", 2, "文件名")]


def test_a_bare_name_means_the_one_file_below_that_is_called_so():
    report = examine([graduate(1)], files={"毕业证/000001.pdf"})
    assert report.ok
    assert report.rows[0].file_name == "毕业证/000001.pdf"
    assert report.warnings == ()  # and it counts as used


def test_one_file_by_its_bare_name_and_by_its_whole_name_is_used_twice():
    rows = [graduate(1), graduate(2, 文件名="a/000001.pdf")]
    assert placed(examine(rows, files={"a/000001.pdf"}).findings) == [("I032", 3, "文件名")]


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("1.pdf", ("a/1.pdf", "b/1.pdf")),
        ("000001.PDF", ("a/000001.pdf",)),
        ("000001", ("000001.pdf",)),
        ("甲/000001.pdf", ("乙/000001.pdf",)),
        ("甲\\000001.pdf", ("甲/000001.pdf",)),
    ],
)
def test_names_that_are_nearly_right_are_offered_and_not_taken(name, files):
    (finding,) = examine([graduate(1, 文件名=name)], files={*files, "另外.pdf"}).findings
    assert finding.code == "I049"
    assert "、".join(files) in finding.say(Language.EN)
    assert "另外" not in finding.say(Language.ZH)


def test_a_column_called_number_is_taken_for_the_credentials_number():
    headings = ["编号" if heading == "学历证书编号" else heading for heading in HEADINGS]
    (match,) = [m for m in examine([graduate(1)], headings).headings if m.heading == "编号"]
    assert match.suggestion == "certificate_number"
    blank = examine([graduate(1, 学历证书编号="")], headings)  # by its words alone
    assert [m.suggestion for m in blank.headings if m.heading == "编号"] == ["certificate_number"]


def test_a_repeat_does_not_say_that_nothing_was_registered():
    """Other rows may have been: ``--skip-invalid``."""
    (finding, *_) = examine([graduate(1), graduate(1, 文件名="")]).findings
    assert finding.code == "I001"
    assert "本行没有登记" in finding.next_step(Language.ZH)
    assert "nothing" not in finding.next_step(Language.EN)


def test_files_that_no_row_uses_are_named():
    report = examine([graduate(1)], files=FILES)
    assert report.ok
    assert [warning.code for warning in report.warnings] == ["I033"]
    assert "8" in report.warnings[0].say(Language.ZH)
    assert "…" in report.warnings[0].say(Language.ZH)


def test_without_a_file_column_files_are_not_missed():
    assert examine([graduate(1)[:-1]], HEADINGS[:-1], files=FILES).warnings == ()


@pytest.mark.parametrize(
    "headings",
    [
        ["holder_name", "school", "level", "major", "graduation_date", "certificate_number", "file"],
        ["Name", "School", "Level", "Major", "Graduation date", "Certificate number", "File name"],
        ["学生姓名", "毕业院校", "层次", "专业名称", "毕业时间", "毕业证书编号", "附件"],
        [
            "姓 名",
            "学校名称*",
            "学历层次（必填）",
            "专业（必填）",
            "毕业日期 (必填)",
            "学历证书编号＊",
            "文件名（选填）",
        ],
        ["ＮＡＭＥ", "SCHOOL", "level ", "Major*", "graduation-date", "Certificate_Number", "FILE"],
    ],
)
def test_headings_people_write(headings):
    assert examine([graduate(1)], headings).ok


def test_missing_columns_are_said_once_and_not_in_each_row():
    report = examine([graduate(n)[2:] for n in range(1, 4)], HEADINGS[2:])
    assert placed(report.findings) == [("I020", 0, "")]
    assert "姓名、学校名称" in report.findings[0].say(Language.ZH)
    assert "Name, School" in report.findings[0].say(Language.EN)
    assert report.rows == ()


def test_the_rows_are_examined_even_with_wrong_columns():
    report = examine([[*graduate(1, 毕业日期="?")[2:], "x"]], [*HEADINGS[2:], "绰号"])
    assert placed(report.findings) == [("I021", 0, "绰号"), ("I020", 0, ""), ("I013", 2, "毕业日期")]


def test_two_columns_of_one_meaning():
    report = examine([[*graduate(1), "李雷", "b.pdf"]], [*HEADINGS, "学生姓名", "附件"])
    assert placed(report.findings) == [("I022", 0, "学生姓名"), ("I022", 0, "附件")]
    assert "“姓名”" in report.findings[0].say(Language.ZH)
    report = examine([[*graduate(1), "李雷"]], [*HEADINGS, "姓名"])
    assert placed(report.findings) == [("I022", 0, "姓名")]


def test_a_column_without_heading_is_refused_only_if_it_holds_something():
    assert examine([[*graduate(1), ""]], [*HEADINGS, ""]).ok
    assert examine([["", *graduate(1)]], ["", *HEADINGS]).ok
    report = examine([[*graduate(1), "x"]], [*HEADINGS, ""])
    assert placed(report.findings) == [("I021", 0, "H")]
    assert "H列" in report.findings[0].say(Language.ZH)


@pytest.mark.parametrize("data", [b"", b"\xd0\xcf\x11\xe0"])
def test_what_could_not_be_read_is_reported(data):
    report = examine_sheet(DEGREE, read_sheet(data, "a"), None, TODAY)
    assert [finding.code for finding in report.findings] in (["I023"], ["I024"])
    assert report.rows == ()


def test_headings_alone_are_examined():
    report = examine([], ["姓名", "绰号"])
    assert [finding.code for finding in report.findings] == ["I023", "I021", "I020"]


def test_warnings_have_their_place_and_stop_nothing():
    report = examine([graduate(1, 学历证书编号="旧-1")])
    assert report.ok
    assert placed(report.warnings) == [("I018", 2, "学历证书编号")]


def test_the_warning_about_worksheets_is_passed_on():
    data = xlsx_bytes([], sheets={"甲": [HEADINGS, graduate(1)], "乙": [HEADINGS, graduate(2)]})
    report = examine_sheet(DEGREE, read_sheet(data, "a"), None, TODAY)
    assert [warning.code for warning in report.warnings] == ["I027"]


@pytest.mark.parametrize("code", ["degree", "paper", "patent", "issue"])
def test_a_sheet_of_examples_under_the_known_headings_is_right(code):
    kind = find_kind(code)
    row = [*(field.example for field in kind.fields), ""]
    report = examine([row], list(known_headings(kind)), kind=kind)
    assert report.findings == ()
    assert len(report.rows) == 1


def test_a_paper_without_doi_is_found_again_by_its_place():
    kind = find_kind("paper")
    headings = ["题名", "作者", "刊名", "年", "期", "页码"]
    row = ["示例混凝土的耐久性", "王丽", "示例学报", "2026", "3", "12-18"]
    report = examine([row, [*row[:5], "第12–18页"]], headings, kind=kind)
    assert placed(report.findings) == [("I001", 3, "刊名")]


@pytest.mark.parametrize(
    ("heading", "key"), [("姓 名（必填）*", "姓名"), ("Certificate_Number", "certificatenumber"), ("", "")]
)
def test_heading_keys(heading, key):
    assert heading_key(heading) == key


@pytest.mark.slow
@pytest.mark.parametrize("make", [csv_bytes, xlsx_bytes])
def test_six_thousand_graduates(make):
    data = make([graduate(n) for n in range(6000)])
    files = {f"{n:06}.pdf" for n in range(6000)}
    report = examine_sheet(DEGREE, read_sheet(data, "a"), files, TODAY)
    assert report.ok
    assert len(report.rows) == 6000
