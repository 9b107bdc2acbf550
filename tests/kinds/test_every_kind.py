"""What must hold of every kind's file, whoever adds one."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date
from itertools import combinations

import pytest

from chopmark.core.disclosure import TWIN, read_disclosure
from chopmark.core.normal import norm_name
from chopmark.kinds import Kind, all_kinds, examine_claims, find_kind, split_list
from chopmark.services.register import Draft, compose_drafts
from chopmark.services.register.draft import number_of
from chopmark.services.sheet import FILE_HEADINGS, heading_key
from chopmark.wording import Language

TODAY = date(2026, 11, 22)
IDENTITY = {"holder_id", "holder_id_type"}

every_kind = pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.code)


def examples(kind: Kind) -> dict[str, str]:
    return {field.name: field.example for field in kind.fields}


@every_kind
def test_everything_has_a_name_in_both_languages(kind: Kind) -> None:
    for said in (kind.label, *(field.label for field in kind.fields)):
        assert any("\u4e00" <= c <= "\u9fff" for c in said.zh) or said.zh.isascii()
        assert said.en.isascii()
        assert said.zh.strip() == said.zh != ""
        assert said.en.strip() == said.en != ""


@every_kind
def test_no_heading_means_two_fields_or_the_file(kind: Kind) -> None:
    headings = [
        key
        for field in kind.fields
        for key in {heading_key(text) for text in (field.name, field.zh, field.en, *field.synonyms)}
    ]
    taken = Counter([*headings, *{heading_key(text) for text in FILE_HEADINGS}])
    assert [key for key, count in taken.items() if count > 1] == []


@every_kind
def test_every_field_but_a_rare_one_has_an_example_that_passes(kind: Kind) -> None:
    examined = examine_claims(kind, examples(kind), TODAY)
    assert examined.findings == examined.warnings == ()
    assert {field.name for field in kind.fields if not field.example} <= {"edition"}


@every_kind
def test_the_example_has_a_number_a_holder_and_a_day(kind: Kind) -> None:
    claims = examine_claims(kind, examples(kind), TODAY).claims
    assert kind.number(claims)
    assert kind.shown_number(claims)
    assert all(name in claims for name in kind.holder)
    assert kind.issued_on in claims
    required = {field.name for field in kind.fields if field.required}
    assert kind.issued_on in required or kind.code in ("issue", "paper")


@every_kind
def test_what_is_private_is_the_holders_and_is_published_nowhere(kind: Kind) -> None:
    private = {field.name for field in kind.fields if field.private}
    assert private <= {*kind.holder}
    assert not (private and kind.open)
    assert kind.open or kind.holder
    if "holder_id" in private:
        assert {field.name for field in kind.fields} >= IDENTITY
        assert "identity" in kind.crosses
        assert kind.field("holder_id").check == "identity_document"
    shown = kind.shown_number(examine_claims(kind, examples(kind), TODAY).claims)
    assert not any(kind.field(name).example in shown for name in private)


@every_kind
def test_holder_and_number_get_twins_where_they_are_text(kind: Kind) -> None:
    """FORMAT §2.1: lists and whole numbers carry none."""
    claims = examine_claims(kind, examples(kind), TODAY).claims
    draft = Draft(0, kind.code, claims, (), number_of(kind, claims), kind.code)
    (made,) = compose_drafts(kind, os.urandom(32), [draft], 0)
    opened = {each.name: each.value for each in map(read_disclosure, made.disclosures)}
    named = {*kind.holder, *(name for names in kind.credential for name in names)} & claims.keys()
    twins = {name: norm_name(value) for name in named if isinstance(value := claims[name], str)}
    assert {name.removeprefix(TWIN): v for name, v in opened.items() if name.startswith(TWIN)} == twins
    assert {name: value for name, value in opened.items() if not name.startswith(TWIN)} == dict(claims)
    assert made.number == kind.number(claims)
    assert {made.number, *made.other_numbers} == {*kind.numbers(claims)}


@every_kind
def test_a_bad_value_of_any_field_is_refused_or_remarked_on_in_both_languages(kind: Kind) -> None:
    for field in kind.fields:
        bad = "x" * (field.max_length + 1) if not (field.check or field.choices) and field.type == "text" else "\x07坏"
        examined = examine_claims(kind, examples(kind) | {field.name: bad}, TODAY)
        (*_, found) = [each for each in examined.findings if each.place.field == field.name]
        assert field.name not in examined.claims
        for language in Language:
            assert field.label.fact(language, {}) in found.say(language)
            assert found.next_step(language)


@every_kind
def test_a_check_refuses_or_warns(kind: Kind) -> None:
    for field in kind.fields:
        if field.check:
            examined = examine_claims(kind, examples(kind) | {field.name: "？？"}, TODAY)
            found = examined.warnings if field.lint else examined.findings
            assert field.name in {each.place.field for each in found}


@every_kind
def test_every_label_and_synonym_means_its_field(kind: Kind) -> None:
    for field in kind.fields:
        for typed in (field.name, field.zh, field.en, *field.synonyms, f" {field.zh} ", field.en.upper()):
            assert kind.meant(typed) is field
    assert kind.meant("颜色") is None


@every_kind
def test_a_list_is_written_in_one_cell_as_its_example_shows(kind: Kind) -> None:
    claims = examine_claims(kind, examples(kind), TODAY).claims
    for field in kind.fields:
        if field.type == "list":
            assert claims[field.name] == split_list(field, field.example)


def test_kinds_have_names_of_their_own() -> None:
    for one, other in combinations(all_kinds(), 2):
        assert one.zh != other.zh
        assert one.en != other.en


HEADINGS = {
    "profqual": "姓名 身份证号码 资格名称 级别 专业 管理号 批准日期 签发日期",
    "skill": "姓名 证件号码 职业名称 职业技能等级 证书编号 发证日期 评价机构",
    "title": "姓名 身份证号 系列 职称名称 级别 专业 证书编号 取得时间 发证机关",
    "book": "书名 作者 ISBN 出版社 出版时间 字数 类别",
    "software": "软件名称 著作权人 登记号 证书号 登记日期 版本号",
    "award": "获奖人 获奖项目名称 奖励名称 级别 等级 排名 获奖时间 颁奖单位 证书编号",
    "project": "课题编号 课题名称 姓名 排名 立项单位 开始时间 结束时间",
    "training": "姓名 身份证号 年度 课程名称 学时 公需课学时 专业课学时 培训机构 发证日期",
}


@pytest.mark.parametrize("code", HEADINGS)
def test_the_headings_of_a_registrars_sheet_are_understood(code: str) -> None:
    kind = find_kind(code)
    assert [word for word in HEADINGS[code].split() if kind.meant(word) is None] == []
