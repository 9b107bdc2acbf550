"""Every vector of DOMAIN §4.2. Their origins: examples printed in standards, public institution, journal and patent
numbers, and numbers made up for the purpose; none is a private person's.
"""

from datetime import date

import pytest

from chopmark.core.identifiers import CHECKS, normal_of
from chopmark.wording import Language

TODAY = date(2026, 11, 22)

VALID = [
    ("uscc", "91350100M000100Y43", "91350100M000100Y43"),
    ("uscc", "12100000400002259P", "12100000400002259P"),
    ("uscc", "12100000495570303U", "12100000495570303U"),
    ("organisation_code", "M000100Y-4", "M000100Y-4"),
    ("organisation_code", "40000225-9", "40000225-9"),
    ("resident_id", "11010519491231002X", "11010519491231002X"),
    ("orcid", "0000-0002-1825-0097", "0000-0002-1825-0097"),
    ("orcid", "0000-0002-1694-233X", "0000-0002-1694-233X"),
    ("patent", "ZL201710601862.3", "ZL201710601862.3"),
    ("patent", "201910195879.2", "ZL201910195879.2"),
    ("patent", "202010300044.1", "ZL202010300044.1"),
    ("patent", "97101765.4", "ZL97101765.4"),
    ("patent", "95115608.X", "ZL95115608.X"),
    ("issn", "0028-0836", "0028-0836"),
    ("issn", "1000-9825", "1000-9825"),
    ("issn", "1002-137X", "1002-137X"),
    ("isbn", "978-7-302-51185-4", "9787302511854"),
    ("isbn", "9787111213826", "9787111213826"),
    ("cn_serial", "CN37-1000/TP", "CN37-1000"),
    ("cn_serial", "CN10-1321/G2", "CN10-1321"),
    ("cn_serial", "ＣＮ３７－１０００", "CN37-1000"),
    ("cn_serial", "CN43-7772/R", "CN43-7772"),
    ("doi", "10.13328/j.cnki.jos.006543", "10.13328/j.cnki.jos.006543"),
    ("doi", "https://doi.org/10.1038/S41586-021-03819-2", "10.1038/s41586-021-03819-2"),
]

WRONG_DIGIT = [
    ("resident_id", "110105194912310021"),
    ("orcid", "0000-0002-1825-0098"),
    ("patent", "202310012345.6"),
    ("patent", "97101765.5"),
    ("issn", "1000-9826"),
    ("isbn", "9787302511855"),
    ("organisation_code", "M000100Y-5"),
    ("organisation_code", "40000225-8"),
    ("uscc", "91350100M000100Y44"),
]

MALFORMED = [
    ("uscc", "91350100M000100Y4Z"),
    ("resident_id", "11010519491331002X"),
    ("issn", "0000-0000"),
    ("cn_serial", "CN(HK)NR2207/R"),
    ("cn_serial", "CN98-0315/G4"),
    ("cn_serial", "CN(H)39-7869/G"),
    ("cn_serial", "CN37-0000"),
    ("doi", "10.1/x"),
    ("doi", "doi.org"),
]


@pytest.mark.parametrize(("check", "text", "normal"), VALID)
def test_valid(check, text, normal):
    checked = CHECKS[check](text, TODAY)
    assert checked.ok
    assert checked.why is None
    assert checked.normal == normal_of(check, text) == normal


@pytest.mark.parametrize(("check", "text", "normal"), VALID)
def test_the_normal_form_is_its_own_normal_form(check, text, normal):
    assert normal_of(check, normal) == normal


@pytest.mark.parametrize(("check", "text"), WRONG_DIGIT)
def test_wrong_check_digit(check, text):
    checked = CHECKS[check](text, TODAY)
    assert (checked.ok, checked.wrong_digit, checked.normal) == (False, True, "")


@pytest.mark.parametrize(("check", "text"), MALFORMED)
def test_malformed_and_says_why(check, text):
    checked = CHECKS[check](text, TODAY)
    assert (checked.ok, checked.wrong_digit, checked.normal) == (False, False, "")
    assert checked.why is not None
    assert checked.why.fact(Language.ZH, {})
    assert checked.why.fact(Language.EN, {})


@pytest.mark.parametrize("letter", "IOSVZ")
@pytest.mark.parametrize("position", [0, 1, 8, 17])
def test_uscc_has_no_i_o_s_v_z(letter, position):
    code = "91350100M000100Y43"
    assert not CHECKS["uscc"](code[:position] + letter + code[position + 1 :], TODAY).ok


@pytest.mark.parametrize("check", sorted(CHECKS))
@pytest.mark.parametrize("text", ["", " ", "中", "{0}", "١٢٣", "\ud800", "0" * 10_001])
def test_no_check_is_upset_by_any_text(check, text):
    checked = CHECKS[check](text, TODAY)
    assert not checked.ok
    assert checked.why is not None
    assert checked.why.fact(Language.ZH, {})


def test_no_wording_calls_anything_genuine():
    for check, text, _ in VALID:
        for warning in CHECKS[check](text, TODAY).warnings:
            assert "真实" not in warning.zh
            assert "假" not in warning.zh


def test_an_unknown_check_has_no_normal_form():
    assert normal_of("text", "anything") == ""
