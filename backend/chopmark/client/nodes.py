"""The caller's own view of the chains: its trust file, its nodes. A site adds nothing to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

from chopmark.core.history import RegistryName
from chopmark.core.transaction import BlockRef, Logged
from chopmark.core.trust import TrustedChain, TrustedRegistry, TrustFile, read_trust
from chopmark.core.words import BatchRecord, GrantRecord, KeyRecord
from chopmark.errors import ChainError, TrustError
from chopmark.services.verify.ports import ChainReader
from chopmark.wording import Wording

Trust = TrustFile | Path | str | None
"""A trust file: read already, where it lies, or none, which leaves open whatever needs one."""


class Node(ChainReader, Protocol):
    """A chain's reader that also tells blocks by their number."""

    def block(self, height: int) -> BlockRef | None:
        """The block of this number; None if the node has none. Raises ``ChainError``."""


def trust_of(given: Trust, nodes: Mapping[int, Sequence[str]] | None = None) -> TrustFile | None:
    """The caller's trust; ``nodes``: addresses to ask instead of the trust file's, by chain id.

    Raises ``TrustError``, ``FormatError``.
    """
    if given is None:
        return None
    trust = given if isinstance(given, TrustFile) else _read(Path(given))
    chains = [replace(chain, rpc=tuple((nodes or {}).get(chain.chain_id, chain.rpc))) for chain in trust.chains]
    return replace(trust, chains=tuple(chains))


def _read(path: Path) -> TrustFile:
    try:
        return read_trust(path.read_bytes())
    except OSError as fault:
        why = Wording("无法读取 {path}（{why}）", "{path} cannot be read ({why})")
        raise TrustError(why=why.filled(path=path, why=fault.strerror)) from fault


@dataclass(frozen=True, slots=True)
class OwnChains:
    """What the caller can ask. ``timeout``: seconds for one answer of a node."""

    trust: TrustFile | None
    timeout: float = 10.0
    _blocks: dict[tuple[int, int], BlockRef | None] = field(default_factory=dict)

    def nodes(self, chain: TrustedChain, registry: TrustedRegistry) -> Sequence[Node]:
        """The nodes of a trusted pair of registries, in the trust file's order."""
        from chopmark.wiring import readers_of

        return readers_of(chain, registry, timeout=self.timeout)

    def find(self, chain_id: int) -> TrustedChain | None:
        """A trusted chain by its id."""
        return next((chain for chain in self.trust.chains if chain.chain_id == chain_id), None) if self.trust else None

    def block(self, chain: TrustedChain, number: int) -> BlockRef | None:
        """The block of this number as the first node that answers has it; None if that node has none.

        Raises ``ChainError`` if none answers, or the only ones that do serve another chain.
        """
        place = chain.chain_id, number
        if place not in self._blocks:
            self._blocks[place] = self._ask(chain, number)
        return self._blocks[place]

    def _ask(self, chain: TrustedChain, number: int) -> BlockRef | None:
        fault: ChainError = ChainError(why=_NO_NODE)
        for registry in chain.registries[:1]:
            for node in self.nodes(chain, registry):
                try:
                    node.verify_identity()
                    return node.block(number)
                except ChainError as silent:
                    fault = silent
        raise fault


@dataclass(frozen=True, slots=True)
class At:
    """A reader that takes a given block for the newest final one: what a chain said then."""

    node: ChainReader
    at: BlockRef

    def final(self) -> BlockRef:
        """The given block."""
        return self.at

    def verify_identity(self, at: BlockRef | None = None) -> None:
        """As the node's."""
        self.node.verify_identity(at)

    def batches(self, pairs: Sequence[tuple[bytes, bytes]], at: BlockRef) -> list[BatchRecord | None]:
        """As the node's."""
        return self.node.batches(pairs, at)

    def status_words(self, queries: Sequence[tuple[bytes, bytes, int, int]], at: BlockRef) -> list[int]:
        """As the node's."""
        return self.node.status_words(queries, at)

    def keys(self, pairs: Sequence[tuple[bytes, bytes]], at: BlockRef) -> list[KeyRecord | None]:
        """As the node's."""
        return self.node.keys(pairs, at)

    def grants(self, pairs: Sequence[tuple[bytes, str]], at: BlockRef) -> list[GrantRecord | None]:
        """As the node's."""
        return self.node.grants(pairs, at)

    def profile(self, node: bytes, at: BlockRef) -> tuple[bytes, str]:
        """As the node's."""
        return self.node.profile(node, at)

    def logs(
        self,
        from_block: int,
        to_block: int,
        node: bytes | None = None,
        root: bytes | None = None,
        registry: RegistryName | None = None,
    ) -> list[Logged]:
        """As the node's."""
        return self.node.logs(from_block, to_block, node, root, registry)


_NO_NODE: Final = Wording("信任文件没有节点地址", "the trust file names no node")
