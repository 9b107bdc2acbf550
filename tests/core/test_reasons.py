"""Coded reasons."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chopmark.core.reasons import REASONS, find_reason, reason_wording
from chopmark.errors import UnknownThing
from chopmark.wording import Language

FORMAT = Path(__file__).resolve().parent.parent.parent / "docs" / "FORMAT.md"


def test_every_reason_fits_a_byte_and_has_its_own_names():
    assert all(0 <= code <= 255 and reason.code == code for code, reason in REASONS.items())
    for part in (lambda r: r.name, lambda r: r.wording.zh, lambda r: r.wording.en):
        assert len({part(reason) for reason in REASONS.values()}) == len(REASONS)


@pytest.mark.parametrize("reason", REASONS.values(), ids=lambda reason: reason.name)
def test_a_reason_is_found_by_whatever_people_type(reason):
    for of in reason.of:
        for text in (str(reason.code), reason.name, reason.wording.zh, reason.wording.en, f" {reason.name} "):
            assert find_reason(text, of) is reason


def test_a_reason_of_the_other_sort_is_not_taken():
    with pytest.raises(UnknownThing):
        find_reason("investigation")
    with pytest.raises(UnknownThing):
        find_reason("corrected", "accreditation")


def test_who_mistypes_is_told_what_there_is():
    with pytest.raises(UnknownThing) as caught:
        find_reason("oops")
    assert "entered-in-error (录入错误)" in caught.value.next_step(Language.ZH)
    assert "investigation" not in caught.value.next_step(Language.EN)


def test_a_code_from_a_newer_version_is_told_by_its_number():
    assert reason_wording(3).zh == "处分决定"
    assert reason_wording(200).en == "unknown reason (code 200)"


def test_the_format_lists_them_all():
    section = FORMAT.read_text(encoding="utf-8").split("### 8.5")[1].split("## 9")[0]
    listed = " ".join(section.split())
    for code, reason in REASONS.items():
        assert re.search(rf"\b{code} {re.escape(reason.wording.en)}", listed), reason
