"""One graduate's certificate, over a real socket with the worker beside it: registered, fetched, verified, revoked, audited."""

from __future__ import annotations

import io
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chopmark.core.bundle import open_bundle, read_bundle
from tests.fixtures.paper import certificate_pdf
from tests.fixtures.town import number
from tests.http.api.conftest import REGISTRATIONS, degree, degrees
from tests.http.api.test_registrations import csv_of, zip_of
from tests.http.conftest import Served


def wait(served: Served, url: str, *states: str) -> dict[str, Any]:
    """What is told once it has come so far."""
    until = time.monotonic() + 30
    while True:
        told: dict[str, Any] = served.client.get(url, headers=served.as_()).json()
        if told["state"] in states:
            return told
        assert time.monotonic() < until, told
        time.sleep(0.05)


def verdict(served: Served, *files: tuple[str, bytes]) -> dict[str, Any]:
    given = [("file", (name, data, "application/octet-stream")) for name, data in files]
    answer = served.client.post("/api/v1/verifications", files=given, headers=served.as_("reviewer"))
    assert answer.status_code == 200, answer.text
    (material,) = answer.json()["materials"]
    return dict(material)


@pytest.mark.both_databases
def test_from_the_sheet_to_the_auditor(served: Served):
    papers = {f"证书/{n}.pdf": certificate_pdf(f"story {n}") for n in range(1, 6)}
    rows = [degree(n) | {"file": f"证书/{n}.pdf"} for n in range(1, 6)]
    answer = served.client.post(
        REGISTRATIONS,
        params={"kind": "degree"},
        files={
            "sheet": ("2026届.csv", csv_of(*rows), "text/csv"),
            "files": ("证书.zip", zip_of(papers), "application/zip"),
        },
        headers=served.as_(key="story"),
    )
    assert answer.status_code == 202, answer.text
    told = wait(served, answer.headers["location"], "registered")
    assert (told["registered"], len(told["batches"])) == (5, 1)

    with served.client.stream("GET", answer.headers["location"] + "/bundles", headers=served.as_()) as stream:
        archive = zipfile.ZipFile(io.BytesIO(b"".join(stream.iter_bytes())))
    assert len(archive.namelist()) == 5
    paper = papers["证书/3.pdf"]
    mine = next(
        d for d in map(archive.read, archive.namelist()) if number(3) in str(open_bundle(read_bundle(d)).claims)
    )

    good = verdict(served, ("证书.pdf", paper), ("证书.chopmark.json", mine))
    assert (good["verdict"], good["matched_by"]) == ("verified", "digest")

    body = {"operation": "revoke", "reason": "misconduct", "credentials": [number(3)]}
    change = served.client.post("/api/v1/status-changes", json=body, headers=served.as_(key="revoke"))
    assert change.status_code == 202, change.text
    assert wait(served, change.headers["location"], "done")["done"] == 1

    bad = verdict(served, ("证书.pdf", paper), ("证书.chopmark.json", mine))
    assert bad["verdict"] == "revoked"
    life = served.client.get(f"/api/v1/audit/credentials/{good['attestation']}", headers=served.as_("auditor")).json()
    assert [entry["operation"] for entry in life["entries"] if not entry["context"]] == ["attested", "revoked"]


@pytest.mark.both_databases
def test_a_hundred_at_once_with_one_key_are_one_registration(served: Served):
    headers = served.as_(key="hundred")

    def post(_: int) -> tuple[int, str, str]:
        answer = served.client.post(REGISTRATIONS, json=degrees(11), headers=headers)
        while answer.status_code == 409:
            assert answer.headers["retry-after"] == "1"
            time.sleep(0.05)
            answer = served.client.post(REGISTRATIONS, json=degrees(11), headers=headers)
        return answer.status_code, answer.json().get("id", ""), answer.headers.get("idempotency-replayed", "")

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(post, range(100)))
    assert {status for status, _, _ in answers} == {202}
    assert len({public for _, public, _ in answers}) == 1
    assert sum(not replayed for _, _, replayed in answers) == 1
    listed = served.client.get("/api/v1/credentials", headers=served.as_()).json()
    assert len(listed["items"]) == 1
