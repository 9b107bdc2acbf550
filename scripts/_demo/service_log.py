"""What the service wrote down about everything that the check did with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from _demo.campus import ALONE, CLASS
from _demo.expectation import Part, Unmet
from _demo.people import Graduate
from _demo.world import World

LOG: Final = Part("服务日志", "The service's log")
_EVENTS: Final = {"keys", "serving", "request", "final"}


@LOG(
    "逐行 JSON，记下请求与上链，无一处人名、编号、令牌",
    "JSON lines of requests and transactions: no name, number or token",
)
def _log(world: World) -> None:
    text = world.folder.service_log.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    events = {line["event"] for line in lines}
    routes = {line.get("route") for line in lines}
    if not events >= _EVENTS or not {"/api/v1/registrations", "/api/v1/verifications", "/api/v1/matches"} <= routes:
        raise Unmet(f"expected the events {sorted(_EVENTS)} and the routes that were used", f"{events}\n{routes}")
    # As it is read by people and by programs: JSON may write a name in escapes.
    said = text + "\n".join(_strings(lines))
    people = (*world.materials.rows, *CLASS, ALONE)
    for secret in (*(part for person in people for part in _personal(person)), *_tokens(world)):
        if secret in said:
            raise Unmet(f"“{secret}” stands in the log", next(line for line in said.splitlines() if secret in line))


def _personal(person: Graduate) -> Iterator[str]:
    yield from (person.resident_id, person.certificate_number, person.degree_number)
    # A name of two common characters may be part of a word; ours has no Chinese words for people to be part of.
    yield person.name


def _tokens(world: World) -> list[str]:
    return [path.read_text(encoding="ascii").strip().rpartition("_")[2] for path in world.folder.tokens.iterdir()]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
