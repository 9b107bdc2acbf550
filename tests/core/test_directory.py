"""The registry replayed from events, against hand-made ones; ``tests/services/audit`` compares it with the contract."""

from __future__ import annotations

import pytest

from chopmark.core.actors import parties, with_actors
from chopmark.core.directory import Directory
from chopmark.core.words import GrantFlag, KeyRecord, Op, Role, Standing
from tests.fixtures.events import ACCREDITOR, AUTHORITY, ISSUER, KIND, Script, address


@pytest.fixture
def script() -> Script:
    """The authority accredits an accreditor, which accredits an issuer with one key; one block an event, time = 10 × block."""
    script = Script()
    script.registry(Op.AUTHORITY_ACCEPTED, AUTHORITY, subject=address(0))
    script.register(ACCREDITOR, by=0, controller=address(1))
    script.grant(ACCREDITOR, by=0, parent=0, flags=GrantFlag.ACCREDIT | GrantFlag.EVER_ACCREDITED, depth=1)
    script.register(ISSUER, by=1, controller=address(2))
    script.key(Op.KEY_ADDED, ISSUER, address(3), index=1, roles=Role.ATTEST | Role.STATUS)
    script.grant(ISSUER, by=1, parent=1, flags=GrantFlag.ATTEST, depth=2)
    return script


def test_what_is_known(script: Script) -> None:
    directory = Directory.replay(script.logged)
    issuer = directory.by_serial(2)
    assert issuer is not None
    assert directory.node(ISSUER) == issuer
    assert (issuer.serial, issuer.controller, issuer.registrar, issuer.site) == (2, address(2), 1, "https://2.example")
    assert issuer.registered_at == (4, 40)
    assert directory.authority == address(0)
    assert directory.key_by_index(ISSUER, 1) == (address(3), KeyRecord(1, Role.ATTEST | Role.STATUS, 50))
    assert directory.key_by_index(ISSUER, 2) is None
    assert directory.by_serial(9) is None
    assert directory.above(ISSUER, KIND) == (ACCREDITOR, AUTHORITY)


def test_as_of_a_block_or_a_time(script: Script) -> None:
    assert Directory.replay(script.logged, upto_block=3).node(ISSUER) is None
    assert Directory.replay(script.logged, upto_time=39).node(ISSUER) is None
    assert Directory.replay(script.logged, upto_time=40).node(ISSUER) is not None


def test_standing_walks_to_the_root(script: Script) -> None:
    assert Directory.replay(script.logged).standing(ISSUER, KIND, 70).is_live
    assert Directory.replay(script.logged).standing(ISSUER, "patent", 70).standing is Standing.NOT_GRANTED
    assert Directory.replay(script.logged).standing(ISSUER, KIND, 10).standing is Standing.NOT_STARTED
    # An accreditor attests nothing: it has another flag.
    assert Directory.replay(script.logged).standing(ACCREDITOR, KIND, 70).standing is Standing.UNFLAGGED


def test_of_several_failures_the_nearest_counts_but_a_suspension_last(script: Script) -> None:
    script.grant(ISSUER, by=1, parent=1, flags=GrantFlag.ATTEST, depth=2, op=Op.ACCREDITATION_SUSPENDED, suspended=70)
    found = Directory.replay(script.logged).standing(ISSUER, KIND, 80)
    assert (found.standing, found.since, found.at) == (Standing.SUSPENDED, 70, ISSUER)
    flags = GrantFlag.ACCREDIT | GrantFlag.EVER_ACCREDITED
    script.grant(ACCREDITOR, by=0, parent=0, flags=flags, depth=1, op=Op.ACCREDITATION_REVOKED, revoked=80)
    found = Directory.replay(script.logged).standing(ISSUER, KIND, 90)
    assert (found.standing, found.since, found.at) == (Standing.REVOKED, 80, ACCREDITOR)


def test_expiry_is_a_matter_of_time(script: Script) -> None:
    script.grant(ISSUER, by=1, parent=1, flags=GrantFlag.ATTEST, depth=2, until=100)
    directory = Directory.replay(script.logged)
    assert directory.standing(ISSUER, KIND, 99).is_live
    found = directory.standing(ISSUER, KIND, 100)
    assert (found.standing, found.since) == (Standing.EXPIRED, 100)


def test_a_circle_of_parents_ends(script: Script) -> None:
    """No contract makes one; a lying node may."""
    flags = GrantFlag.ACCREDIT | GrantFlag.ATTEST
    script.grant(ACCREDITOR, by=0, parent=2, flags=flags, depth=1)
    script.grant(ISSUER, by=1, parent=1, flags=flags, depth=2)
    directory = Directory.replay(script.logged)
    assert not directory.standing(ISSUER, KIND, 90).is_live
    assert len(directory.above(ISSUER, KIND)) < 40


def test_who_can_act(script: Script) -> None:
    script.key(Op.KEY_ADDED, ACCREDITOR, address(7), index=1, roles=Role.ACCREDIT)
    directory = Directory.replay(script.logged)
    assert directory.acting(address(0)) == (AUTHORITY,)
    assert directory.acting(address(1)) == (ACCREDITOR,)
    assert directory.acting(address(7)) == (ACCREDITOR,)
    assert directory.acting(address(3)) == ()  # a working key attests and accredits nobody
    script.key(Op.KEY_RETIRED, ACCREDITOR, address(7), index=1, roles=Role.ACCREDIT, retired=80)
    assert Directory.replay(script.logged).acting(address(7)) == ()


def test_handovers_and_profiles(script: Script) -> None:
    script.registry(Op.CONTROLLER_OFFERED, ISSUER, subject=address(8), party=2)
    assert Directory.replay(script.logged).acting(address(8)) == ()
    script.registry(Op.CONTROLLER_ACCEPTED, ISSUER, subject=address(8), party=2)
    script.profile(ISSUER, b"\x05" * 32, "https://new.example")
    node = Directory.replay(script.logged).node(ISSUER)
    assert node is not None
    assert (node.controller, node.profile, node.site) == (address(8), b"\x05" * 32, "https://new.example")


def test_actors_have_the_addresses_of_their_time(script: Script) -> None:
    script.registry(Op.CONTROLLER_RECOVERED, ACCREDITOR, subject=address(9), party=0)
    script.grant(ISSUER, by=1, parent=1, flags=GrantFlag.ATTEST, depth=2)
    script.attest(ISSUER, b"\x01" * 32, size=2)
    actors = [actor for _, actor in with_actors(script.logged)]
    assert [actor.address for actor in actors] == [
        address(0),
        address(0),
        address(0),
        address(1),
        address(2),
        address(1),
        address(0),
        address(9),
        address(3),
    ]
    assert parties(script.logged) == {0, 1, 2}
