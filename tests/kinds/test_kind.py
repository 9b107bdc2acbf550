"""kinds.kind: codes and numbers."""

import pytest

from chopmark.errors import UnknownThing
from chopmark.kinds import Value, all_kinds, find_kind, text_of
from chopmark.wording import Language


def test_the_kinds_there_are():
    assert [kind.code for kind in all_kinds()] == [
        "award", "book", "degree", "issue", "paper", "patent", "profqual", "project",
        "receipt", "risklist", "ruleset", "skill", "software", "title", "training",
    ]  # fmt: skip


def test_an_unknown_kind_names_the_known():
    with pytest.raises(UnknownThing) as caught:
        find_kind("diploma")
    assert "degree" in caught.value.next_step(Language.EN)
    assert "类别" in caught.value.say(Language.ZH)


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.code)
def test_a_code_fills_eight_bytes(kind):
    assert len(kind.code8) == 8
    assert kind.code8.rstrip(b"\x00").decode("ascii") == kind.code
    assert kind.label.zh


def test_an_unknown_field_is_a_key_error():
    with pytest.raises(KeyError):
        find_kind("degree").field("nickname")


@pytest.mark.parametrize(
    "number", ["100011202605000123", " １０００１１２０２６０５０００１２３", "100011202605000123\u200b"]
)
def test_one_number_in_several_spellings(number):
    assert find_kind("degree").number({"certificate_number": number}) == "100011202605000123"


def test_a_number_that_no_check_knows_is_its_text():
    assert find_kind("degree").number({"certificate_number": "旧 a-1"}) == "旧 A-1"


@pytest.mark.parametrize("code", ["degree", "issue", "paper", "patent"])
def test_without_its_fields_there_is_no_number(code):
    kind = find_kind(code)
    assert kind.number({}) == kind.shown_number({}) == ""


def test_a_paper_has_its_best_number():
    paper = find_kind("paper")
    place: dict[str, Value] = {"journal": "示例学报", "year": 2026, "issue": "3", "pages": "12–18"}
    assert paper.number(place) == "3:示例学报|2026|3|12-18"
    assert paper.number(place | {"issn": "10009825"}) == "2:1000-9825|2026|3|12-18"
    assert paper.number(place | {"issn": "10009825", "cn": "CN37-1000/TU"}) == "1:CN37-1000|2026|3|12-18"
    assert paper.number(place | {"doi": "https://doi.org/10.1038/abc"}) == "0:10.1038/ABC"
    assert paper.shown_number(place) == "示例学报，2026，3，12–18"


def test_bars_inside_a_part_do_not_move_the_parts():
    paper = find_kind("paper")
    one: dict[str, Value] = {"journal": "a|2026", "year": 2026, "issue": "3", "pages": "?"}
    other: dict[str, Value] = {"journal": "a", "year": 2026, "issue": "2026|3", "pages": "?"}
    assert paper.number(one) != paper.number(other)
    assert paper.number(one | {"journal": "a\\"}) != paper.number(one | {"journal": "a\\\\"})


def test_editions_of_one_issue_are_different_issues():
    issue = find_kind("issue")
    plain: dict[str, Value] = {"cn": "CN37-1000", "year": 2026, "issue": "3"}
    assert len({issue.number(plain), *(issue.number(plain | {"edition": e}) for e in ("上旬", "下旬"))}) == 3


def test_how_fields_are_compared():
    paper, degree = find_kind("paper"), find_kind("degree")
    sorts = {name: paper.field(name).sort for name in ("title", "authors", "doi", "year", "published_on")}
    assert sorts == {"title": "text", "authors": "names", "doi": "doi", "year": "year", "published_on": "date"}
    assert degree.field("holder_name").sort == "name"


def test_text_of_a_value():
    assert [text_of(value) for value in ("a", 1, ("王丽", "李雷"))] == ["a", "1", "王丽、李雷"]
