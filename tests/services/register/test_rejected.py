"""services.register.rejected: rows handed back, and handed in again without anybody having read them."""

from dataclasses import replace

import pytest

from chopmark.services.register import Weighed, draft_sheet, rejected_sheet, set_aside
from chopmark.services.register.files import FileBinder
from chopmark.services.sheet import examine_sheet, read_sheet
from chopmark.wording import Language
from tests.services.register._drafts import DEGREE, TODAY
from tests.services.sheet._make import csv_bytes, graduate, xlsx_bytes


def spoilt():
    """Rows whose cells the spreadsheet program has spoilt, each in a field that may be empty or of any text."""
    rows = [graduate(n, 文件名="") for n in range(1, 6)]
    rows[0][5] = 100011202605000001
    rows[1][3] = ("=A1", "#REF!")
    rows[2][4] = "2026.6"
    return rows[:3]


@pytest.mark.parametrize("language", list(Language))
def test_what_was_spoilt_stays_spoilt_until_somebody_corrects_it(language):
    sheet = read_sheet(xlsx_bytes(spoilt()), "名单.xlsx", DEGREE)
    report = examine_sheet(DEGREE, sheet, None, TODAY)
    found = {each.place.row: [each] for each in report.findings}
    assert [each.code for each in report.findings] == ["I026", "I025", "I036"]
    data = rejected_sheet(sheet, found, language)
    again = examine_sheet(DEGREE, read_sheet(data, "again.xlsx", DEGREE), None, TODAY)
    assert [each.code for each in again.findings] == ["I026", "I025", "I036"]
    assert again.rows == ()
    assert (again.headings[-1].field, again.headings[-1].how) == ("", "ignored")


def test_a_formula_without_a_value_fails_when_it_is_handed_in_again():
    sheet = read_sheet(xlsx_bytes([graduate(1)]), "名单.xlsx", DEGREE)
    row = replace(sheet.rows[0], cells=(*sheet.rows[0].cells[:6], ""), unsaved=frozenset({3, 6}))
    row = replace(row, cells=(*row.cells[:3], "", *row.cells[4:]))
    report = examine_sheet(DEGREE, replace(sheet, rows=(row,)), None, TODAY)
    assert [each.code for each in report.findings] == ["I028"]
    data = rejected_sheet(replace(sheet, rows=(row,)), {2: report.findings}, Language.ZH)
    again = examine_sheet(DEGREE, read_sheet(data, "again.xlsx", DEGREE), None, TODAY)
    assert [each.code for each in again.findings] == ["I025"]


def test_dates_counted_from_1904_stay_what_they_are():
    row = graduate(1, 姓名="")
    row[4] = 46203
    sheet = read_sheet(xlsx_bytes([row], options={"date_1904": True}), "a.xlsx", DEGREE)
    report = examine_sheet(DEGREE, sheet, None, TODAY)
    again = read_sheet(rejected_sheet(sheet, {2: report.findings}, Language.EN), "b.xlsx", DEGREE)
    assert again.from_1904
    assert again.rows[0].cells[4] == "46203"


def test_the_same_rows_make_the_same_bytes():
    sheet = read_sheet(csv_bytes([graduate(1, 姓名="")]), "a.csv", DEGREE)
    report = examine_sheet(DEGREE, sheet, None, TODAY)
    one, other = (rejected_sheet(sheet, {2: report.findings}, Language.ZH) for _ in range(2))
    assert one == other


def test_both_rows_of_a_contested_number_are_set_aside_and_faults_of_the_sheet_are_not():
    rows = [graduate(1, 文件名=""), graduate(2, 文件名=""), graduate(1, 文件名="", 姓名="别人")]
    with FileBinder(1) as binder:
        drafted = draft_sheet(DEGREE, read_sheet(csv_bytes(rows), "a.csv", DEGREE), None, binder, TODAY)
    weighed = Weighed(drafted.drafts, (), (), ())
    aside = set_aside(drafted, weighed)
    assert {row: [found.code for found in each] for row, each in aside.rows.items()} == {2: ["I007"], 4: ["I001"]}
    assert [draft.row for draft in aside.weighed.new] == [3]
    assert aside.drafted.ok
    assert "第4行" in aside.rows[2][0].say(Language.ZH)
