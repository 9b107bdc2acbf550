"""http.api.tokens, queue: what an operator does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.town import UNIVERSITY
from tests.http.api.conftest import REGISTRATIONS, degrees, items
from tests.http.conftest import Face

URL = "/api/v1/tokens"
WINDOW = {"name": "教务处 3 号窗口", "role": "registrar", "institution": UNIVERSITY, "days": 30}


def issue(face: Face, body: dict[str, Any], key: str) -> Any:
    return face.client.post(URL, json=body, headers=face.as_("operator", key=key))


@pytest.mark.both_databases
def test_a_token_is_shown_once_works_and_ends(two: Face):
    answer = issue(two, WINDOW, "once")
    assert answer.status_code == 201, answer.text
    told = answer.json()
    headers = {"Authorization": f"Bearer {told['token']}"}
    assert two.client.get("/api/v1/me", headers=headers).json()["institution"] == UNIVERSITY
    again = issue(two, WINDOW, "once")
    assert (again.headers["idempotency-replayed"], again.json()["token"], again.json()["id"]) == (
        "true",
        None,
        told["id"],
    )

    shown = two.client.get(answer.headers["location"], headers=two.as_("operator")).json()
    assert shown["last_used"] is not None
    assert "token" not in shown
    ended = two.client.delete(f"{URL}/{told['id']}", headers=two.as_("operator")).json()
    assert ended["revoked_at"] is not None
    assert two.client.get("/api/v1/me", headers=headers).status_code == 401
    assert two.client.delete(f"{URL}/{told['id']}", headers=two.as_("operator")).json() == ended


def test_tokens_are_listed_without_their_secrets(two: Face):
    secret = issue(two, WINDOW | {"name": "listed"}, "listed").json()["token"]
    answer = two.client.get(URL, params={"limit": 200}, headers=two.as_("operator"))
    assert "listed" in [each["name"] for each in answer.json()["items"]]
    assert secret.rpartition("_")[2] not in answer.text


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"institution": "nowhere"}, 404, "E102"),
        ({"institution": ""}, 422, "E101"),
        ({"days": 401}, 422, "H422"),
        ({"role": "king"}, 422, "H422"),
        ({"scopes": ["tokens:write"]}, 422, "E101"),
        ({"name": ""}, 422, "H422"),
    ],
)
def test_a_token_that_cannot_be(two: Face, changes: dict[str, Any], status: int, code: str):
    answer = issue(two, WINDOW | changes, f"wrong-{next(iter(changes))}-{code}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_narrowed_operator_makes_no_wider_one(two: Face):
    def issued_by(scopes: tuple[str, ...], wanted: list[str], key: str) -> Any:
        body = {"name": "second", "role": "operator", "days": 1, "scopes": wanted}
        return two.client.post(URL, json=body, headers=two.as_("operator", scopes=scopes, key=key))

    whole = issued_by(("tokens:write",), [], "wider")
    assert (whole.status_code, whole.json()["code"]) == (403, "H403")
    assert issued_by(("tokens:write",), ["tokens:write", "queue:read"], "wider-2").status_code == 403
    assert issued_by(("tokens:write",), ["tokens:write"], "same").status_code == 201
    answer = issued_by((), [], "all")
    assert answer.status_code == 201
    line = next(each for each in reversed(two.lines) if each["event"] == "token issued")
    own = two.client.get("/api/v1/me", headers=two.as_("operator", scopes=())).json()["id"]
    assert (line["by"], line["issued"], line["issued_role"]) == (own, answer.json()["id"], "operator")
    assert answer.json()["token"] not in two.logged


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_token_that_is_not_there(two: Face, method: str):
    answer = two.client.request(method, f"{URL}/{'a' * 16}", headers=two.as_("operator"))
    assert (answer.status_code, answer.json()["code"]) == (404, "H404")


def test_the_queue_is_counted(two: Face):
    headers = two.as_("operator")
    before = two.client.get("/api/v1/queue", headers=headers).json()
    two.client.post(REGISTRATIONS, json=degrees(901, 902), headers=two.as_(key="queue"))
    after = two.client.get("/api/v1/queue", headers=headers).json()
    assert after["pending"]["credentials"] == before["pending"]["credentials"] + 2
    assert (after["worker"], after["alive"]) == ("elsewhere", False)
    two.drain()
    assert two.client.get("/api/v1/queue", headers=headers).json()["pending"]["credentials"] == 0
    assert items(two, "/api/v1/credentials")
