"""http.api.status_changes: revoking, suspending, resuming, all of them or none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.town import number
from tests.http.api.conftest import OTHER, REGISTRATIONS, degrees, items, registered, same_nothing, tables
from tests.http.conftest import Face

URL = "/api/v1/status-changes"


def change(face: Face, operation: str, *credentials: str, reason: str = "misconduct", key: str = "", **who: Any) -> Any:
    body = {"operation": operation, "reason": reason, "credentials": list(credentials)}
    headers = face.as_(key=key or f"{operation}-{credentials[0]}", **who)
    return face.client.post(URL, json=body, headers=headers)


def status(face: Face, n: int) -> str | None:
    (found,) = items(face, f"/api/v1/credentials?number={number(n)}")
    told: str | None = found["status"]
    return told


@pytest.mark.both_databases
def test_a_life_suspended_resumed_revoked(two: Face):
    registered(two, 401)
    for operation, reason, after in (
        ("suspend", "under-review", "suspended"),
        ("resume", "review-closed", "valid"),
        ("revoke", "misconduct", "revoked"),
    ):
        answer = change(two, operation, number(401), reason=reason)
        assert answer.status_code == 202, answer.text
        assert (answer.json()["state"], answer.json()["reason"]) == ("queued", reason)
        two.drain()
        told = two.client.get(answer.headers["location"], headers=two.as_()).json()
        assert (told["state"], told["done"], told["refused"], told["trouble"]) == ("done", 1, 0, None)
        assert status(two, 401) == after
        (each,) = items(two, told["credentials"])
        assert each["transaction"].startswith("0x")


def test_many_by_id_and_by_number_in_one_go(two: Face):
    made = registered(two, 411, 412, 413)
    ids = [each["id"] for each in items(two, made["credentials"])]
    answer = change(two, "revoke", ids[0], number(412), ids[2], number(413))
    assert (answer.status_code, answer.json()["count"]) == (202, 3)
    two.drain()
    told = two.client.get(answer.headers["location"], headers=two.as_()).json()
    assert (told["state"], told["done"]) == ("done", 3)
    boxes = {each["transaction"] for each in items(two, told["credentials"])}
    assert len(boxes) == 1


def test_what_is_so_already_is_done_without_a_transaction(two: Face):
    registered(two, 421)
    change(two, "suspend", number(421), reason="under-review")
    two.drain()
    answer = change(two, "suspend", number(421), reason="under-review", key="once-more")
    two.drain()
    told = two.client.get(answer.headers["location"], headers=two.as_()).json()
    assert (told["state"], told["done"], told["already"]) == ("done", 1, 1)


def test_what_is_revoked_stays_revoked_and_says_so(two: Face):
    registered(two, 431)
    change(two, "revoke", number(431))
    two.drain()
    answer = change(two, "suspend", number(431), reason="under-review")
    assert answer.status_code == 202, answer.text
    two.drain()
    told = two.client.get(answer.headers["location"], headers=two.as_()).json()
    assert (told["state"], told["refused"], told["trouble"]["code"]) == ("refused", 1, "E504")
    assert status(two, 431) == "revoked"


@pytest.mark.both_databases
def test_one_that_is_not_there_stops_all_of_them(two: Face):
    made = registered(two, 441)
    (mine,) = items(two, made["credentials"])
    before = tables(two)
    answer = change(two, "revoke", mine["id"], number(999_441), "0" * 64)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "I000")
    assert [(each["code"], each["place"]["row"]) for each in problem["findings"]] == [("I050", 2), ("I050", 3)]
    assert tables(two) == before


def test_one_that_waits_to_be_registered_cannot_be_changed(two: Face):
    two.client.post(REGISTRATIONS, json=degrees(451), headers=two.as_(key="waiting"))
    answer = change(two, "revoke", number(451))
    assert [each["code"] for each in answer.json()["findings"]] == ["I051"]


@pytest.mark.parametrize(
    ("wrong", "code", "expected"),
    [
        ({"reason": "bad luck"}, "E102", 404),
        ({"operation": "burn"}, "H422", 422),
        ({"credentials": []}, "H422", 422),
        ({"credentials": ["x"] * 10_001}, "H422", 422),
        ({"extra": 1}, "H422", 422),
    ],
)
def test_a_request_that_cannot_be_is_refused(two: Face, wrong: dict[str, Any], code: str, expected: int):
    body = {"operation": "revoke", "reason": "misconduct", "credentials": [number(1)]} | wrong
    answer = two.client.post(URL, json=body, headers=two.as_(key="wrong"))
    assert (answer.status_code, answer.json()["code"]) == (expected, code)


def test_another_institution_changes_nothing_and_sees_nothing(two: Face):
    made = registered(two, 461)
    (mine,) = items(two, made["credentials"])
    answer = change(two, "revoke", mine["id"], institution=OTHER)
    absent = change(two, "revoke", "1" * 64, institution=OTHER)
    for each in (answer, absent):
        assert each.status_code == 422
        (finding,) = each.json()["findings"]
        assert finding["code"] == "I050"
    own = change(two, "suspend", mine["id"], reason="under-review").json()
    same_nothing(two, f"{URL}/{own['id']}", f"{URL}/chg_{'A' * 22}")
    same_nothing(two, f"{URL}/{own['id']}/credentials", f"{URL}/chg_{'A' * 22}/credentials")


@pytest.mark.both_databases
def test_many_names_are_looked_up_together_and_all_findings_are_counted(two: Face):
    names = [number(500_000 + n) for n in range(1_500)]
    answer = change(two, "revoke", *names)
    assert answer.status_code == 422
    assert "1500" in answer.json()["detail"].replace(",", "")
    assert len(answer.json()["findings"]) == 1_000
