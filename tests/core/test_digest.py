"""Digests and the text forms of bytes."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.core.digest import (
    Algorithm,
    are_b64_digests,
    are_texts,
    b64,
    b64_ascii,
    b64_digests,
    hex32,
    hex32s,
    is_b64_salt,
    keccak,
    sha256,
    unb64,
    unb64_loosely,
)
from chopmark.errors import FormatError

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_sha_256_is_that_of_fips_180_4():
    """The one-block example of FIPS 180-4's companion document."""
    assert sha256(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_keccak_is_ethereums_and_not_sha_3():
    assert keccak(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak(b"") != hashlib.sha3_256(b"").digest()


def test_the_algorithm_numbers_are_those_of_the_leaf_entry():
    assert [(a.name, int(a)) for a in Algorithm] == [("SHA256", 1), ("SM3", 2)]


@given(st.binary(max_size=100))
def test_base64url_is_that_of_the_standard_library_without_padding(data):
    assert b64(data) == base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    assert b64_ascii(data) == b64(data).encode()
    assert unb64(b64(data), "x") == unb64_loosely(b64(data)) == data


@given(st.text(ALPHABET, max_size=9))
def test_each_byte_string_has_one_spelling_only(text):
    """Of the characters of base64url, exactly those texts are taken that are the spelling of some bytes."""
    try:
        data = unb64(text, "x")
    except FormatError:
        assert len(text) % 4 == 1 or b64(unb64_loosely(text)) != text
    else:
        assert b64(data) == text


@pytest.mark.parametrize(
    "text", ["=", "QQ==", "QQ=", "Q", "QR", "QUE=", "QUF", "a b", "a\n", "é", "+/", "ＱＱ", "QQ\x00"]
)
def test_every_other_spelling_is_refused(text):
    with pytest.raises(FormatError, match="canonical base64url"):
        unb64(text, "x")


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=16, max_size=16))
def test_digests_and_salts_are_told_by_their_shape(digest, salt):
    assert are_b64_digests([b64(digest)])
    assert is_b64_salt(b64(salt))
    for last in set(ALPHABET) - set("AEIMQUYcgkosw048"):
        assert not are_b64_digests([b64(digest)[:-1] + last])
    for last in set(ALPHABET) - set("AQgw"):
        assert not is_b64_salt(b64(salt)[:-1] + last)


@pytest.mark.parametrize(
    "text", ["", "A" * 42, "A" * 44, "A" * 42 + "=", "é" + "A" * 42, "+" + "A" * 42, "A\n" + "A" * 41]
)
def test_what_is_not_a_digest_is_told_even_among_digests(text):
    good = b64(bytes(32))
    assert not are_b64_digests([good, text, good])


def test_lengths_that_add_up_do_not_help():
    assert not are_b64_digests(["A" * 42, "A" * 44])


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_many_digests_are_the_same_as_one_by_one(parts):
    assert b64_digests(parts) == [b64(sha256(part)) for part in parts]


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=4))
def test_hex_is_read_one_by_one_and_all_at_once(digests):
    texts = [digest.hex() for digest in digests]
    assert hex32s(texts, "x") == tuple(digests)
    assert tuple(hex32(text, "x") for text in texts) == tuple(digests)


@pytest.mark.parametrize(
    "text", ["", "ab" * 31, "ab" * 33, "AB" * 32, "0x" + "ab" * 31, " " + "a" * 63, "ａ" * 64, "é" * 64, None, 1]
)
def test_other_hex_is_refused(text):
    for reader in (lambda: hex32(text, "x"), lambda: hex32s(["ab" * 32, text], "x")):
        with pytest.raises(FormatError, match="64 lower-case"):
            reader()


def test_lengths_of_hex_that_add_up_do_not_help():
    with pytest.raises(FormatError):
        hex32s(["a" * 63, "a" * 65], "x")


def test_texts_are_told_from_everything_else():
    assert are_texts([])
    assert are_texts(["", "a"])
    assert not are_texts(["a", 1])
    assert not are_texts([None])
