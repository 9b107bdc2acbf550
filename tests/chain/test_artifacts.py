"""The committed artifacts are what the sources compile to, and code on a chain can be told to be theirs."""

from __future__ import annotations

import pytest

from chopmark.chain.artifacts import CONTRACTS, artifact
from tests.fixtures.devchain import DevChain


@pytest.mark.slow
def test_committed_artifacts_are_what_the_sources_compile_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real compiler, through py-solc-x, as ``scripts/compile.py`` runs it."""
    import _setup
    import compile as compiler

    monkeypatch.setenv("SOLCX_BINARY_PATH", str(_setup.SOLC_FOLDER))
    assert compiler.differences(compiler.artifacts()) == []


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_contract_fits_a_chain(name: str) -> None:
    """EIP-170: 24,576 bytes of code."""
    assert 0 < len(artifact(name).deployed) <= 24_576


def test_code_on_the_chain_is_recognised_with_its_immutables(devchain: DevChain) -> None:
    client, registry = devchain.client, devchain.registry
    issuers, attestations = artifact("IssuerRegistry"), artifact("AttestationRegistry")
    code = client.code(registry.issuer_registry)
    assert issuers.is_code(code)
    assert attestations.is_code(client.code(registry.attestation_registry))
    assert not attestations.is_code(code)
    assert not issuers.is_code(b"")
    at = issuers.immutables[0][0]
    assert issuers.is_code(code[:at] + bytes([code[at] ^ 1]) + code[at + 1 :])
    assert not issuers.is_code(bytes([code[0] ^ 1]) + code[1:])
    assert not issuers.is_code(code + b"\0")
