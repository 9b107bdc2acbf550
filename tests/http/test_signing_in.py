"""Tokens over HTTP: recognised, refused alike for every reason, throttled, narrowed, forgotten nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import APIRouter

from chopmark.core.access import PERMISSIONS, Role
from chopmark.http.app import require_declared
from chopmark.http.attempts import LIMIT, REMEMBERED, WINDOW, Attempts
from chopmark.http.routes import Router, declared
from chopmark.services.tokens import DAY, day_of, revoke
from tests.fixtures.town import UNIVERSITY
from tests.http.conftest import Face, faced

ME = "/api/v1/me"


def without_number(answer):
    return {name: value for name, value in answer.json().items() if name != "instance"}, {
        name: value for name, value in answer.headers.items() if name != "x-request-id"
    }


def test_a_token_says_who_calls(face: Face):
    answer = face.client.get(ME, headers=face.as_("registrar"))
    told = answer.json()
    assert (told["role"], told["institution"], told["name"]) == ("registrar", UNIVERSITY, "test registrar")
    assert set(told["scopes"]) == PERMISSIONS[Role.REGISTRAR]
    assert told["expires_at"].endswith("Z")
    assert face.token("registrar") not in answer.text
    line = face.lines[-1]
    assert (line["token"], line["role"]) == (told["id"], "registrar")
    assert face.token("registrar").split("_", 2)[2] not in face.logged
    with face.site.store.read() as tx:
        kept = tx.tokens.find(told["id"])
    assert kept is not None
    assert kept.last_used_day == day_of(face.site.clock())
    assert face.token("registrar").split("_", 2)[2] not in repr(kept)


@pytest.mark.both_databases
def test_every_token_that_does_not_stand_gets_the_same_answer(face: Face):
    good = face.token("reviewer")
    past = int(face.site.clock()) - 4 * DAY
    revoked = face.token("auditor")
    with face.site.store.begin() as tx:
        revoke(tx, revoked.split("_")[1], int(face.site.clock()))
    wrong: dict[str, Any] = {
        "none": {},
        "empty": {"Authorization": "Bearer "},
        "other scheme": {"Authorization": f"Basic {good}"},
        "no token": {"Authorization": "Bearer hello"},
        "unknown id": {"Authorization": "Bearer chop_" + "a" * 16 + good[21:]},
        "wrong secret": {"Authorization": f"Bearer {good[:-1]}{'A' if good[-1] != 'A' else 'B'}"},
        "cut short": {"Authorization": f"Bearer {good[:-1]}"},
        "more after it": {"Authorization": f"Bearer {good}x"},
        "expired": {"Authorization": f"Bearer {face.token('reviewer', now=past)}"},
        "revoked": {"Authorization": f"Bearer {revoked}"},
        "no text": {"Authorization": b"Bearer \xff\xfe"},
    }
    answers = {name: face.client.get(ME, headers=headers) for name, headers in wrong.items()}
    answers["twice"] = face.client.get(ME, headers=[("Authorization", f"Bearer {good}")] * 2)
    first = without_number(answers["none"])
    assert answers["none"].status_code == 401
    assert first[1]["www-authenticate"] == 'Bearer realm="chopmark"'
    for name, answer in answers.items():
        assert without_number(answer) == first, name
    assert face.client.get(ME, headers={"Authorization": f"bearer  {good}"}).status_code == 200


def test_failures_are_throttled_and_a_token_that_stands_goes_on(face: Face):
    """Behind one address may be a whole office: what one of it does wrong locks nobody else out."""
    good = face.as_("reviewer")
    codes = [face.client.get(ME).status_code for _ in range(LIMIT + 3)]
    assert codes == [401] * LIMIT + [429] * 3
    answer = face.client.get(ME)
    assert answer.json()["code"] == "H429"
    assert 1 <= int(answer.headers["retry-after"]) <= WINDOW + 1
    assert face.client.get(ME, headers=good).status_code == 200
    assert face.client.get("/healthz").status_code == 200


def test_a_window_ends_and_addresses_are_kept_apart():
    now = [100.0]
    attempts = Attempts(lambda: now[0])
    for _ in range(LIMIT):
        assert attempts.wait("192.0.2.1") == 0
        attempts.failed("192.0.2.1")
    assert attempts.wait("192.0.2.1") > 0
    assert attempts.wait("192.0.2.2") == 0
    now[0] += WINDOW + 0.1
    assert attempts.wait("192.0.2.1") == 0
    attempts.failed("192.0.2.1")
    assert attempts.wait("192.0.2.1") == 0
    for _ in range(LIMIT):
        attempts.failed("2001:db8:0:1::1")
    assert attempts.wait("2001:db8:0:1:ffff::9") > 0
    assert attempts.wait("2001:db8:0:2::1") == 0
    for n in range(REMEMBERED + 5):
        attempts.failed(f"host-{n}")
    assert len(attempts._failures) == REMEMBERED


def test_an_ipv4_address_is_itself_on_a_socket_for_both_families():
    attempts = Attempts(lambda: 100.0)
    for _ in range(LIMIT):
        attempts.failed("::ffff:192.0.2.1")
    assert attempts.wait("192.0.2.1") > 0
    assert attempts.wait("::ffff:192.0.2.2") == 0


def test_a_proxy_that_nobody_believes_is_told_of_once(face: Face):
    for _ in range(3):
        face.client.get(ME, headers={"X-Forwarded-For": "192.0.2.9"})
    told = [line for line in face.lines if line["event"].startswith("forwarded")]
    assert [line["option"] for line in told] == ["--trust-proxy"]
    assert "192.0.2.9" not in face.logged
    face.app.state.service.behind_proxy = True
    face.app.state.service._proxy_told = False
    face.client.get(ME, headers={"X-Forwarded-For": "192.0.2.9"})
    assert len([line for line in face.lines if line["event"].startswith("forwarded")]) == 1


def test_a_token_does_what_its_role_may_and_a_narrowed_one_less(bench: Face):
    at = "/api/v1/test/things/7"
    assert bench.client.get(at, headers=bench.as_("registrar")).status_code == 200
    for role in ("reviewer", "auditor", "authority", "operator"):
        answer = bench.client.get(at, headers=bench.as_(role))
        assert (answer.status_code, answer.json()["code"]) == (403, "H403")
        assert "registrations:read" in answer.json()["detail"]
    narrow = bench.as_("registrar", scopes=("registrations:read",))
    assert bench.client.get(at, headers=narrow).status_code == 200
    assert bench.client.delete(at, headers=narrow).status_code == 403
    assert bench.client.delete(at, headers=bench.as_("registrar")).status_code == 204
    assert bench.client.get(ME, headers=narrow).json()["scopes"] == ["registrations:read"]


def test_rights_are_checked_before_the_body_is_read(bench: Face):
    answer = bench.client.post("/api/v1/test/things", content=b"\0" * 100, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 401
    answer = bench.client.post("/api/v1/test/things", content=b"\0" * 100, headers=bench.as_("operator"))
    assert answer.status_code == 403


def test_an_operation_that_declares_nothing_cannot_be_made():
    with pytest.raises(RuntimeError, match="does not declare"):
        Router().get("/open")(lambda: None)
    with pytest.raises(RuntimeError, match="no scope"):
        declared("registrations:all")
    hidden, plain = Router(), APIRouter()
    hidden.get("/hidden", include_in_schema=False, **declared("verify"))(lambda: None)
    plain.get("/plain")(lambda: None)
    for router in (hidden, plain):
        with pytest.raises(RuntimeError, match="is not declared"):
            require_declared(router)


@pytest.mark.parametrize(
    ("setting", "anonymous", "operator", "registrar"),
    [("token", 401, 200, 403), ("public", 200, 200, 200), ("off", 401, 404, 403)],
)
def test_who_may_read_the_figures(office, setting, anonymous, operator, registrar):
    with faced(office, metrics=setting) as face:
        assert face.client.get("/metrics").status_code == anonymous
        assert face.client.get("/metrics", headers=face.as_("operator")).status_code == operator
        assert face.client.get("/metrics", headers=face.as_("registrar")).status_code == registrar


def test_figures_count_requests_by_route_and_nothing_that_a_caller_wrote(office):
    with faced(office, small=True, metrics="public") as face:
        face.client.get("/api/v1/test/things/wang-li", headers=face.as_())
        face.client.get("/api/v1/nowhere/wang-li")
        face.client.request("WANGLI", "/healthz")
        face.app.state.service.metrics.verdict("verified")
        answer = face.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    said = answer.text
    assert 'chopmark_requests_total{method="GET",route="/api/v1/test/things/{id}",status="200"} 1.0' in said
    assert 'chopmark_requests_total{method="GET",route="-",status="404"} 1.0' in said
    assert 'chopmark_requests_total{method="OTHER",route="/healthz",status="405"} 1.0' in said
    assert 'chopmark_verdicts_total{verdict="verified"} 1.0' in said
    assert 'chopmark_request_seconds_bucket{le="0.1",method="GET",route="/api/v1/test/things/{id}"}' in said
    assert "wang-li" not in said
    assert "WANGLI" not in said
    assert "wang-li" not in face.logged
    assert "WANGLI" not in face.logged
