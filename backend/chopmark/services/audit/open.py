"""Who tells a history: the chain by one of its nodes, or, where none answers, the site's copy of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import TypeAlias

from chopmark.core.trust import TrustedChain, TrustedRegistry
from chopmark.errors import StoreError, Unreachable, UsageError
from chopmark.services.audit.ports import ChainHistory, Kept
from chopmark.services.audit.source import ChainSource, EventSource, LocalSource
from chopmark.wording import Wording

Readers: TypeAlias = Callable[[TrustedChain, TrustedRegistry], Iterable[ChainHistory]]
Snapshot: TypeAlias = Callable[[], AbstractContextManager[Kept]]


def open_source(
    chain: TrustedChain, registry: TrustedRegistry, readers_of: Readers, read: Snapshot | None
) -> EventSource:
    """The chain, by the first of its nodes that answers; else the site's copy (``read``; None: there is none).

    Raises ``Unreachable`` if there is neither, ``WrongChain`` if a node serves another chain.
    """
    silence: Unreachable | None = None
    for reader in readers_of(chain, registry):
        try:
            return ChainSource.pinned(reader, registry.from_block)
        except Unreachable as fault:
            silence = fault
    local = _local(chain, registry, read) if read is not None else None
    if local is None:
        raise silence or UsageError(why=Wording("信任文件没有节点地址", "the trust file names no node"))
    return local


def _local(chain: TrustedChain, registry: TrustedRegistry, read: Snapshot) -> EventSource | None:
    try:
        with read() as tx:
            home, cursor = tx.site.home(), tx.history.cursor()
    except StoreError:
        return None
    ours = (chain.chain_id, registry.attestation_registry)
    if home is None or cursor is None or (home.chain_id, home.attestation_registry) != ours:
        return None
    return LocalSource(read, cursor)
