"""Batches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.core.batch import arrange
from chopmark.core.leaf import LeafEntry, leaf_hash
from chopmark.core.merkle import root_from_proof
from chopmark.errors import FormatError

ISSUER = b"\x11" * 32
commitments = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40, unique=True)


@given(commitments, st.randoms())
def test_the_order_in_which_they_came_leaves_no_trace(given_order, random):
    batch = arrange("degree", ISSUER, given_order)
    random.shuffle(given_order)
    again = arrange("degree", ISSUER, given_order)
    assert batch.commitments == again.commitments == tuple(sorted(given_order))
    assert batch.root == again.root


@given(commitments)
def test_every_leaf_is_proven_under_its_index(given_order):
    batch = arrange("degree", ISSUER, given_order)
    assert batch.size == len(given_order)
    for commitment in given_order:
        index = batch.index_of(commitment)
        proof = batch.proof(index)
        leaf = leaf_hash(LeafEntry("degree", ISSUER, commitment).pack())
        assert root_from_proof(leaf, proof.index, proof.size, proof.nodes) == batch.root


def test_equal_commitments_are_refused():
    """One of the two could be revoked and the other one shown."""
    with pytest.raises(FormatError, match="equal"):
        arrange("degree", ISSUER, [b"\1" * 32, b"\2" * 32, b"\1" * 32])


def test_there_is_no_empty_batch():
    with pytest.raises(FormatError, match="no leaves"):
        arrange("degree", ISSUER, [])


@pytest.mark.parametrize(
    "arguments", [("Degree", ISSUER, [bytes(32)]), ("degree", b"x", [bytes(32)]), ("degree", ISSUER, [b"x"])]
)
def test_what_makes_no_entry_makes_no_batch(arguments):
    with pytest.raises(FormatError):
        arrange(*arguments)


def test_one_commitment_of_another_length_is_noticed_among_many():
    with pytest.raises(FormatError):
        arrange("degree", ISSUER, [b"\1" * 32, b"\2" * 31])


def test_kind_and_issuer_are_part_of_every_leaf():
    roots = {arrange(kind, issuer, [bytes(32)]).root for kind in ("a", "b") for issuer in (ISSUER, bytes(32))}
    assert len(roots) == 4


def test_a_stranger_has_no_index():
    batch = arrange("degree", ISSUER, [b"\1" * 32, b"\3" * 32])
    for stranger in (bytes(32), b"\2" * 32, b"\4" * 32):
        with pytest.raises(KeyError):
            batch.index_of(stranger)
