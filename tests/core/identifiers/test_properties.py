"""Check digits as properties, and python-stdnum as a second opinion where it is right."""

from datetime import date

import stdnum.cn.uscc
import stdnum.isbn
import stdnum.iso7064.mod_11_2
import stdnum.issn
from hypothesis import given
from hypothesis import strategies as st

from chopmark.core.identifiers import CHECKS
from chopmark.core.identifiers.digits import mod11_2
from chopmark.core.identifiers.uscc import uscc_check_character

TODAY = date(2026, 11, 22)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def digits(n):
    return st.text("0123456789", min_size=n, max_size=n)


@given(digits(15))
def test_mod11_2_agrees_with_stdnum(text):
    assert mod11_2(text) == stdnum.iso7064.mod_11_2.calc_check_digit(text)


@given(digits(17), st.data())
def test_one_changed_digit_or_two_neighbours_exchanged_are_always_seen(text, data):
    number = text + mod11_2(text)
    at = data.draw(st.integers(0, 15))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != number[at]]))
    assert mod11_2(number[:at] + other + number[at + 1 : 17]) != number[17]
    if number[at] != number[at + 1]:
        assert mod11_2(number[:at] + number[at + 1] + number[at] + number[at + 2 : 17]) != number[17]


@given(digits(8), st.text(ALPHABET, min_size=9, max_size=9))
def test_uscc_agrees_with_stdnum_where_it_reads_them(first8, rest):
    assert stdnum.cn.uscc.calc_check_digit(first8 + rest) == uscc_check_character(first8 + rest)
    code = first8 + rest + uscc_check_character(first8 + rest)
    assert CHECKS["uscc"](code, TODAY).ok


@given(digits(7), st.sampled_from("0123456789X"))
def test_issn_agrees_with_stdnum_but_for_all_zeros(text, check):
    expected = stdnum.issn.is_valid(text + check) and text + check != "00000000"
    assert CHECKS["issn"](text + check, TODAY).ok == expected


@given(st.sampled_from(["978", "979"]), digits(10))
def test_isbn13_agrees_with_stdnum(prefix, text):
    assert CHECKS["isbn"](prefix + text, TODAY).ok == stdnum.isbn.is_valid(prefix + text)


@given(digits(9), st.sampled_from("0123456789X"))
def test_isbn10_agrees_with_stdnum_and_becomes_the_same_thirteen(text, check):
    checked = CHECKS["isbn"](text + check, TODAY)
    assert checked.ok == stdnum.isbn.is_valid(text + check)
    if checked.ok:
        assert checked.normal == stdnum.isbn.to_isbn13(text + check)


@given(digits(9))
def test_exactly_one_isbn10_check_character_fits(text):
    assert sum(CHECKS["isbn"](text + check, TODAY).ok for check in "0123456789X") == 1


@given(st.sampled_from(sorted(CHECKS)), st.text(max_size=40))
def test_any_text_gets_an_answer_with_a_reason(check, text):
    checked = CHECKS[check](text, TODAY)
    assert checked.ok == bool(checked.normal)
    assert checked.ok == (checked.why is None)
    if checked.ok:
        assert CHECKS[check](checked.normal, TODAY).normal == checked.normal
