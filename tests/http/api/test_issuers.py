"""http.api.issuers, accreditations: public facts, and what an authority tells the registry."""

from __future__ import annotations

from typing import Any

import pytest

from chopmark.core.ledger import NodeRole, NodeRow
from chopmark.http.keys import OpenKeys
from chopmark.http.logs import Log
from tests.fixtures.town import ACCREDITOR, UNIVERSITY
from tests.http.api.conftest import items, tables
from tests.http.conftest import Face

URL = "/api/v1/issuers"


@pytest.fixture(scope="module")
def numbers(two: Face) -> dict[str, int]:
    """The number of each institution of the site."""
    told = two.client.get("/api/v1/institutions", headers=two.as_("operator")).json()
    return {each["alias"]: each["number"] for each in told["items"]}


@pytest.fixture(scope="module")
def drained(two: Face) -> Any:
    """Moves the queue with the accreditor's key too."""

    def drain() -> None:
        names = ("edu-cold", "oriental-key", "western-key")
        assert two.site.worker(OpenKeys.of(two.site, names, Log(two.stream)).ring()).run(timeout=60).idle

    return drain


def accredit(face: Face, number: int, body: dict[str, Any], rest: str = "", key: str = "k", **who: Any) -> Any:
    who = {"role": "authority", "institution": ACCREDITOR} | who
    return face.client.post(f"{URL}/{number}/accreditations{rest}", json=body, headers=face.as_(**who, key=key))


def test_an_institution_with_its_names_grants_and_keys(two: Face, numbers: dict[str, int]):
    told = two.client.get(f"{URL}/{numbers[UNIVERSITY]}", headers=two.as_("reviewer")).json()
    assert told["name"] == {"zh": "东方理工大学", "en": "Oriental University of Technology"}
    assert {grant["kind"]: grant["standing"] for grant in told["grants"]} == {"degree": "live", "paper": "live"}
    assert told["grants"][0]["by"] == numbers[ACCREDITOR]
    assert told["keys"][0]["roles"] == ["attest", "status"]
    assert told["coverage"] == [{"kind": "degree", "since": "2001-09-01"}]


def test_all_institutions_page_by_page(two: Face, numbers: dict[str, int]):
    listed = items(two, URL + "?limit=1")
    assert [each["number"] for each in listed] == sorted(each["number"] for each in listed)
    assert set(numbers.values()) <= {each["number"] for each in listed}


@pytest.mark.parametrize("number", [10**9, -1, "x", 2**63])
def test_an_institution_that_is_not_there(two: Face, number: object):
    assert two.client.get(f"{URL}/{number}", headers=two.as_()).status_code == 404


def test_a_grant_suspended_lifted_revoked(two: Face, numbers: dict[str, int], drained: Any):
    number = numbers["western"]

    def standing() -> str | None:
        told = two.client.get(f"{URL}/{number}", headers=two.as_()).json()
        return next((grant["standing"] for grant in told["grants"] if grant["kind"] == "paper"), None)

    steps: list[tuple[str, dict[str, Any], str]] = [
        ("", {"kind": "paper", "until": "2099-01-01T00:00:00Z"}, "live"),
        ("/paper/suspend", {"reason": "investigation"}, "suspended"),
        ("/paper/resume", {"reason": "investigation-closed"}, "live"),
        ("/paper/revoke", {"reason": "rules-broken"}, "revoked"),
    ]
    assert standing() is None
    for rest, body, after in steps:
        answer = accredit(two, number, body, rest, key=f"step-{rest}")
        assert answer.status_code == 202, answer.text
        assert answer.json()["state"] == "queued"
        drained()
        mine = two.as_("authority", ACCREDITOR)
        told = two.client.get(answer.headers["location"], headers=mine).json()
        assert (told["state"], told["trouble"]) == ("done", None)
        assert told["calls"][0]["transaction"].startswith("0x")
        assert standing() == after


def test_what_the_chain_says_already_needs_no_call(two: Face, numbers: dict[str, int]):
    answer = accredit(two, numbers[UNIVERSITY], {"kind": "degree"}, key="already")
    assert (answer.status_code, answer.json()["state"], answer.json()["calls"]) == (202, "done", [])


@pytest.mark.parametrize(
    ("body", "rest", "status", "code"),
    [
        ({"kind": "patent"}, "", 409, "E400"),
        ({"kind": "nothing"}, "", 404, "E102"),
        ({"kind": "degree", "until": "2001-01-01T00:00:00Z"}, "", 422, "E101"),
        ({"kind": "degree", "until": "2099-01-01T00:00:00"}, "", 422, "H422"),
        ({"reason": "misconduct"}, "/degree/suspend", 404, "E102"),
        ({"reason": "closed"}, "/degree/forget", 404, "H404"),
        ({"reason": "closed"}, "/issue/suspend", 409, "E504"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_kept(
    two: Face, numbers: dict[str, int], body: dict[str, Any], rest: str, status: int, code: str
):
    before = tables(two)
    answer = accredit(two, numbers[UNIVERSITY], body, rest, key=f"wrong-{code}{rest}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert tables(two) == before


def test_nobody_but_an_authority_accredits_and_only_below_itself(two: Face, numbers: dict[str, int]):
    refused = accredit(two, numbers["western"], {"kind": "degree"}, role="registrar", institution=UNIVERSITY)
    assert refused.status_code == 403
    pretending = accredit(two, numbers["western"], {"kind": "degree"}, institution=UNIVERSITY, key="pretending")
    assert (pretending.status_code, pretending.json()["code"]) == (409, "E400")
    missing = accredit(two, 10**9, {"kind": "degree"}, key="missing")
    assert (missing.status_code, missing.json()["code"]) == (404, "H404")


def test_an_operation_is_its_own_authoritys(two: Face, numbers: dict[str, int]):
    mine = accredit(two, numbers[UNIVERSITY], {"kind": "degree"}, key="own").json()["id"]
    told = []
    for public in (mine, "op_" + "A" * 22):
        answer = two.client.get(f"/api/v1/operations/{public}", headers=two.as_("authority", UNIVERSITY))
        told.append((answer.status_code, {**answer.json(), "instance": ""}))
    assert told[0] == told[1]
    assert told[0][0] == 404


def test_a_number_is_a_number_even_where_an_alias_looks_like_one(two: Face, numbers: dict[str, int], drained: Any):
    """Aliases of digits cannot be made any more; a site may have one from before."""
    number = numbers["western"]
    with two.site.store.begin() as tx:
        profile = tx.nodes.get(UNIVERSITY).profile
        tx.nodes.add(NodeRow(str(number), None, NodeRole.ISSUER, "", "", profile, 1))
    answer = accredit(two, number, {"reason": "investigation"}, "/degree/suspend", key="digits")
    assert answer.status_code == 202, answer.text
    drained()
    told = two.client.get(f"{URL}/{number}", headers=two.as_()).json()
    assert {grant["kind"]: grant["standing"] for grant in told["grants"]}["degree"] == "suspended"
