"""services.register.listed: many credentials without a sheet, each found wanting by its number and field."""

from __future__ import annotations

from datetime import date

from chopmark.kinds import find_kind
from chopmark.services.register.listed import MOST, Entry, draft_list, named

DEGREE = find_kind("degree")
TODAY = date(2026, 7, 1)
FIELDS = {
    "holder_name": "王莉",
    "school": "东方理工大学",
    "level": "本科",
    "major": "土木工程",
    "graduation_date": "2026-06-30",
}


def entry(place: int, **changes: str) -> Entry:
    return Entry(place, FIELDS | {"certificate_number": f"105331202605{place:06}"} | changes)


def test_good_entries_become_drafts_in_their_order() -> None:
    listed = draft_list(DEGREE, (entry(n) for n in (1, 2, 3)), TODAY)
    assert listed.found == 0
    assert [draft.row for draft in listed.drafted.drafts] == [1, 2, 3]
    assert [draft.label for draft in listed.drafted.drafts] == [f"105331202605{n:06}" for n in (1, 2, 3)]


def test_findings_name_entry_and_field() -> None:
    listed = draft_list(DEGREE, [entry(1), entry(2, holder_name=""), entry(3, nickname="小王")], TODAY)
    places = [(found.code, found.place.row, found.place.field) for found in listed.drafted.findings]
    assert places == [("I010", 2, "holder_name"), ("I016", 3, "nickname")]
    assert listed.drafted.rows == 3


def test_the_same_number_twice_names_the_first() -> None:
    listed = draft_list(DEGREE, [entry(1), entry(2, certificate_number="105331202605000001")], TODAY)
    (found,) = listed.drafted.findings
    assert (found.code, found.place.row, found.facts["first"]) == ("I001", 2, 1)


def test_no_more_findings_are_kept_than_anybody_reads_but_all_are_counted() -> None:
    listed = draft_list(DEGREE, (entry(n, holder_name="") for n in range(1, MOST + 501)), TODAY)
    assert (len(listed.drafted.findings), listed.found) == (MOST, MOST + 500)


def test_fields_go_by_name_or_label() -> None:
    assert named(DEGREE, {"姓名": "王莉", " school ": "x", "else": 1}) == {
        "holder_name": "王莉",
        "school": "x",
        "else": 1,
    }
