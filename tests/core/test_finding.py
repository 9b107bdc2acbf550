"""Findings: what a check says, where, and in which language."""

from __future__ import annotations

import pytest

from chopmark.core.catalogue import CATALOGUE
from chopmark.core.finding import Finding, Place
from chopmark.wording import Language, Wording

PLACE = Place(file="毕业生.xlsx", row=7, column="证书编号", field="certificate_number", value="x")


def test_a_place_is_said_widest_part_first():
    assert PLACE.say(Language.ZH) == "毕业生.xlsx，第7行，“证书编号”列"
    assert PLACE.say(Language.EN) == "毕业生.xlsx, row 7, column “证书编号”"
    assert Place(field="level").say(Language.ZH) == "字段“level”"
    assert Place(field="level").say(Language.EN) == "field “level”"
    assert Place().say(Language.EN) == ""


def test_a_finding_is_printed_in_both_languages_with_its_place():
    finding = Finding("V003", {"label": Wording("学校", "school"), "declared": "甲", "attested": "乙"}, PLACE)
    printed = finding.as_json()
    assert printed["code"] == "V003"
    assert printed["message"] == {
        "zh": "字段不一致：学校 填报“甲”，登记“乙”",
        "en": "Field differs: school declared “甲”, attested “乙”",
    }
    assert printed["place"] == {
        "file": "毕业生.xlsx",
        "row": 7,
        "column": "证书编号",
        "field": "certificate_number",
        "value": "x",
    }
    assert "place" not in Finding("V001").as_json()


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_has_a_sentence_and_its_step_in_both_languages_or_in_none(code):
    wording = CATALOGUE[code]
    assert wording.zh
    assert wording.en
    assert bool(wording.zh_next) == bool(wording.en_next)
    assert not any(word in f"{wording.zh}{wording.en}".lower() for word in ("forged", "fake", "伪造", "造假"))
