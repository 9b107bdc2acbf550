"""Verdicts: their order, their words, their exit codes."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.core.verdict import Level, Part, State, Verdict, exit_code, settle

FORMAT = Path(__file__).resolve().parent.parent.parent / "docs" / "FORMAT.md"

#: FORMAT §11.1, from the strongest ground to the weakest.
ORDER = [
    "mismatch",
    "issuer_not_authorised",
    "revoked",
    "superseded",
    "suspended",
    "expired",
    "cannot_check",
    "not_registered",
    "manual_review",
    "partly_verified",
    "verified",
]


@pytest.mark.parametrize(("stronger", "weaker"), combinations(ORDER, 2))
def test_the_stronger_ground_speaks(stronger, weaker):
    assert settle([Verdict(weaker), Verdict(stronger)]) == stronger
    assert settle([Verdict(stronger), Verdict(weaker)]) == stronger


def test_without_any_ground_it_is_verified():
    assert settle([]) is Verdict.VERIFIED


@given(st.sets(st.sampled_from(Verdict)), st.sampled_from(Verdict))
def test_another_ground_never_makes_it_better(grounds, more):
    order = list(Verdict)
    assert order.index(settle(grounds | {more})) <= order.index(settle(grounds))


def test_the_table_of_the_format_has_this_order():
    table = FORMAT.read_text(encoding="utf-8").split("### 11.1")[1].split("## 12")[0]
    assert re.findall(r"^\| +\d+ \| (\w+) \|", table, re.MULTILINE) == ORDER == [str(v) for v in Verdict]


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ("verified", 0),
        ("partly_verified", 0),
        ("verified partly_verified", 0),
        ("mismatch", 1),
        ("issuer_not_authorised", 1),
        ("revoked", 1),
        ("superseded", 1),
        ("suspended", 1),
        ("expired", 1),
        ("cannot_check", 3),
        ("not_registered", 3),
        ("manual_review", 3),
        ("verified cannot_check", 3),
        ("cannot_check mismatch", 1),
        ("verified revoked not_registered", 1),
        ("", 0),
    ],
)
def test_a_command_ends_with_the_worst_of_its_materials(verdicts, code):
    given_verdicts = [Verdict(each) for each in verdicts.split()]
    assert exit_code(given_verdicts) == code
    if len(given_verdicts) == 1:
        assert given_verdicts[0].exit_code == code


@pytest.mark.parametrize("sort", [Verdict, State, Part, Level])
def test_everything_is_said_in_both_languages_and_nothing_says_forged(sort):
    said = [text for each in sort for text in (each.wording.zh, each.wording.en)]
    assert all(said)
    assert len(set(said)) == len(said)
    assert not re.search(r"fake|forged|假", " ".join(said), re.IGNORECASE)
