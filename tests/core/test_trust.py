"""Trust files; refusals by name are in ``tests/vectors/trust_files.json``."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from _vectors import trust_files
from chopmark.core.reference import registry_id
from chopmark.core.trust import (
    Finality,
    TrustedChain,
    TrustedDelegation,
    TrustedRegistry,
    TrustFile,
    read_trust,
    write_trust,
)
from chopmark.errors import FormatError, TrustError
from chopmark.wording import Language

GOOD = read_trust(json.dumps(trust_files.document()).encode())
CHAIN = GOOD.chains[0]
REGISTRY = CHAIN.registries[0]

digests = st.binary(min_size=32, max_size=32)
addresses = st.binary(min_size=20, max_size=20)
registries = st.builds(
    TrustedRegistry,
    addresses,
    digests,
    addresses,
    digests,
    digests,
    addresses,
    st.integers(0, 2**53 - 1),
    st.none() | st.builds(TrustedDelegation, addresses, digests),
)
finalities = st.sampled_from([Finality("finalized"), Finality("safe")]) | st.integers(0, 999).map(
    lambda depth: Finality("confirmations", depth)
)
chains = st.builds(
    TrustedChain,
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=64),
    st.integers(1, 2**53 - 1),
    digests,
    st.sampled_from(["eth", "qbft", "ibft2"]),
    finalities,
    st.lists(st.sampled_from(["http://127.0.0.1:8545", "https://a.example/x"]), min_size=1, max_size=2).map(tuple),
    st.lists(registries, max_size=2, unique_by=lambda r: r.attestation_registry).map(tuple),
)


@given(st.lists(chains, max_size=3, unique_by=(lambda c: c.name, lambda c: c.chain_id)).map(tuple).map(TrustFile))
def test_a_trust_file_is_read_back(trust):
    assert read_trust(write_trust(trust)) == trust


def test_only_what_stands_in_it_is_trusted():
    assert GOOD.find(31_337, REGISTRY.attestation_registry) == (CHAIN, REGISTRY)
    assert GOOD.find(1, REGISTRY.attestation_registry) is None
    assert GOOD.find(31_337, REGISTRY.issuer_registry) is None
    assert TrustFile().find(31_337, REGISTRY.attestation_registry) is None


def test_issuer_ids_begin_with_the_registrys_own_24_bytes():
    assert REGISTRY.registry_id == registry_id(31_337, REGISTRY.issuer_registry, bytes(32))
    assert REGISTRY.prefix == REGISTRY.registry_id[:24]


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("chains.0.chainId", "x", "chains[0].chainId"),
        ("chains.0.genesis", "x", "chains[0].genesis"),
        ("chains.0.finality", {"rule": "confirmations"}, "chains[0].finality.depth"),
        ("chains.0.rpc", ["ftp://x"], "chains[0].rpc[0]"),
        ("chains.0.registries.0.authority", 1, "chains[0].registries[0].authority"),
        ("chains.0.registries.0.nonsense", 1, "chains[0].registries[0].nonsense"),
        ("chains.0.registries.0.delegation", {"address": "0x"}, "chains[0].registries[0].delegation.codeHash"),
        ("chains.0.name", ..., "chains[0].name"),
        ("chains", 1, "chains"),
    ],
)
def test_a_refusal_names_the_member(path, value, named):
    document = trust_files.document()
    trust_files._set(path, value)(document)
    with pytest.raises(TrustError) as caught:
        read_trust(json.dumps(document).encode())
    for language in Language:
        assert named in caught.value.say(language)


def test_what_is_no_object_at_all_is_told_too():
    with pytest.raises(TrustError, match="is not an object"):
        read_trust(b"[]")
    with pytest.raises(FormatError, match="not JSON"):
        read_trust(b"{")


def test_it_is_written_for_people_to_read():
    text = write_trust(GOOD).decode()
    assert text.endswith("}\n")
    assert '"depth": 2' in text
    assert '"depth"' not in write_trust(TrustFile((replace(CHAIN, finality=Finality("safe")),))).decode()
