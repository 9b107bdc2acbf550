"""Requests that come again: one effect, one answer (FAULTS 23)."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from chopmark.services.repeats import KEPT
from tests.fixtures.town import FIELDS, accredited, number
from tests.http._routes import SECRET
from tests.http.conftest import Face, faced, serving

AT = "/api/v1/test/facts"
BODY = {"name": "abc"}


@pytest.fixture
def face(office):
    with faced(office, small=True) as made:
        yield made


def value(face: Face) -> int:
    with face.site.store.read() as tx:
        return int(tx.site.get("test") or "0")


@pytest.mark.both_databases
def test_the_same_request_again_gets_the_same_answer_and_changes_nothing(face: Face):
    first = face.client.post(AT, json=BODY, headers=face.as_(key="k1"))
    assert (first.status_code, first.json()) == (201, {"value": 1, "secret": SECRET})
    assert first.headers["location"] == "/there"
    assert "idempotency-replayed" not in first.headers
    again = face.client.post(AT, json=BODY, headers=face.as_(key="k1", scopes=("registrations:write",)))
    assert (again.status_code, again.headers["location"]) == (201, "/there")
    assert again.headers["idempotency-replayed"] == "true"
    # What may be told once is not kept.
    assert again.json() == {"value": 1, "secret": None}
    assert value(face) == 1
    assert face.client.post(AT, json=BODY, headers=face.as_(key="k2")).json()["value"] == 2


def test_a_key_means_one_request(face: Face):
    accredited(face.office, "west")
    face.client.post(AT, json=BODY, headers=face.as_(key="k1"))
    other = face.client.post(AT, json={"name": "abd"}, headers=face.as_(key="k1"))
    assert (other.status_code, other.json()["code"]) == (409, "H409")
    assert "retry-after" not in other.headers
    other = face.client.post(AT + "?x=1", json=BODY, headers=face.as_(key="k1"))
    assert other.status_code == 409
    assert value(face) == 1
    # Another institution's keys are its own.
    west = face.client.post(AT, json=BODY, headers=face.as_("registrar", "west", key="k1"))
    assert (west.status_code, value(face)) == (201, 2)


@pytest.mark.parametrize("key", [None, "", " ", "a b", "键", "x" * 256, "a\tb"])
def test_without_a_usable_key_nothing_is_written(face: Face, key):
    headers = face.as_() | ({} if key is None else {"Idempotency-Key": key.encode()})
    answer = face.client.post(AT, json=BODY, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "H400")
    assert value(face) == 0


def test_what_failed_may_be_tried_again(face: Face):
    bad = face.client.post(AT, json={"name": "bad"}, headers=face.as_(key="k1"))
    assert bad.status_code == 503
    assert value(face) == 0
    assert face.client.post(AT, json=BODY, headers=face.as_(key="k1")).status_code == 201


def test_an_upload_is_the_same_whatever_its_boundary(face: Face):
    def send(content: bytes):
        files = {"file": ("a.pdf", content, "application/pdf")}
        return face.client.post("/api/v1/test/uploads", data={"name": "abc"}, files=files, headers=face.as_(key="u1"))

    assert send(b"one").status_code == 201
    assert send(b"one").headers["idempotency-replayed"] == "true"
    assert send(b"two").status_code == 409
    assert value(face) == 1


def test_answers_are_forgotten_after_their_time(face: Face, monkeypatch):
    face.client.post(AT, json=BODY, headers=face.as_(key="k1"))
    now = face.site.clock()
    monkeypatch.setattr(type(face.site), "clock", property(lambda _: lambda: now + KEPT + 60))
    face.client.post(AT, json=BODY, headers=face.as_(key="k2"))
    assert face.client.post(AT, json=BODY, headers=face.as_(key="k1")).json()["value"] == 3


def test_while_the_first_is_being_carried_out_the_others_are_told_to_wait(face: Face, monkeypatch):
    from tests.http import _routes

    inside, go = threading.Event(), threading.Event()
    count = _routes._count

    def slowly(tx, thing):
        inside.set()
        assert go.wait(10)
        return count(tx, thing)

    monkeypatch.setattr(_routes, "_count", slowly)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(face.client.post, AT, json=BODY, headers=face.as_(key="k1"))
        assert inside.wait(10)
        second = face.client.post(AT, json=BODY, headers=face.as_(key="k1"))
        assert (second.status_code, second.json()["code"], second.headers["retry-after"]) == (409, "H409", "1")
        go.set()
        assert first.result().status_code == 201
    assert face.client.post(AT, json=BODY, headers=face.as_(key="k1")).headers["idempotency-replayed"] == "true"


@pytest.mark.both_databases
def test_two_processes_at_one_database_have_one_effect(office):
    """Nothing in memory is shared: the key's row decides, in the transaction of the effect."""
    with faced(office, small=True) as one, faced(office, small=True) as two:
        headers = one.as_(key="k1")
        with ThreadPoolExecutor(8) as pool:
            sent = [pool.submit(each.client.post, AT, json=BODY, headers=headers) for each in (one, two) * 8]
        answers = [each.result() for each in sent]
        assert {answer.status_code for answer in answers} <= {201, 409}
        assert {answer.json()["value"] for answer in answers if answer.status_code == 201} == {1}
        assert value(one) == 1


def test_a_hundred_registrations_at_once_make_one_credential(office):
    """The real thing: a real server, its worker beside it, a hundred clients that send the same (FAULTS 23)."""
    body = {"kind": "degree", "credentials": [{"fields": FIELDS | {"certificate_number": number(8800)}}]}
    with serving(office) as served:
        headers = served.as_(key="once")

        def send(_: int):
            while (
                answer := served.client.post("/api/v1/registrations", json=body, headers=headers)
            ).status_code == 409:
                assert answer.json()["code"] == "H409"
                time.sleep(float(answer.headers["retry-after"]) / 10)
            return answer

        with ThreadPoolExecutor(100) as pool:
            answers = list(pool.map(send, range(100)))
        assert {answer.status_code for answer in answers} == {202}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len({answer.content for answer in answers}) == 1
        assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
        at = answers[0].headers["location"]
        end = time.monotonic() + 30
        while (told := served.client.get(at, headers=headers).json())["state"] != "registered":
            assert time.monotonic() < end, told
            time.sleep(0.05)
        assert (told["count"], told["registered"], len(told["batches"])) == (1, 1, 1)
        assert office.rows()["credentials"] == 1
        assert office.rows()["batches"] == 1
