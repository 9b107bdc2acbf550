"""Slots and bits are part of the format: state proofs derive keys from them. They never move."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from tests.contracts.world import DEGREE, Flag, Op, digest

HERE = Path(__file__).parent
ARTIFACTS = HERE.parents[1] / "backend" / "chopmark" / "chain" / "artifacts"


@pytest.mark.parametrize("name", ["IssuerRegistry", "AttestationRegistry", "Delegation"])
def test_the_layout_is_the_recorded_one(name):
    layout = json.loads((ARTIFACTS / f"{name}.json").read_text("utf-8"))["storageLayout"]
    found = [{key: item[key] for key in ("slot", "offset", "label", "type")} for item in layout["storage"]]
    assert found == json.loads((HERE / "golden" / f"{name}.json").read_text("utf-8"))


def mapped(slot, *keys):
    """Where a value of nested mappings lies."""
    for key in keys:
        slot = int.from_bytes(keccak(_key(key) + slot.to_bytes(32, "big")), "big")
    return slot


def _key(key):
    if isinstance(key, int):
        return key.to_bytes(32, "big")
    if isinstance(key, str):  # an address: to the right
        return bytes.fromhex(key[2:]).rjust(32, b"\0")
    return key.ljust(32, b"\0")  # bytesN: to the left


def pack(*fields):
    """A word from (value, bits), high to low."""
    word = 0
    for value, bits in fields:
        assert 0 <= value < 1 << bits
        word = word << bits | value
    assert sum(bits for _, bits in fields) == 256
    return word


def number(node):
    return int.from_bytes(node[24:], "big")


class TestIssuerRegistry:
    def test_slots_0_and_4_hold_the_authority_and_the_serial(self, world, issuers):
        issuers.offerAuthority(world.spare, sender=world.minister)
        assert world.slot(issuers, 0) == int(world.minister.address, 16)
        assert world.slot(issuers, 4) == 2 << 160 | int(world.spare.address, 16)

    def test_slot_1_holds_keys(self, world, issuers):
        world.later(500)
        began = issuers.key(world.school, world.key).since
        issuers.reportCompromise(world.school, DEGREE, world.school, world.key, began + 7, 1, sender=world.rector)
        reported = world.now()
        world.later(500)
        issuers.retireKey(world.school, DEGREE, world.school, world.key, sender=world.rector)
        word = pack((1, 16), (3, 8), (began, 40), (world.now(), 40), (began + 7, 40), (reported, 40), (0, 72))
        assert world.slot(issuers, mapped(1, world.school, world.key.address)) == word
        assert issuers.keyWord(world.school, world.key) == word
        key = issuers.key(world.school, world.key)
        assert tuple(key) == (1, 3, began, world.now(), began + 7, reported)

    def test_slot_2_holds_grants(self, world, issuers, accounts):
        issuers.addKey(world.bureau, world.bureau, world.spare, 8, sender=world.director)
        until = world.now() + 100_000
        node = world.join(world.ministry, accounts[8], flags=Flag.ACCREDIT, sender=world.minister)
        issuers.grant(world.bureau, world.school, DEGREE, 0, until, Flag.ATTEST | Flag.ACCREDIT, sender=world.spare)
        began = world.now()
        issuers.suspend(world.bureau, world.school, DEGREE, 1, sender=world.director)
        suspended = world.now()
        world.later(9)
        issuers.revoke(world.bureau, world.school, DEGREE, 1, sender=world.director)
        fields = (number(world.bureau), began, until, suspended, world.now(), 1, 2, 1, 7)
        word = pack(*zip(fields, (64, 40, 40, 40, 40, 16, 4, 4, 8), strict=True))
        assert world.slot(issuers, mapped(2, world.school, DEGREE)) == word
        assert issuers.grantWord(world.school, DEGREE) == word
        assert tuple(issuers.grantOf(world.school, DEGREE)) == fields
        assert world.slot(issuers, mapped(2, node, DEGREE)) >> 192 == 0

    def test_slot_3_holds_nodes(self, world, issuers):
        word = pack((int(world.rector.address, 16), 160), (2, 16), (number(world.bureau), 64), (0, 16))
        assert world.slot(issuers, mapped(3, world.school)) == word

    def test_slots_5_to_8_hold_heads_offers_profiles_and_sites(self, world, issuers):
        issuers.offerController(world.school, world.spare, sender=world.rector)
        head = bytes(issuers.head(world.school))
        assert world.slot(issuers, mapped(5, world.school)) == int.from_bytes(head, "big")
        assert int.from_bytes(head[28:], "big") == 5
        assert world.slot(issuers, mapped(6, world.school)) == int(world.spare.address, 16)
        assert world.slot(issuers, mapped(7, world.school)) == int.from_bytes(digest("profile"), "big")
        site = b"https://example.edu"
        assert world.slot(issuers, mapped(8, world.school)) == int.from_bytes(
            site.ljust(31, b"\0") + bytes([2 * len(site)]), "big"
        )


class TestAttestationRegistry:
    def test_slot_0_holds_heads(self, world, records):
        assert world.slot(records, mapped(0, world.school)) == 0
        world.attest("one")
        head = int.from_bytes(bytes(records.head(world.school)), "big")
        assert world.slot(records, mapped(0, world.school)) == head
        assert head & 0xFFFFFFFF == 1

    def test_slot_1_holds_batches(self, world, records):
        world.attest("one")
        root = digest("two")
        records.attestFor(world.key, world.school, DEGREE, root, 1000, 2, sender=world.delegate)
        block = world.chain.blocks.head
        fields = (int.from_bytes(DEGREE, "big"), 2, 1000, 1, 2, block.number, block.timestamp)
        word = pack(*zip(fields, (64, 8, 40, 16, 32, 48, 48), strict=True))
        assert world.slot(records, mapped(1, world.school, root)) == word
        assert records.batchWord(world.school, root) == word

    def test_slot_2_holds_status_planes(self, world, records):
        root, other = world.attest("planes", size=1000), world.attest("other")
        world.set_status(root, Op.REVOKE, (3, 1 << 5))
        world.set_status(root, Op.SUSPEND, (3, 1 << 6))
        records.supersede(world.school, root, 3 * 256 + 7, other, 0, 1, sender=world.key)
        batch = keccak(world.school + root)
        planes = [world.slot(records, mapped(2, batch, 4 * 3 + plane)) for plane in range(4)]
        assert planes == [1 << 5 | 1 << 7, 1 << 6, 1 << 7, 0]
        assert [records.statusWord(world.school, root, 3, plane) for plane in range(4)] == planes

    def test_bit_i_of_a_word_is_leaf_256_times_the_word_plus_i(self, world, records):
        root = world.attest("bits", size=600)
        world.set_status(root, Op.REVOKE, (1, 1), (2, 1 << 80))
        revoked = [i for i in (255, 256, 257, 512, 592, 593) if records.standing(world.school, root, i).revoked]
        assert revoked == [256, 592]
