"""Inclusion proofs on chain: the shared vectors, and a naive reading of RFC 9162 section 2.1 beside them."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import ape
import pytest

from tests.contracts.world import DEGREE, Op, digest

VECTORS = Path(__file__).parents[1] / "vectors" / "inclusion.json"


def cases():
    """The shared vectors; an empty list shows as a failing test below, not as silence."""
    return json.loads(VECTORS.read_text("utf-8"))["cases"] if VECTORS.exists() else []


def tree_hash(leaves: list[bytes]) -> bytes:
    """MTH of the RFC, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\1" + tree_hash(leaves[:k]) + tree_hash(leaves[k:])).digest()


def path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of the RFC, word for word."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), tree_hash(leaves[k:])]
    return [*path(index - k, leaves[k:]), tree_hash(leaves[:k])]


def split(n: int) -> int:
    """The largest power of two smaller than n."""
    return 1 << (n - 1).bit_length() - 1


def entry(issuer: bytes, label: str, *, version: int = 1, algorithm: int = 1, kind: bytes = DEGREE) -> bytes:
    return bytes([version, algorithm]) + kind + issuer + digest(label)


@pytest.fixture
def verifier(world):
    return world.verifier


@pytest.fixture
def batch(world):
    """Seven leaves attested by the school: (entries, leaf hashes, root)."""
    entries = [entry(world.school, f"leaf {i}") for i in range(7)]
    leaves = [sha256(b"\0" + item).digest() for item in entries]
    root = tree_hash(leaves)
    world.records.attest(world.school, DEGREE, root, 7, 1, sender=world.key)
    return entries, leaves, root


def test_the_shared_vectors_are_there():
    assert len(cases()) > 0


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in cases()])
def test_a_shared_vector_is_judged_as_recorded(verifier, case):
    arguments = (
        bytes.fromhex(case["entry"].removeprefix("0x")),
        case["index"],
        case["size"],
        [bytes.fromhex(item.removeprefix("0x")) for item in case["proof"]],
        bytes.fromhex(case["root"].removeprefix("0x")),
    )
    assert verifier.included(*arguments) is case["valid"], case["why"]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13])
def test_every_leaf_of_a_tree_is_included_at_its_index_alone(verifier, world, size):
    entries = [entry(world.school, f"{size} {i}") for i in range(size)]
    leaves = [sha256(b"\0" + item).digest() for item in entries]
    root = tree_hash(leaves)
    for index in range(size):
        proof = path(index, leaves)
        assert verifier.included(entries[index], index, size, proof, root)
        assert not verifier.included(entries[index], (index + 1) % (size + 1), size, proof, root)
        assert not verifier.included(entries[index], index, size, [*proof, root], root)


def test_an_inner_node_is_no_leaf(verifier, batch):
    _, leaves, root = batch
    inner = leaves[0] + leaves[1]
    rest = path(0, leaves)[1:]
    for disguise in (inner, b"\1" + inner, inner + bytes(10), bytes(10) + inner):
        assert not verifier.included(disguise, 0, 4, rest, root)
        assert not verifier.included(disguise, 0, 7, path(0, leaves), root)


def test_a_finding_names_the_batch_and_the_leafs_status(verifier, world, batch):
    entries, leaves, root = batch
    world.set_status(root, Op.REVOKE, (0, 1 << 5))
    sound = verifier.attested(world.records, entries[4], 4, path(4, leaves), root)
    assert (sound.batch.size, sound.batch.keyIndex, sound.revoked) == (7, 1, False)
    assert verifier.attested(world.records, entries[5], 5, path(5, leaves), root).revoked


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (dict(version=2), "EntryUnsupported"),
        (dict(algorithm=2), "EntryUnsupported"),
        (dict(kind=b"paper-01"), "KindDiffers"),
        (dict(issuer=bytes(32)), "NotAttested"),
    ],
)
def test_an_entry_that_does_not_fit_its_batch_is_refused_with_the_reason(verifier, world, batch, change, error):
    _, leaves, root = batch
    strange = entry(**{"issuer": world.school, "label": "leaf 4", **change})
    with ape.reverts(getattr(verifier, error)):
        verifier.attested(world.records, strange, 4, path(4, leaves), root)


def test_another_leaf_leads_to_another_root(verifier, world, batch):
    entries, leaves, root = batch
    with ape.reverts():
        verifier.attested(world.records, entries[3], 4, path(4, leaves), root)
    with ape.reverts():
        verifier.attested(world.records, entries[4], 7, path(4, leaves), root)
    with ape.reverts():
        verifier.attested(world.records, entries[4], 4, path(4, leaves)[:-1], root)
