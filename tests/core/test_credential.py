"""Composing credentials."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from _vectors.seeded import Stream
from chopmark.core.credential import Credential, compose
from chopmark.core.digest import sha256
from chopmark.core.disclosure import BoundFile, digest_of, open_disclosure
from chopmark.core.normal import norm_name
from chopmark.core.payload import read_payload
from chopmark.errors import FormatError

ISSUER = b"\x11" * 32
CLAIMS: dict[str, Any] = {"holder_name": " 王　莉", "year": 2026, "authors": ("王莉", "李雷"), "title": "论文"}
FILE = BoundFile(10, "application/pdf", bytes(32))


def made(**options: Any) -> Credential:
    known: dict[str, Any] = {"issuer": ISSUER, "kind": "degree", "claims": CLAIMS, "entropy": Stream("seed")}
    return compose(**(known | options))


def opened(credential) -> dict[str, object]:
    return dict(open_disclosure(encoded) for encoded in credential.disclosures)


def test_everything_given_is_disclosed_as_it_was_given():
    found = opened(made(files=(FILE, FILE), replaces=b"\x22" * 32))
    assert found == CLAIMS | {"file:1": FILE, "file:2": FILE, "replaces": b"\x22" * 32}


def test_twins_are_made_of_texts_alone():
    found = opened(made(twins=("holder_name", "year", "authors", "absent")))
    assert {name: value for name, value in found.items() if name.startswith("norm:")} == {"norm:holder_name": "王莉"}
    assert norm_name(CLAIMS["holder_name"]) == "王莉"


def test_the_payload_commits_to_every_disclosure():
    credential = made(twins=("holder_name",), files=(FILE,), valid_until=1_800_000_000)
    payload = read_payload(credential.payload)
    assert {digest_of(encoded) for encoded in credential.disclosures} < set(payload.digests)
    assert (payload.issuer, payload.kind, payload.valid_until) == (ISSUER, "degree", 1_800_000_000)
    assert credential.commitment == sha256(credential.payload)
    assert list(credential.disclosures) == sorted(credential.disclosures)


@given(st.integers(0, 40))
def test_decoys_fill_up_to_a_multiple_of_four_and_are_never_missing(count):
    credential = made(claims={f"field_{n}": "x" for n in range(count)})
    digests = read_payload(credential.payload).digests
    assert len(digests) % 4 == 0
    assert 1 <= len(digests) - count <= 4


def test_nothing_of_the_claims_stands_in_the_payload():
    text = made().payload.decode()
    assert "王" not in text
    assert set(json.loads(text)) == {"@context", "_sd_alg", "credentialSubject", "issuer", "type"}


def test_the_same_claims_twice_have_nothing_in_common():
    one, two = made(entropy=Stream("one")), made(entropy=Stream("two"))
    assert one.commitment != two.commitment
    assert not set(read_payload(one.payload).digests) & set(read_payload(two.payload).digests)


def test_no_two_salts_of_a_credential_are_the_same():
    asked = []

    def entropy(length: int) -> bytes:
        asked.append(length)
        return Stream("salts")(length)

    credential = made(entropy=entropy)
    salts = {encoded[:32] for encoded in credential.disclosures}
    assert len(salts) == len(CLAIMS)
    assert asked == [4 * 16 + 4 * 32]


def test_a_random_source_that_runs_dry_is_not_believed():
    with pytest.raises(ValueError, match="random source"):
        made(entropy=lambda length: bytes(length - 1))


@pytest.mark.parametrize(
    "options",
    [
        {"claims": {"A": "x"}},
        {"claims": {"norm:a": "x"}},
        {"kind": "Degree"},
        {"issuer": b"short"},
        {"valid_until": -1},
        {"replaces": b"x"},
    ],
)
def test_what_the_format_cannot_hold_is_refused(options):
    with pytest.raises(FormatError):
        made(**options)


def test_a_thousand_and_twenty_three_claims_are_the_most():
    made(claims={f"f{n}": "x" for n in range(1_023)})
    with pytest.raises(FormatError):
        made(claims={f"f{n}": "x" for n in range(1_024)})
