"""Leaf entries; refusals by name are in ``tests/vectors/leaf_entries.json``."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.core.leaf import LENGTH, LeafEntry, kind_bytes, kind_code, leaf_hash, read_entry
from chopmark.errors import FormatError

words = st.binary(min_size=32, max_size=32)
kinds = st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True)


@given(kinds, words, words)
def test_an_entry_is_read_back(kind, issuer, commitment):
    entry = LeafEntry(kind, issuer, commitment)
    assert len(entry.pack()) == LENGTH == 74
    assert read_entry(entry.pack()) == entry


@given(words, words)
def test_every_field_stands_where_the_format_says(issuer, commitment):
    data = LeafEntry("degree", issuer, commitment).pack()
    assert data == b"\x01\x01degree\x00\x00" + issuer + commitment
    assert leaf_hash(data) == hashlib.sha256(b"\x00" + data).digest()


@given(kinds)
def test_a_kind_has_eight_bytes_on_the_chain(kind):
    assert kind_code(kind_bytes(kind)) == kind
    assert len(kind_bytes(kind)) == 8


@pytest.mark.parametrize("kind", ["", "Degree", "学位", "a" * 9, "a b", "a\n", "a\0"])
def test_a_kind_that_is_none_is_refused(kind):
    with pytest.raises(FormatError):
        kind_bytes(kind)
    with pytest.raises(FormatError):
        LeafEntry(kind, bytes(32), bytes(32)).pack()


@pytest.mark.parametrize(("issuer", "commitment"), [(bytes(31), bytes(32)), (bytes(32), bytes(33))])
def test_ids_and_commitments_have_32_bytes(issuer, commitment):
    with pytest.raises(FormatError, match="32 bytes each"):
        LeafEntry("degree", issuer, commitment).pack()


@given(st.binary(max_size=140).filter(lambda data: len(data) != LENGTH))
def test_no_other_length_is_hashed_as_a_leaf(data):
    """An inner node hashes two digests, 64 bytes: it can never pass for a leaf."""
    with pytest.raises(FormatError, match="instead of 74"):
        leaf_hash(data)
