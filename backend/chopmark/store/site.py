"""Single facts about the site, and the chain that its database belongs to."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, select

from chopmark.core.ledger import Home
from chopmark.core.reference import address_text
from chopmark.errors import StoreError
from chopmark.store.room import Room
from chopmark.store.schema import SITE
from chopmark.wording import Wording

_HOME: Final = ("chain_id", "genesis", "issuer_registry", "attestation_registry", "registry_id", "from_block")


class SiteTable(Room):
    """Texts by key."""

    def get(self, key: str) -> str | None:
        """The text kept under ``key``."""
        row = self._one(select(SITE.c.value).where(SITE.c.key == key))
        return None if row is None else str(row[0])

    def set(self, key: str, value: str | None) -> None:
        """Keep a text under ``key``; None forgets it."""
        self._connection.execute(delete(SITE).where(SITE.c.key == key))
        if value is not None:
            self._connection.execute(SITE.insert().values(key=key, value=value))

    def home(self) -> Home | None:
        """The chain and registries that this database belongs to; None before ``bind``."""
        kept = {row.key: row.value for row in self._rows(select(SITE).where(SITE.c.key.in_(_HOME)))}
        if len(kept) < len(_HOME):
            return None
        return Home(
            chain_id=int(kept["chain_id"]),
            genesis=bytes.fromhex(kept["genesis"]),
            issuer_registry=bytes.fromhex(kept["issuer_registry"]),
            attestation_registry=bytes.fromhex(kept["attestation_registry"]),
            registry_id=bytes.fromhex(kept["registry_id"]),
            from_block=int(kept["from_block"]),
        )

    def bind(self, home: Home) -> None:
        """Say which chain this database belongs to. The first time it is written, later it is compared.

        Raises ``StoreError`` for another chain or other registries: leaves of two chains must never mix.
        """
        bound = self.home()
        if bound is None:
            for key in _HOME:
                value = getattr(home, key)
                self.set(key, value.hex() if isinstance(value, bytes) else str(value))
        elif bound != home:
            raise _other_home(bound, home)


def _other_home(bound: Home, wanted: Home) -> StoreError:
    def say(home: Home) -> str:
        return f"eip155:{home.chain_id}:{address_text(home.attestation_registry)}, genesis 0x{home.genesis.hex()[:12]}…"

    return StoreError(
        why=Wording(
            f"它属于另一条链或另一套注册表（{say(bound)}），而信任文件所列为 {say(wanted)}",
            f"it belongs to another chain or other registries ({say(bound)}); the trust file names {say(wanted)}",
        ),
        fix_zh="请检查信任文件；若换了新链，请使用新的数据目录",
        fix_en="Check the trust file; for a new chain use a new data folder",
    )
