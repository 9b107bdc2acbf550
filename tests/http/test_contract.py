"""The service does what its OpenAPI document says: thousands of requests made from it, good and bad, and each answer fits.

Schemathesis makes the requests; the same ones in every run. No answer is a 5xx, every status is a declared one, and every
body has the declared type and shape.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chopmark.core.access import PERMISSIONS, Role
from chopmark.http.attempts import Attempts
from chopmark.http.service import Service
from tests.fixtures.town import ACCREDITOR, UNIVERSITY
from tests.http._world import World

EACH = int(os.environ.get("CHOPMARK_CONTRACT_CASES", "92"))
"""Cases of an operation that has something to vary: about 2,000 in all."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SHARES = (
    (GenerationMode.POSITIVE, 3, True),
    (GenerationMode.POSITIVE, 1, False),
    (GenerationMode.NEGATIVE, 2, True),
)
"""Of six cases: how many of which sort, and whether with an id that is there."""
PLACES = {Role.REGISTRAR: UNIVERSITY, Role.AUTHORITY: ACCREDITOR}
RULES = settings(
    derandomize=True, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@dataclass
class Trial:
    """One operation, called with made-up requests by somebody who may. ``seen``: answers by status."""

    operation: Any
    client: Any
    service: Service
    headers: dict[str, str]
    thing: str
    seen: Counter[int]
    failures: list[str]

    def run(self) -> None:
        """All cases of this operation."""
        path = self.operation.path
        plain = not (
            self.operation.definition.raw.get("parameters") or self.operation.definition.raw.get("requestBody")
        )
        for mode, share, own in SHARES:
            given_ids = {name: self.thing for name in ("id", "number") if f"{{{name}}}" in path and own and self.thing}
            strategy = self.operation.as_strategy(generation_mode=mode, path_parameters=given_ids or None)

            # One request is as good as a hundred where there is nothing to vary.
            @settings(RULES, max_examples=1 if plain else max(1, EACH * share // 6))
            @given(strategy)
            def each(case: Any) -> None:
                self.call(case)

            try:
                each()
            except Unsatisfiable:  # there is nothing to get wrong in a request without parameters
                assert mode is GenerationMode.NEGATIVE

    def call(self, case: Any) -> None:
        """One request, and whether its answer fits."""
        self.service.attempts = Attempts(time.monotonic)  # whoever gets the token wrong gets it wrong by itself
        # Two of three writing requests have a key of their own; the others have one that was made up, or none.
        number = sum(self.seen.values())
        key = {"Idempotency-Key": f"contract-{number}"} if case.method == "POST" and number % 3 else {}
        answer = case.call(session=self.client, headers=self.headers | key)
        self.seen[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except (AssertionError, FailureGroup) as fault:
            told = "\n".join(str(each) for each in getattr(fault, "exceptions", [fault]))
            self.failures.append(f"{case.method} {case.operation.path} {answer.status_code} {told}"[:1200])


def without_security(document: dict[str, Any]) -> dict[str, Any]:
    """The document of those who are signed in: else a third of all bad requests would be a bad token."""
    told: dict[str, Any] = deepcopy(document)
    del told["components"]["securitySchemes"]
    for operations in told["paths"].values():
        for operation in operations.values():
            operation.pop("security", None)
    return told


def test_two_thousand_requests_made_from_the_document_get_what_it_says(world: World):
    face = world.face
    service: Service = face.app.state.service
    schema = schemathesis.openapi.from_dict(without_security(face.app.openapi()))
    schema.app = face.app
    seen: Counter[int] = Counter()
    failures: list[str] = []
    took: list[tuple[float, str]] = []
    app: Any = face.app
    with asgi.get_client(app) as client:
        for result in schema.get_all_operations():
            assert isinstance(result, Ok)
            operation = result.ok()
            scope, began = operation.definition.raw["x-scope"], time.perf_counter()
            role = next((role for role in Role if scope in PERMISSIONS[role]), Role.REVIEWER)
            place = operation.path.removeprefix("/api/v1/").partition("/{")[0]
            thing = world.mine.get(place, ("", ""))[1]
            Trial(operation, client, service, face.as_(role, PLACES.get(role)), thing, seen, failures).run()
            took.append((time.perf_counter() - began, operation.label))
    print(sum(seen.values()), sorted(seen.items()), sorted(took)[-5:])
    assert not failures, f"{len(failures)} answers do not fit\n" + "\n\n".join(failures[:8])
    assert sum(seen.values()) >= 20 * EACH
