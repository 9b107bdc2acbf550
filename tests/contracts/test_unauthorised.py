"""Every function that writes, called by everybody who may not."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.world import DEGREE, Op, Role, digest

ISSUER_CALLS = {
    "register": lambda w: (w.ministry, DEGREE, w.spare, digest("x"), ""),
    "grant": lambda w: (w.ministry, w.school, DEGREE, 0, 0, 3),
    "suspend": lambda w: (w.ministry, w.school, DEGREE, 1),
    "lift": lambda w: (w.ministry, w.bureau, DEGREE, 1),
    "revoke": lambda w: (w.ministry, w.school, DEGREE, 1),
    "addKey": lambda w: (w.school, w.school, w.spare, Role.ATTEST),
    "retireKey": lambda w: (w.school, DEGREE, w.school, w.key),
    "reportCompromise": lambda w: (w.school, DEGREE, w.school, w.key, w.now(), 1),
    "setProfile": lambda w: (w.school, digest("x"), ""),
    "offerController": lambda w: (w.school, w.spare),
    "acceptController": lambda w: (w.school,),
    "recoverController": lambda w: (w.school, w.spare),
    "offerAuthority": lambda w: (w.spare,),
    "acceptAuthority": lambda w: (),
}
"""Each is refused to everybody but the one hand in :data:`ENTITLED`."""

ENTITLED = {
    **dict.fromkeys(
        ["register", "grant", "suspend", "lift", "revoke", "recoverController", "offerAuthority"], "minister"
    ),
    **dict.fromkeys(["addKey", "retireKey", "reportCompromise", "setProfile", "offerController"], "rector"),
    "acceptController": None,
    "acceptAuthority": None,
}

RECORD_CALLS = {
    "attest": lambda w, a, b: (w.school, DEGREE, digest("x"), 1, 1),
    "attestFor": lambda w, a, b: (w.key, w.school, DEGREE, digest("x"), 1, 1),
    "setStatus": lambda w, a, b: (w.school, a, Op.REVOKE, 1, [(0, 1)]),
    "setStatusFor": lambda w, a, b: (w.key, w.school, a, Op.REVOKE, 1, [(0, 1)]),
    "supersede": lambda w, a, b: (w.school, a, 0, b, 0, 1),
    "supersedeFor": lambda w, a, b: (w.key, w.school, a, 0, b, 0, 1),
}
DELEGATION_CALLS = {
    "attest": lambda w, a, b: (w.school, w.key, DEGREE, digest("x"), 1, 1, w.now() + 100, b"\1" * 65),
    "setStatus": lambda w, a, b: (w.school, w.key, a, Op.REVOKE, 1, [(0, 1)], digest("n"), w.now() + 100, b"\1" * 65),
    "supersede": lambda w, a, b: (w.school, w.key, a, 0, b, 0, 1, w.now() + 100, b"\1" * 65),
}
"""Refused to everybody: nobody sends what the key did not sign, not even the key."""
HANDS = ["minister", "director", "rector", "key", "delegate", "stranger"]


def test_every_function_that_writes_is_listed_here(world, issuers, records):
    def writing(contract):
        return {method.name for method in contract.contract_type.mutable_methods} - {"multicall"}

    assert writing(issuers) == set(ISSUER_CALLS)
    assert writing(records) == set(RECORD_CALLS)
    assert writing(world.delegation) == set(DELEGATION_CALLS)


@pytest.mark.parametrize("verb", list(ISSUER_CALLS))
def test_an_issuer_registry_is_written_only_by_who_may(world, issuers, verb):
    node = world.ministry if "Authority" in verb else world.school
    before = issuers.head(node)
    for hand in HANDS:
        if hand != ENTITLED[verb]:
            with ape.reverts():
                getattr(issuers, verb)(*ISSUER_CALLS[verb](world), sender=getattr(world, hand))
    assert issuers.head(node) == before


@pytest.mark.parametrize("verb", list(RECORD_CALLS))
def test_an_attestation_registry_is_written_only_by_who_may(world, records, verb):
    a, b = world.attest("a"), world.attest("b")
    before = records.head(world.school)
    entitled = "delegate" if verb.endswith("For") else "key"
    for hand in HANDS:
        if hand != entitled:
            with ape.reverts():
                getattr(records, verb)(*RECORD_CALLS[verb](world, a, b), sender=getattr(world, hand))
    assert records.head(world.school) == before


@pytest.mark.parametrize("verb", list(DELEGATION_CALLS))
def test_a_delegation_that_the_issuer_admitted_does_only_what_its_keys_signed(world, issuers, records, verb):
    a, b = world.attest("a"), world.attest("b")
    issuers.addKey(world.school, world.school, world.delegation, Role.DELEGATE, sender=world.rector)
    before = records.head(world.school)
    for hand in HANDS:
        with ape.reverts(world.delegation.SignatureInvalid):
            getattr(world.delegation, verb)(*DELEGATION_CALLS[verb](world, a, b), sender=getattr(world, hand))
    assert records.head(world.school) == before


def test_a_multicall_gives_nobody_anything(world, issuers):
    call = issuers.recoverController.encode_input(world.school, world.stranger)
    with ape.reverts(issuers.NotAuthority, error_inputs={"caller": world.stranger.address}):
        issuers.multicall([call], sender=world.stranger)
