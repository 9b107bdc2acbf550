"""kinds.claims: everything wrong with one credential, at once."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.kinds import all_kinds, examine_claims, find_kind, split_list
from chopmark.wording import Language

TODAY = date(2026, 11, 22)

DEGREE = {
    "holder_name": "王丽",
    "school": "示例大学",
    "level": "本科",
    "major": "土木工程",
    "graduation_date": "2026-06-30",
    "certificate_number": "100011202605000123",
}
PAPER = {
    "title": "示例混凝土的耐久性",
    "authors": "王丽；买买提·艾力",
    "journal": "示例学报",
    "year": "2026",
    "issue": "3",
    "pages": "12-18",
}
PATENT = {
    "number": "ZL201710601862.3",
    "title": "一种示例装置",
    "kind": "发明",
    "inventors": "王丽",
    "owners": "示例大学",
    "granted_on": "2019-10-11",
}
ISSUE = {
    "journal": "示例学报",
    "cn": "CN37-1000/TU",
    "year": "2026",
    "issue": "3",
    "articles": "1|卷首语|\n12-18|示例混凝土的耐久性|王丽、买买提·艾力",
}
WHOLE = {"degree": DEGREE, "paper": PAPER, "patent": PATENT, "issue": ISSUE}


def examine(code, **changes):
    return examine_claims(find_kind(code), {**WHOLE[code], **changes}, TODAY)


def codes(findings):
    return [finding.code for finding in findings]


def placed(findings):
    return [(finding.code, finding.place.field) for finding in findings]


@pytest.mark.parametrize("code", sorted(WHOLE))
def test_a_right_credential_has_no_findings(code):
    examined = examine(code)
    assert examined.ok
    assert examined.findings == examined.warnings == ()


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.code)
def test_every_example_is_right(kind):
    examined = examine_claims(kind, {f.name: f.example for f in kind.fields}, TODAY)
    assert examined.findings == examined.warnings == ()


def test_all_that_is_wrong_is_said_at_once():
    examined = examine(
        "degree",
        holder_name="",
        holder_id="110105194912310021",
        school="示例\u202e大学",
        level="大学",
        graduation_date="2026-02-30",
        major="x" * 10_001,
        nickname="丽丽",
    )
    assert sorted(placed(examined.findings)) == [
        ("I010", "holder_name"),
        ("I012", "holder_id"),
        ("I013", "graduation_date"),
        ("I014", "major"),
        ("I015", "school"),
        ("I016", "nickname"),
        ("I017", "level"),
    ]
    assert not examined.ok
    assert dict(examined.claims) == {"certificate_number": "100011202605000123"}


def test_every_finding_can_be_said_in_both_languages():
    examined = examine("degree", holder_id="1", level="{x}", graduation_date="{0}", **{"{y}": "z"})
    for finding in examined.findings:
        for language in Language:
            assert "…" not in finding.say(language)
            assert finding.next_step(language)


def test_text_is_kept_as_given_but_for_outer_white_space():
    claims = examine("degree", holder_name="\u3000王　丽 \n", school="ＡＢＣ①").claims
    assert claims["holder_name"] == "王　丽"
    assert claims["school"] == "ＡＢＣ①"


def test_what_is_absent_is_absent():
    assert "mode" not in examine("degree", mode="  ").claims


def test_dates_become_iso():
    assert examine("degree", graduation_date="２０２６年６月３０日").claims["graduation_date"] == "2026-06-30"


@pytest.mark.parametrize("text", ["1899-12-31", "0202-06-30", "2026-06-31", "46203", "昨天"])
def test_impossible_dates(text):
    assert codes(examine("degree", graduation_date=text).findings) == ["I013"]


def test_a_date_ahead_only_warns():
    examined = examine("degree", graduation_date="2027-06-30", certificate_number="x1")
    assert examined.ok
    assert ("I018", "graduation_date") in placed(examined.warnings)


@pytest.mark.parametrize(
    "bad",
    [
        "\x00",
        "\x1b",
        "\x7f",
        "\x85",
        "\u2028",
        "\u2029",
        "\u202e",
        "\u2066",
        "\ufffd",
        "\ufffe",
        "\ufdd0",
    ],
)
def test_characters_that_cannot_be_used(bad):
    examined = examine("degree", holder_name=f"王{bad}丽")
    assert codes(examined.findings) == ["I015"]
    said = examined.findings[0].say(Language.ZH)
    assert f"U+{ord(bad):04X}" in said
    assert said.encode("utf-8")
    if bad != "\ufffd":
        assert bad not in said


def test_half_characters_cannot_be_used_and_can_still_be_talked_about():
    for half in (chr(0xD800), chr(0xDFFF)):
        examined = examine("degree", holder_name=f"王{half}丽")
        assert codes(examined.findings) == ["I015"]
        assert str(examined.findings[0].as_json()).encode("utf-8")


def test_a_line_break_in_a_text_is_refused_and_in_a_list_parts_it():
    assert codes(examine("paper", title="示例\n混凝土").findings) == ["I015"]
    assert examine("paper", authors="王丽\r\n买买提·艾力\r李雷").claims["authors"] == ("王丽", "买买提·艾力", "李雷")


@pytest.mark.parametrize("char", ["\u200b", "\ufeff", "\ue123"])
def test_invisible_and_private_use_characters_warn(char):
    examined = examine("degree", holder_name=f"王{char}丽")
    assert examined.ok
    assert placed(examined.warnings) == [("I018", "holder_name")]
    assert examined.claims["holder_name"] == f"王{char}丽"


def test_a_wide_space_inside_is_nothing_odd():
    assert examine("degree", holder_name="王\u3000丽").warnings == ()


def test_a_resident_id_is_masked_wherever_it_is_said():
    for number in ("110105194912310021", "11010519491331002X", "123", "1101051949"):
        examined = examine("degree", holder_id=number)
        assert examined.findings
        for finding in examined.findings:
            assert number not in str(finding.as_json())


def test_a_lint_check_warns_and_refuses_nothing():
    examined = examine("degree", certificate_number="旧-1998-7")
    assert examined.ok
    assert placed(examined.warnings) == [("I018", "certificate_number")]


def test_the_diploma_number_is_compared_with_level_year_and_degree():
    examined = examine(
        "degree", level="硕士", graduation_date="2025-06-30", degree_name="工学硕士", degree_number="1000142026000123"
    )
    assert examined.ok
    assert placed(examined.warnings) == [("I019", "level"), ("I019", "graduation_date"), ("I019", "degree_name")]


@pytest.mark.parametrize("name", ["工学学士", ""])
def test_a_fitting_degree_number_is_silent(name):
    assert examine("degree", degree_name=name, degree_number="1000142026000123").warnings == ()


def test_a_choice_is_taken_without_regard_to_width():
    assert examine("patent", kind="发 明").findings[0].code == "I017"
    assert examine("patent", kind=" 发明\u200b").claims["kind"] == "发明"


def test_an_invention_with_the_digit_of_a_utility_model_is_refused():
    body = "201720601862"
    number = next(n for c in "0123456789X" if examine("patent", number=(n := f"{body}.{c}"), kind="实用新型").ok)
    examined = examine("patent", number=number, kind="发明")
    assert placed(examined.findings) == [("I019", "kind")]
    assert "实用新型" in examined.findings[0].say(Language.ZH)


def test_a_published_application_offered_as_grant_warns():
    examined = examine("patent", grant_number="CN109934005A")
    assert examined.ok
    assert placed(examined.warnings) == [("I018", "grant_number")]


def test_a_grant_letter_of_another_kind_and_another_filing_year_warn():
    examined = examine("patent", grant_number="CN110971392U", applied_on="2018-01-02")
    assert placed(examined.warnings) == [("I019", "grant_number"), ("I019", "applied_on")]


def test_a_patent_granted_before_it_was_applied_for_is_refused():
    assert placed(examine("patent", applied_on="2019-10-12").findings) == [("I019", "granted_on")]
    assert examine("patent", applied_on="2017-07-21").ok


def test_a_wrong_patent_number_is_said_once():
    assert placed(examine("patent", number="201710601862.4").findings) == [("I012", "number")]


def test_paper_dates_that_do_not_fit_warn():
    examined = examine("paper", received_on="2026-05-01", published_on="2025-03-01")
    assert examined.ok
    assert placed(examined.warnings) == [("I019", "published_on"), ("I019", "published_on")]


def test_a_paper_published_in_its_year_is_silent():
    assert examine("paper", received_on="2025-05-01", published_on="2026-03-01").warnings == ()


def test_an_online_serial_number_for_a_journal_warns():
    assert placed(examine("paper", cn="CN43-7772/R").warnings) == [("I018", "cn")]


@pytest.mark.parametrize(("year", "code"), [("26", "I011"), ("二〇二六", "I011"), ("2099", "I011")])
def test_impossible_years(year, code):
    assert codes(examine("paper", year=year).findings) == [code]


def test_a_year_is_a_number():
    assert examine("paper", year="2026年").claims["year"] == 2026


def test_an_issue_that_the_frequency_cannot_have_warns():
    assert placed(examine("issue", frequency="月刊", issue="13").warnings) == [("I019", "issue")]
    assert placed(examine("issue", frequency="月刊", issue="8", published_on="2026-03-01").warnings) == [
        ("I019", "issue")
    ]


@pytest.mark.parametrize("issue", ["3-4", "增刊1", "3"])
def test_double_issues_and_supplements_are_not_counted(issue):
    assert examine("issue", frequency="月刊", issue=issue).warnings == ()


def test_a_wrong_line_of_contents_is_named_and_the_others_too():
    examined = examine("issue", articles="1|卷首语|\n没有竖线\n12-x|题名|王丽")
    assert placed(examined.findings) == [("I011", "articles"), ("I011", "articles")]
    assert "articles" not in examined.claims


def test_contents_have_one_line_each_whatever_commas_they_hold():
    assert len(examine("issue").claims["articles"]) == 2
    assert len(examine("issue", articles="1-2|甲；乙，丙|王丽; 李雷").claims["articles"]) == 1


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("王丽；买买提·艾力;李雷、韩梅，甲", ("王丽", "买买提·艾力", "李雷", "韩梅", "甲")),
        ("王丽, 李雷", ("王丽", "李雷")),
        ("Zhang, Wei; Li, Na", ("Zhang, Wei", "Li, Na")),
        ("Ｚhang, Wei", ("Ｚhang, Wei",)),
        ("示例公司；Acme Co., Ltd.", ("示例公司", "Acme Co., Ltd.")),
        ("；、,", ()),
    ],
)
def test_entries_of_a_list(text, entries):
    assert split_list(find_kind("paper").field("authors"), text) == entries


def test_a_list_of_nothing_but_marks_is_empty():
    assert codes(examine("paper", authors="；；").findings) == ["I010"]
    assert codes(examine("paper", authors=["", " "]).findings) == ["I010"]


def test_lists_and_numbers_from_json():
    examined = examine("paper", authors=["王丽 ", "Zhang, Wei"], year=2026)
    assert examined.ok
    assert examined.claims["authors"] == ("王丽", "Zhang, Wei")
    assert examined.claims["year"] == 2026


def test_entries_from_json_are_examined_too():
    assert codes(examine("paper", authors=["王\n丽"]).findings) == ["I015"]
    assert codes(examine("paper", authors=["王" * 5001]).findings) == ["I014"]
    assert codes(examine("issue", articles=["?"]).findings) == ["I011"]


@pytest.mark.parametrize("value", [["王丽"], True, None, 1.5, {"a": 1}])
def test_what_is_no_single_value_is_refused(value):
    assert codes(examine("degree", holder_name=value).findings) == ["I011"]


@pytest.mark.parametrize(
    ("code", "field"),
    [
        ("degree", "holder_name"),
        ("paper", "authors"),
        ("paper", "year"),
        ("degree", "graduation_date"),
        ("patent", "kind"),
    ],
)
def test_every_sort_of_required_field_may_not_be_empty(code, field):
    assert placed(examine(code, **{field: " "}).findings) == [("I010", field)]


def test_a_long_value_is_shortened_in_what_is_said():
    finding = examine("degree", major="专" * 300).findings[0]
    assert finding.code == "I014"
    assert len(finding.place.value) == 41


@given(st.sampled_from(sorted(WHOLE)), st.data())
def test_any_text_in_any_field_gets_an_answer(code, data):
    kind = find_kind(code)
    given_ = {f.name: data.draw(st.text(max_size=30) | st.just(f.example)) for f in kind.fields}
    examined = examine_claims(kind, given_, TODAY)
    for finding in examined.findings + examined.warnings:
        assert finding.say(Language.ZH).encode("utf-8")
        assert finding.place.field in given_
    if examined.ok:
        assert {f.name for f in kind.fields if f.required} <= examined.claims.keys()
        again = examine_claims(kind, examined.claims, TODAY)
        assert again.claims == examined.claims
        assert again.ok


@given(st.text(max_size=60))
def test_a_text_that_passes_is_the_given_one_trimmed(text):
    examined = examine("degree", major=text)
    if examined.ok:
        assert examined.claims["major"] == text.strip()


def test_what_nobody_can_see_does_not_fill_a_required_field():
    found = examine_claims(find_kind("degree"), {"holder_name": "\u200b\u2060"}, TODAY)
    assert "I010" in [f.code for f in found.findings if f.place.field == "holder_name"]
