"""Who may act: every state of a key and of the accreditations above it, against every verb."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.world import DEGREE, Flag, Op, Role, digest

LOWERING = {"revoke", "suspend"}
VERBS = ["attest", "revoke", "suspend", "resume", "supersede"]

KEYS = {
    "live": None,
    "never added": "KeyUnknown",
    "retired": "KeyIsRetired",
    "compromised": "KeyIsCompromised",
    "of another role": "RoleMissing",
}
CHAINS = {
    "live": None,
    "suspended": "GrantSuspended",
    "revoked": "GrantRevoked",
    "expired": "GrantExpired",
    "not begun": "GrantNotStarted",
    "unflagged": "GrantLacks",
    "bureau suspended": "GrantSuspended",
    "bureau revoked": "GrantRevoked",
    "bureau expired": "GrantExpired",
    "bureau not begun": "GrantNotStarted",
    "bureau no accreditor": "GrantLacks",
}


@pytest.fixture
def leaves(world):
    """Two batches; leaf 0 of the first is suspended."""
    a, b = world.attest("a"), world.attest("b")
    world.set_status(a, Op.SUSPEND, (0, 1))
    return a, b


def act(world, verb, leaves, sender):
    a, b = leaves
    if verb == "attest":
        return world.records.attest(world.school, DEGREE, digest("c"), 1, 1, sender=sender)
    if verb == "supersede":
        return world.records.supersede(world.school, a, 1, b, 1, 1, sender=sender)
    op, mask = {"revoke": (Op.REVOKE, 4), "suspend": (Op.SUSPEND, 8), "resume": (Op.RESUME, 1)}[verb]
    return world.records.setStatus(world.school, a, op, 1, [(0, mask)], sender=sender)


def bring_key(world, state, verb):
    """A key in that state, which would have the role if it were live."""
    issuers, school, rector = world.issuers, world.school, world.rector
    role = Role.ATTEST if verb == "attest" else Role.STATUS
    if state == "never added":
        return world.spare
    other = Role.STATUS | Role.DELEGATE if verb == "attest" else Role.ATTEST | Role.DELEGATE
    roles = other if state == "of another role" else role
    issuers.addKey(school, school, world.spare, roles, sender=rector)
    if state == "retired":
        issuers.retireKey(school, DEGREE, school, world.spare, sender=rector)
    if state == "compromised":
        issuers.reportCompromise(school, DEGREE, school, world.spare, world.now(), 1, sender=rector)
    return world.spare


def bring_chain(world, state):
    issuers, now = world.issuers, world.now()
    above = state.startswith("bureau")
    node, own = (world.bureau, Flag.ACCREDIT) if above else (world.school, Flag.ATTEST)
    if state.endswith("suspended"):
        issuers.suspend(world.ministry, node, DEGREE, 1, sender=world.minister)
    if state.endswith("revoked"):
        issuers.revoke(world.ministry, node, DEGREE, 1, sender=world.minister)
    if state.endswith("expired"):
        issuers.grant(world.ministry, node, DEGREE, 0, now + 50, own, sender=world.minister)
        world.later(100)
    if state.endswith("not begun"):
        issuers.grant(world.ministry, node, DEGREE, now + 10_000, 0, own, sender=world.minister)
    if state in {"unflagged", "bureau no accreditor"}:
        other = Flag.ACCREDIT if state == "unflagged" else Flag.ATTEST
        issuers.grant(world.ministry, node, DEGREE, 0, 0, other, sender=world.minister)
    if not above and state not in {"live", "suspended", "revoked"}:
        assert issuers.grantOf(world.school, DEGREE).parent == 0


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", list(KEYS))
def test_a_key_acts_only_while_live_and_in_its_role(world, leaves, state, verb):
    sender = bring_key(world, state, verb)
    refusal = KEYS[state]
    if refusal is None:
        act(world, verb, leaves, sender)
        return
    with ape.reverts(getattr(world.issuers, refusal)):
        act(world, verb, leaves, sender)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", list(CHAINS))
def test_raising_trust_needs_the_whole_chain_and_lowering_it_needs_none(world, leaves, state, verb):
    bring_chain(world, state)
    refusal = CHAINS[state]
    if refusal is None or verb in LOWERING:
        act(world, verb, leaves, world.key)
        return
    with ape.reverts(getattr(world.issuers, refusal)):
        act(world, verb, leaves, world.key)
