"""Storage keys; values are in ``tests/vectors/storage.json``, the compiler's layout is compared with the contracts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chopmark.core import storage
from chopmark.core.digest import keccak
from chopmark.core.words import Plane
from chopmark.errors import FormatError

CONTRACTS = Path(__file__).resolve().parent.parent.parent / "contracts"
NODE, ROOT, ADDRESS = b"\x11" * 32, b"\x22" * 32, b"\x33" * 20


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_keys_follow_soliditys_rule_for_mappings():
    assert storage.attestation_head_key(NODE) == keccak(NODE + word(0))
    assert storage.batch_key(NODE, ROOT) == keccak(ROOT + keccak(NODE + word(1)))
    assert storage.key_key(NODE, ADDRESS) == keccak(bytes(12) + ADDRESS + keccak(NODE + word(1)))
    assert storage.grant_key(NODE, "degree") == keccak(b"degree".ljust(32, b"\0") + keccak(NODE + word(2)))
    assert storage.node_key(NODE) == keccak(NODE + word(3))
    assert storage.issuer_head_key(NODE) == keccak(NODE + word(5))
    assert storage.profile_key(NODE) == keccak(NODE + word(7))


def test_status_words_stand_in_four_columns():
    base = keccak(keccak(NODE + ROOT) + word(2))
    assert storage.status_key(NODE, ROOT, 7, Plane.SUSPENDED) == keccak(word(29) + base)
    keys = {storage.status_key(NODE, ROOT, w, plane) for w in range(10) for plane in Plane}
    assert len(keys) == 30


def test_a_kind_that_is_none_has_no_key():
    with pytest.raises(FormatError):
        storage.grant_key(NODE, "Degree")


@pytest.mark.parametrize(
    ("source", "slots"),
    [
        ("AttestationRegistry.sol", {"_heads": "HEADS", "_batches": "BATCHES", "_status": "STATUS"}),
        (
            "issuers/IssuerState.sol",
            {
                "_authority": "AUTHORITY",
                "_keys": "KEYS",
                "_grants": "GRANTS",
                "_nodes": "NODES",
                "_pendingAuthority": "PENDING_AUTHORITY_AND_SERIAL",
                "_heads": "HEADS",
                "_pendingControllers": "PENDING_CONTROLLERS",
                "_profiles": "PROFILES",
                "_sites": "SITES",
            },
        ),
    ],
)
def test_the_slots_are_those_that_the_contracts_declare(source, slots):
    declared = re.findall(r"/// @dev Slot (\d+)[,:].*\n\s+.*?(_\w+);", (CONTRACTS / source).read_text(encoding="utf-8"))
    found = {name: int(slot) for slot, name in declared}
    enum = storage.AttestationSlot if source.startswith("Att") else storage.IssuerSlot
    assert {name: found[name] for name in slots} == {name: int(enum[slot]) for name, slot in slots.items()}
