"""One sentence of each client for each class of rejection, and what anvil really says."""

from __future__ import annotations

import os

import pytest

from chopmark.chain.rejections import classify, is_known, refused
from chopmark.chain.rpc import RpcError
from chopmark.chain.transactions import prepare
from chopmark.core.transaction import Rejection
from chopmark.errors import Refused
from chopmark.keys.signer import LocalSigner
from chopmark.wording import Language
from tests.fixtures.devchain import DevChain

SENTENCES = {
    Rejection.NONCE_TAKEN: [
        "nonce too low: next nonce 5, tx nonce 4",  # geth, Erigon, anvil
        "Nonce too low",  # Besu
        "NONCE_TOO_LOW",  # Besu
        "OldNonce, Current nonce: 4, nonce of rejected tx: 3",  # Nethermind
        "Transaction nonce is too low. Try incrementing the nonce.",  # OpenEthereum
        "NonceCheckFail",  # FISCO BCOS
    ],
    Rejection.NONCE_GAP: [
        "nonce too high",  # geth, Besu
        "NonceGap, Future nonce. Expected nonce: 4",  # Nethermind
        "Transaction nonce is too distant from current sender nonce",  # Besu
        "the tx doesn't have the correct nonce. account has nonce of: 1 tx has nonce of: 5",  # ganache
    ],
    Rejection.FUNDS: [
        "insufficient funds for gas * price + value: balance 0, tx cost 21000",  # geth
        "Upfront cost exceeds account balance",  # Besu
        "InsufficientFunds, Account balance: 0, cumulative cost: 21000",  # Nethermind
        "Insufficient funds for gas * price + value",  # anvil
        "Insufficient funds. The account you tried to send transaction from does not have enough funds.",  # OpenEthereum
    ],
    Rejection.UNDERPRICED: [
        "replacement transaction underpriced",  # geth, Besu, anvil
        "transaction underpriced: tip needed 1, tip permitted 0",  # geth
        "max fee per gas less than block base fee: address 0x…, maxFeePerGas: 1, baseFee: 7",  # geth
        "FeeTooLowToCompete",  # Nethermind
        "ReplacementNotAllowed",  # Nethermind
        "fee too low",  # Erigon
        "Gas price below configured minimum gas price",  # Besu
        "Transaction gas price is too low. There is another transaction with same nonce: gas price too low",  # OpenEthereum
    ],
    Rejection.GAS: [
        "exceeds block gas limit",  # geth
        "intrinsic gas too low: gas 20000, minimum needed 21000",  # geth
        "Transaction gas limit exceeds block gas limit",  # Besu
        "transaction gas limit too high (cap: 16777216, tx: 20000000)",  # geth since Osaka
        "GasLimitExceeded",  # Nethermind
    ],
    Rejection.FULL: ["txpool is full", "Transaction pool is full", "TxPoolIsFull"],
    Rejection.CHAIN: [
        "invalid chain id for signer: have 1 want 31337",  # geth
        "Wrong chainId",  # Besu
        "InvalidTxChainId, Expected 1, got 2",  # Nethermind
        "only replay-protected (EIP-155) transactions allowed over RPC",  # geth
    ],
    Rejection.OTHER: ["Sender account not authorized to send transactions", "", "???"],
}


@pytest.mark.parametrize(("rule", "message"), [(rule, text) for rule, texts in SENTENCES.items() for text in texts])
def test_the_words_of_every_client(rule: Rejection, message: str) -> None:
    assert classify(message) is rule
    error = refused(RpcError(method="eth_sendRawTransaction", number=-32000, message=message))
    assert error.facts["rule"] is rule
    for language in Language:
        assert error.say(language)
        assert error.next_step(language)


@pytest.mark.parametrize(
    "message",
    [
        "already known",  # geth, Erigon
        "known transaction: 0x7f65",  # older geth
        "Known transaction",  # Besu
        "AlreadyKnown",  # Nethermind
        "Transaction with the same hash was already imported.",  # OpenEthereum
        "transaction already imported",  # anvil
        "TxAlreadyInTxPool",  # FISCO BCOS
        "TxAlreadyInChain",  # FISCO BCOS
        "existing tx with same hash",  # Erigon
    ],
)
def test_having_it_already_is_no_error(message: str) -> None:
    assert is_known(RpcError(method="eth_sendRawTransaction", number=-32000, message=message))


def test_words_with_braces_stay_words() -> None:
    error = refused(RpcError(method="eth_sendRawTransaction", number=-32000, message="odd {brace} {0}"))
    assert "brace" in error.say(Language.EN)


# What anvil really says.


def rule(chain: DevChain, raw: bytes) -> object:
    with pytest.raises(Refused) as caught:
        chain.client.send(raw)
    return caught.value.facts["rule"]


def signed(chain: DevChain, nonce: int, **changes: object) -> bytes:
    body = {
        "chainId": 31337,
        "nonce": nonce,
        "value": 0,
        "data": b"",
        "to": bytes(20),
        "gas": 30_000,
        "gasPrice": 10**10,
    }
    return chain.key.sign(body | changes)[0]


def test_sending_twice_is_harmless_waiting_and_mined(devchain: DevChain) -> None:
    client, key = devchain.client, devchain.key
    transaction = prepare(client, key, client.calls.attest(devchain.issuer_node, "degree", os.urandom(32), 1), 0)
    devchain.cheat("evm_setAutomine", False)
    try:
        client.send(transaction.raw)
        client.send(transaction.raw)
        assert client.knows(transaction.hash)
        assert client.receipt(transaction.hash) is None
        assert (client.nonce(key.address), client.nonce(key.address, pending=True)) == (0, 1)
    finally:
        devchain.cheat("evm_setAutomine", True)
    devchain.mine()
    devchain.mined(transaction.hash)
    client.send(transaction.raw)  # in a block by now: its nonce is too low, and it is known
    assert client.nonce(key.address) == 1


def test_a_nonce_that_another_transaction_took(devchain: DevChain) -> None:
    devchain.attest()
    assert rule(devchain, signed(devchain, 0)) is Rejection.NONCE_TAKEN


def test_a_sender_without_funds(devchain: DevChain) -> None:
    pauper = LocalSigner(os.urandom(32))
    body = {"chainId": 31337, "nonce": 0, "value": 0, "data": b"", "to": bytes(20), "gas": 30_000, "gasPrice": 10**10}
    assert rule(devchain, pauper.sign(body)[0]) is Rejection.FUNDS


def test_too_little_gas(devchain: DevChain) -> None:
    assert rule(devchain, signed(devchain, 0, gas=20_000)) is Rejection.GAS


def test_a_price_below_the_base_fee(devchain: DevChain) -> None:
    devchain.cheat("anvil_setNextBlockBaseFeePerGas", hex(10**9))
    devchain.mine()
    assert rule(devchain, signed(devchain, 0, gasPrice=1)) is Rejection.UNDERPRICED


def test_bytes_that_are_no_transaction(devchain: DevChain) -> None:
    assert rule(devchain, b"\1\2\3") is Rejection.OTHER
