"""The client of one trusted pair of registries: every read is pinned to one block and made in one request.

>>> client = ChainClient(Rpc(chain.rpc[0]), chain, registry)   # doctest: +SKIP
>>> at = client.final()                                        # doctest: +SKIP
>>> client.verify_identity(at)                                 # doctest: +SKIP
>>> client.batches([(issuer, root)], at)                       # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from chopmark.chain.abi import AbiFault
from chopmark.chain.contracts import Calls
from chopmark.chain.logs import LogReader
from chopmark.chain.node import Node
from chopmark.chain.quantity import NotAQuantity, hexed, number, octets
from chopmark.chain.questions import Question, Questions
from chopmark.chain.rpc import Rpc, RpcError
from chopmark.core.digest import keccak
from chopmark.core.history import RegistryName
from chopmark.core.transaction import BlockRef, Logged
from chopmark.core.words import BatchRecord, GrantRecord, KeyRecord, Standing
from chopmark.errors import TrustError, Unreachable, WrongChain
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.core.trust import TrustedChain, TrustedRegistry

T = TypeVar("T")


class ChainClient(Node):
    """A node, asked about registries that a trust file names.

    It says what the node says: call ``verify_identity`` before believing an answer. All methods raise ``Unreachable``.
    """

    def __init__(self, rpc: Rpc, chain: TrustedChain, registry: TrustedRegistry) -> None:
        super().__init__(rpc)
        self.chain = chain
        self.registry = registry
        self.calls = Calls(registry.issuer_registry, registry.attestation_registry)
        """The registries' operations, to be sent."""
        self.ask = Questions(registry.issuer_registry, registry.attestation_registry)
        """The registries' views, for ``read``."""
        self._logs = LogReader(rpc, self, registry)
        self._seen: set[bytes] = set()

    # -- which chain

    def verify_identity(self, at: BlockRef | None = None) -> None:
        """Checks chain id, block 0, and the code of both registries at a block (default: the newest).

        Raises ``WrongChain`` naming what differs. Codes are fetched once for each block hash, which commits to them.
        """
        if at is not None and at.number < self.registry.from_block:
            raise Unreachable(
                url=self.url,
                why=_TOO_OLD.filled(final=at.number, start=self.registry.from_block),
            )
        seen = at is not None and at.hash in self._seen
        contracts = () if seen else (self.registry.issuer_registry, self.registry.attestation_registry)
        tag = "latest" if at is None else hex(at.number)
        questions: list[tuple[str, Sequence[Any]]] = [("eth_chainId", ()), ("eth_getBlockByNumber", ("0x0", False))]
        questions += [("eth_getCode", (hexed(address), tag)) for address in contracts]
        chain_id, genesis, *codes = self._rpc.many(questions)
        self._same_chain(chain_id, genesis)
        if codes:
            self._same_code(_ISSUERS, self.registry.issuer_code_hash, codes[0])
            self._same_code(_ATTESTATIONS, self.registry.attestation_code_hash, codes[1])
            if at is not None:
                self._seen.add(at.hash)

    def verify_delegation(self) -> bytes:
        """The delegation contract's address, its code compared with the trust file's.

        Raises ``TrustError`` if the trust file names none, ``WrongChain`` if there is another code.
        """
        trusted = self.registry.delegation
        if trusted is None:
            raise TrustError(why=_NO_DELEGATION)
        self._same_code(_DELEGATION, trusted.code_hash, self._rpc.call("eth_getCode", hexed(trusted.address), "latest"))
        return trusted.address

    def send(self, raw: bytes) -> None:
        """As ``Node.send``, after a look whether this still is the chain that was trusted.

        Nodes do not look themselves: anvil takes transactions that were signed for another chain id.
        """
        chain_id, genesis = self._rpc.many([("eth_chainId", ()), ("eth_getBlockByNumber", ("0x0", False))])
        self._same_chain(chain_id, genesis)
        super().send(raw)

    def _same_chain(self, chain_id: Any, genesis: Any) -> None:
        self._same(_CHAIN_ID, self.chain.chain_id, self._read(number, chain_id))
        self._same(_GENESIS, hexed(self.chain.genesis), hexed(self.as_block(genesis).hash))

    def _same(self, what: Wording, expected: object, actual: object) -> None:
        if expected != actual:
            raise WrongChain(url=self.url, what=what, expected=expected, actual=actual)

    def _same_code(self, what: Wording, expected: bytes, code: Any) -> None:
        runtime = self._read(octets, code)
        self._same(what, hexed(expected), hexed(keccak(runtime)) if runtime else _NO_CODE)

    # -- which block

    def final(self) -> BlockRef:
        """The newest final block by the trust file's rule; block 0 on a chain that has none yet."""
        finality = self.chain.finality
        if finality.rule == "confirmations":
            head = self.head()
            found = self.block(max(0, head.number - finality.depth)) if finality.depth else head
        else:
            found = self._tagged(finality.rule)
        if found is None:
            raise self.nonsense("a block below its newest is missing")
        return found

    def _tagged(self, tag: str) -> BlockRef | None:
        try:
            found = self._rpc.call("eth_getBlockByNumber", tag, False)
        except RpcError as error:
            if "not found" not in error.message.lower():  # geth's words while nothing is final
                raise
            found = None
        return self.block(0) if found is None else self.as_block(found)

    # -- what the registries say

    def read(self, questions: Sequence[Question[T]], at: BlockRef) -> list[T]:
        """Answers at one block, in one request, and then a look whether it still is the same block.

        Raises ``Unreachable`` if the block was replaced meanwhile and a second attempt does not find it again.
        """
        calls = [self._eth_call(question, at) for question in questions]
        for _ in range(2):
            answers = self._rpc.many(calls)
            now = self.block(at.number)
            if now is not None and now.hash == at.hash:
                return [self._answer(question, answer) for question, answer in zip(questions, answers, strict=True)]
        raise Unreachable(
            url=self.url,
            why=_REPLACED.filled(number=at.number, hash=hexed(at.hash)),
        )

    def batches(self, pairs: Sequence[tuple[bytes, bytes]], at: BlockRef) -> list[BatchRecord | None]:
        """Records of (issuer, root) pairs."""
        return self.read([self.ask.batch(*pair) for pair in pairs], at)

    def status_words(self, queries: Sequence[tuple[bytes, bytes, int, int]], at: BlockRef) -> list[int]:
        """Status words of (issuer, root, word, plane)."""
        return self.read([self.ask.status_word(*query) for query in queries], at)

    def keys(self, pairs: Sequence[tuple[bytes, bytes]], at: BlockRef) -> list[KeyRecord | None]:
        """Records of (node, address) pairs."""
        return self.read([self.ask.key(*pair) for pair in pairs], at)

    def grants(self, pairs: Sequence[tuple[bytes, str]], at: BlockRef) -> list[GrantRecord | None]:
        """Own accreditations of (node, kind) pairs."""
        return self.read([self.ask.grant(*pair) for pair in pairs], at)

    def standings(self, pairs: Sequence[tuple[bytes, str]], at: BlockRef) -> list[tuple[Standing, bytes]]:
        """How nodes stand for kinds' codes, by (node, kind), each with the node (32 bytes) that fails."""
        return self.read([self.ask.standing(node, kind) for node, kind in pairs], at)

    def heads(self, registry: RegistryName, nodes: Sequence[bytes], at: BlockRef) -> list[int]:
        """Head words of nodes' histories."""
        return self.read([self.ask.head(registry, node) for node in nodes], at)

    def authority(self, at: BlockRef) -> bytes:
        """Address of the root authority."""
        return self.read([self.ask.authority()], at)[0]

    def serial(self, at: BlockRef) -> int:
        """Serial of the newest node."""
        return self.read([self.ask.serial()], at)[0]

    def profile(self, node: bytes, at: BlockRef) -> tuple[bytes, str]:
        """A node's profile digest and site."""
        questions: list[Question[Any]] = [self.ask.profile(node), self.ask.site(node)]
        digest, site = self.read(questions, at)
        return digest, site

    def logs(
        self,
        from_block: int,
        to_block: int,
        node: bytes | None = None,
        root: bytes | None = None,
        registry: RegistryName | None = None,
    ) -> list[Logged]:
        """Events of both registries, or of one, in chain order, blocks ``from_block`` to ``to_block`` included.

        ``node``: of this node only. ``root``: what happened to this batch, and supersessions that lead to it from
        another. Raises ``Unreachable`` if the node does not have ``to_block``: fewer logs than there are would be a
        silent gap.
        """
        return self._logs.read(max(from_block, self.registry.from_block), to_block, node, root, registry)

    def _eth_call(self, question: Question[Any], at: BlockRef) -> tuple[str, Sequence[Any]]:
        data = hexed(question.data)
        return "eth_call", ({"to": hexed(question.to), "data": data, "input": data}, hex(at.number))

    def _answer(self, question: Question[T], answer: Any) -> T:
        try:
            return question.read(octets(answer))
        except (NotAQuantity, AbiFault, ValueError) as fault:
            raise self.nonsense(str(fault)) from fault


_CHAIN_ID = Wording("链 ID", "chain id")
_GENESIS = Wording("创世区块", "block 0")
_ISSUERS = Wording("机构登记合约的代码", "the issuer registry's code")
_ATTESTATIONS = Wording("存证登记合约的代码", "the attestation registry's code")
_DELEGATION = Wording("代签合约的代码", "the delegation contract's code")
_NO_DELEGATION = Wording("其中没有代签合约（delegation）", "it names no delegation contract")
_TOO_OLD = Wording(
    "其最终区块 {final} 早于登记合约（始于 {start}）", "its final block {final} is older than the registries ({start})"
)
_REPLACED = Wording(
    "读取时区块 {number}（{hash}）被替换", "block {number} ({hash}) was replaced while it was being read"
)
_NO_CODE = Wording("无代码", "no code")
