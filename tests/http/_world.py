"""A site with something of every sort in it, of three institutions and an authority: for tests that call everything.

Made once for a session; every file of tests gets a copy of its own (``tests.http.conftest.world``).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from chopmark.core.reference import serial
from chopmark.http.keys import OpenKeys
from tests.fixtures.town import ACCREDITOR, FIELDS, UNIVERSITY, Office, Town, accredited, number
from tests.http.conftest import Face, faced

WESTERN, NIGHT = "western", "night"
API = "/api/v1"


@dataclass
class World:
    """An app with things in it. ``mine``: (owner, id) by where an id stands in addresses."""

    face: Face
    mine: dict[str, tuple[str, str]]


@contextmanager
def built(town: Town, home: Path) -> Iterator[tuple[Office, dict[str, tuple[str, str]], dict[Any, str]]]:
    """The site that is copied: its office, its things, the tokens that were made."""
    office = town.open(home)
    accredited(office, WESTERN)
    _delegated(office)
    with faced(office) as face:
        mine = _things(face)
        tokens = face.made
    yield office, mine, tokens


@contextmanager
def copied(
    whole: tuple[Office, dict[str, tuple[str, str]], dict[Any, str]], home: Path, **options: Any
) -> Iterator[World]:
    """The app of a copy."""
    office, mine, tokens = whole
    shutil.copytree(office.home, home)
    with faced(Office(home, office.client), **options) as face:
        face.made.update(tokens)
        yield World(face, dict(mine))


def _delegated(office: Office) -> None:
    """An institution whose working key lies elsewhere: what it registers waits for a signature."""
    for name in ("night-cold", "cashier"):
        office.key(name)
    elsewhere = "0x" + "5e" * 20
    office.ok(
        "issuer",
        "new",
        NIGHT,
        "--name-zh",
        "夜校",
        "--controller",
        "night-cold",
        "--key",
        elsewhere,
        "--payer",
        "cashier",
    )
    office.ok("accredit", "grant", NIGHT, "--by", "edu-cold", "--kind", "degree")
    office.ok("key", "add", NIGHT, "--delegation")


def _posted(face: Face, path: str, headers: dict[str, str], **content: Any) -> dict[str, Any]:
    answer = face.client.post(API + path, headers=headers, **content)
    assert answer.status_code in (201, 202), answer.text
    told: dict[str, Any] = answer.json()
    return told


def _sheet(n: int) -> bytes:
    """A good row and one without a name."""
    rows = [
        FIELDS | {"certificate_number": number(n)},
        FIELDS | {"certificate_number": number(n + 1), "holder_name": ""},
    ]
    return "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)]).encode()


def _things(face: Face) -> dict[str, tuple[str, str]]:
    """One thing of each sort that an id can name, and whose it is."""
    keys = (f"world-{n}" for n in count())
    mine: dict[str, tuple[str, str]] = {}
    sheet = {"sheet": ("names.csv", _sheet(7000), "text/csv")}
    path = "/registrations?kind=degree&skip_invalid=true"
    made = _posted(face, path, face.as_(key=next(keys)), files=sheet)
    mine["registrations"] = (UNIVERSITY, made["id"])
    face.drain()
    listed = face.client.get(f"{API}/registrations/{made['id']}/credentials", headers=face.as_()).json()["items"]
    mine["credentials"] = mine["audit/credentials"] = (UNIVERSITY, listed[0]["id"])
    change = {"operation": "suspend", "reason": "under-review", "credentials": [listed[0]["id"]]}
    mine["status-changes"] = (UNIVERSITY, _posted(face, "/status-changes", face.as_(key=next(keys)), json=change)["id"])
    face.drain()
    with face.site.ledger.read() as tx:
        nodes = {row.alias: serial(row.node) for row in tx.nodes.list() if row.node is not None}
    mine["audit/issuers"] = (UNIVERSITY, str(nodes[UNIVERSITY]))
    mine["issuers"] = ("", str(nodes[WESTERN]))
    body = {"kind": "degree", "credentials": [{"fields": FIELDS | {"certificate_number": number(7010)}}]}
    _posted(face, "/registrations", face.as_(institution=NIGHT, key=next(keys)), json=body)
    keys_here = OpenKeys.of(face.site, (), face.app.state.service.log).ring()
    face.site.worker(keys_here).run(timeout=30)
    asked = face.client.get(f"{API}/signing-requests", headers=face.as_(institution=NIGHT)).json()["items"]
    mine["signing-requests"] = (NIGHT, asked[0]["id"])
    grant = face.as_("authority", ACCREDITOR, key=next(keys))
    made = _posted(face, f"/issuers/{nodes[WESTERN]}/accreditations", grant, json={"kind": "paper"})
    mine["operations"] = (ACCREDITOR, made["id"])
    token = _posted(
        face, "/tokens", face.as_("operator", key=next(keys)), json={"name": "a", "role": "reviewer", "days": 1}
    )
    mine["tokens"] = ("", token["id"])
    return mine
