"""The notes of DOMAIN §4.3, each as a test: where the bugs of such checks live."""

from datetime import date

import pytest

from chopmark.core.identifiers import CHECKS, issue_plausible
from chopmark.core.identifiers.cn_serial import cn_serial
from chopmark.core.identifiers.doi import doi
from chopmark.core.identifiers.education import degree_certificate, education_certificate
from chopmark.core.identifiers.orcid import orcid
from chopmark.core.identifiers.patent import patent, patent_publication
from chopmark.core.identifiers.periodical import contents_line, pages, year
from chopmark.core.identifiers.regions import CN_REGIONS
from chopmark.core.identifiers.resident_id import resident_id
from chopmark.core.identifiers.serial import isbn, issn
from chopmark.core.identifiers.uscc import organisation_check_digit, uscc, uscc_check_character

TODAY = date(2026, 11, 22)


def why(checked):
    assert not checked.ok
    assert checked.why is not None
    return checked.why.zh


def with_check(first17):
    return first17 + uscc_check_character(first17)


# --- unified social credit code


@pytest.mark.parametrize("registrar", ["A1", "N2", "Y1", "G1"])
def test_uscc_may_begin_with_a_letter_which_stdnum_refuses(registrar):
    code = with_check(registrar + "350100M000100Y4")
    assert uscc(code, TODAY).ok


def test_uscc_region_must_be_digits():
    assert "3至8位" in why(uscc(with_check("913501A0M000100Y4"), TODAY))


def test_uscc_check_is_31_minus_the_remainder_not_the_remainder():
    # A copied sample returns table[sum % 31]: for this code that is W (28) instead of 3.
    assert uscc_check_character("91350100M000100Y4") == "3"


def test_uscc_with_a_wrong_embedded_organisation_code_only_warns():
    checked = uscc(with_check("91350100M000100Y5"), TODAY)
    assert checked.ok
    assert "组织机构代码" in checked.warnings[0].zh


@pytest.mark.parametrize(("code", "public"), [("12100000400002259P", True), ("91350100M000100Y43", False)])
def test_uscc_says_its_organisation_code_and_whether_it_is_a_public_body(code, public):
    facts = uscc(code, TODAY).facts
    assert facts["public_body"] is public
    assert organisation_check_digit(str(facts["organisation_code"])[:8]) == str(facts["organisation_code"])[-1]


def test_uscc_of_another_length_says_the_length():
    assert "17" in why(uscc("91350100M000100Y4", TODAY))


# --- resident identity number


def test_resident_id_says_nothing_about_the_person():
    assert resident_id("11010519491231002X", TODAY).facts == {}


def test_resident_id_born_tomorrow_is_refused_and_born_today_is_not():
    assert not resident_id("11010519491231002X", date(1949, 12, 30)).ok
    assert resident_id("11010519491231002X", date(1949, 12, 31)).ok


@pytest.mark.parametrize("day", ["18991231", "20230229", "20261123"])
def test_resident_id_with_an_impossible_birthday_is_refused(day):
    assert "出生日期" in why(resident_id(f"110105{day}0021", TODAY))


def test_resident_id_of_fifteen_digits_is_named_as_the_old_form():
    assert "15位" in why(resident_id("110105491231002", TODAY))


def test_resident_id_of_a_county_unknown_to_any_table_is_well_formed():
    # 999999 stands for a county founded after the table: only form, date and check character are looked at.
    from chopmark.core.identifiers.digits import mod11_2

    first = "99999920000101001"
    assert resident_id(first + mod11_2(first), TODAY).ok


# --- patents


@pytest.mark.parametrize(
    ("number", "kind", "pct"),
    [("201710601862.3", "发明", False), ("97101765.4", "发明", False)],
)
def test_patent_kind_is_told_by_its_digit(number, kind, pct):
    assert patent(number, TODAY).facts["kind"] == kind
    assert patent(number, TODAY).facts["pct"] is pct


@pytest.mark.parametrize(
    ("digit", "kind", "pct"),
    [
        ("1", "发明", False),
        ("2", "实用新型", False),
        ("3", "外观设计", False),
        ("8", "发明", True),
        ("9", "实用新型", True),
    ],
)
def test_every_kind_digit_of_the_long_form(digit, kind, pct):
    body = f"2017{digit}0601862"
    found = [checked for check in "0123456789X" if (checked := patent(f"ZL{body}.{check}", TODAY)).ok]
    assert [(c.facts["kind"], c.facts["pct"], c.facts["year"]) for c in found] == [(kind, pct, 2017)]


def test_patent_kind_digit_4_does_not_exist():
    assert not patent("201740601862.3", TODAY).ok


def test_patent_without_check_digit_is_not_well_formed():
    assert not patent("201710601862", TODAY).ok


@pytest.mark.parametrize("number", ["04101765.4", "200210601862.3", "202710601862.3"])
def test_patent_of_a_year_without_that_form_or_ahead_is_refused(number):
    assert "年没有" in why(patent(number, TODAY))


def test_patent_dots_spaces_and_prefixes_do_not_matter():
    forms = ["ZL 2017 1 0601862.3", "CN201710601862.3", "zl2017106018623", "ＺＬ２０１７１０６０１８６２．３"]
    assert {patent(form, TODAY).normal for form in forms} == {"ZL201710601862.3"}


def test_patent_publication_a_is_only_an_application():
    pending, granted = patent_publication("CN109934005A", TODAY), patent_publication("CN110971392B", TODAY)
    assert (pending.facts["granted"], granted.facts["granted"]) == (False, True)
    assert "未表示授权" in pending.warnings[0].zh
    assert granted.warnings == ()


@pytest.mark.parametrize(
    ("letter", "kind"),
    [("B", "发明"), ("C", "发明"), ("U", "实用新型"), ("Y", "实用新型"), ("S", "外观设计"), ("D", "外观设计")],
)
def test_patent_publication_letters(letter, kind):
    assert patent_publication(f"cn 110971392 {letter}", TODAY).facts["kind"] == kind


def test_patent_check_refuses_publication_numbers_and_the_other_way_round():
    assert not patent("CN110971392B", TODAY).ok
    assert not patent_publication("ZL201710601862.3", TODAY).ok


# --- CN serial numbers


def test_cn_region_10_exists_although_the_copied_list_omits_it():
    assert cn_serial("CN10-1321/G2", TODAY).facts["region"] == "北京"


@pytest.mark.parametrize("region", ["00", "16", "66", "71", "81", "82", "98", "99"])
def test_cn_regions_that_issue_none(region):
    assert region not in CN_REGIONS
    assert "地区号" in why(cn_serial(f"CN{region}-1000", TODAY))


@pytest.mark.parametrize("text", ["CN(HK)NR2207/R", "CN37-1000(HK)", "HK37-1000", "CN（HK）37-1000"])
def test_cn_of_hong_kong_is_no_domestic_number(text):
    assert "国内统一刊号" in why(cn_serial(text, TODAY))


@pytest.mark.parametrize(
    ("serial", "medium"),
    [
        ("0001", "报纸"), ("0999", "报纸"), ("1000", "印刷版期刊"), ("5999", "印刷版期刊"), ("6000", "网络连续出版物"),
        ("8999", "网络连续出版物"), ("9000", "电子连续出版物"), ("9999", "电子连续出版物"),
    ],
)  # fmt: skip
def test_cn_serial_range_says_the_medium_and_warns_if_it_is_not_printed(serial, medium):
    checked = cn_serial(f"CN43-{serial}", TODAY)
    assert checked.facts["medium"] == medium
    assert bool(checked.warnings) is (medium != "印刷版期刊")


def test_cn_subject_class_is_kept_beside_the_number():
    assert cn_serial("CN 37 - 1000 / TP3", TODAY).facts["subject"] == "TP3"


# --- ISSN, ISBN, DOI, ORCID


@pytest.mark.parametrize("label", ["ISSN ", "issn:", "eISSN ", "E-ISSN:", "pISSN ", "P-ISSN ", "ISSN-L "])
def test_issn_labels_are_dropped(label):
    assert issn(f"{label}1000-9825", TODAY).normal == "1000-9825"


@pytest.mark.parametrize("text", ["7-302-51185-3", "ISBN 7302511853", "ISBN-10: 7-302-51185-3"])
def test_isbn_of_ten_digits_becomes_thirteen(text):
    assert isbn(text, TODAY).normal == "9787302511854"


def test_isbn_of_ten_digits_has_its_own_check_character():
    assert isbn("7-302-51185-7", TODAY).wrong_digit


def test_isbn_of_nine_digits_is_not_completed_silently():
    assert not isbn("730251185", TODAY).ok


@pytest.mark.parametrize("text", ["ISBN 978-7-302-51185-4", "ISBN-13: 9787302511854", "ISBN13 9787302511854"])
def test_isbn_labels_are_dropped(text):
    assert isbn(text, TODAY).normal == "9787302511854"


def test_isbn_begins_with_978_or_979():
    assert not isbn("9777302511854", TODAY).ok


@pytest.mark.parametrize(
    "text",
    ["10.1038/ABC", "doi:10.1038/abc", "DOI: 10.1038/Abc", "http://dx.doi.org/10.1038/abc", "doi.org/10.1038/abc"],
)
def test_doi_has_no_case_and_no_address(text):
    assert doi(text, TODAY).normal == "10.1038/abc"


def test_doi_says_its_prefix_and_no_agency():
    # Many Chinese DOIs are CNKI's (10.13336) or ISTIC's (10.7666): that Crossref does not know one says nothing.
    assert dict(doi("10.13336/j.1003-6520.hve", TODAY).facts) == {"prefix": "10.13336"}


def test_doi_prefix_may_be_subdivided():
    assert doi("10.1000.10/123", TODAY).ok


def test_orcid_with_its_address():
    assert orcid("https://orcid.org/0000-0002-1825-0097", TODAY).normal == "0000-0002-1825-0097"


# --- diplomas: hints only


@pytest.mark.parametrize(
    ("digits", "level"), [("01", "博士"), ("02", "硕士"), ("04", "第二学士学位"), ("05", "本科"), ("06", "专科")]
)
def test_education_certificate_says_school_year_and_level(digits, level):
    checked = education_certificate(f"1000112026{digits}000123", TODAY)
    assert dict(checked.facts) == {"school": "10001", "study": "普通", "year": 2026, "level": level}


@pytest.mark.parametrize("number", ["10001120260500012", "100011202605000123"])
def test_education_certificate_has_17_or_18_digits(number):
    assert education_certificate(number, TODAY).ok


@pytest.mark.parametrize(
    "number", ["100012202605000123", "100011202609000123", "100011202705000123", "100011194805000123", "ABC"]
)
def test_education_certificate_that_is_unusual(number):
    assert not education_certificate(number, TODAY).ok


@pytest.mark.parametrize(
    ("number", "degree"), [("1000122026000123", "博士"), ("1000132026000123", "硕士"), ("1000142026000123", "学士")]
)
def test_degree_digit_4_is_bachelor_and_not_3(number, degree):
    assert degree_certificate(number, TODAY).facts["degree"] == degree


@pytest.mark.parametrize("number", ["C1000142026000123", "Z1000132026000123", "10001S42026000123", "1000142026E000123"])
def test_degree_number_may_carry_one_letter(number):
    assert degree_certificate(number, TODAY).ok


@pytest.mark.parametrize("number", ["1000152026000123", "1000142027000123", "CC1000142026000123", "12"])
def test_degree_number_that_is_unusual(number):
    assert not degree_certificate(number, TODAY).ok


# --- years, pages, contents, issues


@pytest.mark.parametrize("text", ["2026", "２０２６", "2026年", "1665", "2027"])
def test_year(text):
    assert year(text, TODAY).ok


@pytest.mark.parametrize("text", ["26", "2028", "1664", "20260", "year"])
def test_no_year(text):
    assert not year(text, TODAY).ok


@pytest.mark.parametrize(
    ("text", "normal", "first"),
    [
        ("12-18", "12-18", "12"), ("第12–18页", "12-18", "12"), ("pp. 12-18", "12-18", "12"),
        ("Pages 012-018", "12-18", "012"),
        ("12", "12", "12"), ("e013", "E013", "E013"), ("S12-S18", "S12-S18", "S12"), ("12-18, 25", "12-18,25", "12"),
        ("12-18+25", "12-18,25", "12"),
    ],
)  # fmt: skip
def test_pages(text, normal, first):
    assert pages(text, TODAY).normal == normal
    assert pages(text, TODAY).facts["first"] == first


@pytest.mark.parametrize("text", ["18-12", "12-", "页", "12--18", "xii", "1,,2"])
def test_no_pages(text):
    assert not pages(text, TODAY).ok


def test_contents_line_keeps_what_was_given():
    checked = contents_line(" 12–18 ｜ 示例　题名 | 王丽、李雷 ", TODAY)
    assert checked.normal == "12-18|示例 题名|王丽、李雷"
    assert checked.facts["pages"] == "12–18"


@pytest.mark.parametrize("text", ["12|题名", "12||王丽", "x y|题名|王丽", "12|a|b|c"])
def test_no_contents_line(text):
    assert not contents_line(text, TODAY).ok


def test_an_editorial_has_no_author():
    assert contents_line("1|卷首语|", TODAY).ok


@pytest.mark.parametrize(
    ("frequency", "issue", "month"),
    [("旬刊", 8, 3), ("月刊", 3, 3), ("月刊", 3, None), ("周刊", 52, 1), ("年刊", 1, 2)],
)
def test_plausible_issue(frequency, issue, month):
    assert issue_plausible(frequency, issue, month) is None


@pytest.mark.parametrize(
    ("frequency", "issue", "month"), [("月刊", 13, None), ("月刊", 8, 3), ("季刊", 0, None), ("季刊", 5, None)]
)
def test_implausible_issue(frequency, issue, month):
    assert issue_plausible(frequency, issue, month) is not None


def test_an_unknown_frequency_has_nothing_odd():
    assert issue_plausible("不定期", 99, 1) is None


def test_checks_are_a_closed_list():
    with pytest.raises(TypeError):
        CHECKS["new"] = doi  # type: ignore[index]
