"""services.number.question: what was typed, and every kind that it may be of."""

from __future__ import annotations

import pytest

from chopmark.errors import InputError, UnknownThing
from chopmark.kinds import Given, all_kinds
from chopmark.services.number import Question
from chopmark.services.number.question import LONGEST_NUMBER, MOST_FIELDS, meanings, nobody_named
from chopmark.wording import Language

KINDS = {kind.code: kind for kind in all_kinds()}


def meant(number: str = "", kind: str = "", holder: str = "", **fields: Given) -> list[tuple[str, str]]:
    found = meanings(Question(number, fields, kind, None, holder), KINDS)
    return [(each.kind.code, each.number) for each in found]


def test_a_number_and_a_name_may_be_of_any_kind_that_has_both() -> None:
    found = meant("2026-7", holder_name="王丽")
    assert {code for code, _ in found} == {"award", "degree", "profqual", "project", "skill", "title", "training"}
    assert ("award", "0:2026-7|王丽") in found
    assert ("degree", "2026-7") in found


def test_the_shorthand_means_the_first_field_that_names_a_holder() -> None:
    found = meanings(Question("10.1038/abc", holder="Zhang, Wei；王丽"), KINDS)
    paper = next(each for each in found if each.kind.code == "paper")
    assert paper.declared["authors"] == ("Zhang, Wei", "王丽")
    assert paper.names_holder
    assert "issue" not in {each.kind.code for each in found}  # nobody holds an issue


def test_fields_narrow_down_what_is_meant() -> None:
    assert meant("ZL201710601862.3", 发明人="王丽") == [("patent", "ZL201710601862.3")]
    assert meant(cn="CN37-1000/TU", year="2026", issue="3") == [("issue", "1:CN37-1000|2026|3")]
    assert ("paper", "1:CN37-1000|2026|3|12-18") in meant("CN37-1000", year=2026, issue="3", pages="12-18")


def test_the_holder_is_never_what_the_record_was_found_by() -> None:
    (project,) = meanings(Question("52078001", {"holder_name": "王丽"}, "project"), KINDS)
    assert project.found_by == {"project_number"}
    assert set(project.declared) == {"project_number", "holder_name"}


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        (Question(), "--number"),
        (Question(kind="paper", fields={"cn": "CN37-1000", "year": "2026"}), "国内统一刊号＋出版年"),
        (Question("1", {"颜色": "红"}), "chopmark kinds"),
        (Question("1", {"颜色": "红"}, "degree"), "学校名称（school）"),
        (Question("1", {"姓名": "王丽", "holder_name": "王莉"}), "一个值"),
        (Question("1", {"姓名": "王丽"}, "degree", None, "王莉"), "一个值"),
        (Question("1", {"姓名": " "}, "degree"), "更正"),
        (Question("1", {"姓名": ["王丽", "王莉"]}, "degree"), "更正"),
        (Question("1", {"姓名": "王" * 101}, "degree"), "更正"),
        (Question("1", {"姓名": "王\udcff"}, "degree"), "更正"),
        (Question("1\x00", {"姓名": "王丽"}), "更正"),
        (Question("9" * (LONGEST_NUMBER + 1), {"姓名": "王丽"}), "更正"),
        (Question("1", {f"f{n}": "x" for n in range(MOST_FIELDS + 1)}), "更正"),
        (Question("1", {}, "degree"), "--holder"),
        (Question("1", {"school": "示例大学"}, "degree"), "--holder"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_remedy(asked: Question, word: str) -> None:
    with pytest.raises(InputError) as caught:
        meanings(asked, KINDS)
    assert word in caught.value.next_step(Language.ZH)
    for language in Language:
        assert "…" not in caught.value.say(language)
        assert caught.value.next_step(language)


def test_a_bare_number_is_told_that_a_published_work_needs_its_kind_only() -> None:
    assert Question("1").bare
    assert not any(each.bare for each in (Question("1", kind="paper"), Question("1", holder="王丽")))
    step = nobody_named(Question("1")).next_step(Language.ZH)
    assert "--holder" in step
    assert "--kind paper" in step
    assert "paper" not in nobody_named(Question("1", kind="degree")).next_step(Language.ZH)


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(UnknownThing, match="diploma"):
        meanings(Question("1", {"姓名": "王丽"}, "diploma"), KINDS)
