"""Payloads as stories; refusals by name are in ``tests/vectors/payloads.json``."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.core.disclosure import decoy
from chopmark.core.payload import MAX_LENGTH, MAX_TIME, Payload, instant, instant_text, read_payload, write_payload
from chopmark.core.strictjson import canonical
from chopmark.errors import FormatError

ISSUER = b"\x11" * 32


def digests(count: int) -> tuple[str, ...]:
    return tuple(sorted(decoy(number.to_bytes(32, "big")) for number in range(count)))


payloads = st.builds(
    Payload,
    st.binary(min_size=32, max_size=32),
    st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True),
    st.integers(2, 30).map(digests),
    st.none() | st.integers(0, MAX_TIME),
)


@given(payloads)
def test_what_is_written_is_read_back(payload):
    assert read_payload(write_payload(payload)) == payload


@given(payloads)
def test_it_is_canonical(payload):
    data = write_payload(payload)
    assert canonical(json.loads(data)) == data


def test_it_has_the_shape_of_a_verifiable_credential():
    document = json.loads(write_payload(Payload(ISSUER, "degree", digests(2), 0)))
    assert document["@context"] == ["https://www.w3.org/ns/credentials/v2"]
    assert document["type"] == ["VerifiableCredential", "urn:chopmark:kind:degree"]
    assert document["issuer"] == "urn:chopmark:issuer:" + "11" * 32
    assert document["validUntil"] == "1970-01-01T00:00:00Z"


def test_the_longest_payload_stays_below_the_limit():
    """``write_payload`` counts on it."""
    assert len(write_payload(Payload(ISSUER, "a" * 8, digests(1_024), MAX_TIME))) <= MAX_LENGTH


@pytest.mark.parametrize(
    "payload",
    [
        Payload(ISSUER[:-1], "degree", digests(2)),
        Payload(ISSUER, "Degree", digests(2)),
        Payload(ISSUER, "", digests(2)),
        Payload(ISSUER, "degree", digests(1)),
        Payload(ISSUER, "degree", digests(1_025)),
        Payload(ISSUER, "degree", digests(2)[::-1]),
        Payload(ISSUER, "degree", (digests(1)[0],) * 2),
        Payload(ISSUER, "degree", ("x", "y")),
        Payload(ISSUER, "degree", digests(2), -1),
        Payload(ISSUER, "degree", digests(2), MAX_TIME + 1),
    ],
)
def test_what_could_not_be_read_back_is_not_written(payload):
    with pytest.raises(FormatError):
        write_payload(payload)


@given(st.integers(0, MAX_TIME))
def test_instants_are_those_of_the_calendar(seconds):
    assert instant(instant_text(seconds)) == seconds
    assert instant_text(seconds) == datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def test_the_last_instant_is_the_last_second_of_9999():
    assert instant_text(MAX_TIME) == "9999-12-31T23:59:59Z"
    assert instant("0999-01-01T00:00:00Z".replace("0999", "1970")) == 0


@given(st.binary(max_size=30))
def test_any_bytes_are_refused(data):
    with pytest.raises(FormatError):
        read_payload(data)
