"""What an audit needs from elsewhere."""

# ruff: noqa: D102  (the store's own classes say what their methods do)
from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chopmark.core.history import RegistryName
from chopmark.core.ledger import HeadsOf, Home
from chopmark.core.transaction import BlockRef, Logged
from chopmark.services.verify.ports import ChainReader


class ChainHistory(ChainReader, Protocol):
    """One trusted pair of registries with its past. Methods raise ``ChainError`` if they cannot answer."""

    def block(self, number: int, /) -> BlockRef | None:
        """The node's block of this number; None if it has none."""

    def heads(self, registry: RegistryName, nodes: Sequence[bytes], at: BlockRef) -> Sequence[int]:
        """History heads of nodes, as words."""

    def serial(self, at: BlockRef) -> int:
        """Serial of the newest node."""


class KeptEvents(Protocol):
    """The copy of the chain's events in a site's database."""

    def cursor(self) -> BlockRef | None: ...
    def heads(self, registry: RegistryName | None = None) -> HeadsOf: ...
    def roll_back(self, to_block: int) -> int: ...
    def append(self, logs: Sequence[Logged], heads: Sequence[int], upto: BlockRef, after: BlockRef | None) -> bool: ...
    def events(
        self,
        *,
        registry: RegistryName | None = None,
        node: bytes | None = None,
        root: bytes | None = None,
        upto_block: int | None = None,
    ) -> Sequence[Logged]: ...


class KeptHome(Protocol):
    """Which chain a database belongs to."""

    def home(self) -> Home | None: ...


class Kept(Protocol):
    """One transaction of a site's database."""

    @property
    def site(self) -> KeptHome: ...
    @property
    def history(self) -> KeptEvents: ...
