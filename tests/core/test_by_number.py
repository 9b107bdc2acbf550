"""A site's answer by number (FORMAT §11.1): the same examination, and nothing told that was not typed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chopmark.core.examine import ChainSilence, Examination, conclude, examine, examine_offline
from chopmark.core.finding import Finding
from chopmark.core.verdict import Level, Part, State, Verdict
from chopmark.wording import Language
from tests.core.test_examine import GOOD, subject

NUMBER = "105331202605000123"
BY = frozenset({"certificate_number"})


def asked(**declared: Any) -> Examination:
    typed = {"certificate_number": NUMBER} | declared
    return examine(subject(file=None, found_by=BY, declared=typed), GOOD)


def codes(x: Examination) -> list[str]:
    return [finding.code for finding in x.findings]


def told(findings: tuple[Finding, ...]) -> str:
    return json.dumps([finding.as_json() for finding in findings], ensure_ascii=False)


def test_what_was_typed_agrees() -> None:
    x = asked(holder_name="王　莉", graduation_date="2026.6.30")
    assert (x.verdict, x.level, codes(x)) == (Verdict.PARTLY_VERIFIED, Level.FIELDS, ["V024"])
    assert x.fragment(Part.HOLDER).state is State.VALID
    assert "姓名、毕业日期" in x.findings[0].say(Language.ZH)


def test_the_number_alone_is_no_content() -> None:
    x = asked()
    assert (x.verdict, x.level, codes(x)) == (Verdict.MANUAL_REVIEW, Level.IDENTIFIER, ["V025"])
    assert x.verdict.exit_code == 3


@pytest.mark.parametrize("holder", ["王丽", "李雷", "王莉莉"])
def test_a_difference_comes_without_value_and_without_hint(holder: str) -> None:
    x = asked(holder_name=holder, major="力学")
    assert (x.verdict, x.level) == (Verdict.MISMATCH, Level.NONE)
    assert codes(x) == ["V003", "V007"]
    assert all(each.attested == "" and each.hint is None for each in x.comparisons)
    for secret in ("王莉", "计算机", "第2字", "异体"):
        assert secret not in told(x.findings).replace(holder, "")


def test_one_field_that_agrees_does_not_make_good_another_that_differs() -> None:
    x = asked(holder_name="王莉", major="力学")
    assert (x.verdict, x.level, codes(x)) == (Verdict.MISMATCH, Level.NONE, ["V003"])


def test_what_the_record_lacks_needs_a_human() -> None:
    x = asked(holder_name="王莉", holder_id="11010519491231002X")
    assert (x.verdict, x.level) == (Verdict.MANUAL_REVIEW, Level.FIELDS)
    assert codes(x) == ["V024", "V026"]
    assert asked(holder_id="11010519491231002X").level is Level.IDENTIFIER


def test_status_and_silence_rank_as_ever() -> None:
    typed = {"certificate_number": NUMBER, "holder_name": "王莉"}
    offline = examine_offline(subject(file=None, found_by=BY, declared=typed))
    assert conclude(offline, replace(GOOD, revoked=True)).verdict is Verdict.REVOKED
    assert conclude(offline, ChainSilence("…")).verdict is Verdict.CANNOT_CHECK
    assert conclude(offline, replace(GOOD, batch=None)).verdict is Verdict.NOT_REGISTERED


def test_a_bundle_in_hand_is_told_of_as_before() -> None:
    x = examine(subject(file=None, declared={"holder_name": "王丽"}), GOOD)
    assert x.comparisons[0].attested == "王莉"
    assert x.comparisons[0].hint is not None
