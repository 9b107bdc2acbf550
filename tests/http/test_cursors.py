"""Pages: cursors lead on, and nobody can make one up, change one, or use one elsewhere."""

from __future__ import annotations

import base64

import pytest

from tests.fixtures.town import accredited
from tests.http.conftest import Face, faced

AT = "/api/v1/test/pages"


def test_pages_follow_one_another(bench: Face):
    headers = bench.as_()
    first = bench.client.get(AT, params={"limit": 3}, headers=headers).json()
    assert first["items"] == [0, 1, 2]
    second = bench.client.get(AT, params={"limit": 2, "cursor": first["next"]}, headers=headers).json()
    assert second["items"] == [3, 4]
    assert len(bench.client.get(AT, headers=headers).json()["items"]) == 50
    # Another token of the same institution may read on.
    other = bench.as_(scopes=("registrations:read",))
    assert bench.client.get(AT, params={"cursor": second["next"], "limit": 1}, headers=other).json()["items"] == [5]


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "1e3", "9" * 30])
def test_a_limit_has_limits(bench: Face, limit):
    answer = bench.client.get(AT, params={"limit": limit}, headers=bench.as_())
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "query.limit")


def test_no_other_cursor_is_taken(bench: Face):
    headers = bench.as_()
    good = bench.client.get(AT, headers=headers).json()["next"]
    raw = bytearray(base64.urlsafe_b64decode(good + "=" * (-len(good) % 4)))
    raw[-2] ^= 1
    forged = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    for cursor in (
        forged,
        good[:-2],
        good + "AAAA",
        "",
        "x",
        "名",
        "=" * 5,
        "A" * 600,
        base64.b64encode(b"[7]").decode(),
    ):
        answer = bench.client.get(AT, params={"cursor": cursor}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "H422"), cursor
        assert answer.json()["errors"][0]["where"] == "query.cursor"
    assert bench.client.get("/api/v1/test/others", params={"cursor": good}, headers=headers).status_code == 422


def test_a_cursor_belongs_to_an_institution(office):
    accredited(office, "west")
    with faced(office, small=True) as face:
        cursor = face.client.get(AT, headers=face.as_()).json()["next"]
        assert face.client.get(AT, params={"cursor": cursor}, headers=face.as_("registrar", "west")).status_code == 422
        assert face.client.get(AT, params={"cursor": cursor}, headers=face.as_()).status_code == 200
