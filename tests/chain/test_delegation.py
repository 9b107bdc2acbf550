"""What a key signed, sent by somebody else: the calls, the contract's own idea of a signature, and why it refuses."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from _vectors import delegation as made
from chopmark.chain.client import ChainClient
from chopmark.chain.contracts import DelegatedCalls, together
from chopmark.chain.deploy import deploy_delegation
from chopmark.chain.rpc import Rpc
from chopmark.core.transaction import Call
from chopmark.core.words import Op, Role
from chopmark.errors import Refused
from chopmark.keys.signer import LocalSigner
from chopmark.wording import Language
from tests.fixtures.devchain import KIND, DevChain, deployed, funded

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "delegation.json").read_text("ascii"))["cases"]
SECRET = os.urandom(32)
SIGNER = LocalSigner(SECRET).address
DEADLINE = made.DEADLINE


@pytest.fixture
def admitted(devchain: DevChain) -> DevChain:
    """The issuer admitted the delegation, and a key that pays for nothing."""
    assert devchain.registry.delegation is not None
    issuer, calls = devchain.issuer_node, devchain.client.calls
    for key, roles in (
        (SIGNER, Role.ATTEST | Role.STATUS),
        (devchain.registry.delegation.address, Role.DELEGATE),
    ):
        devchain.send(devchain.controller, calls.add_key(issuer, issuer, key, roles))
    return devchain


class Signing:
    """Calls with signatures over just these members, made by eth-account."""

    def __init__(self, chain: DevChain) -> None:
        assert chain.registry.delegation is not None
        self.contract, self.issuer = chain.registry.delegation.address, chain.issuer_node
        self.calls = DelegatedCalls(self.contract)

    def attest(self, root: bytes, *, deadline: int = DEADLINE) -> Call:
        message = (root, 1000, 1, deadline)
        signature = self._sign("Attest", KIND.encode().ljust(8, b"\0"), *message)
        return self.calls.attest(self.issuer, SIGNER, KIND, *message, signature)

    def set_status(self, root: bytes, op: Op, *changes: tuple[int, int]) -> Call:
        nonce = bytes(32)
        pairs = [{"word": str(word), "mask": str(mask)} for word, mask in changes]
        signature = self._sign("SetStatus", root, int(op), 1, pairs, nonce, DEADLINE)
        return self.calls.set_status(self.issuer, SIGNER, root, op, 1, changes, nonce, DEADLINE, signature)

    def supersede(self, old: bytes, new: bytes) -> Call:
        message = (old, 3, new, 0, 2, DEADLINE)
        return self.calls.supersede(self.issuer, SIGNER, *message, self._sign("Supersede", *message))

    def _sign(self, name: str, *members: Any) -> bytes:
        shown = ("0x" + each.hex() if isinstance(each, bytes) else each for each in (self.issuer, SIGNER, *members))
        typed = made.document(name, *shown, chainId=31337, verifyingContract="0x" + self.contract.hex())
        return bytes(Account.sign_message(made.signable(typed), SECRET).signature)


def test_what_was_signed_is_recorded_as_the_signers(admitted: DevChain) -> None:
    signing, payer, old, new = Signing(admitted), funded(admitted.rpc), os.urandom(32), os.urandom(32)
    admitted.send(payer, signing.attest(old))
    admitted.send(payer, signing.set_status(old, Op.SUSPENDED, (0, 0b10), (1, 1)))
    correction = together([signing.attest(new), signing.supersede(old, new)])
    assert correction.purpose == "delegated attest+delegated supersede x2"
    admitted.send(payer, correction)
    client, at = admitted.client, admitted.client.block(admitted.client.head().number)
    assert at is not None
    [batch] = client.batches([(admitted.issuer_node, old)], at)
    [key] = client.keys([(admitted.issuer_node, SIGNER)], at)
    assert batch is not None
    assert key is not None
    assert batch.key_index == key.index
    words = [(admitted.issuer_node, old, word, plane) for word, plane in ((0, 0), (0, 1), (1, 1), (0, 2))]
    assert client.status_words(words, at) == [0b1000, 0b10, 1, 0b1000]
    assert client.balance(SIGNER) == 0


def refusal(chain: DevChain, call: Call) -> Refused:
    with pytest.raises(Refused) as caught:
        chain.client.simulate(bytes(20), call)
    return caught.value


def test_refusals_say_why_and_what_next(admitted: DevChain) -> None:
    signing, payer = Signing(admitted), funded(admitted.rpc)
    late = refusal(admitted, signing.attest(os.urandom(32), deadline=1_600_000_000))
    assert "2020-09-13 20:26:40 (UTC+8)" in late.say(Language.ZH)
    assert "Sign it anew" in (late.next_step(Language.EN) or "")
    root = admitted.attest()
    suspended = signing.set_status(root, Op.SUSPENDED, (0, 1))
    admitted.send(payer, suspended)
    admitted.send(admitted.key, admitted.client.calls.set_status(admitted.issuer_node, root, Op.RESUMED, 1, [(0, 1)]))
    assert str(refusal(admitted, suspended).facts["rule"]).startswith("Replayed(")
    changed = signing.calls.supersede(signing.issuer, SIGNER, root, 0, root, 1, 1, DEADLINE, bytes(65))
    assert "0x" + SIGNER.hex() in refusal(admitted, changed).say(Language.EN)


def test_a_delegation_comes_to_a_registry_that_is_there_already(devchain: DevChain) -> None:
    added = deploy_delegation(devchain.rpc, funded(devchain.rpc), devchain.registry.attestation_registry)
    assert devchain.registry.delegation is not None
    assert added.address != devchain.registry.delegation.address
    assert added.code_hash != devchain.registry.delegation.code_hash  # the domain stands in the code


@pytest.fixture(scope="module")
def vectors_chain(anvil: Rpc) -> ChainClient:
    """The contract's code at the address that the vectors name."""
    chain = deployed(anvil)
    assert chain.registry.delegation is not None
    code = chain.client.code(chain.registry.delegation.address)
    anvil.call("anvil_setCode", made.CONTRACT, "0x" + code.hex())
    return chain.client


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in VECTORS])
def test_the_contract_agrees_with_the_vectors(vectors_chain: ChainClient, case: dict[str, Any]) -> None:
    """Behind a good signature the registry refuses, because the vectors' issuer admitted nobody."""
    message = case["typed_data"]["message"]
    values = [_argument(name, value) for name, value in message.items()]
    calls = DelegatedCalls(bytes.fromhex(made.CONTRACT[2:]))
    verb: dict[str, Callable[..., Call]] = {
        "Attest": calls.attest,
        "SetStatus": calls.set_status,
        "Supersede": calls.supersede,
    }
    call = verb[case["typed_data"]["primaryType"]](*values, bytes.fromhex(case["signature"]))
    with pytest.raises(Refused) as caught:
        vectors_chain.simulate(bytes(20), call)
    assert str(caught.value.facts["rule"]).partition("(")[0] == ("KeyUnknown" if case["valid"] else "SignatureInvalid")


def _argument(name: str, value: Any) -> Any:
    if name == "changes":
        return [(int(pair["word"]), int(pair["mask"])) for pair in value]
    if name == "kind":
        return bytes.fromhex(value[2:]).rstrip(b"\0").decode()
    return bytes.fromhex(value[2:]) if isinstance(value, str) else value
