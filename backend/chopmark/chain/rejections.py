"""Each client's words for why it does not take a transaction, in one table.

Clients share neither codes nor texts. anvil's words were met in the tests; those of geth, Besu, Nethermind, Erigon,
OpenEthereum, ganache and FISCO BCOS are as remembered from their public sources and issues, not tried against a
running client. Words that are not here are ``OTHER``: told as they are, and never taken for success.
``tests/chain/test_rejections.py`` lists one sentence of each client for each class.
"""

from __future__ import annotations

from chopmark.chain.rpc import RpcError
from chopmark.core.transaction import Rejection
from chopmark.errors import Refused
from chopmark.wording import Wording

KNOWN = (
    "already known",
    "already_known",
    "alreadyknown",
    "known transaction",
    "already imported",
    "already in mempool",
    "already in tx pool",
    "already in txpool",
    "alreadyintxpool",
    "already in chain",
    "alreadyinchain",
    "existing tx with same hash",
)
"""The node has this very transaction: no error."""

_WORDS: tuple[tuple[Rejection, tuple[str, ...]], ...] = (
    (Rejection.CHAIN, ("chain id", "chainid", "chain_id", "replay-protected")),
    (
        Rejection.NONCE_TAKEN,
        (
            "nonce too low",
            "nonce_too_low",
            "nonce is too low",
            "oldnonce",
            "ownnoncealreadyused",
            "noncecheckfail",
            "nonce too old",
        ),
    ),
    (
        Rejection.NONCE_GAP,
        ("nonce too high", "nonce_too_high", "noncegap", "nonce gap", "too far in", "too distant", "correct nonce"),
    ),
    (
        Rejection.FUNDS,
        (
            "insufficient funds",
            "insufficientfunds",
            "insufficient balance",
            "upfront cost exceeds",
            "notenoughbalance",
            "noenoughbalance",
        ),
    ),
    (
        Rejection.UNDERPRICED,
        (
            "underpriced",
            "could not replace existing",
            "replacementnotallowed",
            "feetoolow",
            "fee too low",
            "price too low",
            "price_too_low",
            "price below",
            "less than block base fee",
            "below current base fee",
            "higher than max fee per gas",
        ),
    ),
    (
        Rejection.GAS,
        ("gas limit", "gaslimit", "gas_limit", "intrinsic gas", "gas too low", "out of gas", "gas required exceeds"),
    ),
    (Rejection.FULL, ("pool is full", "pool full", "poolisfull", "txpool is full", "too many pending")),
)

_SAID: dict[Rejection, tuple[Wording, str, str]] = {
    Rejection.CHAIN: (
        Wording("交易是为另一条链签署的", "the transaction was signed for another chain"),
        "请检查信任文件与节点地址",
        "Check the trust file and the node's address",
    ),
    Rejection.NONCE_TAKEN: (
        Wording("该密钥的交易序号已被另一笔交易占用", "another transaction of this key has this number"),
        "请勿在别处使用同一密钥；重跑即可换号重发",
        "Do not use this key elsewhere; run again to send under a new number",
    ),
    Rejection.NONCE_GAP: (
        Wording("该密钥的前一笔交易尚未到达节点", "an earlier transaction of this key has not reached the node"),
        "重跑即可按序重发",
        "Run again: everything is sent anew in order",
    ),
    Rejection.FUNDS: (
        Wording("发送账户余额不足以支付手续费", "the sending account cannot pay the fee"),
        "请为发送账户充值后重跑",
        "Fund the sending account, then run again",
    ),
    Rejection.UNDERPRICED: (
        Wording("所付手续费低于节点当前要求", "the fee is lower than the node now asks for"),
        "请稍后重跑",
        "Run again later",
    ),
    Rejection.GAS: (
        Wording(
            "交易超出一个区块的容量，或计算量不足",
            "the transaction does not fit a block, or was given too little to run on",
        ),
        "请减少一次提交的数量",
        "Submit less at a time",
    ),
    Rejection.FULL: (Wording("节点的待处理队列已满", "the node's queue is full"), "请稍后重跑", "Run again later"),
    Rejection.OTHER: (
        Wording("节点未接收该交易", "the node does not take the transaction"),
        "请检查节点日志",
        "See the node's log",
    ),
}

_AND_SAYS = Wording("{why}（节点答复：{said}）", "{why} (the node says: {said})")


def is_known(error: RpcError) -> bool:
    """Whether the node refuses only because it has the transaction already."""
    return any(words in error.message.lower() for words in KNOWN)


def classify(message: str) -> Rejection:
    """The class of a node's words; ``OTHER`` if the table does not know them."""
    said = message.lower()
    return next((kind for kind, words in _WORDS if any(word in said for word in words)), Rejection.OTHER)


def refused(error: RpcError) -> Refused:
    """The error for a transaction that a node does not take. Its fact ``rule`` is a ``Rejection``."""
    rule = classify(error.message)
    why, fix_zh, fix_en = _SAID[rule]
    return Refused(
        why=_AND_SAYS.filled(why=why, said=error.message[:200]),
        fix_zh=fix_zh,
        fix_en=fix_en,
        rule=rule,
    )
