"""http.api.corrections: a new version is registered, and the old one points to it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fixtures.paper import certificate_pdf
from tests.fixtures.town import number
from tests.http.api.conftest import OTHER, items, registered, same_nothing, tables
from tests.http.conftest import Face


def mine(face: Face, n: int) -> dict[str, Any]:
    """The living credential of a number: the newest of those that have or had it."""
    found: dict[str, Any] = items(face, f"/api/v1/credentials?number={number(n)}")[0]
    return found


def correct(face: Face, credential: str, fields: dict[str, str], key: str, **who: Any) -> Any:
    url = f"/api/v1/credentials/{credential}/correction"
    return face.client.post(url, json={"fields": fields, "reason": "corrected"}, headers=face.as_(key=key, **who))


@pytest.mark.both_databases
def test_the_old_version_is_superseded_by_the_new_one(two: Face):
    registered(two, 601)
    old = mine(two, 601)
    answer = correct(two, old["id"], {"major": "计算机科学与技术"}, "correct")
    assert answer.status_code == 202, answer.text
    assert (answer.json()["replaces"], answer.json()["state"]) == (old["id"], "queued")
    two.drain()
    told = two.client.get(answer.headers["location"], headers=two.as_()).json()
    assert (told["state"], told["registered"]) == ("registered", 1)
    new = mine(two, 601)
    assert (new["replaces"], new["status"]) == (old["id"], "valid")
    assert two.client.get(f"/api/v1/credentials/{old['id']}", headers=two.as_()).json()["status"] == "superseded"


def test_the_same_correction_again_is_the_one_that_was_made(two: Face):
    registered(two, 611)
    old = mine(two, 611)
    correct(two, old["id"], {"major": "数学"}, "first")
    two.drain()
    again = correct(two, old["id"], {"major": "数学"}, "second")
    assert (again.status_code, again.json()["known"], again.json()["state"]) == (202, 1, "registered")


def test_a_correction_with_a_new_file(two: Face):
    registered(two, 621)
    old = mine(two, 621)
    answer = two.client.post(
        f"/api/v1/credentials/{old['id']}/correction",
        data={"request": json.dumps({"fields": {}})},
        files={"file": ("换发.pdf", certificate_pdf("anew"), "application/pdf")},
        headers=two.as_(key="file"),
    )
    assert answer.status_code == 202, answer.text
    two.drain()
    assert mine(two, 621)["label"] == "换发"


@pytest.mark.parametrize(
    ("fields", "status", "code"), [({}, 422, "E101"), ({"major": ""}, 422, "I000"), ({"colour": "red"}, 422, "I000")]
)
def test_what_corrects_nothing_or_wrongly_is_refused(two: Face, fields: dict[str, str], status: int, code: str):
    if not items(two, f"/api/v1/credentials?number={number(631)}"):
        registered(two, 631)
    old = mine(two, 631)
    before = tables(two)
    answer = correct(two, old["id"], fields, f"refused-{code}-{len(fields)}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert tables(two) == before


def test_what_is_revoked_cannot_be_corrected(two: Face):
    registered(two, 641)
    old = mine(two, 641)
    body = {"operation": "revoke", "reason": "misconduct", "credentials": [old["id"]]}
    two.client.post("/api/v1/status-changes", json=body, headers=two.as_(key="end"))
    answer = correct(two, old["id"], {"major": "化学"}, "too-late")
    assert (answer.status_code, answer.json()["code"]) == (422, "E101")


def test_another_institutions_credential_is_as_if_it_were_not_there(two: Face):
    registered(two, 651)
    old = mine(two, 651)
    url = "/api/v1/credentials/{}/correction"
    same_nothing(two, url.format(old["id"]), url.format("0" * 64), method="POST", json={"fields": {"major": "化学"}})
    assert OTHER
