"""Reading the registries' logs: whole, in chain order, with block times, from nodes that cap what they answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from chopmark.chain.abi import AbiFault
from chopmark.chain.artifacts import ATTESTATION_REGISTRY, artifact
from chopmark.chain.events import read_log
from chopmark.chain.node import Node, block_ref
from chopmark.chain.quantity import NotAQuantity, hexed, number, octets
from chopmark.chain.rpc import Rpc, RpcError, TooLarge
from chopmark.core.history import RegistryName
from chopmark.core.transaction import Logged
from chopmark.errors import Unreachable
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.core.trust import TrustedRegistry

METHOD_NOT_FOUND = -32601


class LogReader:
    """Reads the events of one pair of registries.

    Every node caps something (blocks, entries, bytes) and says so in its own words. Whatever the words, a range that
    is refused is halved and tried again; the width that worked is kept for the next time.
    """

    def __init__(self, rpc: Rpc, node: Node, registry: TrustedRegistry) -> None:
        self._rpc = rpc
        self._node = node
        self._names: dict[bytes, RegistryName] = {
            registry.issuer_registry: "issuer",
            registry.attestation_registry: "attestation",
        }
        self._attestations = registry.attestation_registry
        self._width = 1 << 20

    def read(
        self,
        start: int,
        end: int,
        node: bytes | None = None,
        root: bytes | None = None,
        registry: RegistryName | None = None,
    ) -> list[Logged]:
        """Events of the blocks ``start`` to ``end``, both included; see ``ChainClient.logs``."""
        for again in (True, False):
            found = self._ordered(
                log for query in self._filters(node, root, registry) for log in self._ranges(start, end, query)
            )
            times = self._times(found, end)
            if times is not None:
                return [self._event(log, times[number(log["blockNumber"])]) for log in found]
            if not again:
                break
        raise Unreachable(
            url=self._node.url, why=Wording("读取时区块被替换", "blocks were replaced while they were being read")
        )

    def _filters(
        self, node: bytes | None, root: bytes | None, registry: RegistryName | None
    ) -> Iterator[dict[str, Any]]:
        subject = None if node is None else hexed(node)
        if root is None:
            topics = [] if subject is None else [None, subject]
            addresses = [hexed(address) for address, name in self._names.items() if registry in (None, name)]
            yield {"address": addresses, "topics": topics}
            return
        superseded = next(e for e in artifact(ATTESTATION_REGISTRY).events.values() if e.name == "Superseded")
        address = hexed(self._attestations)
        yield {"address": address, "topics": [None, subject, hexed(root)]}
        yield {"address": address, "topics": [hexed(superseded.key), subject, None, hexed(root)]}

    def _ranges(self, start: int, end: int, query: dict[str, Any]) -> Iterator[Any]:
        while start <= end:
            last = min(start + self._width - 1, end)
            try:
                logs = self._rpc.call("eth_getLogs", query | {"fromBlock": hex(start), "toBlock": hex(last)})
            except (RpcError, TooLarge) as fault:
                if last == start or getattr(fault, "number", None) == METHOD_NOT_FOUND:
                    raise
                self._width = (last - start + 1) // 2
                continue
            yield from self._checked(logs, start, last)
            start = last + 1

    def _checked(self, logs: Any, start: int, last: int) -> Iterable[Any]:
        """The logs, if each is ours and of these blocks: a node that answers another question is not believed."""
        try:
            for log in logs:
                ours = octets(log["address"], 20) in self._names and not log.get("removed")
                if not ours or not start <= number(log["blockNumber"]) <= last:
                    raise self._node.nonsense("a log that was not asked for")
        except (NotAQuantity, KeyError, TypeError, AttributeError) as fault:
            raise self._node.nonsense(str(fault)) from fault
        return list(logs)

    def _ordered(self, logs: Iterable[Any]) -> list[Any]:
        """In chain order, each once: two filters may find the same, and some nodes say things twice."""
        found = {(number(log["blockNumber"]), number(log["logIndex"])): log for log in logs}
        return [found[place] for place in sorted(found)]

    def _times(self, logs: list[Any], end: int) -> dict[int, int] | None:
        """Times of the logs' blocks; None if one of them is not the block that the log came from.

        The last block asked for is looked at as well: a node that lags behind answers with fewer logs and no error.
        """
        hashes = {number(log["blockNumber"]): log["blockHash"] for log in logs}
        heights = sorted({*hashes, end})
        blocks = self._rpc.many([("eth_getBlockByNumber", (hex(height), False)) for height in heights])
        if blocks[-1] is None:
            why = Wording("节点尚无区块 {end}", "the node does not have block {end} yet").filled(end=end)
            raise Unreachable(url=self._node.url, why=why)
        times: dict[int, int] = {}
        for height, block in zip(heights, blocks, strict=True):
            if block is None or hashes.get(height, block["hash"]) != block["hash"]:
                return None
            times[height] = block_ref(block).time
        return times

    def _event(self, log: Any, time: int) -> Logged:
        try:
            return read_log(log, self._names[octets(log["address"], 20)], time)
        except (NotAQuantity, AbiFault, KeyError, ValueError) as fault:
            raise self._node.nonsense(f"a log that is no event: {fault}") from fault
