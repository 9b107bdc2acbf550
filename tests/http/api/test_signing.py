"""http.api.signing: an institution whose key is elsewhere registers, signs what it is asked to, and is registered."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from chopmark.core.typed_data import typed_data_of
from chopmark.http.keys import OpenKeys
from chopmark.http.logs import Log
from chopmark.keys.signer import LocalSigner
from tests.fixtures.town import Town
from tests.http.api.conftest import REGISTRATIONS, degrees, items, same_nothing
from tests.http.conftest import Face, faced

URL = "/api/v1/signing-requests"
NIGHT = "night"
KEY = os.urandom(32)


@pytest.fixture(scope="module")
def night(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    """A site with an evening college whose working key nobody here has; the site's own key pays."""
    office = town.open(tmp_path_factory.mktemp("night") / "home")
    for name in ("night-cold", "cashier"):
        office.key(name)
    address = "0x" + LocalSigner(KEY).address.hex()
    keys = ("--controller", "night-cold", "--key", address, "--payer", "cashier")
    office.ok("issuer", "new", NIGHT, "--name-zh", "夜校", "--name-en", "Evening College", *keys)
    office.ok("accredit", "grant", NIGHT, "--by", "edu-cold", "--kind", "degree")
    office.ok("key", "add", NIGHT, "--delegation")
    with faced(office) as face:
        yield face


def work(face: Face) -> None:
    """One look of the worker: what waits for a signature keeps waiting."""
    face.site.worker(OpenKeys.of(face.site, (), Log(face.stream)).ring()).run(timeout=60)


def listed(face: Face, state: str = "open") -> list[dict[str, Any]]:
    return items(face, f"{URL}?state={state}", institution=NIGHT)


def asked(face: Face, key: str, *numbers: int) -> tuple[str, dict[str, Any]]:
    """A registration that waits for a signature, and what is to be signed."""
    answer = face.client.post(REGISTRATIONS, json=degrees(*numbers), headers=face.as_(institution=NIGHT, key=key))
    assert answer.status_code == 202, answer.text
    work(face)
    (request,) = listed(face)
    request = shown(face, request)
    return str(answer.headers["location"]), request


def shown(face: Face, request: dict[str, Any]) -> dict[str, Any]:
    """A request as it is told by itself."""
    told: dict[str, Any] = face.client.get(f"{URL}/{request['id']}", headers=face.as_(institution=NIGHT)).json()
    return told


def state(face: Face, url: str) -> str:
    return str(face.client.get(url, headers=face.as_(institution=NIGHT)).json()["state"])


def sign(face: Face, request: dict[str, Any], signature: bytes | str, key: str) -> Any:
    text = signature if isinstance(signature, str) else "0x" + signature.hex()
    headers = face.as_(institution=NIGHT, key=key)
    return face.client.post(f"{URL}/{request['id']}/signature", json={"signature": text}, headers=headers)


def test_what_waits_is_signed_elsewhere_and_registered(night: Face):
    url, request = asked(night, "story", 1001, 1002)
    assert state(night, url) == "to_sign"
    assert (request["content"]["verb"], request["content"]["count"], request["content"]["kind"]) == (
        "attest",
        2,
        "degree",
    )
    ids = {each["id"] for each in items(night, url + "/credentials", institution=NIGHT)}
    assert set(request["content"]["commitments"]) == ids
    digest = typed_data_of(request["typed_data"]).digest
    assert request["digest"] == "0x" + digest.hex()

    wrong = sign(night, request, LocalSigner(os.urandom(32)).sign_digest(digest), "wrong")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "E101")
    none = sign(night, request, "0x1234", "none")
    assert none.status_code == 422

    right = LocalSigner(KEY).sign_digest(digest)
    answer = sign(night, request, right, "right")
    assert (answer.status_code, answer.json()["state"]) == (202, "signed"), answer.text
    again = sign(night, request, right, "right-again")
    assert (again.status_code, again.json()["state"]) == (202, "signed")
    night.drain()
    assert state(night, url) == "registered"
    assert listed(night) == []
    assert [each["id"] for each in listed(night, "done")] == [request["id"]]

    late = sign(night, request, LocalSigner(os.urandom(32)).sign_digest(digest), "late")
    assert late.status_code == 422

    body = {"operation": "revoke", "reason": "misconduct", "credentials": [*ids]}
    change = night.client.post("/api/v1/status-changes", json=body, headers=night.as_(institution=NIGHT, key="end"))
    assert change.status_code == 202, change.text
    work(night)
    assert state(night, change.headers["location"]) == "to_sign"
    (short,) = listed(night)
    revocation = shown(night, short)
    assert "typed_data" not in short
    told = revocation["content"]
    assert short["content"] == {name: told[name] for name in ("verb", "kind", "count", "reason", "root")}
    assert (revocation["content"]["verb"], revocation["content"]["reason"]) == ("revoke", "misconduct")
    digest = typed_data_of(revocation["typed_data"]).digest
    assert sign(night, revocation, LocalSigner(KEY).sign_digest(digest), "revoke").status_code == 202
    night.drain()
    assert state(night, change.headers["location"]) == "done"


def test_another_institutions_requests_are_not_there(night: Face, monkeypatch: pytest.MonkeyPatch):
    _, request = asked(night, "foreign", 1011)
    monkeypatch.setattr("tests.http.api.conftest.OTHER", "oriental")
    absent = f"{URL}/sig_{'A' * 22}"
    same_nothing(night, f"{URL}/{request['id']}", absent)
    signature = {"signature": "0x" + "11" * 65}
    same_nothing(night, f"{URL}/{request['id']}/signature", absent + "/signature", method="POST", json=signature)
    assert night.client.get(URL, headers=night.as_()).json()["items"] == []
