"""Strict JSON as stories; the corpus itself is ``tests/vectors/strict_json.json``."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from chopmark.core.strictjson import MAX_INTEGER, canonical, read, read_canonical
from chopmark.errors import FormatError
from chopmark.wording import Language

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)


def reading(document: bytes | str, **options):
    data = document if isinstance(document, bytes) else document.encode()
    known: dict[str, Any] = {"what": "The document", "limit": 1_000_000}
    return read(data, **(known | options))


@given(values)
def test_what_is_written_is_read_back(value):
    assert reading(canonical(value)) == value
    assert read_canonical(canonical(value), what="x", limit=1_000_000) == value


@given(values)
def test_the_canonical_form_is_that_of_the_reference_implementation(value):
    assert canonical(value) == rfc8785.dumps(value)


@given(values, st.data())
def test_a_document_with_one_byte_changed_is_refused_or_says_something_else(value, data):
    """Whatever both readers accept, they accept alike, and no second spelling is canonical."""
    document = bytearray(canonical(value))
    document[data.draw(st.integers(0, len(document) - 1))] = data.draw(st.integers(0, 255))
    changed = bytes(document)
    try:
        found = read_canonical(changed, what="x", limit=1_000_000)
    except FormatError:
        return
    assert canonical(found) == changed
    assert reading(changed) == found
    if changed != canonical(value):
        assert found != value or str(found) != str(value)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused_and_nothing_else(data):
    for reader in (read, read_canonical):
        with suppress(FormatError):
            reader(data, what="x", limit=1_000)


@given(values)
def test_both_readers_agree_with_the_standard_library(value):
    assert json.loads(canonical(value)) == value


def test_names_are_sorted_by_utf_16_and_not_by_code_point():
    """An emoji comes before U+FB33: its surrogates are smaller. orjson alone would have it the other way."""
    assert canonical({"\ufb33": 1, "😀": 2}) == '{"😀":2,"\ufb33":1}'.encode()


def test_a_document_may_have_its_limit_and_not_one_byte_more():
    assert reading('"aa"', limit=4) == "aa"
    for reader in (read, read_canonical):
        with pytest.raises(FormatError, match="longer than 3 bytes"):
            reader(b'"aa"', what="x", limit=3)


def test_the_depth_is_counted_in_arrays_and_objects():
    assert reading("[[1]]", depth=2) == [[1]]
    for document in ("[[[]]]", '{"a":{"b":{}}}', '[{"a":[1]}]'):
        with pytest.raises(FormatError, match="too deep"):
            reading(document, depth=2)


def test_the_reason_names_the_rule_and_the_document():
    with pytest.raises(FormatError) as caught:
        reading('{"a{0}":1,"a{0}":1}')
    assert "The document" in caught.value.say(Language.EN)
    assert "“a{0}” occurs twice" in caught.value.say(Language.EN)
    assert "出现两次" in caught.value.say(Language.ZH)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"\xef\xbb\xbf{}", "begins with a byte order mark"),
        (b"\xff", "not UTF-8"),
        (b"1.5", "a fraction"),
        (b"-0", "negative zero"),
        (b'"\\ud800"', "lone surrogate"),
        (b"{} x", "not JSON"),
        (b'{"b":1,"a":1}', "not in canonical form"),
    ],
)
def test_each_refusal_says_its_own_reason(document, said):
    with pytest.raises(FormatError, match=said):
        read_canonical(document, what="x", limit=100)


def test_a_name_that_comes_again_at_the_end_costs_little():
    """A member that is sought anew for every name would take minutes here."""
    names = ",".join(f'"{number}":0' for number in range(60_000))
    with pytest.raises(FormatError, match="“7” occurs twice"):
        reading(f'{{{names},"7":0}}')


def test_a_long_number_costs_nothing():
    """Python refuses to convert more than 4,300 digits, and takes quadratic time below that."""
    assert sys.get_int_max_str_digits() == 4_300
    with pytest.raises(FormatError, match="integer lies outside"):
        reading("9" * 100_000)


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), 2**53, -(2**53), 2**64, b"bytes", {1: 2}, {"a": {1}}, "\ud800", [object()]]
)
def test_what_strict_json_cannot_hold_is_not_written(value):
    with pytest.raises(FormatError):
        canonical(value)


def test_what_nests_too_deep_is_not_written():
    value: object = 1
    for _ in range(17):
        value = [value]
    with pytest.raises(FormatError, match="too deep"):
        canonical(value)  # type: ignore[arg-type]


class Text(str):
    """A subclass could write itself otherwise than it reads."""

    __slots__ = ()


def test_subclasses_are_not_written():
    with pytest.raises(FormatError):
        canonical([1, Text("a")])


@settings(max_examples=300)
@given(st.text('[]{}",:0123456789.eE+-tfn \\ud8', max_size=14))
def test_near_misses_of_json_are_read_alike_by_both_readers(document):
    try:
        found = read_canonical(document.encode(), what="x", limit=1_000)
    except FormatError:
        return
    assert reading(document) == found
