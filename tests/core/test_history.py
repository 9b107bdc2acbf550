"""History heads; whole histories, tampered ones too, are in ``tests/vectors/histories.json``."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from _vectors import chain_words
from chopmark.core.digest import keccak
from chopmark.core.history import (
    Event,
    changes_digest,
    fold,
    genesis,
    prove_complete,
    registration_digest,
    replay,
    supersession_digest,
)
from chopmark.core.words import HeadRecord, Op
from chopmark.errors import ProofError
from chopmark.wording import Language

EVENTS = chain_words.attestation_events()
NODE = EVENTS[0].node
START = genesis(31_337, b"\x11" * 20, NODE)


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_a_history_begins_bound_to_chain_registry_and_node():
    encoded = word(31_337) + bytes(12) + b"\x11" * 20 + NODE
    assert word(START) == keccak(encoded)[:28] + bytes(4)
    starts = {genesis(c, r, n) for c in (1, 2) for r in (bytes(20), b"\1" * 20) for n in (NODE, bytes(32))}
    assert len(starts) == 8


def test_an_event_is_folded_as_the_contract_folds_it():
    event = Event("attestation", NODE, Op.REVOKED, 3, 4, 5, 6, 7, 8, b"\xaa" * 32, b"\xbb" * 32)
    w = (2 << 248) | (3 << 240) | (4 << 224) | (5 << 160) | (6 << 128) | (7 << 64) | 8
    assert event.word == word(w)
    folded = keccak(word(START) + word(w) + b"\xaa" * 32 + b"\xbb" * 32)
    assert word(fold(START, event)) == folded[:28] + (6).to_bytes(4, "big")


def test_all_events_prove_themselves_complete():
    heads = list(replay(START, EVENTS))
    prove_complete(START, EVENTS, heads[-1])
    assert [head & 0xFFFFFFFF for head in heads] == [1, 2, 3, 4, 5, 6]


@given(st.integers(0, len(EVENTS)))
def test_a_history_goes_on_from_any_known_head(at):
    heads = [START, *replay(START, EVENTS)]
    prove_complete(heads[at], EVENTS[at:], heads[-1])


@given(st.lists(st.sampled_from(EVENTS), max_size=7))
def test_no_other_list_of_events_leads_to_the_head(events):
    head = list(replay(START, EVENTS))[-1]
    if events == EVENTS:
        return
    with pytest.raises(ProofError):
        prove_complete(START, events, head)


fields = st.sampled_from(["reason", "key", "party", "block", "time"])


@given(st.integers(0, len(EVENTS) - 1), fields, st.integers(1, 200))
def test_no_folded_number_can_be_changed(at, name, by):
    head = list(replay(START, EVENTS))[-1]
    changed = list(EVENTS)
    changed[at] = replace(EVENTS[at], **{name: getattr(EVENTS[at], name) + by})
    with pytest.raises(ProofError):
        prove_complete(START, changed, head)


def test_the_first_event_that_does_not_follow_is_named():
    with pytest.raises(ProofError) as caught:
        list(replay(START, [EVENTS[0], EVENTS[2]]))
    assert "goes on with event 2, not 3 (block 102)" in caught.value.say(Language.EN)
    assert "应接第2条事件" in caught.value.say(Language.ZH)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"block": 1}, "older than the one before"),
        ({"time": 1}, "older than the one before"),
        ({"node": bytes(32)}, "not of this history"),
        ({"op": Op.KEY_ADDED}, "not of this history"),
        ({"op": Op.KEY_ADDED, "registry": "issuer"}, "not of this history"),
    ],
)
def test_what_cannot_have_happened_is_told(change, said):
    with pytest.raises(ProofError, match=said):
        list(replay(START, [EVENTS[0], replace(EVENTS[1], **change)]))


def test_a_missing_tail_and_an_altered_event_are_told_apart():
    head = list(replay(START, EVENTS))[-1]
    with pytest.raises(ProofError, match="counts 6 events, 5 are given"):
        prove_complete(START, EVENTS[:-1], head)
    with pytest.raises(ProofError, match="was altered"):
        prove_complete(START, [*EVENTS[:-1], replace(EVENTS[-1], reason=9)], head)


def test_nothing_happened_is_a_history_too():
    prove_complete(START, [], START)
    assert HeadRecord.decode(START) == HeadRecord(START.to_bytes(32, "big")[:28], 0)


def test_a_number_too_large_for_its_field_is_no_event():
    with pytest.raises(OverflowError):
        _ = replace(EVENTS[0], reason=256).word


def test_the_particulars_are_encoded_as_solidity_encodes_them():
    assert changes_digest([(1, 2), (3, 4)]) == keccak(word(1) + word(2) + word(3) + word(4))
    assert supersession_digest(1, b"\x22" * 32, 3) == keccak(word(1) + b"\x22" * 32 + word(3))
    site = "https://例.cn"
    raw = site.encode()
    tail = word(64) + word(len(raw)) + raw.ljust(32, b"\0")
    assert registration_digest(b"\x33" * 32, site) == keccak(b"\x33" * 32 + tail)
    assert registration_digest(b"\x33" * 32, "") == keccak(b"\x33" * 32 + word(64) + word(0))
    full = "a" * 64
    assert registration_digest(b"\x33" * 32, full) == keccak(b"\x33" * 32 + word(64) + word(64) + full.encode())
