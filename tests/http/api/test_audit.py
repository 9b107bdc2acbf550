"""http.api.audit: lives of credentials and institutions, as known at any moment."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.fixtures.town import UNIVERSITY, number
from tests.http.api.conftest import OTHER, REGISTRATIONS, degrees, items, registered, same_nothing
from tests.http.conftest import Face

URL = "/api/v1/audit"


@pytest.fixture(scope="module")
def revoked(two: Face) -> dict[str, Any]:
    """A credential that was registered, then revoked."""
    registered(two, 801)
    (mine,) = items(two, f"/api/v1/credentials?number={number(801)}")
    body = {"operation": "revoke", "reason": "misconduct", "credentials": [mine["id"]]}
    two.client.post("/api/v1/status-changes", json=body, headers=two.as_(key="revoke"))
    two.drain()
    return mine


@pytest.mark.parametrize("role", ["auditor", "registrar"])
def test_the_life_of_a_credential(two: Face, revoked: dict[str, Any], role: str):
    told = two.client.get(f"{URL}/credentials/{revoked['id']}", headers=two.as_(role)).json()
    assert told["attestation"] == revoked["attestation"]
    own = [entry for entry in told["entries"] if not entry["context"]]
    assert [entry["operation"] for entry in own] == ["attested", "revoked"]
    assert (told["status"]["revoked"], told["source"], own[1]["reason"]) == (True, "chain", 3)
    assert not any(entry["key_name"] for entry in told["entries"])


@pytest.mark.parametrize("quoted", [True, False])
def test_an_attestation_id_will_do(two: Face, revoked: dict[str, Any], quoted: bool):
    text = quote(revoked["attestation"], safe="") if quoted else revoked["attestation"]
    told = two.client.get(f"{URL}/credentials/{text}", headers=two.as_("auditor")).json()
    assert told["attestation"] == revoked["attestation"]


def test_as_known_before_it_was_revoked(two: Face, revoked: dict[str, Any]):
    block = revoked["registered"]["block"]
    told = two.client.get(f"{URL}/credentials/{revoked['id']}?as_of={block}", headers=two.as_("auditor")).json()
    assert (told["status"]["attested"], told["status"]["revoked"], told["as_of"]["block"]) == (True, False, block)
    time = quote(revoked["registered"]["time"])
    told = two.client.get(f"{URL}/credentials/{revoked['id']}?as_of={time}", headers=two.as_("auditor")).json()
    assert told["as_of"]["block"] is None


@pytest.mark.parametrize(
    ("when", "code"), [("yesterday", "H422"), ("999999999", "E100"), ("2026-01-01T00:00:00", "H422")]
)
def test_a_moment_that_is_none_or_not_yet(two: Face, revoked: dict[str, Any], when: str, code: str):
    answer = two.client.get(f"{URL}/credentials/{revoked['id']}?as_of={when}", headers=two.as_("auditor"))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_registrar_sees_its_own_only(two: Face, revoked: dict[str, Any]):
    for mine in (revoked["id"], quote(revoked["attestation"], safe="")):
        same_nothing(two, f"{URL}/credentials/{mine}", f"{URL}/credentials/{'0' * 64}")
    told = two.client.get("/api/v1/institutions", headers=two.as_("operator")).json()
    numbers = {each["alias"]: each["number"] for each in told["items"]}
    same_nothing(two, f"{URL}/issuers/{numbers[UNIVERSITY]}", f"{URL}/issuers/{10**9}")
    own = two.client.get(f"{URL}/issuers/{numbers[OTHER]}", headers=two.as_(institution=OTHER))
    assert own.status_code == 200


def test_what_nobody_registered_has_no_life(two: Face, revoked: dict[str, Any]):
    for thing in ("0" * 64, "nonsense", revoked["attestation"].rpartition("/")[0] + "/999999"):
        answer = two.client.get(f"{URL}/credentials/{quote(thing, safe='')}", headers=two.as_("auditor"))
        assert (answer.status_code, answer.json()["code"]) == (404, "H404"), thing


def test_what_waits_has_no_life_yet(two: Face):
    made = two.client.post(REGISTRATIONS, json=degrees(811), headers=two.as_(key="waits")).json()
    (waiting,) = items(two, made["credentials"])
    answer = two.client.get(f"{URL}/credentials/{waiting['id']}", headers=two.as_())
    assert (answer.status_code, answer.json()["code"]) == (409, "H409")


def test_the_life_of_an_institution_page_by_page(two: Face, revoked: dict[str, Any]):
    assert revoked
    told = two.client.get("/api/v1/institutions", headers=two.as_("operator")).json()
    own = next(each["number"] for each in told["items"] if each["alias"] == UNIVERSITY)
    whole = two.client.get(f"{URL}/issuers/{own}?limit=200", headers=two.as_("auditor")).json()
    assert whole["issuer"]["number"] == own
    entries, cursor = [], ""
    while True:
        url = f"{URL}/issuers/{own}?limit=3" + (f"&cursor={cursor}" if cursor else "")
        page = two.client.get(url, headers=two.as_("auditor")).json()
        entries += page["entries"]
        cursor = page["next"]
        if not cursor:
            break
    assert entries == whole["entries"]
    assert {"node_registered", "accreditation_granted", "attested", "revoked"} <= {
        each["operation"] for each in entries
    }


def test_a_silent_chain_is_replaced_by_the_sites_own_copy(
    two: Face, revoked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    from chopmark.chain.client import ChainClient
    from chopmark.errors import Unreachable

    def silent(*_: object) -> None:
        raise Unreachable(url="http://node", why="no answer")

    monkeypatch.setattr(ChainClient, "final", silent)
    told = two.client.get(f"{URL}/credentials/{revoked['id']}", headers=two.as_("auditor")).json()
    assert (told["source"], told["status"]["revoked"]) == ("local", True)
