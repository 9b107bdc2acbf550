"""services.register.by_name: files found by the number in their names, and only where there is no doubt."""

import pytest

from chopmark.services.register.by_name import match_by_name
from chopmark.services.sheet import SheetRow
from chopmark.wording import Language
from tests.fixtures.town import number
from tests.services.register._drafts import DEGREE, claims


def row(n, **changes):
    return SheetRow(n, claims(n, **changes))


def match(rows, *names):
    return match_by_name(DEGREE, rows, names, "名单.csv")


@pytest.mark.parametrize(
    "name", ["{}.pdf", "王莉_{}.pdf", "王莉{}学位证书.pdf", "二班/（{}）.PDF", "2026-{}-1.pdf", "１ {}.jpg"]
)
def test_a_number_of_its_own_in_the_name(name):
    assert match([row(1)], name.format(number(1))).names == {1: name.format(number(1))}


@pytest.mark.parametrize("name", ["1{}.pdf", "{}1.pdf", "x{}.pdf", "{}/a.pdf", "王莉.pdf"])
def test_a_number_that_is_part_of_another_is_none(name):
    matched = match([row(1)], name.format(number(1)))
    assert (matched.names, [found.code for found in matched.findings]) == ({}, ["I045"])
    assert len(matched.unused) == 1


def test_of_several_files_of_one_number_the_one_that_names_the_holder():
    names = (f"{number(1)}.pdf", f"{number(1)} 王 莉.pdf")
    assert match([row(1)], *names).names == {1: names[1]}
    matched = match([row(1)], f"a {number(1)}.pdf", f"b {number(1)}.pdf")
    assert [(found.code, found.place.row) for found in matched.findings] == [("I044", 1)]
    assert f"“{number(1)}”：a {number(1)}.pdf、b {number(1)}.pdf" in matched.findings[0].say(Language.ZH)


def test_a_file_that_two_rows_could_mean_is_neithers():
    both = f"{number(1)} {number(2)}.pdf"
    matched = match([row(1), row(2)], both, f"{number(2)}.pdf")
    assert matched.names == {2: f"{number(2)}.pdf"}
    assert [(found.code, found.place.row) for found in matched.findings] == [("I045", 1)]
    assert matched.unused == [both]
