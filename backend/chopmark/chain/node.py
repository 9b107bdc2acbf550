"""One node of any EVM chain: blocks, balances, fees, receipts, and sending. What it says is believed by nobody yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from chopmark.chain.quantity import NotAQuantity, hexed, number, octets
from chopmark.chain.rpc import Rpc, RpcError
from chopmark.core.digest import keccak
from chopmark.core.transaction import BlockRef, Call, Fees, Receipt
from chopmark.errors import Unreachable
from chopmark.wording import Wording

T = TypeVar("T")


class Node:
    """What every chain's node can be asked. Methods raise ``Unreachable`` when it does not answer or answers nonsense."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    @property
    def url(self) -> str:
        """The node's address as people may see it."""
        return self._rpc.shown

    def chain_id(self) -> int:
        """The chain id that the node claims."""
        return self._ask(number, "eth_chainId")

    def head(self) -> BlockRef:
        """The newest block."""
        return self.as_block(self._rpc.call("eth_getBlockByNumber", "latest", False))

    def block(self, height: int) -> BlockRef | None:
        """The block of this number; None if the node has none (yet)."""
        found = self._rpc.call("eth_getBlockByNumber", hex(height), False)
        return None if found is None else self.as_block(found)

    def receipt(self, tx_hash: bytes) -> Receipt | None:
        """What became of a transaction; None while it is not in a block."""
        found = self._rpc.call("eth_getTransactionReceipt", hexed(tx_hash))
        if found is None or found.get("blockHash") is None:
            return None
        receipt = self._read(_receipt, found)
        if receipt.tx_hash != tx_hash:
            raise self.nonsense("the receipt is of another transaction")
        return receipt

    def knows(self, tx_hash: bytes) -> bool:
        """Whether the node has the transaction, waiting or in a block."""
        return self._rpc.call("eth_getTransactionByHash", hexed(tx_hash)) is not None

    def nonce(self, address: bytes, *, pending: bool = False) -> int:
        """How many transactions of this sender are in blocks; with ``pending`` also those that wait."""
        return self._ask(number, "eth_getTransactionCount", hexed(address), "pending" if pending else "latest")

    def balance(self, address: bytes) -> int:
        """Wei that an account has."""
        return self._ask(number, "eth_getBalance", hexed(address), "latest")

    def fees(self) -> Fees:
        """What to offer for gas now: twice the base fee plus the node's hint; without a base fee the chain's one price.

        Twice the base fee stays enough for six full blocks in a row (EIP-1559: at most 12.5 % more with each).
        """
        latest = self._rpc.call("eth_getBlockByNumber", "latest", False)
        limit = self._read(lambda block: number(block["gasLimit"]), latest)
        if latest.get("baseFeePerGas") is None:
            return Fees(self._ask(number, "eth_gasPrice"), None, limit)
        base = self._read(lambda block: number(block["baseFeePerGas"]), latest)
        priority = self._priority()
        return Fees(2 * base + priority, priority, limit)

    def _priority(self) -> int:
        try:
            return self._ask(number, "eth_maxPriorityFeePerGas")
        except RpcError:  # not every client has the method; without a hint the base fee alone has to do
            return 0

    def estimate(self, sender: bytes, call: Call) -> int:
        """Gas that a call would take. Raises ``Refused`` with the contract's own reason."""
        try:
            return self._ask(number, "eth_estimateGas", _transaction(sender, call))
        except RpcError as error:
            from chopmark.chain import refusals, rejections  # only a refusal needs the sentences

            refusal = refusals.of(error)
            if refusal is None:  # some clients tell the reason for calls only
                self.simulate(sender, call)
            raise refusal or rejections.refused(error) from error

    def simulate(self, sender: bytes, call: Call) -> bytes:
        """What a call would return if it were mined now. Raises ``Refused`` with the contract's own reason."""
        try:
            return self._ask(octets, "eth_call", _transaction(sender, call), "latest")
        except RpcError as error:
            from chopmark.chain import refusals, rejections

            raise refusals.of(error) or rejections.refused(error) from error

    def send(self, raw: bytes) -> None:
        """Hands a signed transaction to the node; handing over one that it has already is no error.

        Raises ``Refused`` whose fact ``rule`` is a ``core.transaction.Rejection``. After ``Unreachable`` nobody
        knows whether the node took it: look (``knows``) or send the same bytes again.
        """
        try:
            answer = self._ask(octets, "eth_sendRawTransaction", hexed(raw))
        except RpcError as error:
            from chopmark.chain import rejections

            if not rejections.is_known(error) and not self.knows(keccak(raw)):
                raise rejections.refused(error) from error
            return
        if answer != keccak(raw):
            raise self.nonsense("it names another transaction than was sent")

    def code(self, address: bytes, at: BlockRef | None = None) -> bytes:
        """The runtime code at an address; empty if there is none."""
        return self._ask(octets, "eth_getCode", hexed(address), hex(at.number) if at else "latest")

    def as_block(self, answer: Any) -> BlockRef:
        """A block object as its reference."""
        return self._read(_block, answer)

    def nonsense(self, what: str) -> Unreachable:
        """The error for an answer that cannot be."""
        return Unreachable(url=self.url, why=_NONSENSE.filled(what=what))

    def _ask(self, read: Callable[[Any], T], method: str, *params: Any) -> T:
        return self._read(read, self._rpc.call(method, *params))

    def _read(self, read: Callable[[Any], T], answer: Any) -> T:
        try:
            return read(answer)
        except (NotAQuantity, KeyError, TypeError, AttributeError) as fault:
            raise self.nonsense(str(fault)) from fault


_NONSENSE = Wording("答复不合规（{what}）", "the answer makes no sense ({what})")


def _block(block: Any) -> BlockRef:
    return BlockRef(number(block["number"]), octets(block["hash"], 32), number(block["timestamp"]))


def _receipt(found: Any) -> Receipt:
    contract = found.get("contractAddress")
    return Receipt(
        tx_hash=octets(found["transactionHash"], 32),
        block=BlockRef(number(found["blockNumber"]), octets(found["blockHash"], 32)),
        success=number(found["status"]) == 1,
        gas_used=number(found["gasUsed"]),
        contract=None if contract is None else octets(contract, 20),
    )


def _transaction(sender: bytes, call: Call) -> dict[str, str]:
    body = {"from": hexed(sender), "data": hexed(call.data), "input": hexed(call.data)}
    return body if call.to is None else body | {"to": hexed(call.to)}
