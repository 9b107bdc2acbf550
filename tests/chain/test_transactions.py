"""From a call to a mined transaction: price, gas, chain id; what a lost answer leaves behind (FAULTS 12, 16)."""

from __future__ import annotations

import os

import pytest
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes

from chopmark.chain.client import ChainClient
from chopmark.chain.contracts import together
from chopmark.chain.rpc import Rpc
from chopmark.chain.transactions import prepare
from chopmark.core.transaction import Call, Rejection
from chopmark.core.words import Op, Role
from chopmark.errors import Refused, Unreachable
from chopmark.keys.signer import LocalSigner
from chopmark.wording import Language
from tests.fixtures.devchain import KIND, DevChain, funded
from tests.fixtures.proxy import Answer, Dropped, Proxy, Request


def attest(chain: DevChain) -> Call:
    return chain.client.calls.attest(chain.issuer_node, KIND, os.urandom(32), 10)


def fields(raw: bytes) -> dict[str, int]:
    return {k: v for k, v in TypedTransaction.from_bytes(HexBytes(raw)).as_dict().items() if isinstance(v, int)}


def test_a_transaction_of_a_chain_with_a_base_fee(devchain: DevChain) -> None:
    signed = prepare(devchain.client, devchain.key, attest(devchain), 0)
    assert signed.raw[0] == 2
    told, fees = fields(signed.raw), devchain.client.fees()
    assert fees.priority is not None
    assert told["maxPriorityFeePerGas"] == fees.priority
    assert told["maxFeePerGas"] > fees.priority
    assert (told["chainId"], told["nonce"], signed.sender) == (31337, 0, devchain.key.address)
    devchain.client.send(signed.raw)
    receipt = devchain.mined(signed.hash)
    assert receipt.success
    assert receipt.gas_used <= told["gas"] <= receipt.gas_used * 2


def test_a_transaction_of_a_chain_without_base_fee(devchain: DevChain) -> None:
    """Besu without London, FISCO BCOS, ChainMaker: one gas price, which may be zero."""
    with Proxy(devchain.rpc.address) as proxy:

        def legacy(request: Request, answer: Answer) -> Answer:
            if request["method"] == "eth_getBlockByNumber":
                answer["result"].pop("baseFeePerGas", None)
            return answer

        proxy.after = legacy
        client = ChainClient(Rpc(proxy.url), devchain.trusted, devchain.registry)
        signed = prepare(client, devchain.key, attest(devchain), 0)
    assert signed.raw[0] >= 0xC0  # a list: no type byte
    devchain.client.send(signed.raw)
    assert devchain.mined(signed.hash).success


def test_a_node_without_a_hint_for_the_priority(devchain: DevChain) -> None:
    with Proxy(devchain.rpc.address) as proxy:

        def no_hint(request: Request) -> Answer | None:
            unknown = {"error": {"code": -32601, "message": "the method does not exist"}}
            return unknown if request["method"] == "eth_maxPriorityFeePerGas" else None

        proxy.before = no_hint
        assert ChainClient(Rpc(proxy.url), devchain.trusted, devchain.registry).fees().priority == 0


def test_the_price_follows_the_base_fee(own_devchain: DevChain) -> None:
    own_devchain.cheat("anvil_setNextBlockBaseFeePerGas", hex(50 * 10**9))
    own_devchain.mine()
    fees = own_devchain.client.fees()
    assert fees.priority is not None
    assert fees.max_fee >= 2 * 40 * 10**9 + fees.priority


def test_several_operations_in_one_transaction(devchain: DevChain) -> None:
    calls, issuer = devchain.client.calls, devchain.issuer_node
    roots = [os.urandom(32) for _ in range(5)]
    call = together([calls.attest(issuer, KIND, root, 10) for root in roots])
    assert call.purpose == "attest x5"
    devchain.send(devchain.key, call)
    records = devchain.client.batches([(issuer, root) for root in roots], devchain.client.head())
    assert [record.seq for record in records if record] == [1, 2, 3, 4, 5]


def test_a_delegate_acts_for_a_signer(devchain: DevChain) -> None:
    """The signer is recorded, and the delegate beside it."""
    calls, issuer, signer = devchain.client.calls, devchain.issuer_node, devchain.key.address
    delegate = funded(devchain.rpc)
    devchain.send(devchain.controller, calls.add_key(issuer, issuer, delegate.address, Role.DELEGATE))
    old, new = os.urandom(32), os.urandom(32)
    devchain.send(delegate, calls.attest_for(signer, issuer, KIND, old, 10))
    devchain.send(delegate, calls.attest_for(signer, issuer, KIND, new, 10))
    devchain.send(delegate, calls.set_status_for(signer, issuer, old, Op.SUSPENDED, 7, [(0, 1)]))
    devchain.send(delegate, calls.supersede_for(signer, issuer, old, 3, new, 3, 2))
    logs = devchain.client.logs(0, devchain.client.head().number, node=issuer, registry="attestation")
    assert [(log.event.op, log.event.key, log.event.party) for log in logs] == [
        (Op.ATTESTED, 1, 2),
        (Op.ATTESTED, 1, 2),
        (Op.SUSPENDED, 1, 2),
        (Op.SUPERSEDED, 1, 2),
    ]


def test_one_operation_stays_as_it_is(devchain: DevChain) -> None:
    call = attest(devchain)
    assert together([call]) is call


def test_operations_of_different_contracts_do_not_go_together(devchain: DevChain) -> None:
    other = devchain.client.calls.accept_authority()
    for calls in ([], [attest(devchain), other], [Call(None, b"", "create")]):
        with pytest.raises(ValueError, match="belong together"):
            together(calls)


def test_what_no_block_holds_is_refused_before_it_is_signed(devchain: DevChain) -> None:
    calls, issuer = devchain.client.calls, devchain.issuer_node
    call = together([calls.attest(issuer, KIND, os.urandom(32), 10) for _ in range(1500)])
    with pytest.raises(Refused) as caught:
        prepare(devchain.client, devchain.key, call, 0)
    assert "减少一次提交的数量" in caught.value.next_step(Language.ZH)


def test_an_estimate_above_what_a_block_holds(devchain: DevChain) -> None:
    with Proxy(devchain.rpc.address) as proxy:

        def small(request: Request, answer: Answer) -> Answer:
            if request["method"] == "eth_getBlockByNumber":
                answer["result"]["gasLimit"] = hex(50_000)
            return answer

        proxy.after = small
        client = ChainClient(Rpc(proxy.url), devchain.trusted, devchain.registry)
        with pytest.raises(Refused) as caught:
            prepare(client, devchain.key, attest(devchain), 0)
    assert caught.value.facts["rule"] is Rejection.GAS


def test_a_sender_that_cannot_pay(devchain: DevChain) -> None:
    devchain.cheat("anvil_setBalance", "0x" + devchain.key.address.hex(), "0x0")
    call = attest(devchain)
    signed = prepare(devchain.client, devchain.key, call, 0)  # an estimate costs nothing
    with pytest.raises(Refused) as caught:
        devchain.client.send(signed.raw)
    assert caught.value.facts["rule"] is Rejection.FUNDS


def test_an_answer_that_is_lost_after_the_node_took_it(devchain: DevChain) -> None:
    """Nobody knows after the timeout; the same bytes again are no second transaction."""
    signed = prepare(devchain.client, devchain.key, attest(devchain), 0)
    with Proxy(devchain.rpc.address) as proxy:
        client = ChainClient(Rpc(proxy.url, timeout=2), devchain.trusted, devchain.registry)

        def lose(request: Request, answer: Answer) -> Answer:
            if request["method"] == "eth_sendRawTransaction":
                raise Dropped
            return answer

        proxy.after = lose
        with pytest.raises(Unreachable):
            client.send(signed.raw)
    assert devchain.client.knows(signed.hash)
    devchain.client.send(signed.raw)
    assert devchain.mined(signed.hash).success
    assert devchain.client.nonce(devchain.key.address) == 1


def test_a_node_that_names_another_transaction(devchain: DevChain) -> None:
    signed = prepare(devchain.client, devchain.key, attest(devchain), 0)
    with Proxy(devchain.rpc.address) as proxy:
        client = ChainClient(Rpc(proxy.url), devchain.trusted, devchain.registry)

        def other(request: Request) -> Answer | None:
            return {"result": "0x" + "11" * 32} if request["method"] == "eth_sendRawTransaction" else None

        proxy.before = other
        with pytest.raises(Unreachable, match="another transaction"):
            client.send(signed.raw)


def test_a_reason_that_the_node_tells_for_calls_only(devchain: DevChain) -> None:
    with Proxy(devchain.rpc.address) as proxy:

        def silent(request: Request, answer: Answer) -> Answer:
            if request["method"] == "eth_estimateGas" and "error" in answer:
                answer["error"] = {"code": -32000, "message": "execution reverted"}
            return answer

        proxy.after = silent
        client = ChainClient(Rpc(proxy.url), devchain.trusted, devchain.registry)
        with pytest.raises(Refused) as caught:
            client.estimate(os.urandom(20), attest(devchain))
    assert str(caught.value.facts["rule"]).startswith("KeyUnknown(")


def test_a_failing_call_is_not_signed(devchain: DevChain) -> None:
    stranger = LocalSigner(os.urandom(32))
    with pytest.raises(Refused):
        prepare(devchain.client, stranger, attest(devchain), 0)
