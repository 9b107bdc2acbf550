"""The keys that the service signs with: opened when it starts, and matched to institutions as these get accredited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from chopmark.errors import KeystoreError
from chopmark.services.pipeline import KeyRing
from chopmark.wording import Language, Wording

if TYPE_CHECKING:
    from chopmark.http.logs import Log
    from chopmark.services.ports import Signer
    from chopmark.wiring import Site


class OpenKeys:
    """Opened keys by name. Cold keys are opened only where they are named: a service has no use for them."""

    def __init__(self, site: Site, signers: dict[str, Signer], closed: Sequence[str] = ()) -> None:
        self._site = site
        self._signers = signers
        self.closed = tuple(closed)
        """Names of working keys that did not open."""

    @classmethod
    def of(cls, site: Site, names: Sequence[str], log: Log) -> OpenKeys:
        """The keys of these names; of none: the working keys of all institutions of this site that are here.

        Raises ``UnknownThing`` and ``KeystoreError`` for a key that was named and does not open, and if there are keys
        and not one opens: such a service would take registrations and never make them. Else one that was not named is
        left closed, and the log says so.
        """
        signers: dict[str, Signer] = {}
        closed: dict[str, KeystoreError] = {}
        for name in names or working_keys(site):
            try:
                signers[name] = site.signer(name)
            except KeystoreError as fault:
                if names:
                    raise
                log.fault("key stays closed", fault, key=name)
                closed[name] = fault
        if closed and not signers:
            raise _none_opens(closed)
        return cls(site, signers, tuple(closed))

    @property
    def names(self) -> list[str]:
        """Names of the open keys."""
        return sorted(self._signers)

    def ring(self) -> KeyRing:
        """Who signs for whom, as the database says now. Raises ``StoreError``."""
        with self._site.ledger.read() as tx:
            rows = tx.nodes.list()
        named = {row.node: self._site.stored_name(row.key) for row in rows if row.node and _here(self._site, row.key)}
        issuers = {node: self._signers[name] for node, name in named.items() if name in self._signers}
        return KeyRing(issuers, tuple(self._signers[name] for name in self.names))


def working_keys(site: Site) -> list[str]:
    """Names of the working keys of this site's institutions that lie in its keystore, and of those that pay for others."""
    with site.ledger.read() as tx:
        rows = tx.nodes.list()
    return sorted({site.stored_name(name) for row in rows for name in (row.key, row.payer) if _here(site, name)})


def _here(site: Site, name: str) -> bool:
    """Whether a key that a row names, or an address, is in this keystore; a row may name none."""
    return bool(name) and site.holds(name)


def _none_opens(closed: dict[str, KeystoreError]) -> KeystoreError:
    name, first = next(iter(closed.items()))
    told = Wording("{zh}", "{en}").filled(zh=first.say(Language.ZH), en=first.say(Language.EN))
    why = (_ONE_CLOSED if len(closed) == 1 else _ALL_CLOSED).filled(name=name, count=len(closed), told=told)
    return KeystoreError(why=why, fix_zh=_OPEN_THEM.zh, fix_en=_OPEN_THEM.en)


_ONE_CLOSED: Final = Wording(
    "本站的工作密钥“{name}”打不开（{told}）", "this site's working key “{name}” does not open ({told})"
)
_ALL_CLOSED: Final = Wording(
    "本站的 {count} 个工作密钥都打不开（“{name}”：{told}）",
    "none of this site's {count} working keys opens (“{name}”: {told})",
)
_OPEN_THEM: Final = Wording(
    "请用 --passphrase-file 指定口令文件；若由另一进程签名，请加 --no-worker",
    "Name the file with the passphrase with --passphrase-file; if another process signs, add --no-worker",
)
