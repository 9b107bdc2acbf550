"""Who may do what: every operation of the OpenAPI document, called by everybody, with own ids and with somebody else's.

The rights are read from the document (``x-scope``, ``x-owned``), where the routes read them, too; what they must be for each
role is written down here once more, so that a change of a declaration is a change of this test. A new operation that is not
known here fails it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from chopmark.core.access import PERMISSIONS, SCOPES, Role
from chopmark.http.attempts import Attempts
from chopmark.services.tokens import DAY, revoke
from tests.fixtures.town import ACCREDITOR, UNIVERSITY, number
from tests.http._world import API, NIGHT, WESTERN, World
from tests.http.conftest import Face

PUBLIC = {"health", "readiness", "openapi", "site", "kinds", "kind", "template", "reasons"}
"""Operations that anybody may call: the only ones."""
MAY = {
    "registrar": "registrations:read registrations:write credentials:read status:write signatures:read signatures:write "
    "verify match audit:read issuers:read",
    "reviewer": "verify match issuers:read",
    "auditor": "verify match audit:read issuers:read",
    "authority": "issuers:read accreditations:write audit:read",
    "operator": "tokens:read tokens:write queue:read institutions:read metrics:read",
}
"""The table of api and design, not read from the code."""


@dataclass(frozen=True)
class Who:
    """A caller. ``may``: scopes; ``headers``: how it signs in; ``role`` empty if it does not."""

    name: str
    headers: dict[str, str]
    role: str = ""
    institution: str = ""
    may: frozenset[str] = frozenset()


# --- who calls


def _callers(face: Face) -> list[Who]:
    def who(role: str, institution: str = "", **options: Any) -> Who:
        may = frozenset(options.get("scopes") or MAY[role].split())
        name = f"{role} of {institution}" if institution else role
        headers = face.as_(role, institution or None, **options)
        return Who(f"{name} {options.get('scopes', '')}".strip(), headers, role, institution, may)

    now = int(face.site.clock())
    expired = face.as_("registrar", UNIVERSITY, days=1, now=now - 2 * DAY)
    revoked = face.as_("operator", days=2)
    with face.site.store.begin() as tx:
        revoke(tx, revoked["Authorization"].split("_")[1], now)
    good = face.as_("registrar", UNIVERSITY)["Authorization"]
    return [
        Who("nobody", {}),
        Who("a guesser", {"Authorization": good[:-2] + ("AA" if good[-2:] != "AA" else "BB")}),
        Who("an expired registrar", expired),
        Who("a revoked operator", revoked),
        who("registrar", UNIVERSITY, scopes=("verify",)),
        *(who(role) for role in ("reviewer", "auditor", "operator")),
        *(who("authority", place) for place in (WESTERN, ACCREDITOR)),
        *(who("registrar", place) for place in (WESTERN, NIGHT, UNIVERSITY)),
    ]


@pytest.fixture(scope="module")
def callers(world: World) -> list[Who]:
    return _callers(world.face)


# --- a cell


NOT_THERE = {
    "registrations": "reg_" + "A" * 22,
    "credentials": "0" * 64,
    "audit/credentials": "0" * 64,
    "status-changes": "chg_" + "A" * 22,
    "signing-requests": "sig_" + "A" * 22,
    "operations": "op_" + "A" * 22,
    "audit/issuers": "999999",
    "issuers": "999999",
    "tokens": "a" * 16,
}
"""Ids of nothing, by where they stand."""
CONTENT: dict[str, dict[str, Any]] = {
    "verify": {"files": {"file": ("a.pdf", b"%PDF-1.4 nothing", "application/pdf")}},
    "match": {"json": {"kind": "degree", "number": number(1), "fields": {"holder_name": "王莉"}}},
    "register": {"json": {"kind": "degree", "credentials": [{"fields": {"holder_name": "王莉"}}]}},
    "changeStatus": {"json": {"operation": "resume", "reason": "review-closed", "credentials": ["0" * 64]}},
    "correct": {"json": {"fields": {"graduation_date": "not a date"}, "reason": "corrected"}},
    "sign": {"json": {"signature": "0x" + "00" * 65}},
    "accredit": {"json": {"kind": "patent"}},
    "restrain": {"json": {"reason": "nothing of the kind"}},
    "issueToken": {"json": {"name": "b", "role": "registrar", "days": 1}},
}
"""Well-formed content for operations that take some. Who may, is told of what is wrong with it; who may not, is not."""
OTHERS = {"code": "degree", "kind": "degree", "verb": "suspend"}
"""Other places in addresses."""


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    id: str
    method: str
    path: str
    scope: str
    owned: tuple[str, ...]
    takes_content: bool

    @property
    def place(self) -> str:
        """Where its id stands: ``registrations`` of ``/api/v1/registrations/{id}/bundles``."""
        return self.path.removeprefix(API + "/").partition("/{")[0]

    def at(self, thing: str) -> str:
        """Its address, for one id."""
        path = self.path.replace("{id}", thing).replace("{number}", thing)
        for name, value in OTHERS.items():
            path = path.replace(f"{{{name}}}", value)
        assert "{" not in path, f"what stands in {self.path} is not known here"
        return path


def operations(face: Face) -> list[Operation]:
    found = []
    for path, methods in face.app.openapi()["paths"].items():
        for method, told in methods.items():
            assert "x-scope" in told, f"{method} {path} does not declare whom it is for"
            assert "x-owned" in told, f"{method} {path} does not declare whose its ids are"
            found.append(
                Operation(
                    told["operationId"],
                    method.upper(),
                    path,
                    told["x-scope"],
                    tuple(told["x-owned"]),
                    "requestBody" in told,
                )
            )
    return found


keys = (f"cell-{n}" for n in count())


def call(world: World, operation: Operation, who: Who, thing: str) -> Any:
    world.face.app.state.service.attempts = Attempts(time.monotonic)  # each cell by itself
    content = CONTENT[operation.id] if operation.takes_content else {}
    headers = who.headers | ({"Idempotency-Key": next(keys)} if operation.method != "GET" else {})
    return world.face.client.request(operation.method, operation.at(thing), headers=headers, **content)


def same(one: Any, two: Any) -> None:
    """Two answers are the same, but for the request's number."""
    told = []
    for answer in (one, two):
        problem = answer.json()
        assert problem.pop("instance") == answer.headers["x-request-id"]
        told.append((answer.status_code, problem, {k: v for k, v in answer.headers.items() if k != "x-request-id"}))
    assert told[0] == told[1]


def expected(operation: Operation, who: Who, owner: str) -> int:
    """401, 403, 404, or 200 for whoever is let in."""
    if operation.scope == "public":
        return 200
    if not who.role:
        return 401
    if operation.scope not in ("signed-in", *who.may):
        return 403
    # Only a registrar is kept to its own institution when it audits: auditors and authorities look at everybody.
    everybodys = not operation.owned or (operation.scope == "audit:read" and who.role != "registrar")
    return 200 if everybodys or who.institution == owner else 404


def test_every_cell(world: World, callers: list[Who]):
    cells = 0
    for operation in operations(world.face):
        place = operation.place
        owner, thing = (
            world.mine.get(place, ("", "-")) if "{id}" in operation.path or "{number}" in operation.path else ("", "-")
        )
        assert not operation.owned or owner, f"{operation.id}: whose {operation.path} is is not known here"
        for who in callers:
            cell = f"{operation.id} by {who.name}"
            answer = call(world, operation, who, thing)
            wanted = expected(operation, who, owner)
            cells += 1
            if wanted in (401, 403):
                assert answer.status_code == wanted, f"{cell}: {answer.status_code} {answer.text[:200]}"
                if thing != "-":
                    same(answer, call(world, operation, who, NOT_THERE[place]))
            elif wanted == 404:
                assert answer.status_code == 404, f"{cell}: {answer.status_code} {answer.text[:200]}"
                same(answer, call(world, operation, who, NOT_THERE[place]))
            else:
                let_in(operation, answer, cell)
    print(f"{cells} cells")
    assert cells >= 40 * len(callers)


def let_in(operation: Operation, answer: Any, cell: str) -> None:
    """Whoever is let in reads what is there; what it writes here is told to be wrong, or is done."""
    told = f"{cell}: {answer.status_code} {answer.text[:300]}"
    if operation.method == "GET":
        assert answer.status_code == 200, told
        assert operation.id == "readiness" or answer.headers["cache-control"] == "no-store"
    else:
        assert answer.status_code in (200, 201, 202, 404, 409, 422), told
        # A reason or a kind that does not exist is 404, too, and says so.
        assert answer.status_code != 404 or answer.json()["code"] == "E102", told


def test_the_declared_rights_are_those_of_the_design(world: World):
    assert {role: set(text.split()) for role, text in MAY.items()} == {
        role.value: set(scopes) for role, scopes in PERMISSIONS.items()
    }
    found = operations(world.face)
    assert {operation.id for operation in found if operation.scope == "public"} == PUBLIC
    assert {operation.scope for operation in found} - {"public", "signed-in"} <= SCOPES
    assert {operation.id for operation in found if operation.scope == "signed-in"} == {"me"}
    for operation in found:
        if operation.scope.endswith(":read"):
            assert operation.method == "GET", operation
        if operation.method in ("POST", "PUT", "PATCH", "DELETE"):
            assert operation.scope.endswith(":write") or operation.scope in ("verify", "match"), operation
    assert {role.value for role in Role} == set(MAY)


def test_every_sort_of_id_that_somebody_owns_is_in_the_world(world: World):
    owned = {operation.place for operation in operations(world.face) if operation.owned}
    assert owned == {place for place, (owner, _) in world.mine.items() if owner}
    assert owned <= set(NOT_THERE)


def test_lists_hold_ones_own_things_only(world: World):
    for path in (
        "/registrations",
        "/credentials",
        f"/credentials?number={number(7000)}",
        "/signing-requests?state=any",
    ):
        for institution in (UNIVERSITY, WESTERN, NIGHT):
            told = world.face.client.get(API + path, headers=world.face.as_(institution=institution)).json()
            theirs = {"/registrations": (UNIVERSITY, NIGHT), "/credentials": (UNIVERSITY, NIGHT)}.get(
                path, (NIGHT,) if "signing" in path else (UNIVERSITY,)
            )
            assert bool(told["items"]) == (institution in theirs), (path, institution)


def test_what_belongs_to_nobody_yet(world: World):
    """An institution that is not accredited yet owns nothing and can do nothing, and is told why."""
    world.face.office.key("young-cold")
    world.face.office.key("young-key")
    names = ("--name-zh", "新设学院", "--controller", "young-cold", "--key", "young-key")
    world.face.office.ok("issuer", "new", "young", *names)
    answer = world.face.client.get(f"{API}/registrations", headers=world.face.as_(institution="young"))
    assert (answer.status_code, answer.json()["code"]) == (422, "E101")
    assert "尚未获得授权" in answer.json()["message"]["zh"]
