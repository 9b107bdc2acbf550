"""services.register.numbers: one paper under several numbers is one paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chopmark.kinds import Given, Value, examine_claims
from chopmark.services.pipeline import take_in
from chopmark.services.pipeline.numbers import are_one
from chopmark.services.register import Draft, Weighed, compose_drafts, weigh
from chopmark.services.register.draft import number_of
from chopmark.store import Store
from chopmark.wording import Language
from tests.services.register._drafts import ISSUER, PAPER, TODAY

BASE: dict[str, Given] = {
    "title": "示例混凝土的耐久性",
    "authors": ["王丽"],
    "journal": "示例学报",
    "cn": "CN37-1000/TU",
    "year": 2026,
    "issue": "3",
    "pages": "12-18",
}
DOI = "10.13328/j.cnki.jos.006543"


def paper(row: int = 0, **changes: Any) -> Draft:
    examined = examine_claims(PAPER, BASE | changes, TODAY)
    assert examined.ok, examined.findings
    claims = examined.claims
    return Draft(row, "paper", claims, (), number_of(PAPER, claims), "label", PAPER.shown_number(claims))


@pytest.fixture
def weighed(sqlite_store: Store) -> Callable[..., Weighed]:
    def weigh_drafts(*drafts: Draft) -> Weighed:
        with sqlite_store.read() as tx:
            return weigh(tx.credentials, ISSUER, PAPER, drafts, "论文.csv")

    return weigh_drafts


def keep(store: Store, *drafts: Draft) -> None:
    take_in(store, list(compose_drafts(PAPER, ISSUER, drafts, 1)))


@pytest.mark.parametrize(("first", "second"), [({}, {"doi": DOI}), ({"doi": DOI}, {}), ({}, {"issn": "1000-9825"})])
def test_a_paper_with_and_without_its_doi_counts_once(
    sqlite_store: Store, weighed: Callable[..., Weighed], first: dict[str, Any], second: dict[str, Any]
) -> None:
    keep(sqlite_store, paper(**first))
    found = weighed(paper(5, **second))
    assert found.new == ()
    (finding,) = found.findings
    assert (finding.code, finding.place.row) == ("I005", 5)
    assert next(iter({*first, *second})).upper() in finding.say(Language.EN).upper()
    assert "supersede" in finding.next_step(Language.EN)


def test_two_notes_on_one_page_are_two_if_each_has_a_doi(sqlite_store: Store, weighed: Callable[..., Weighed]) -> None:
    keep(sqlite_store, paper(doi=DOI))
    assert len(weighed(paper(doi="10.13328/other")).new) == 1


def test_another_page_is_another_paper(sqlite_store: Store, weighed: Callable[..., Weighed]) -> None:
    keep(sqlite_store, paper(doi=DOI))
    assert len(weighed(paper(pages="19-25")).new) == 1


def test_the_same_paper_twice_in_one_list_is_told_by_row(weighed: Callable[..., Weighed]) -> None:
    found = weighed(paper(2), paper(3, doi=DOI), paper(4, pages="30-31"))
    assert [draft.row for draft in found.new] == [2, 4]
    (finding,) = found.findings
    assert (finding.code, finding.place.row, finding.facts["first"]) == ("I001", 3, 2)


def test_another_issuers_paper_is_its_own(sqlite_store: Store) -> None:
    keep(sqlite_store, paper(doi=DOI))
    with sqlite_store.read() as tx:
        assert len(weigh(tx.credentials, b"\x22" * 32, PAPER, [paper()]).new) == 1


def test_a_revoked_one_is_not_brought_back_under_its_other_number(
    sqlite_store: Store, weighed: Callable[..., Weighed]
) -> None:
    keep(sqlite_store, paper(doi=DOI))
    with sqlite_store.begin() as tx:
        tx.credentials.release_number(1)
    found = weighed(paper(), paper(doi="10.13328/other", pages="40-41"))
    assert (len(found.new), [finding.code for finding in found.ended]) == (1, ["I006"])
    with sqlite_store.read() as tx:
        assert len(weigh(tx.credentials, ISSUER, PAPER, [paper()], again=True).new) == 1


def test_it_is_found_by_any_of_its_numbers(store: Store) -> None:
    keep(store, paper(doi=DOI))
    claims: dict[str, Value] = {"cn": "CN37-1000", "year": 2026, "issue": "3", "pages": "12-18"}
    with store.read() as tx:
        for number in (PAPER.number(claims), PAPER.number({"doi": DOI})):
            assert [row.id for row in tx.credentials.any_with_number(number)] == [1]
        assert tx.credentials.any_with_number("3:elsewhere") == []


@pytest.mark.parametrize(
    ("ours", "theirs", "one"),
    [
        (("0:a", "1:p"), ("0:a",), True),
        (("0:a", "1:p"), ("0:b", "1:p"), False),
        (("1:p",), ("0:b", "1:p"), True),
        (("0:a",), ("1:p",), False),
    ],
)
def test_the_best_number_that_both_have_decides(ours: tuple[str, ...], theirs: tuple[str, ...], one: bool) -> None:
    assert are_one(ours, theirs) is are_one(theirs, ours) is one
