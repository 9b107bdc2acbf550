"""core.normal: the one written form, against DOMAIN §4.1 and its notes on names."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.core.normal import INVISIBLE, norm_date, norm_name, norm_text

NAME_DOTS = "\u2022\u2027\u2219\u22c5\u30fb\uff65\u0387\u00b7"
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d-"


@pytest.mark.parametrize("dot", NAME_DOTS)
def test_every_name_dot_is_the_same_dot(dot):
    assert norm_name(f"买买提{dot}艾力") == "买买提·艾力"
    assert norm_name(f"买买提 {dot} 艾力") == "买买提·艾力"


def test_nfkc_alone_would_not_unify_name_dots():
    assert unicodedata.normalize("NFKC", "买买提\u2022艾力") != "买买提·艾力"


@pytest.mark.parametrize("dash", DASHES)
def test_every_dash_is_a_hyphen(dash):
    assert norm_text(f"12{dash}18") == "12-18"


@pytest.mark.parametrize("char", INVISIBLE)
def test_characters_without_width_vanish(char):
    assert norm_text(f"王{char}丽") == "王丽"


def test_ascii_and_full_width_spaces_in_a_han_name_vanish():
    assert norm_name("王 丽") == norm_name("王\u3000丽") == norm_name(" 王丽 ") == "王丽"


def test_spaces_in_a_latin_name_stay_one_each():
    assert norm_name("Ada  B.\tLovelace") == "ada b. lovelace"


def test_full_width_digits_and_letters_fold():
    assert norm_text("ＣＮ３７－１０００") == "CN37-1000"


def test_variant_and_traditional_characters_are_never_mapped():
    assert norm_name("王麗") != norm_name("王丽")
    assert norm_name("王喆") != norm_name("王哲")


@given(st.text())
def test_norm_text_is_settled_after_once(text):
    assert norm_text(norm_text(text)) == norm_text(text)


@given(st.text())
def test_norm_name_is_settled_after_once(text):
    assert norm_name(norm_name(text)) == norm_name(text)


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_ascii_takes_the_short_way_to_the_same_form(text):
    assert norm_text(text) == norm_text(text + "\u200b")


@given(st.text(alphabet="王丽买提·艾力 ab\u3000\u2022"))
def test_spaces_around_change_no_name(text):
    assert norm_name(f" {text}\u3000") == norm_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-30", "2026/6/30", "2026.6.30", "2026年6月30日", "20260630",
        "２０２６－０６－３０", "２０２６年６月３０日",
        "2026 年 6 月 30 日", "2026–06–30", "2026. 6. 30", " 2026-06-30\u3000", "2026-06-30 00:00:00", "2026/6/30 0:00",
        "2026-06-30T14:30:00", "2026-06-30 14:30:00.000",
    ],
)  # fmt: skip
def test_common_forms_of_one_day(text):
    assert norm_date(text) == "2026-06-30"


@pytest.mark.parametrize(
    "text",
    [
        "", "2026-02-30", "2026-13-01", "2026-00-10", "30/06/2026", "06/30/26", "26-06-30", "2026-6", "2026年6月",
        "202606",
        "2026630", "2026-06/30", "46203", "6月30日", "today", "٢٠٢٦-٠٦-٣٠", "0000-01-01", "2026-06-30 noon",
    ],
)  # fmt: skip
def test_impossible_ambiguous_and_partial_dates_are_none(text):
    assert norm_date(text) == ""


@given(
    st.dates(), st.sampled_from(["{:%Y-%m-%d}", "{0.year:04}/{0.month}/{0.day}", "{0.year:04}年{0.month}月{0.day}日"])
)
def test_every_day_reads_back(day: date, form: str):
    written = day.isoformat() if form.startswith("{:%Y") else form.format(day)
    assert norm_date(written) == day.isoformat()
