"""A site's own secret: 32 random bytes, drawn once and kept in its database, from which keys for single purposes follow.

Whoever has the database has the secret too, and everything that it protects from others: it hides numbers in the log of
lookups and seals cursors, and signs nothing that anybody else relies on.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final, Protocol

LENGTH: Final = 32
_KEY: Final = "secret"


class Facts(Protocol):
    """Single facts about the site, as texts."""

    def get(self, key: str) -> str | None:
        """The text kept under ``key``."""

    def set(self, key: str, value: str | None) -> None:
        """Keep a text."""


class Transaction(Protocol):
    """The part of a store's transaction that is needed."""

    @property
    def site(self) -> Facts:
        """Its facts."""


class Store(Protocol):
    """A site's database."""

    @property
    def begin(self) -> Callable[[], AbstractContextManager[Transaction]]:
        """One writing transaction."""

    @property
    def read(self) -> Callable[[], AbstractContextManager[Transaction]]:
        """One snapshot."""


def site_secret(store: Store) -> bytes:
    """The site's secret, drawn and kept if there is none yet; processes that ask at once get the same.

    Raises ``StoreError`` if the database cannot be used.
    """
    with store.read() as tx:
        kept = tx.site.get(_KEY)
    if kept is None:
        with store.begin() as tx:  # writers take turns: whoever comes second finds what the first wrote
            kept = tx.site.get(_KEY)
            if kept is None:
                kept = secrets.token_bytes(LENGTH).hex()
                tx.site.set(_KEY, kept)
    return bytes.fromhex(kept)


def derived(secret: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose: HMAC-SHA-256 of its name. Keys of two purposes say nothing of each other."""
    return hmac.digest(secret, b"chopmark " + purpose.encode(), "sha256")
