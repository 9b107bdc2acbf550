"""services.number.match: what a site says of a paper by its number, and what it keeps to itself."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chopmark.core.verdict import Level, Verdict
from chopmark.core.words import Op
from chopmark.errors import InputError, Throttled
from chopmark.kinds import find_kind, split_list
from chopmark.services.number import Limits, NumberMatch, as_json
from chopmark.services.number.limits import Outcome
from chopmark.services.number.match import FieldState
from chopmark.wording import Language
from tests.services.number.conftest import KINDS, Counter

pytestmark = pytest.mark.chain


def states(match: NumberMatch) -> dict[str, str]:
    return {each.name: each.state.value for each in match.fields}


def example(code: str) -> dict[str, Any]:
    return {field.name: field.example for field in find_kind(code).fields if field.example}


def other(code: str, name: str) -> str:
    """A value of a field that is surely not the example's."""
    field = find_kind(code).field(name)
    if field.choices:
        return next(choice for choice in field.choices if choice != field.example)
    if field.type == "date":
        return "1999-12-31"
    return "77" if field.type == "integer" else "鬼谷子"


@pytest.mark.parametrize("code", KINDS)
def test_every_kind_is_registered_found_by_its_number_and_verified(library: Counter, code: str) -> None:
    match = library.ask(of=code, **example(code))
    assert (match.verdict, match.level) == (Verdict.PARTLY_VERIFIED, Level.FIELDS)
    assert set(states(match).values()) == {"agrees"}
    assert set(states(match)) == set(example(code))
    said = as_json(match)
    assert said["attestation"]
    assert said["read_at"]


@pytest.mark.parametrize("code", KINDS)
def test_nothing_that_was_not_typed_is_told(library: Counter, code: str) -> None:
    """Every field typed wrongly but for number and holder: not one recorded value comes back."""
    kind, right = find_kind(code), example(code)
    number = next(names for names in kind.credential if all(name in right for name in names))
    kept: dict[str, Any] = {name: right[name] for name in {*number, *(h for h in kind.holder if h in right)}}
    wrong = {name: other(code, name) for name in right if name not in kept}
    match = library.ask(of=code, **kept, **wrong)
    assert {name for name, state in states(match).items() if state == "differs"} == set(wrong)
    assert match.verdict is Verdict.MISMATCH
    told = json.dumps(
        as_json(match) | {"attestation": "", "read_at": "", "registered": "", "issuer": ""}, ensure_ascii=False
    )
    typed = {str(value) for value in (*kept.values(), *wrong.values())}
    recorded = {part for name in wrong for part in split_list(kind.field(name), str(right[name]))} - typed
    for value in recorded:
        if len(value) > 2:  # “2” stands in any text
            assert value not in told, (value, told)


def test_a_wrong_holder_and_an_unknown_number_are_told_apart_by_nothing(library: Counter) -> None:
    asked: dict[str, Any] = {"school": "示例大学", "major": "土木工程"}
    wrong = library.ask("100011202605000123", holder_name="王莉", **asked)  # one stroke from 王丽
    absent = library.ask("100011202605000999", holder_name="王丽", **asked)
    wrong_id = library.ask("100011202605000123", holder_id="E12345678")
    assert wrong == absent == wrong_id
    assert as_json(wrong) == as_json(absent)
    assert (wrong.verdict, wrong.level, wrong.fields, wrong.kind) == (Verdict.NOT_REGISTERED, Level.NONE, (), None)
    assert "为保护持有人" in wrong.findings[0].say(Language.ZH)
    assert "to protect holders" in wrong.findings[0].say(Language.EN)


def test_neither_asks_a_chain(counter: Counter) -> None:
    """Else the time of the answer would tell."""
    counter.register("degree")
    desk = replace(counter.desk(), verifier=lambda: pytest.fail("a chain was asked"))
    from chopmark.services.number import Question, match_number

    for number in ("100011202605000123", "100011202605000999"):
        match_number(desk, Question(number, {"holder_name": "李雷"}), "reviewer")


@pytest.mark.parametrize("code", [code for code, kind in KINDS.items() if kind.open])
def test_what_is_published_anyway_is_found_by_number_alone(library: Counter, code: str) -> None:
    kind, right = find_kind(code), example(code)
    names = next(names for names in kind.credential if all(name in right for name in names))
    match = library.ask(of=code, **{name: right[name] for name in names})
    assert (match.verdict, match.level) == (Verdict.MANUAL_REVIEW, Level.IDENTIFIER)
    assert [each.code for each in match.findings] == ["V025"]
    unknown = library.ask(of=code, **{name: right[name] for name in names[1:]}, **{names[0]: "0000"})
    assert unknown.verdict is Verdict.NOT_REGISTERED


@pytest.mark.parametrize("code", [code for code, kind in KINDS.items() if not kind.open])
def test_a_persons_credential_is_no_question_without_a_holder(library: Counter, code: str) -> None:
    """Refused before anything is looked up, so the answer cannot depend on it."""
    kind, right = find_kind(code), example(code)
    names = [name for name in kind.credential[0] if name not in kind.holder]
    with pytest.raises(InputError) as caught:
        library.ask(of=code, asker="curious", **{name: right[name] for name in names})
    assert caught.value.next_step(Language.ZH)
    with library.store.read() as tx:
        assert tx.lookups.of_asker("curious", 0) == (0, 0)


def test_a_number_with_nothing_beside_it_is_refused_alike_whether_a_person_has_it_or_nobody(library: Counter) -> None:
    """“Not registered” would be false of a number that is never looked up; and nothing is counted."""
    told = []
    for number in ("100011202605000123", "100011202605000999"):
        with pytest.raises(InputError) as caught:
            library.ask(number, asker="hasty")
        told.append((caught.value.say(Language.EN), caught.value.next_step(Language.EN)))
    assert told[0] == told[1]
    assert "--kind paper" in told[0][1]
    with library.store.read() as tx:
        assert tx.lookups.of_asker("hasty", 0) == (0, 0)
    assert library.ask("10.13328/j.cnki.jos.006543", asker="hasty").level is Level.IDENTIFIER
    assert library.ask("10.13328/none", of="paper", asker="hasty").verdict is Verdict.NOT_REGISTERED


def test_one_name_of_several_is_among_them_and_no_more_is_said(library: Counter) -> None:
    match = library.ask("10.13328/j.cnki.jos.006543", authors="买买提·艾力", title="示例混凝土的耐久性")
    assert states(match) == {"doi": "agrees", "authors": "includes", "title": "agrees"}
    assert match.verdict is Verdict.PARTLY_VERIFIED
    assert "V027" in {each.code for each in match.findings}
    whole = library.ask("10.13328/j.cnki.jos.006543", authors="王丽，买买提•艾力")
    assert states(whole)["authors"] == "agrees"
    turned = library.ask("10.13328/j.cnki.jos.006543", authors=["买买提·艾力", "王丽"])
    assert (states(turned)["authors"], turned.verdict) == ("differs", Verdict.MISMATCH)
    assert "王丽、" not in json.dumps(as_json(turned), ensure_ascii=False)


def test_a_paper_is_found_by_its_pages_although_it_has_a_doi(library: Counter) -> None:
    match = library.ask("CN37-1000", year="2026", issue="3", pages="第12–18页", authors="王丽；买买提·艾力")
    assert states(match) == dict.fromkeys(("cn", "year", "issue", "pages", "authors"), "agrees")
    assert match.verdict is Verdict.PARTLY_VERIFIED


def test_a_project_number_and_a_name_are_enough(library: Counter) -> None:
    assert library.ask("52078001", holder_name="王丽").verdict is Verdict.PARTLY_VERIFIED
    assert library.ask("52078001", holder_name="买买提·艾力").verdict is Verdict.NOT_REGISTERED


def test_the_day_of_back_registration_is_told_to_who_named_it(counter: Counter) -> None:
    counter.register("degree", graduation_date="2003-06-30", certificate_number="10001120030500012")
    asked: dict[str, Any] = {"number": "10001120030500012", "holder_name": "王丽"}
    assert "V016" not in {each.code for each in counter.ask(**asked).findings}
    assert "V016" in {each.code for each in counter.ask(**asked, graduation_date="2003.6.30").findings}


def test_what_has_ended_is_said_to_have_ended(counter: Counter) -> None:
    at = counter.register("profqual", issued_on="2019-11-20", valid_until="2022-11-19")
    match = counter.ask("2026034370342026371234", holder_name="王丽")
    assert match.verdict is Verdict.EXPIRED
    assert "V019" in {each.code for each in match.findings}
    with counter.store.begin() as tx:
        row = tx.credentials.get(at)
        assert row is not None
        batch = tx.batches.get(row.batch_id or 0)
        assert batch is not None
        tx.credentials.release_number(at)
    calls = counter.world.client.calls
    counter.world.do(counter.issuer.key, calls.set_status(counter.issuer.node, batch.root, Op.REVOKED, 3, [(0, 1)]))
    counter.world.settle()
    match = counter.ask("2026034370342026371234", holder_name="王丽")
    assert match.verdict is Verdict.REVOKED
    assert counter.ask("2026034370342026371234", holder_name="李雷").verdict is Verdict.NOT_REGISTERED


def test_what_is_accepted_and_not_final_is_said_to_who_can_name_the_holder(counter: Counter) -> None:
    counter.register("degree", final=False)
    match = counter.ask("100011202605000123", holder_name="王丽")
    assert match.verdict is Verdict.NOT_REGISTERED
    assert "尚未在链上最终确认" in match.findings[0].say(Language.ZH)
    assert "尚未" not in counter.ask("100011202605000123", holder_name="李雷").findings[0].say(Language.ZH)


def test_a_silent_chain_is_no_refutation(counter: Counter) -> None:
    counter.register("degree")
    counter.silent = True
    match = counter.ask("100011202605000123", holder_name="王丽")
    assert match.verdict is Verdict.CANNOT_CHECK
    assert states(match)["holder_name"] == "agrees"
    assert counter.ask("100011202605000123", holder_name="王丽", major="力学").verdict is Verdict.MISMATCH


def test_one_number_of_several_kinds_is_asked_back(counter: Counter) -> None:
    counter.register("title", certificate_number="2026-7")
    counter.register("training", certificate_number="2026-7")
    with pytest.raises(InputError) as caught:
        counter.ask("2026-7", holder_name="王丽")
    assert "职称（机构" in caught.value.say(Language.ZH)
    assert "--kind" in caught.value.next_step(Language.EN)
    assert counter.ask("2026-7", holder_name="王丽", of="title").kind == find_kind("title")
    assert counter.ask("2026-7", holder_name="李雷").verdict is Verdict.NOT_REGISTERED  # it names no kind to a stranger


def test_guesses_are_counted_by_number_and_by_asker(counter: Counter) -> None:
    counter.register("degree")
    counter.limits = Limits(asked=10, missed=5, missed_number=3)
    number = "100011202605000123"
    for name in ("李雷", "韩梅梅", "王莉"):
        counter.ask(number, holder_name=name)
    with pytest.raises(Throttled) as caught:
        counter.ask(" 100011 2026\uff10\uff15 000123", holder_name="王丽")
    assert caught.value.retry_after == 86_400
    # the guesses of one lock nobody else out
    assert counter.ask(number, asker="another", holder_name="王丽").verdict is Verdict.PARTLY_VERIFIED
    counter.ask("100011202605000999", holder_name="李雷")
    counter.ask("100011202605000998", holder_name="李雷")
    with pytest.raises(Throttled) as caught:
        counter.ask("100011202605000997", holder_name="李雷")
    assert caught.value.retry_after == 3_600
    counter.now += 3_601
    counter.ask("100011202605000997", holder_name="李雷")
    counter.now += 86_400
    assert counter.ask(number, holder_name="王丽").verdict is Verdict.PARTLY_VERIFIED


def test_trying_out_other_fields_is_guessing_too(counter: Counter) -> None:
    """Who knows name and number could else try identity numbers until one fits."""
    counter.register("degree")
    counter.limits = Limits(asked=100, missed=100, missed_number=2)
    number = "100011202605000123"
    for _ in range(9):
        counter.ask(number, holder_name="王丽", major="土木工程")  # agrees: nobody is held up
    for guess in ("440524188001010014", "110101199003070038"):
        match = counter.ask(number, holder_name="王丽", holder_id=guess)
        assert states(match)["holder_id"] == FieldState.DIFFERS
    with pytest.raises(Throttled):
        counter.ask(number, holder_name="王丽", holder_id="11010519491231002X")


def test_the_log_says_who_and_what_came_of_it(counter: Counter) -> None:
    counter.register("degree")
    number = "100011202605000123"
    counter.ask(number, holder_name="王丽")
    counter.ask(number, holder_name="李雷", asker="tok_7")
    counter.ask(number, holder_name="王丽", major="力学")
    with counter.store._engine.connect() as connection:
        from sqlalchemy import select

        from chopmark.store.schema import LOOKUPS

        rows = [(row.asker, row.at, row.outcome) for row in connection.execute(select(LOOKUPS).order_by(LOOKUPS.c.id))]
    at = counter.now
    assert rows == [
        ("reviewer", at, Outcome.AGREED),
        ("tok_7", at, Outcome.MISSED),
        ("reviewer", at, Outcome.DIFFERED),
    ]
