"""kinds.between_dates, kinds.between_people: what two fields of one credential cannot both say."""

from __future__ import annotations

from datetime import date

import pytest

from chopmark.kinds import Given, examine_claims, find_kind
from chopmark.wording import Language

TODAY = date(2026, 11, 22)


def oddities(code: str, **changes: Given) -> tuple[list[str], list[str]]:
    """Fields that are refused beside another one, and fields that a human should look at."""
    kind = find_kind(code)
    given = {field.name: field.example for field in kind.fields} | changes
    examined = examine_claims(kind, given, TODAY)
    for finding in (*examined.findings, *examined.warnings):
        for language in Language:
            assert "…" not in finding.say(language)
            assert finding.next_step(language)
    return (
        [f.place.field for f in examined.findings if f.code == "I019"],
        [f.place.field for f in examined.warnings if f.code == "I019"],
    )


FINE: tuple[list[str], list[str]] = ([], [])


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"holder_id": "E12345678", "holder_id_type": "护照"}, FINE),
        ({"holder_id": "E12345678", "holder_id_type": "居民身份证"}, (["holder_id"], [])),
        ({"holder_id_type": "护照"}, (["holder_id"], [])),
        ({"holder_id_type": "其他"}, FINE),
        ({"holder_id_type": ""}, FINE),
        ({"holder_id": ""}, FINE),
        ({"holder_id": "H12345678", "holder_id_type": "港澳居民来往内地通行证"}, FINE),
        ({"holder_id": "12345678", "holder_id_type": "港澳居民来往内地通行证"}, (["holder_id"], [])),
    ],
)
def test_a_document_is_of_the_sort_that_is_named(changes: dict[str, Given], found: object) -> None:
    assert oddities("degree", **changes) == found


def test_a_refused_identity_number_is_masked() -> None:
    kind = find_kind("title")
    given: dict[str, Given] = {field.name: field.example for field in kind.fields}
    (finding,) = examine_claims(kind, given | {"holder_id_type": "护照"}, TODAY).findings
    assert "0519491231" not in finding.say(Language.ZH) + str(finding.as_json())


@pytest.mark.parametrize("code", ["award", "project"])
@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"rank": "2", "team": "买买提·艾力；王　丽"}, FINE),
        ({"rank": "3"}, (["rank"], [])),
        ({"rank": "1"}, (["holder_name"], [])),
        ({"rank": "", "team": "李雷；韩梅梅"}, ([], ["holder_name"])),
        ({"rank": "9", "team": ""}, FINE),
    ],
)
def test_a_rank_is_the_holders_place_in_the_list(code: str, changes: dict[str, Given], found: object) -> None:
    assert oddities(code, **changes) == found


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"hours": "89"}, (["hours"], [])),
        ({"hours": "91"}, ([], ["hours"])),
        ({"hours": "91", "public_hours": ""}, FINE),
        ({"hours": "20", "professional_hours": ""}, (["hours"], [])),
        ({"public_hours": "", "professional_hours": ""}, FINE),
        ({"year": "2025"}, ([], ["year"])),
        ({"year": "2025", "started_on": "2025-12-20", "ended_on": "2026-01-05"}, FINE),
        ({"started_on": "2026-05-21"}, (["ended_on"], [])),
        ({"issued_on": "2026-05-19"}, ([], ["issued_on"])),
    ],
)
def test_hours_sum_up_and_belong_to_their_year(changes: dict[str, Given], found: object) -> None:
    assert oddities("training", **changes) == found


@pytest.mark.parametrize(
    ("code", "changes", "found"),
    [
        ("software", {"completed_on": "2026-07-01"}, (["registered_on"], ["published_on"])),
        ("software", {"registration_number": "2021SR0123456"}, ([], ["registration_number"])),
        ("software", {"registration_number": "2025SR0123456"}, FINE),
        ("title", {"issued_on": "2026-01-14"}, (["issued_on"], [])),
        ("project", {"ended_on": "2022-12-31"}, (["ended_on"], [])),
        ("project", {"accepted_on": "2022-12-31"}, (["accepted_on"], [])),
        ("ruleset", {"effective_from": "2026-02-01"}, ([], ["effective_from"])),
        ("ruleset", {"effective_until": "2026-03-31"}, (["effective_until"], [])),
        ("risklist", {"effective_until": "2026-02-09"}, (["effective_until", "effective_until"], [])),
        ("profqual", {"valid_until": "2026-11-19"}, (["valid_until"], [])),
        ("receipt", {"valid_until": "2026-10-07"}, (["valid_until"], [])),
        ("risklist", {"grade": "不予认可"}, (["grade"], [])),
        ("risklist", {"grade": "不予认可", "list_type": "非法期刊"}, FINE),
        ("book", {"contributions": "王丽|主编|第1-3章|400000"}, (["contributions"], [])),
        ("book", {"contributions": "李雷|参编||1000"}, ([], ["contributions"])),
        ("book", {"contributions": "王丽|主编||\n买买提·艾力|副主编|第4章|60000"}, FINE),
    ],
)
def test_dates_and_figures_of_a_kind(code: str, changes: dict[str, Given], found: object) -> None:
    assert oddities(code, **changes) == found
