"""Two institutions of one site, each with its registrar: whatever is the one's must not be there for the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from tests.fixtures.databases import Postgres
from tests.fixtures.town import FIELDS, Office, Town, accredited, number
from tests.http.conftest import Face, faced

OTHER = "western"
REGISTRATIONS = "/api/v1/registrations"


@pytest.fixture(scope="session")
def two_homes(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The template of ``two``."""
    office = town.open(tmp_path_factory.mktemp("two") / "home")
    accredited(office, OTHER)
    return office


@pytest.fixture(scope="module")
def two(two_homes: Office, tmp_path_factory: pytest.TempPathFactory, server: Postgres | None) -> Iterator[Face]:
    """The app of a site with two institutions, shared by the tests of one file: each uses numbers of its own."""
    with faced(two_homes.copy(tmp_path_factory.mktemp("module") / "home", server)) as made:
        yield made


def degree(n: int, **changes: str) -> dict[str, str]:
    """The fields of the ``n``-th graduate."""
    return FIELDS | {"certificate_number": number(n)} | changes


def degrees(*numbers: int, **changes: str) -> dict[str, Any]:
    """A request to register degrees."""
    return {"kind": "degree", "credentials": [{"fields": degree(n, **changes)} for n in numbers]}


def registered(
    face: Face, *numbers: int, key: str = "", institution: str | None = None, **changes: str
) -> dict[str, Any]:
    """Degrees that were registered and stand in a final block: the registration as it is told then."""
    headers = face.as_(institution=institution, key=key or f"registered-{numbers[0]}-{institution}")
    answer = face.client.post(REGISTRATIONS, json=degrees(*numbers, **changes), headers=headers)
    assert answer.status_code == 202, answer.text
    face.drain()
    told: dict[str, Any] = face.client.get(answer.headers["location"], headers=face.as_(institution=institution)).json()
    assert told["state"] == "registered", told
    return told


def items(face: Face, url: str, institution: str | None = None) -> list[dict[str, Any]]:
    """All items of a listing, page by page."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        whole = f"{url}{'&' if '?' in url else '?'}cursor={cursor}" if cursor else url
        answer = face.client.get(whole, headers=face.as_(institution=institution))
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        cursor = page["next"]
        if not cursor:
            return found


def same_nothing(face: Face, mine: str, absent: str, *, method: str = "GET", **options: Any) -> None:
    """Somebody else's and what is not there are one and the same answer, but for the request's number."""
    told = []
    for url in (mine, absent):
        headers = face.as_(institution=OTHER, key=f"nothing-{url}")
        answer = face.client.request(method, url, headers=headers, **options)
        problem = answer.json()
        assert problem.pop("instance") == answer.headers["x-request-id"]
        kept = {k: v for k, v in answer.headers.items() if k not in ("x-request-id", "date")}
        told.append((answer.status_code, problem, kept))
    assert told[0] == told[1]
    assert told[0][0] == 404
    assert told[0][1]["code"] == "H404"


def tables(face: Face) -> dict[str, int]:
    """Rows of the tables that a request may write."""
    names = ("credentials", "files", "changes", "calls", "submissions", "submission_items", "repeats", "outbox")
    with face.site.store._engine.connect().execution_options(reading=True) as database:
        return {name: int(database.scalar(text(f"select count(*) from {name}")) or 0) for name in names}
