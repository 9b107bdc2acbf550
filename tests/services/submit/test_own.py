"""services.submit: how far things are together, and what events make of a credential's status."""

from __future__ import annotations

import re

import pytest

from chopmark.core.history import Event
from chopmark.core.submission import LeafStage, Sort, Stage, least
from chopmark.core.transaction import Logged
from chopmark.core.words import Op
from chopmark.errors import ChainError, KeystoreError, Refused, Unreachable
from chopmark.services.pipeline import Blocked, Progress
from chopmark.services.submit.identity import new_id
from chopmark.services.submit.own import Standing, statuses
from chopmark.services.submit.registration import stage_of
from chopmark.services.submit.trouble import trouble_of
from chopmark.wording import Wording


@pytest.mark.parametrize(
    ("stages", "together"),
    [
        ({Stage.DONE}, Stage.DONE),
        ({Stage.DONE, Stage.SENT}, Stage.SENT),
        ({Stage.DONE, Stage.QUEUED, Stage.CONFIRMING}, Stage.QUEUED),
        ({Stage.TO_SIGN, Stage.QUEUED}, Stage.TO_SIGN),
        ({Stage.REFUSED, Stage.DONE}, Stage.DONE),
        ({Stage.REFUSED}, Stage.REFUSED),
        (set(), Stage.DONE),
    ],
)
def test_several_are_as_far_as_the_last_of_them(stages: set[Stage], together: Stage) -> None:
    assert least(stages) is together


@pytest.mark.parametrize(
    ("leaf", "stage"),
    [
        (LeafStage(None, False, False, "", "", 1), Stage.QUEUED),
        (LeafStage(1, False, False, "signed", "", 1), Stage.QUEUED),
        (LeafStage(1, False, False, "sent", "", 1), Stage.SENT),
        (LeafStage(1, False, False, "mined", "", 1), Stage.CONFIRMING),
        (LeafStage(1, False, True, "final", "", 1), Stage.DONE),
        (LeafStage(None, True, False, "", "", 1), Stage.REFUSED),
    ],
)
def test_how_far_a_credential_is(leaf: LeafStage, stage: Stage) -> None:
    assert stage_of(leaf) is stage


def told(op: Op, *indices: int) -> Logged:
    words: dict[int, int] = {}
    for index in indices:
        words[index // 256] = words.get(index // 256, 0) | 1 << index % 256
    event = Event(registry="attestation", block=1, node=bytes(32), op=op, reason=0, key=1, party=0, seq=1,
                  x=bytes(32), d=bytes(32), time=1)  # fmt: skip
    if op is Op.SUPERSEDED:
        return Logged(event, bytes(32), 0, bytes(32), {"oldIndex": indices[0]})
    return Logged(event, bytes(32), 0, bytes(32), {"changes": list(words.items())})


def test_what_ends_a_credential_is_never_taken_back() -> None:
    events = [
        told(Op.SUSPENDED, 0, 255, 256, 700),
        told(Op.REVOKED, 255),
        told(Op.SUPERSEDED, 256),
        told(Op.RESUMED, 0, 255, 256),
    ]
    assert statuses(events) == {255: Standing.REVOKED, 256: Standing.SUPERSEDED, 700: Standing.SUSPENDED}


def test_trouble_is_told_to_whom_it_concerns() -> None:
    refused = Refused(why=Wording("不", "no"), fix_zh="", fix_en="")
    progress = Progress(blocked=(Blocked("leaves", (1, 2), refused),), lacking=(b"node",))
    assert trouble_of(progress, credentials={2}) is refused
    assert trouble_of(progress, credentials={3}) is None
    assert trouble_of(progress, batches={1}) is None
    assert isinstance(trouble_of(progress, credentials={3}, key_of=b"node"), KeystoreError)
    assert isinstance(trouble_of(None, errors=["reverted"]), ChainError)
    silent = Unreachable(url="", why="")
    assert trouble_of(Progress(unreachable=silent), credentials={3}) is silent


def test_ids_are_random_and_say_their_sort() -> None:
    made = {new_id(Sort.REGISTRATION) for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"reg_[A-Za-z0-9_-]{22}", each) for each in made)
