"""Personal values and secrets are where they belong and nowhere else (FAULTS 54).

Values that occur nowhere else are sent through the whole service: registered, verified, matched, asked for, sent in the wrong
place, sent by the wrong person. Then everything that others get to see is searched for them: the log, the figures, other
callers' answers, the public addresses, the chain.
"""

from __future__ import annotations

import io
import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from chopmark.chain.rpc import Rpc
from tests.fixtures.paper import certificate_pdf
from tests.fixtures.town import FIELDS, PASSPHRASE, Town
from tests.http.conftest import Served, serving

NAME, MAJOR, NUMBER = "鸩羽白", "金丝雀饲养学CANARYMAJOR", "105331202699887766"
FILE = "鸩羽白-CANARYFILE.pdf"
OTHER = "鹈鹕青CANARYDECLARED"
HEADER = "CANARYHEADER"
VALUES = (NAME, "CANARY", NUMBER, "鹈鹕", "鸩羽", "金丝雀")
API = "/api/v1"


@dataclass
class Sent:
    """What happened. ``own``: answers to whoever sent a value; ``foreign``: to others; ``heard``: what all libraries logged."""

    served: Served
    heard: io.StringIO
    own: list[Any] = field(default_factory=list)
    foreign: list[Any] = field(default_factory=list)


def _everything(served: Served, heard: io.StringIO) -> Sent:
    client, sent = served.client, Sent(served, heard)
    fields = FIELDS | {"holder_name": NAME, "major": MAJOR, "certificate_number": NUMBER}
    mine = served.as_(key="canary-1") | {
        "User-Agent": HEADER,
        "X-Request-Id": HEADER,
        "Accept-Language": f"zh, {HEADER}",
    }
    pdf = (FILE, certificate_pdf(NUMBER), "application/pdf")
    request = json.dumps({"kind": "degree", "fields": fields})
    made = client.post(f"{API}/registrations", files={"request": (None, request), "file": pdf}, headers=mine)
    assert made.status_code == 202, made.text
    at = made.headers["location"]
    end = time.monotonic() + 30
    while client.get(at, headers=mine).json()["state"] != "registered":
        assert time.monotonic() < end
        time.sleep(0.05)
    sent.own.append(client.get(f"{at}/credentials", headers=mine))
    credential = sent.own[0].json()["items"][0]["id"]
    reviewer, west = served.as_("reviewer"), served.as_("auditor")
    wrong = {"kind": "degree", "credentials": [{"fields": {"holder_name": {"a": OTHER}}, "label": 7}], "again": OTHER}
    broken = f'{{"kind":"degree","kind":"{OTHER}"}}'.encode()
    sent.foreign += [
        client.get(at, headers=reviewer),
        client.get(f"{API}/credentials/{credential}/bundle", headers=west),
        client.get(f"{API}/credentials?number={NUMBER}&x={OTHER}", headers=reviewer),
        client.get(f"{API}/audit/credentials/{credential}", headers=west),
        client.get(f"{API}/{OTHER}?name={NAME}"),
        client.get(f"{API}/registrations/{OTHER}", headers=mine),
        client.get(f"{API}/me?access_token={HEADER}"),
        client.request("CANARY", f"{API}/me"),
        client.get(f"{API}/me", headers={"Authorization": f"Bearer {HEADER}"}),
        client.post(f"{API}/registrations", json=wrong, headers=mine | {"Idempotency-Key": "canary-2"}),
        client.post(
            f"{API}/matches",
            json={"kind": "degree", "number": NUMBER, "fields": {"holder_name": OTHER}},
            headers=reviewer,
        ),
        client.post(f"{API}/matches", content=broken, headers=reviewer | {"Content-Type": "application/json"}),
        client.post(f"{API}/verifications", files={"declared": (None, OTHER)}, headers=reviewer),
        *(client.get(f"{API}/{path}") for path in ("site", "kinds", "reasons", "openapi.json")),
        client.get(f"{API}/queue", headers=served.as_("operator")),
        client.get(f"{API}/issuers", headers=reviewer),
        client.get("/readyz"),
        client.get("/metrics", headers=served.as_("operator")),
    ]
    declared = json.dumps({"*": {"holder_name": OTHER, "major": MAJOR}})
    sent.own += [
        client.post(f"{API}/verifications", files={"file": pdf, "declared": (None, declared)}, headers=reviewer),
        client.get(f"{API}/credentials?number={NUMBER}", headers=mine),
        client.get(f"{at}/bundles", headers=mine),
        client.post(
            f"{API}/status-changes",
            json={"operation": "suspend", "reason": "under-review", "credentials": [NUMBER]},
            headers=mine | {"Idempotency-Key": "canary-3"},
        ),
    ]
    return sent


@pytest.fixture(scope="module")
def sent(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sent]:
    """Everything is sent once; the log of every library is listened to, down to the finest."""
    heard = io.StringIO()
    listener, root = logging.StreamHandler(heard), logging.getLogger()
    listener.addFilter(lambda record: not record.name.startswith("http"))  # the client of this test logs what it asks
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.INFO)
    try:
        with serving(town.open(tmp_path_factory.mktemp("canary") / "home")) as served:
            yield _everything(served, heard)
    finally:
        root.removeHandler(listener)
        root.setLevel(level)


def test_they_did_go_through(sent: Sent):
    """Without this, the searches below would find nothing in nothing."""
    assert [answer.status_code for answer in sent.own] == [200, 200, 200, 200, 202], [a.text[:200] for a in sent.own]
    verified = sent.own[1].json()
    assert OTHER in sent.own[1].text  # whoever declared it is told what she declared
    assert verified["materials"][0]["verdict"] not in ("cannot_check", "not_registered")
    assert FILE in sent.own[1].text
    statuses = [answer.status_code for answer in sent.foreign]
    assert statuses[:13] == [403, 403, 403, 200, 404, 404, 400, 405, 401, 422, 200, 422, 422], statuses
    assert set(statuses[13:]) == {200}


def test_the_log_says_what_happened_and_to_nobody_whose(sent: Sent):
    log = sent.served.logged
    assert len(sent.served.lines) > 20
    for value in VALUES:
        assert value not in log
        assert json.dumps(value)[1:-1] not in log
    assert sent.served.url not in log
    assert "/api/v1/registrations/{id}" in log
    for token in sent.served.made.values():
        assert token.split("_", 2)[2] not in log
    assert PASSPHRASE not in log
    assert sent.served.site.secret.hex() not in log
    for value in VALUES:
        assert value not in sent.heard.getvalue()


def test_what_others_are_answered_holds_none_of_it(sent: Sent):
    for answer in sent.foreign:
        told = answer.text + repr(sorted(answer.headers.items()))
        for value in VALUES:
            assert value not in told, (answer.request.url, value)
            assert json.dumps(value)[1:-1] not in told, (answer.request.url, value)


def test_the_chain_holds_none_of_it(sent: Sent):
    rpc = Rpc(sent.served.office.client.chain.rpc[0])
    newest = int(rpc.call("eth_blockNumber"), 16)
    blocks = [rpc.call("eth_getBlockByNumber", hex(at), True) for at in range(max(0, newest - 40), newest + 1)]
    logs = rpc.call("eth_getLogs", {"fromBlock": hex(max(0, newest - 40)), "toBlock": "latest"})
    whole = json.dumps([blocks, logs]).lower()
    for value in VALUES:
        assert value.encode().hex() not in whole
        assert value.encode("utf-16-le").hex() not in whole
    assert sum(len(block["transactions"]) for block in blocks) > 0


def test_nothing_of_an_upload_is_left(sent: Sent):
    home = sent.served.site.settings.home
    assert [*(home / "tmp").glob("*")] == []
    for path in home.rglob("*"):
        assert "CANARY" not in path.name
        if path.is_file() and not path.name.startswith("site.db"):
            assert b"CANARY" not in path.read_bytes(), path
