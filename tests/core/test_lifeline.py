"""Lives of leaves, batches and issuers from hand-made events."""

from __future__ import annotations

import pytest

from chopmark.core.lifeline import LeafRef, known_then, leaf_status, life_of_batch, life_of_issuer, life_of_leaf
from chopmark.core.words import GrantFlag, Op, Role
from tests.fixtures.events import ACCREDITOR, AUTHORITY, ISSUER, Script, address

A, B = b"\x0a" * 32, b"\x0b" * 32
OLD, NEW, OTHER = LeafRef(ISSUER, A, 257), LeafRef(ISSUER, B, 0), LeafRef(ISSUER, A, 1)


@pytest.fixture
def script() -> Script:
    script = Script()
    script.registry(Op.AUTHORITY_ACCEPTED, AUTHORITY, subject=address(0))
    script.register(ACCREDITOR, by=0, controller=address(1))
    script.grant(ACCREDITOR, by=0, parent=0, flags=GrantFlag.ACCREDIT, depth=1)
    script.register(ISSUER, by=1, controller=address(2))
    script.key(Op.KEY_ADDED, ISSUER, address(3), index=1, roles=Role.ATTEST | Role.STATUS)
    script.key(Op.KEY_ADDED, ISSUER, address(4), index=2, roles=Role.ATTEST)
    script.grant(ISSUER, by=1, parent=1, flags=GrantFlag.ATTEST, depth=2)
    script.attest(ISSUER, A, size=300)  # block 8
    script.change(Op.SUSPENDED, ISSUER, A, [(0, 0b10), (1, 0b10)], reason=7)  # 9: leaves 1 and 257
    script.change(Op.RESUMED, ISSUER, A, [(1, 0b10)], reason=8)  # 10: leaf 257
    script.attest(ISSUER, B, size=1)  # 11
    script.supersede(ISSUER, (A, 257), (B, 0))  # 12
    script.key(Op.KEY_RETIRED, ISSUER, address(3), index=1, roles=Role.ATTEST, retired=130)  # 13
    return script


def _own(script: Script, leaf: LeafRef) -> list[Op]:
    return [entry.op for entry in life_of_leaf(script.logged, leaf) if not entry.context]


def test_the_life_of_a_leaf(script: Script) -> None:
    assert _own(script, OLD) == [Op.ATTESTED, Op.SUSPENDED, Op.RESUMED, Op.SUPERSEDED]
    assert _own(script, OTHER) == [Op.ATTESTED, Op.SUSPENDED]
    assert _own(script, LeafRef(ISSUER, A, 2)) == [Op.ATTESTED]
    assert _own(script, LeafRef(ACCREDITOR, A, 2)) == []


def test_a_supersession_shows_on_both_sides(script: Script) -> None:
    old = life_of_leaf(script.logged, OLD)
    new = life_of_leaf(script.logged, NEW)
    assert [entry.successor for entry in old if entry.successor] == [NEW]
    assert [entry.predecessor for entry in new if entry.predecessor] == [OLD]
    assert leaf_status(old).successor == NEW
    assert not leaf_status(new).revoked
    assert [e.wording.en for e in new if e.predecessor] == ["supersedes an earlier version"]


def test_the_status_then(script: Script) -> None:
    def status(upto: int, leaf: LeafRef = OLD) -> tuple[bool, bool, bool, bool]:
        found = leaf_status(life_of_leaf(known_then(script.logged, upto_block=upto), leaf))
        return found.batch is not None, found.suspended, found.revoked, found.superseded

    assert status(7) == (False, False, False, False)
    assert status(8) == (True, False, False, False)
    assert status(9) == (True, True, False, False)
    assert status(10) == (True, False, False, False)
    assert status(12) == (True, False, True, True)
    assert status(12, OTHER) == (True, True, False, False)
    found = leaf_status(life_of_leaf(known_then(script.logged, upto_time=99), OLD))
    assert (found.suspended, found.reason, found.since, found.block) == (True, 7, 90, 9)


def test_a_leaf_that_was_suspended_stays_so_when_it_is_revoked(script: Script) -> None:
    script.change(Op.REVOKED, ISSUER, A, [(0, 0b10)], reason=3)
    found = leaf_status(life_of_leaf(script.logged, OTHER))
    assert (found.revoked, found.suspended, found.superseded, found.reason) == (True, True, False, 3)


def test_what_happens_to_key_and_accreditation_is_context(script: Script) -> None:
    script.grant(
        ACCREDITOR, by=0, parent=0, flags=GrantFlag.ACCREDIT, depth=1, op=Op.ACCREDITATION_SUSPENDED, suspended=140
    )
    context = [(entry.op, entry.subject) for entry in life_of_leaf(script.logged, OLD) if entry.context]
    assert context == [
        (Op.ACCREDITATION_GRANTED, b""),
        (Op.KEY_ADDED, address(3)),
        (Op.ACCREDITATION_GRANTED, b""),
        (Op.KEY_RETIRED, address(3)),
        (Op.ACCREDITATION_SUSPENDED, b""),
    ]  # and nothing about the other key


def test_the_life_of_a_batch(script: Script) -> None:
    own = [entry for entry in life_of_batch(script.logged, ISSUER, A) if not entry.context]
    assert [(entry.op, entry.leaves, entry.indices) for entry in own] == [
        (Op.ATTESTED, 300, ()),
        (Op.SUSPENDED, 2, (1, 257)),
        (Op.RESUMED, 1, (257,)),
        (Op.SUPERSEDED, 1, (257,)),
    ]
    assert [entry.actor.address for entry in own] == [address(3)] * 4
    new = [entry for entry in life_of_batch(script.logged, ISSUER, B) if not entry.context]
    assert [(entry.op, entry.predecessor) for entry in new] == [(Op.ATTESTED, None), (Op.SUPERSEDED, OLD)]


def test_the_life_of_an_issuer(script: Script) -> None:
    entries = life_of_issuer(script.logged, ISSUER)
    own = [entry.op for entry in entries if not entry.context]
    assert own == [
        Op.NODE_REGISTERED,
        Op.KEY_ADDED,
        Op.KEY_ADDED,
        Op.ACCREDITATION_GRANTED,
        Op.ATTESTED,
        Op.SUSPENDED,
        Op.RESUMED,
        Op.ATTESTED,
        Op.SUPERSEDED,
        Op.KEY_RETIRED,
    ]
    assert [(e.op, e.logged.event.node) for e in entries if e.context] == [(Op.ACCREDITATION_GRANTED, ACCREDITOR)]
