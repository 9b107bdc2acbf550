"""Names of things on a chain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.core.digest import keccak
from chopmark.core.reference import (
    MAX_SERIAL,
    AttestationId,
    address,
    address_text,
    checksum_address,
    issuer_id,
    prefix,
    registry_id,
    serial,
    typed_address,
)
from chopmark.errors import FormatError
from chopmark.wording import Language

#: EIP-55's own examples.
CHECKSUMS = (
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0xde709f2102306220921060314715629080e2fb77",
)


@pytest.mark.parametrize("text", CHECKSUMS)
def test_a_pasted_address_is_taken_with_its_checksum_or_in_one_case(text):
    raw = bytes.fromhex(text[2:])
    assert checksum_address(raw) == text
    for spelling in (text, text.lower(), "0x" + text[2:].upper(), f" {text}\n"):
        assert typed_address(spelling, "x") == raw


def test_a_slip_in_a_pasted_address_is_told():
    with pytest.raises(FormatError) as caught:
        typed_address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed", "The controller")
    assert "checksum" in caught.value.say(Language.EN)
    with pytest.raises(FormatError, match="40 hexadecimal digits"):
        typed_address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Be", "x")


@given(st.binary(min_size=20, max_size=20))
def test_documents_write_addresses_in_lower_case(raw):
    assert address(address_text(raw), "x") == raw


@pytest.mark.parametrize(
    "text", [CHECKSUMS[0], "0X" + "ab" * 20, "ab" * 20, "0x" + "ab" * 19, "0x" + "ab" * 20 + "\n", 7, None]
)
def test_documents_write_addresses_in_no_other_way(text):
    with pytest.raises(FormatError, match="40 hexadecimal digits"):
        address(text, "x")


@given(st.binary(min_size=32, max_size=32), st.integers(0, MAX_SERIAL))
def test_an_issuer_id_binds_registry_and_serial(registry, number):
    issuer = issuer_id(registry, number)
    assert len(issuer) == 32
    assert (prefix(issuer), serial(issuer)) == (registry[:24], number)


@pytest.mark.parametrize(("start", "number"), [(bytes(23), 1), (bytes(24), -1), (bytes(24), 2**64)])
def test_an_issuer_id_out_of_range_is_refused(start, number):
    with pytest.raises(FormatError):
        issuer_id(start, number)


def test_a_registry_id_binds_chain_contract_and_salt():
    """``abi.encode`` of an integer, an address and a word: three words, the address padded on the left."""
    encoded = (7).to_bytes(32, "big") + bytes(12) + b"\x11" * 20 + b"\x22" * 32
    assert registry_id(7, b"\x11" * 20, b"\x22" * 32) == keccak(encoded)
    ids = {registry_id(c, r, s) for c in (1, 2) for r in (bytes(20), b"\1" * 20) for s in (bytes(32), b"\1" * 32)}
    assert len(ids) == 8


attestations = st.builds(
    AttestationId,
    st.integers(1, 10**15),
    st.binary(min_size=20, max_size=20),
    st.binary(min_size=32, max_size=32),
    st.integers(0, 2**40 - 2),
)


@given(attestations)
def test_an_attestation_id_is_read_back(name):
    assert AttestationId.parse(str(name)) == name
    assert AttestationId.parse(f"  {name}\n") == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "eip155:0:0x" + "ab" * 20 + ":" + "cd" * 32 + "/0",
        "eip155:1:0x" + "AB" * 20 + ":" + "cd" * 32 + "/0",
        "eip155:1:0x" + "ab" * 20 + ":" + "cd" * 32 + "/01",
        "eip155:1:0x" + "ab" * 20 + ":" + "cd" * 32,
        "eip155:1:0x" + "ab" * 20 + ":0x" + "cd" * 32 + "/0",
        "solana:1:0x" + "ab" * 20 + ":" + "cd" * 32 + "/0",
    ],
)
def test_what_only_looks_like_one_is_refused(text):
    with pytest.raises(FormatError, match="eip155:chain:registry:root/index"):
        AttestationId.parse(text)
