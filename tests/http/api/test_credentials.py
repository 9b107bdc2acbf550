"""http.api.credentials: found by number, shown with their status, each with its bundle."""

from __future__ import annotations

import pytest

from chopmark.core.bundle import open_bundle, read_bundle
from tests.fixtures.town import number
from tests.http.api.conftest import OTHER, REGISTRATIONS, degrees, items, registered, same_nothing
from tests.http.conftest import Face

URL = "/api/v1/credentials"


@pytest.mark.both_databases
def test_a_credential_is_found_by_its_number_and_shown(two: Face):
    made = registered(two, 301, 302)
    (found,) = items(two, f"{URL}?number={number(301)}")
    shown = two.client.get(f"{URL}/{found['id']}", headers=two.as_()).json()
    assert shown == found
    assert shown["registered"]["block"] == made["batches"][0]["block"]
    assert shown["attestation"].endswith(tuple("0123456789"))
    assert (shown["state"], shown["status"], shown["number"]) == ("registered", "valid", number(301))


def test_a_bundle_is_the_same_bytes_every_time(two: Face):
    registered(two, 311)
    (found,) = items(two, f"{URL}?number={number(311)}")
    first, second = (two.client.get(f"{URL}/{found['id']}/bundle", headers=two.as_()) for _ in range(2))
    assert first.content == second.content
    assert open_bundle(read_bundle(first.content)).commitment.hex() == found["id"]
    assert first.headers["content-disposition"].startswith("attachment")
    assert first.headers["cache-control"] == "no-store"


def test_before_it_is_registered_there_is_no_bundle(two: Face):
    answer = two.client.post(REGISTRATIONS, json=degrees(321), headers=two.as_(key="early"))
    (waiting,) = items(two, answer.json()["credentials"])
    assert (waiting["state"], waiting["status"], waiting["attestation"]) == ("queued", None, None)
    refused = two.client.get(f"{URL}/{waiting['id']}/bundle", headers=two.as_())
    assert (refused.status_code, refused.json()["code"]) == (409, "H409")


@pytest.mark.both_databases
def test_pages_follow_one_another_and_hold_everything_once(two: Face):
    registered(two, *range(331, 338))
    whole = items(two, URL)
    paged = items(two, URL + "?limit=2")
    assert paged == whole
    assert len({each["id"] for each in whole}) == len(whole) >= 7


def test_a_cursor_is_good_for_its_own_listing_and_owner_only(two: Face):
    registered(two, 341, 342)
    cursor = two.client.get(URL, params={"limit": 1}, headers=two.as_()).json()["next"]
    assert cursor
    for url, headers in ((REGISTRATIONS, two.as_()), (URL, two.as_(institution=OTHER))):
        answer = two.client.get(url, params={"cursor": cursor}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "H422")
    forged = two.client.get(URL, params={"cursor": "A" + cursor[1:]}, headers=two.as_())
    assert forged.status_code == 422


@pytest.mark.parametrize("rest", ["", "/bundle"])
def test_somebody_elses_credential_is_as_if_it_were_not_there(two: Face, rest: str):
    made = registered(two, 351 + len(rest))
    (mine,) = items(two, made["credentials"])
    same_nothing(two, f"{URL}/{mine['id']}{rest}", f"{URL}/{'0' * 64}{rest}")
    assert items(two, f"{URL}?number={mine['number']}", institution=OTHER) == []


def test_an_id_that_is_none_is_as_if_it_were_not_there(two: Face):
    answer = two.client.get(f"{URL}/not-an-id", headers=two.as_())
    assert (answer.status_code, answer.json()["code"]) == (404, "H404")
