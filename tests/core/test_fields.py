"""Declared fields beside claims."""

from __future__ import annotations

import pytest

from _vectors import bundles
from chopmark.core.bundle import open_bundle
from chopmark.core.fields import agree, compare_fields, judge_fields, labels_of, labels_to_compare, shown
from chopmark.core.subject import Subject
from chopmark.core.verdict import State, Verdict
from chopmark.kinds.load import load_kinds
from chopmark.wording import Language

KINDS = load_kinds()
DEGREE = KINDS["degree"]
OPENED = open_bundle(bundles.good()["a degree in a batch of 13"])
PAPER = open_bundle(bundles.good()["a paper with a list, a number and a rare character"])


def compared(declared, opened=OPENED, kind=DEGREE):
    return compare_fields(Subject(bundle=b"", declared=declared), opened, kind)


def test_what_is_typed_differently_and_means_the_same_is_equal():
    (name, date) = compared({"holder_name": "王　莉", "graduation_date": "2026年6月30日"})
    assert name.equal
    assert date.equal
    assert (name.declared, name.attested) == ("王　莉", "王莉")


def test_another_name_is_different_and_the_hint_says_where():
    (name,) = compared({"holder_name": "王丽"})
    assert name.equal is False
    assert name.hint is not None
    assert "第2字" in name.hint.fact(Language.ZH, {})


def test_lists_are_compared_in_order():
    (same,) = compared({"authors": ("王莉", "买买提•艾力", "J. MÜLLER")}, PAPER, KINDS["paper"])
    (other,) = compared({"authors": ("买买提·艾力", "王莉", "J. Müller")}, PAPER, KINDS["paper"])
    assert same.equal
    assert other.equal is False
    assert same.attested == "王莉；买买提·艾力；J. Müller"


def test_what_is_not_disclosed_is_neither_equal_nor_different():
    (mode,) = compared({"mode": "普通全日制"})
    (unknown,) = compared({"gpa": "4.0"})
    assert mode.equal is None
    assert unknown.equal is None
    assert unknown.label.zh == "gpa"
    assert not agree([mode, unknown])


def test_of_an_unknown_kind_nothing_can_be_compared():
    (name,) = compared({"holder_name": "王莉"}, kind=None)
    assert name.equal is None


def test_agreement_needs_one_equal_field_and_none_that_differs():
    equal, different, hidden = (
        compared({"holder_name": name})[0] if field == "holder_name" else compared({field: name})[0]
        for field, name in (("holder_name", "王莉"), ("school", "别的学校"), ("mode", "x"))
    )
    assert agree([equal])
    assert agree([equal, hidden])
    assert not agree([equal, different])
    assert not agree([hidden])
    assert not agree([])


def test_the_holder_is_judged_apart_from_the_rest():
    comparisons = compared({"holder_name": "王丽", "school": "东方理工大学"})
    integrity, holder, grounds = judge_fields(DEGREE, comparisons, State.VALID, [])
    assert (integrity.state, holder.state) == (State.VALID, State.INVALID)
    assert [finding.code for finding in holder.findings] == ["V007"]
    assert grounds == {Verdict.MISMATCH}


def test_without_a_declared_holder_that_part_is_skipped():
    _, holder, grounds = judge_fields(DEGREE, compared({"school": "东方理工大学"}), State.VALID, [])
    assert holder.state is State.SKIPPED
    assert grounds == set()


def test_a_private_value_is_not_repeated_in_a_finding():
    claims = {**bundles.DEGREE, "holder_id": "11010519491231002X"}
    opened = open_bundle(bundles.bundled(bundles.credential("private", claims)))
    comparisons = compared({"holder_id": "110105194912310021"}, opened)
    _, holder, _ = judge_fields(DEGREE, comparisons, State.VALID, [])
    (finding,) = holder.findings
    for language in Language:
        assert "1101" not in finding.say(language)
    assert comparisons[0].attested == "11010519491231002X"


@pytest.mark.parametrize(("value", "text"), [("甲", "甲"), (2026, "2026"), (("甲", "乙"), "甲；乙"), (None, "")])
def test_a_claim_is_shown_on_one_line(value, text):
    assert shown(value) == text


def test_labels_are_listed_in_the_kinds_order():
    comparisons = compared({"school": "东方理工大学", "holder_name": "王莉", "level": "专科"})
    assert labels_of(comparisons).en.count(",") == 1
    by_eye = labels_to_compare(OPENED, DEGREE)
    assert by_eye.zh.index("姓名") < by_eye.zh.index("编号")
    assert labels_to_compare(OPENED, None).en.startswith(next(iter(OPENED.claims)))
    hidden = open_bundle(bundles.good()["the degree, nothing disclosed"])
    assert labels_to_compare(hidden, DEGREE).zh == "（未披露任何字段）"


def test_the_hint_of_a_private_field_tells_no_character():
    claims = {**bundles.DEGREE, "holder_id": "11010519491231002X"}
    opened = open_bundle(bundles.bundled(bundles.credential("private hint", claims)))
    (comparison,) = compared({"holder_id": "110105194912310021"}, opened)
    assert (comparison.equal, comparison.hint) == (False, None)
