"""Reading the registries' logs: whole, in chain order, with block times, from nodes that cap what they answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chopmark.chain.abi import AbiFault
from chopmark.chain.artifacts import ATTESTATION_REGISTRY, artifact
from chopmark.chain.events import read_log
from chopmark.chain.node import Node
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
        for _ in range(2):
            queries = list(self._filters(node, root, registry))
            found = _ordered(log for query in queries for log in self._ranges(start, end, query))
            times = self._times(found, end)
            if times is not None:
                return [self._event(log, times[log.block]) for log in found]
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

    def _ranges(self, start: int, end: int, query: dict[str, Any]) -> Iterator[_Found]:
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

    def _checked(self, logs: Any, start: int, last: int) -> Iterable[_Found]:
        """The logs, if each is ours and of these blocks: a node that answers another question is not believed."""
        try:
            found = [_found(log) for log in logs]
        except (NotAQuantity, KeyError, TypeError, AttributeError) as fault:
            raise self._node.nonsense(str(fault)) from fault
        if not isinstance(logs, list) or any(not start <= log.block <= last for log in found):
            raise self._node.nonsense("logs that were not asked for")
        if any(log.address not in self._names or log.raw.get("removed") for log in found):
            raise self._node.nonsense("logs that are not of these registries, or not of this chain")
        return found

    def _times(self, logs: list[_Found], end: int) -> dict[int, int] | None:
        """Times of the logs' blocks; None if one of them is not the block that the log came from.

        The last block asked for is looked at as well: a node that lags behind answers with fewer logs and no error.
        """
        hashes = {log.block: log.block_hash for log in logs}
        heights = sorted({*hashes, end})
        blocks = self._rpc.many([("eth_getBlockByNumber", (hex(height), False)) for height in heights])
        if blocks[-1] is None:
            why = Wording("节点尚无区块 {end}", "the node does not have block {end} yet").filled(end=end)
            raise Unreachable(url=self._node.url, why=why)
        times: dict[int, int] = {}
        for height, block in zip(heights, blocks, strict=True):
            if block is None:
                return None
            found = self._node.as_block(block)
            if hashes.get(height, found.hash) != found.hash:
                return None
            times[height] = found.time
        return times

    def _event(self, log: _Found, time: int) -> Logged:
        try:
            return read_log(log.raw, self._names[log.address], time)
        except (NotAQuantity, AbiFault, KeyError, ValueError) as fault:
            raise self._node.nonsense(f"a log that is no event: {fault}") from fault


@dataclass(frozen=True, slots=True)
class _Found:
    """A log as the node gave it (``raw``), and where it says it stands."""

    block: int
    index: int
    block_hash: bytes
    address: bytes
    raw: Any


def _found(log: Any) -> _Found:
    place = number(log["blockNumber"]), number(log["logIndex"])
    return _Found(*place, octets(log["blockHash"], 32), octets(log["address"], 20), log)


def _ordered(logs: Iterable[_Found]) -> list[_Found]:
    """In chain order, each once: two filters may find the same, and some nodes say things twice."""
    found = {(log.block, log.index): log for log in logs}
    return [found[place] for place in sorted(found)]
