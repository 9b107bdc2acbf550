"""From a call to a signed transaction: gas, price, signature. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from chopmark.chain.node import Node
from chopmark.core.transaction import Call, Fees, Rejection, SignedTransaction
from chopmark.errors import Refused
from chopmark.wording import Wording


class TransactionSigner(Protocol):
    """Who signs: a key of the keystore, or anything that holds a key elsewhere."""

    @property
    def address(self) -> bytes:
        """The sender, 20 bytes."""

    def sign(self, transaction: Mapping[str, Any]) -> tuple[bytes, bytes]:
        """The signed bytes and their hash."""


def prepare(
    node: Node, signer: TransactionSigner, call: Call, nonce: int, *, chain_id: int | None = None
) -> SignedTransaction:
    """Signs ``call`` as the sender's transaction number ``nonce``.

    ``chain_id``: by default the trusted chain's, for a ``ChainClient``, so that a node which turned into another
    chain cannot obtain a signature for that; else what the node says. Gas is a fifth above the estimate, at most
    what a block holds. Raises ``Refused`` with the contract's reason if the call would fail now, ``Unreachable``,
    ``KeystoreError``.
    """
    if chain_id is None:
        trusted = getattr(node, "chain", None)
        chain_id = node.chain_id() if trusted is None else trusted.chain_id
    fees = node.fees()
    gas = node.estimate(signer.address, call)
    if gas > fees.block_limit:
        raise _too_big(gas, fees.block_limit)
    body = {
        "chainId": chain_id,
        "nonce": nonce,
        "value": 0,
        "data": call.data,
        "gas": min(gas * 6 // 5, fees.block_limit),
    }
    body |= _price(fees) | ({} if call.to is None else {"to": call.to})
    raw, tx_hash = signer.sign(body)
    return SignedTransaction(raw, tx_hash, signer.address, nonce, chain_id)


def _price(fees: Fees) -> dict[str, Any]:
    if fees.priority is None:
        return {"gasPrice": fees.max_fee}
    return {"maxFeePerGas": fees.max_fee, "maxPriorityFeePerGas": fees.priority, "type": 2}


def _too_big(gas: int, limit: int) -> Refused:
    return Refused(
        why=Wording(
            "所需计算量 {gas} 超过一个区块的上限 {limit}", "it needs {gas} gas and a block holds {limit}"
        ).filled(gas=gas, limit=limit),
        fix_zh="请减少一次提交的数量",
        fix_en="Submit less at a time",
        rule=Rejection.GAS,
    )
