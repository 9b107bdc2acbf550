"""Disclosures as stories; refusals by name are in ``tests/vectors/disclosures.json``."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.core.digest import b64, sha256, unb64
from chopmark.core.disclosure import BoundFile, decoy, digest_of, make_disclosure, open_disclosure, read_disclosure
from chopmark.errors import FormatError
from chopmark.wording import Language

SALT = bytes(range(16))

names = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True).filter(lambda name: name != "replaces")
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
numbers = st.integers(-(2**53) + 1, 2**53 - 1)
lists = st.lists(texts, min_size=1, max_size=5).map(tuple)
salts = st.binary(min_size=16, max_size=16)
files = st.builds(
    BoundFile,
    st.integers(1, 2**53 - 1),
    st.sampled_from(["application/pdf", "image/jpeg"]),
    st.binary(min_size=32, max_size=32),
)


@given(names, texts | numbers | lists, salts)
def test_a_claim_is_read_back_as_it_was_given(name, value, salt):
    made = make_disclosure(name, value, salt)
    assert read_disclosure(made.encoded) == made
    assert open_disclosure(made.encoded) == (name, value)


@given(st.integers(1, 999), files, salts)
def test_a_file_is_read_back(number, file, salt):
    assert read_disclosure(make_disclosure(f"file:{number}", file, salt).encoded).value == file


@given(names, texts, salts)
def test_a_twin_and_a_replaced_commitment_are_read_back(name, text, salt):
    assert read_disclosure(make_disclosure(f"norm:{name}", text, salt).encoded).value == text
    assert read_disclosure(make_disclosure("replaces", salt * 2, salt).encoded).value == salt * 2


@given(names, texts, salts)
def test_inside_is_the_array_of_rfc_9901(name, text, salt):
    inside = json.loads(unb64(make_disclosure(name, text, salt).encoded, "x"))
    assert inside == [b64(salt), name, text]


@given(names, texts, salts, st.data())
def test_a_changed_character_is_refused_or_gives_another_digest(name, text, salt, data):
    made = make_disclosure(name, text, salt)
    at = data.draw(st.integers(0, len(made.encoded) - 1))
    changed = made.encoded[:at] + data.draw(st.characters(codec="ascii")) + made.encoded[at + 1 :]
    try:
        read_disclosure(changed)
    except FormatError:
        return
    assert changed == made.encoded or digest_of(changed) != made.digest


def test_the_digest_is_over_the_encoded_characters():
    made = make_disclosure("school", "某校", SALT)
    assert made.digest == b64(sha256(made.encoded.encode("ascii")))
    assert made.digest != b64(sha256(unb64(made.encoded, "x")))


def test_the_same_claim_with_another_salt_cannot_be_recognised():
    one, two = (make_disclosure("level", "本科", bytes([n]) * 16).digest for n in (1, 2))
    assert one != two


def test_a_decoy_looks_like_a_digest():
    assert len(decoy(bytes(32))) == len(make_disclosure("level", "本科", SALT).digest) == 43


def test_salts_and_decoys_have_their_length():
    with pytest.raises(ValueError, match="16 bytes"):
        make_disclosure("a", "b", bytes(15))
    with pytest.raises(ValueError, match="32 random bytes"):
        decoy(bytes(31))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("School", "x"),
        ("_sd", "x"),
        ("", "x"),
        ("norm:", "x"),
        ("file:0", BoundFile(1, "a/b", bytes(32))),
        ("school", True),
        ("school", 1.5),
        ("school", None),
        ("school", 2**53),
        ("school", ()),
        ("school", ("a", 1)),
        ("school", ("x" * 10_001,)),
        ("school", ["a"]),
        ("school", "\ud800"),
        ("school", "x" * 10_001),
        ("school", "王" * 6_000),
        ("school", bytes(32)),
        ("school", BoundFile(1, "a/b", bytes(32))),
        ("norm:school", 1),
        ("norm:school", ("a",)),
        ("file:1", "x"),
        ("file:1", BoundFile(0, "a/b", bytes(32))),
        ("file:1", BoundFile(1, "A/B", bytes(32))),
        ("file:1", BoundFile(1, "a/b", bytes(31))),
        ("replaces", "ab" * 32),
        ("replaces", bytes(31)),
    ],
)
def test_what_could_not_be_read_back_is_not_made(name, value):
    with pytest.raises(FormatError):
        make_disclosure(name, value, SALT)


def test_a_refusal_names_the_field():
    with pytest.raises(FormatError) as caught:
        make_disclosure("school", "x" * 10_001, SALT)
    assert "“school”" in caught.value.say(Language.EN)
    assert "过长" in caught.value.say(Language.ZH)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    with pytest.raises(FormatError):
        read_disclosure(text)
