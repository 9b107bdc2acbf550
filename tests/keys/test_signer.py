"""Signing: what is signed, who signed it, and that the key stays inside."""

from __future__ import annotations

import copy
import pickle

import pytest
from eth_account import Account

from chopmark.core.digest import keccak
from chopmark.core.signature import recover
from chopmark.core.typed_data import Attest, Domain, TypedData
from chopmark.errors import KeystoreError
from chopmark.keys.signer import LocalSigner

SECRET = b"\x07" * 32
LEGACY = {"chainId": 31337, "nonce": 3, "to": b"\x11" * 20, "value": 0, "data": b"\1\2", "gas": 50_000, "gasPrice": 7}
DYNAMIC = {k: v for k, v in LEGACY.items() if k != "gasPrice"} | {
    "maxFeePerGas": 9,
    "maxPriorityFeePerGas": 1,
    "type": 2,
}


@pytest.mark.parametrize("transaction", [LEGACY, DYNAMIC], ids=["legacy", "EIP-1559"])
def test_the_hash_is_of_the_bytes_and_the_sender_is_the_signer(transaction: dict[str, object]) -> None:
    signer = LocalSigner(SECRET)
    raw, tx_hash = signer.sign(transaction)
    assert tx_hash == keccak(raw)
    assert Account.recover_transaction(raw) == Account.from_key(SECRET).address
    assert signer.sign(transaction) == (raw, tx_hash)  # RFC 6979: the same bytes each time


def test_a_digest_is_signed_in_the_one_form_and_the_signer_recovered() -> None:
    signer = LocalSigner(SECRET)
    for digest in (bytes(32), keccak(b"1"), b"\xff" * 32):
        signature = signer.sign_digest(digest)
        assert len(signature) == 65
        assert signature[64] in (27, 28)
        assert recover(digest, signature) == signer.address
        assert signer.sign_digest(digest) == signature
    message = Attest(b"\x01" * 32, signer.address, "degree", b"\x02" * 32, 3, 1, 4)
    typed = TypedData(Domain(7, b"\x03" * 20), message)
    assert recover(typed.digest, signer.sign_typed(typed)) == signer.address


def test_a_digest_signed_by_somebody_else_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    signer = LocalSigner(SECRET)
    other = Account.unsafe_sign_hash(bytes(32), b"\x08" * 32)
    monkeypatch.setattr(type(signer._account), "unsafe_sign_hash", lambda self, digest: other)
    with pytest.raises(KeystoreError, match="another address"):
        signer.sign_digest(bytes(32))


def test_a_contract_is_created_without_a_receiver() -> None:
    raw, _ = LocalSigner(SECRET).sign({k: v for k, v in LEGACY.items() if k != "to"})
    assert raw


def test_a_signature_of_somebody_else_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    signer = LocalSigner(SECRET)
    other = Account.from_key(b"\x08" * 32).sign_transaction(LEGACY)
    monkeypatch.setattr(type(signer._account), "sign_transaction", lambda self, transaction: other)
    with pytest.raises(KeystoreError, match="another address"):
        signer.sign(LEGACY)


def test_the_key_stays_inside() -> None:
    signer = LocalSigner(SECRET)
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            way(signer)
    assert SECRET.hex() not in repr(signer) + str(signer) + f"{signer}"
