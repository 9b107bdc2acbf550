"""Where events come from: the chain, or the site's copy of it where the chain does not answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from chopmark.core.actors import parties
from chopmark.core.history import RegistryName
from chopmark.core.reference import PREFIX_LENGTH, issuer_id
from chopmark.core.transaction import BlockRef, Logged
from chopmark.services.audit.ports import ChainHistory, Kept


class EventSource(Protocol):
    """Events up to one pinned block, ``at``. ``name``: who tells them."""

    @property
    def name(self) -> Literal["chain", "local"]:
        """The chain itself, or the site's copy."""

    @property
    def at(self) -> BlockRef:
        """The block up to which everything is told."""

    def time_of(self, number: int) -> int:
        """Time of a block not above ``at``."""

    def events(
        self, *, node: bytes | None = None, root: bytes | None = None, registry: RegistryName | None = None
    ) -> Sequence[Logged]:
        """Events in chain order."""


@dataclass(frozen=True, slots=True)
class ChainSource:
    """The chain, pinned to its newest final block."""

    reader: ChainHistory
    from_block: int
    at: BlockRef
    name: Literal["chain", "local"] = "chain"

    @classmethod
    def pinned(cls, reader: ChainHistory, from_block: int) -> ChainSource:
        """Pin now. Raises ``Unreachable``, or ``WrongChain`` if the node serves another chain."""
        at = reader.final()
        reader.verify_identity(at)
        return cls(reader, from_block, at)

    def time_of(self, number: int) -> int:
        """As the protocol says; 0 for a block that the node does not have."""
        block = self.reader.block(number)
        return block.time if block else 0

    def events(
        self, *, node: bytes | None = None, root: bytes | None = None, registry: RegistryName | None = None
    ) -> Sequence[Logged]:
        """As the protocol says."""
        return self.reader.logs(self.from_block, self.at.number, node=node, root=root, registry=registry)


@dataclass(frozen=True, slots=True)
class LocalSource:
    """The site's copy, up to where it has followed the chain."""

    read: Callable[[], AbstractContextManager[Kept]]
    at: BlockRef
    name: Literal["chain", "local"] = "local"

    def time_of(self, number: int) -> int:
        """Time of the newest event not above the block: as good as the block's for what was known then."""
        with self.read() as kept:
            events = kept.history.events(upto_block=number)
        return events[-1].event.time if events else 0

    def events(
        self, *, node: bytes | None = None, root: bytes | None = None, registry: RegistryName | None = None
    ) -> Sequence[Logged]:
        """As the protocol says."""
        with self.read() as kept:
            told = list(kept.history.events(registry=registry, node=node, root=root, upto_block=self.at.number))
            if root is not None and registry != "issuer":
                # X of a supersession is the old root; those that lead to this one are found by their particulars.
                told += _leading_to(kept.history.events(registry="attestation", node=node), root, self.at.number)
        return in_order(told)


def _leading_to(events: Sequence[Logged], root: bytes, upto: int) -> list[Logged]:
    wanted = "0x" + root.hex()
    return [each for each in events if each.detail.get("newRoot") == wanted and each.event.block <= upto]


def in_order(events: Sequence[Logged]) -> list[Logged]:
    """In chain order, each once."""
    found = {(each.event.block, each.log_index): each for each in events}
    return [found[place] for place in sorted(found)]


def with_context(source: EventSource, node: bytes, root: bytes | None = None) -> list[Logged]:
    """A node's events (those of one batch only, if ``root``), and the registry's events of everybody above or acting.

    So each entry can name the address that acted, and an accreditor's suspension shows in its wards' lives.
    """
    told = list(source.events(node=node, root=root, registry="attestation"))
    seen: set[int] = set()
    wanted = {int.from_bytes(node[PREFIX_LENGTH:], "big")}
    while wanted - seen:
        for number in sorted(wanted - seen):
            seen.add(number)
            found = source.events(node=issuer_id(node[:PREFIX_LENGTH], number), registry="issuer")
            told += found
            wanted |= parties(found)
    return in_order(told)
