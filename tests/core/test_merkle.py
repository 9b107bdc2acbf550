"""The tree and its proofs, beside a naive tree from the RFC; cases by name are in ``tests/vectors``."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chopmark.core.digest import sha256
from chopmark.core.merkle import MAX_SIZE, Tree, proof_length, root_from_proof
from chopmark.errors import ProofError
from tests.core import naive_tree

LEAVES = [sha256(number.to_bytes(4, "big")) for number in range(200)]
digests = st.binary(min_size=32, max_size=32)


@pytest.mark.parametrize("size", range(1, 201))
def test_every_small_tree_is_the_rfcs_tree(size):
    tree = Tree(LEAVES[:size])
    assert tree.size == size
    assert tree.root == naive_tree.tree_hash(LEAVES[:size])


@pytest.mark.parametrize("size", [*range(1, 34), 63, 64, 65, 100, 127, 128, 129, 200])
def test_every_leaf_of_a_small_tree_is_proven_as_the_rfc_proves_it(size):
    tree = Tree(LEAVES[:size])
    for proof in tree.proofs():
        assert list(proof.nodes) == naive_tree.path(proof.index, LEAVES[:size])
        assert len(proof.nodes) == proof_length(proof.index, size)
        assert root_from_proof(LEAVES[proof.index], proof.index, size, proof.nodes) == tree.root


@settings(max_examples=25)
@given(st.lists(digests, min_size=1, max_size=1_500), st.data())
def test_random_trees_are_the_rfcs_trees(leaves, data):
    tree = Tree(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    assert tree.root == naive_tree.tree_hash(leaves)
    assert list(tree.proof(index)) == naive_tree.path(index, leaves)


@given(digests, st.integers(0, 40), st.integers(0, 40), st.lists(digests, max_size=8))
def test_any_proof_is_judged_as_the_rfcs_verification_judges_it(leaf, index, size, nodes):
    expected = naive_tree.root_from_path(leaf, index, size, nodes)
    if expected is None:
        with pytest.raises(ProofError):
            root_from_proof(leaf, index, size, nodes)
    else:
        assert root_from_proof(leaf, index, size, nodes) == expected


@given(digests, st.integers(1, MAX_SIZE), st.data())
def test_far_positions_are_judged_alike_too(leaf, size, data):
    index = data.draw(st.integers(0, size - 1))
    nodes = [sha256(bytes([n])) for n in range(proof_length(index, size))]
    assert root_from_proof(leaf, index, size, nodes) == naive_tree.root_from_path(leaf, index, size, nodes)
    for wrong in (nodes[:-1] if nodes else [leaf], [*nodes, leaf]):
        with pytest.raises(ProofError, match="nodes"):
            root_from_proof(leaf, index, size, wrong)


@settings(max_examples=60)
@given(st.integers(2, 60), st.data())
def test_a_proof_with_one_bit_changed_leads_elsewhere(size, data):
    tree = Tree(LEAVES[:size])
    index = data.draw(st.integers(0, size - 1))
    nodes = list(tree.proof(index))
    at, bit = data.draw(st.integers(0, len(nodes) - 1)), data.draw(st.integers(0, 255))
    nodes[at] = (int.from_bytes(nodes[at], "big") ^ 1 << bit).to_bytes(32, "big")
    assert root_from_proof(LEAVES[index], index, size, nodes) != tree.root


@given(st.integers(2, 40), st.data())
def test_no_proof_serves_two_places(size, data):
    tree = Tree(LEAVES[:size])
    index, other = data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True))
    try:
        root = root_from_proof(LEAVES[index], other, size, tree.proof(index))
    except ProofError:
        return  # another number of nodes is needed there
    assert root != tree.root


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3), (3, 3), (0, MAX_SIZE + 1)])
def test_there_is_no_leaf_outside_a_tree(index, size):
    with pytest.raises(ProofError, match="has no leaf"):
        root_from_proof(LEAVES[0], index, size, ())


def test_a_node_has_32_bytes():
    with pytest.raises(ProofError, match="32 bytes"):
        root_from_proof(LEAVES[0], 0, 2, [bytes(31)])


def test_a_tree_has_leaves_and_only_those():
    with pytest.raises(ValueError, match="leaves"):
        Tree([])
    for index in (-1, 2):
        with pytest.raises(IndexError):
            Tree(LEAVES[:2]).proof(index)


def test_the_tree_keeps_its_own_leaves():
    leaves = LEAVES[:3]
    tree = Tree(leaves)
    root = tree.root
    leaves[0] = bytes(32)
    assert Tree(LEAVES[:3]).proof(1) == tree.proof(1)
    assert tree.root == root
