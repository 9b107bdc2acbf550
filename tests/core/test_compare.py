"""core.compare: equal where spelling means nothing, and a hint where it might."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.core.compare import difference, normal_value, same
from chopmark.core.identifiers import CHECKS
from chopmark.wording import Language


def zh(comparison):
    return comparison.hint.fact(Language.ZH, {}) if comparison.hint else ""


def en(comparison):
    return comparison.hint.fact(Language.EN, {}) if comparison.hint else ""


@pytest.mark.parametrize(
    ("sort", "declared", "attested"),
    [
        ("name", "王　丽", "王丽"),
        ("name", "买买提•艾力", "买买提·艾力"),
        ("text", "ＡＢＣ  d", "abc D"),
        ("date", "2026年6月30日", "2026-06-30"),
        ("integer", "２０２６", 2026),
        ("integer", "007", 7),
        ("names", ("王 丽", "Ada Lovelace"), ("王丽", "ADA  LOVELACE")),
        ("list", ("a", "b"), ("A", "B")),
        ("list", "a", ("a",)),
        ("patent", "201710601862.3", "ZL201710601862.3"),
        ("doi", "https://doi.org/10.1038/S41586-021-03819-2", "10.1038/s41586-021-03819-2"),
        ("cn_serial", "CN 37-1000", "ＣＮ３７－１０００/TP"),
        ("pages", "第12–18页", "12-18"),
        ("issn", "ISSN 1000-9825", "10009825"),
        ("resident_id", "11010519491231002x", "11010519491231002X"),
        ("education_certificate", "custom-1", "CUSTOM-1"),
    ],
)
def test_the_same_in_another_spelling(sort, declared, attested):
    assert same(sort, declared, attested).equal
    assert same(sort, declared, attested).hint is None


def test_one_other_character_is_named_with_its_position():
    assert zh(same("name", "王莉", "王丽")) == "第2字：莉≠丽"
    assert en(same("name", "王 莉", "王丽")) == "character 2: 莉≠丽"


@pytest.mark.parametrize(("declared", "attested"), [("王麗", "王丽"), ("王㛃", "王洁"), ("\U00020bb7田", "吉田")])
def test_variant_and_rare_characters_differ_and_go_to_a_human(declared, attested):
    found = same("name", declared, attested)
    assert not found.equal
    assert "疑似异体字/生僻字差异" in zh(found)
    assert "human" in en(found)


def test_a_variant_beside_a_plain_difference_is_a_plain_difference():
    assert "疑似" not in zh(same("name", "张麗莉莉", "张丽丽莉"))


def test_several_differences_are_all_named():
    assert zh(same("name", "甲乙丙丁", "甲一丙二")) == "第2字：乙≠一，第4字：丁≠二"


def test_quite_other_texts_have_no_hint():
    assert same("name", "王丽", "买提").hint is None
    assert same("name", "", "王丽").hint is None
    assert same("text", "long title", "another one altogether").hint is None


def test_a_surplus_is_counted():
    assert zh(same("name", "王丽丽", "王丽")) == "比登记多1个字符"
    assert en(same("name", "王丽", "王丽丽")) == "1 characters fewer than attested"


def test_order_of_authors_counts():
    found = same("names", ("王丽", "买买提·艾力"), ("买买提·艾力", "王丽"))
    assert not found.equal
    assert zh(found) == "内容相同，顺序不同"


def test_another_number_of_entries_is_said():
    assert zh(same("names", ("王丽",), ("王丽", "李雷"))) == "填报1项，登记2项"


def test_the_first_other_entry_is_named_with_its_difference():
    assert zh(same("names", ("李雷", "王莉"), ("李雷", "王丽"))) == "第2项“王莉”≠“王丽”（第2字：莉≠丽）"
    assert zh(same("names", ("李雷", "甲"), ("李雷", "乙丙"))) == "第2项“甲”≠“乙丙”"


def test_braces_in_names_are_only_characters():
    assert zh(same("text", "a{x}b", "a{y}b")) == "第3字：x≠y"
    assert zh(same("names", ("{0}x",), ("{0}y",))) == "第1项“{0}x”≠“{0}y”（第4字：x≠y）"
    assert zh(same("text", "ab{", "ab}")) == "第3字：{≠}"


@given(st.sampled_from([*sorted(CHECKS), "text", "name", "date", "integer"]), st.text(max_size=30))
def test_every_text_equals_itself_in_every_sort(sort, text):
    assert same(sort, text, text).equal


@given(st.text(max_size=8), st.text(max_size=8))
def test_comparing_is_symmetric_and_hints_can_be_said(a, b):
    one, other = same("name", a, b), same("name", b, a)
    assert one.equal == other.equal
    assert zh(one) is not None
    assert (one.hint is None) == (other.hint is None)


@given(st.lists(st.text(max_size=4), max_size=4).map(tuple), st.lists(st.text(max_size=4), max_size=4).map(tuple))
def test_comparing_lists_never_fails(a, b):
    assert same("names", a, b).equal == ([normal_value("names", x) for x in a] == [normal_value("names", x) for x in b])


def test_difference_of_equal_texts_is_none():
    assert difference("a", "a") is None
