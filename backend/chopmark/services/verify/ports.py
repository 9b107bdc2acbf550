"""What verification needs from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chopmark.core.history import RegistryName
from chopmark.core.transaction import BlockRef, Logged
from chopmark.core.words import BatchRecord, GrantRecord, KeyRecord


class ChainReader(Protocol):
    """One trusted pair of registries, read at a pinned block. Methods raise ``ChainError`` if they cannot answer."""

    def verify_identity(self, at: BlockRef | None = None) -> None:
        """Raise ``WrongChain`` unless chain id, genesis and the registries' codes are the trusted ones."""

    def final(self) -> BlockRef:
        """The newest final block."""

    def batches(self, pairs: Sequence[tuple[bytes, bytes]], at: BlockRef) -> list[BatchRecord | None]:
        """Batches by (issuer, root)."""

    def status_words(self, queries: Sequence[tuple[bytes, bytes, int, int]], at: BlockRef) -> list[int]:
        """Status words by (issuer, root, word index, plane)."""

    def keys(self, pairs: Sequence[tuple[bytes, bytes]], at: BlockRef) -> list[KeyRecord | None]:
        """Keys by (node, address)."""

    def grants(self, pairs: Sequence[tuple[bytes, str]], at: BlockRef) -> list[GrantRecord | None]:
        """Accreditations by (node, kind's code)."""

    def profile(self, node: bytes, at: BlockRef) -> tuple[bytes, str]:
        """Digest of a node's profile document, and its site."""

    def logs(
        self,
        from_block: int,
        to_block: int,
        node: bytes | None = None,
        root: bytes | None = None,
        registry: RegistryName | None = None,
    ) -> list[Logged]:
        """Events in chain order: of both registries or one, of one node, about one root."""


class KeyBook(Protocol):
    """Addresses of issuers' keys, as far as this site has followed the chain. An index never changes its address."""

    def __call__(self, issuer: bytes) -> dict[int, bytes]:
        """Address by key index; empty if nothing is known."""
