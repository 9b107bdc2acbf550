"""Bundles as stories; broken ones by name are in ``tests/vectors/bundles.json``."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from _vectors import bundles as made
from _vectors import trust_files
from chopmark.core.bundle import MAX_LENGTH, Bundle, open_bundle, read_bundle, write_bundle
from chopmark.core.disclosure import open_disclosure
from chopmark.core.examine import ChainFacts, Subject, examine
from chopmark.core.transaction import BlockRef
from chopmark.core.trust import read_trust
from chopmark.core.verdict import Verdict
from chopmark.core.words import BatchRecord, KeyRecord, Role
from chopmark.errors import FormatError, ProofError
from chopmark.wording import Language

GOOD = made.good()
DEGREE = GOOD["a degree in a batch of 13"]
SMALL = GOOD["one claim, a batch of one"]


@pytest.mark.parametrize("name", GOOD)
def test_a_bundle_is_read_back(name):
    assert read_bundle(write_bundle(GOOD[name])) == GOOD[name]


@given(st.sets(st.sampled_from(DEGREE.disclosures)))
def test_any_part_of_the_disclosures_may_be_shown(shown):
    """The holder decides; what is hidden stays hidden, and what is shown is as good as before."""
    bundle = replace(DEGREE, disclosures=tuple(sorted(shown)))
    opened = open_bundle(read_bundle(write_bundle(bundle)))
    everything = open_bundle(DEGREE)
    assert opened.commitment == everything.commitment
    assert opened.hidden == everything.hidden + len(DEGREE.disclosures) - len(shown)
    assert opened.claims.items() <= everything.claims.items()
    assert opened.twins.items() <= everything.twins.items()


def test_what_is_opened_is_what_was_put_in():
    opened = open_bundle(DEGREE)
    assert opened.claims == dict(made.DEGREE)
    assert opened.twins == {"holder_name": "王莉", "certificate_number": "105331202605000123"}
    assert opened.files == (made.ORIGINAL,)
    assert opened.replaces is None
    assert opened.entry.commitment == opened.commitment
    assert opened.hidden == 3
    assert opened.attestation == DEGREE.attestation
    assert str(opened.attestation).startswith(f"eip155:31337:0x{made.REGISTRY.hex()}:{DEGREE.anchor.root.hex()}/")


def test_files_come_in_the_order_of_their_numbers():
    assert open_bundle(GOOD["two files"]).files == (made.ORIGINAL, made.SUPPLEMENT)
    assert open_bundle(GOOD["the second of two files"]).files == (made.SUPPLEMENT,)


def _accepted(data: bytes) -> Bundle | None:
    try:
        bundle = read_bundle(data)
        open_bundle(bundle)
    except (FormatError, ProofError):
        return None
    return bundle


def _verdict(data: bytes) -> Verdict:
    """With a trust file that knows this registry alone, and a chain that holds this one batch."""
    return examine(Subject(bundle=data, trust=TRUST), CHAIN).verdict


TRUST = read_trust(json.dumps(trust_files.document()).encode())
CHAIN = ChainFacts(BlockRef(2, bytes(32), 2), BatchRecord("degree", 1, 1, 1, 1, 1, 1), KeyRecord(1, Role.ATTEST, 1))


def test_the_bundle_that_is_changed_below_is_good():
    assert _verdict(write_bundle(SMALL)) is Verdict.VERIFIED


def test_every_single_byte_change_is_refused_or_not_accepted():
    """FAULTS 33. What still opens is anchored elsewhere, where nothing is trusted or recorded."""
    data = write_bundle(SMALL)
    for at in range(len(data)):
        for byte in {data[at] ^ bit for bit in (1, 2, 4, 32, 128)} | {0, 32, 48, 57, 97, 34}:
            changed = data[:at] + bytes([byte]) + data[at + 1 :]
            if changed == data:
                continue
            still = _accepted(changed)
            if still is None:
                continue
            assert still.payload == SMALL.payload
            assert still.disclosures == SMALL.disclosures
            assert still.proof == SMALL.proof
            assert still.anchor.root == SMALL.anchor.root
            assert (still.anchor.chain_id, still.anchor.registry) != (SMALL.anchor.chain_id, SMALL.anchor.registry)
            assert _verdict(changed) is Verdict.CANNOT_CHECK


def test_every_byte_inserted_or_removed_is_refused_or_not_accepted():
    data = write_bundle(SMALL)
    for at in range(len(data) + 1):
        for changed in (data[:at] + b"0" + data[at:], data[:at] + b" " + data[at:], data[:at] + data[at + 1 :]):
            if changed == data:
                continue
            still = _accepted(changed)
            assert still is None or still.anchor.chain_id != SMALL.anchor.chain_id


@settings(max_examples=150)
@given(st.data())
def test_a_larger_bundle_changed_anywhere_proves_nothing_else(data):
    raw = bytearray(write_bundle(DEGREE))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    still = _accepted(bytes(raw))
    if still is not None:
        assert (still.payload, still.disclosures) == (DEGREE.payload, DEGREE.disclosures)
        # The arithmetic cannot always tell the size (13 or 14): the record on the chain does.
        assert (still.proof.nodes, still.anchor.root) == (DEGREE.proof.nodes, DEGREE.anchor.root)


@pytest.mark.parametrize("name", ["an index equal to the size", "a negative index", "a size of 2 to the 40"])
def test_a_place_that_cannot_be_is_refused_when_the_bundle_is_read(name):
    with pytest.raises(FormatError, match="its proof is not of the format"):
        read_bundle(made.bad()[name][0])


@given(st.binary(max_size=80))
def test_any_bytes_are_refused(data):
    with pytest.raises(FormatError):
        read_bundle(data)


def test_the_limit_is_a_megabyte():
    payload = bytes(800_000)
    with pytest.raises(FormatError, match="longer than"):
        write_bundle(replace(SMALL, payload=payload))
    with pytest.raises(FormatError, match=f"longer than {MAX_LENGTH} bytes"):
        read_bundle(b'"' + b"a" * MAX_LENGTH + b'"')


def test_a_name_twice_is_told_by_name():
    data, _ = made.bad()["a name twice, with two values"]
    with pytest.raises(FormatError) as caught:
        open_bundle(read_bundle(data))
    assert "“school”" in caught.value.say(Language.EN)
    assert "披露了两次" in caught.value.say(Language.ZH)


def test_a_disclosure_of_somebody_else_is_told_by_name():
    data, _ = made.bad()["a disclosure that was not issued"]
    with pytest.raises(FormatError, match="does not hold the digest of “school”"):
        open_bundle(read_bundle(data))


def test_each_disclosure_is_opened_by_its_own_characters():
    names = [open_disclosure(encoded)[0] for encoded in DEGREE.disclosures]
    assert sorted(names) == sorted([*made.DEGREE, "norm:holder_name", "norm:certificate_number", "file:1"])
