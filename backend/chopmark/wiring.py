"""The only place that knows every room: settings in, a ``Site`` out.

A site is one institution's or one reviewer's installation: a home folder with a trust file, a database, a keystore. Everything is
made when it is first needed, so that a command which needs no chain touches none.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol

from chopmark.errors import FormatError, InputError, KeystoreError, TrustError, UnknownThing
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.chain.client import ChainClient
    from chopmark.core.directory import Directory
    from chopmark.core.ledger import Home
    from chopmark.core.trust import TrustedChain, TrustedRegistry, TrustFile
    from chopmark.keys.keystore import Keystore
    from chopmark.keys.signer import LocalSigner
    from chopmark.services.accredit import Desk
    from chopmark.services.audit.source import EventSource
    from chopmark.services.number import NumberDesk
    from chopmark.services.pipeline import KeyRing, Worker
    from chopmark.services.pipeline.bench import Delegate, Delegation
    from chopmark.services.verify.desk import VerifyDesk
    from chopmark.settings import Settings
    from chopmark.store import Store

DEMO_SCRYPT_N: Final = 2**14
"""Key derivation of ``light_keystore``: the weakest that the keystore opens, for throw-away demo keys."""


class Passphrases(Protocol):
    """Asks somebody for the passphrase of a key; ``new`` when it is being chosen."""

    def __call__(self, name: str, *, new: bool = False) -> str:
        """The passphrase. Raises ``KeystoreError`` if there is nobody to ask."""


def readers_of(chain: TrustedChain, registry: TrustedRegistry, *, timeout: float) -> list[ChainClient]:
    """A client for each node that a trust file names for a chain, in its order: for who verifies without a site of their own.

    ``timeout``: seconds for one answer of a node. Nothing is asked yet.
    """
    from dataclasses import replace

    from chopmark.chain.client import ChainClient
    from chopmark.chain.rpc import Rpc

    return [ChainClient(Rpc(url, timeout=timeout), replace(chain, rpc=(url,)), registry) for url in chain.rpc]


class Site:
    """One installation, wired."""

    def __init__(self, settings: Settings, passphrases: Passphrases) -> None:
        self.settings = settings
        self._passphrases = passphrases
        self._signers: dict[str, LocalSigner] = {}

    @cached_property
    def trust(self) -> TrustFile:
        """The verifier's own trust file. Raises ``TrustError`` if there is none."""
        from chopmark.core.trust import read_trust

        path = self.settings.trust_path
        try:
            data = path.read_bytes()
        except FileNotFoundError as fault:
            raise TrustError(why=_NO_TRUST.filled(path=path)) from fault
        except OSError as fault:
            raise TrustError(why=_UNREADABLE.filled(path=path, why=fault.strerror)) from fault
        return read_trust(data)

    @cached_property
    def home_registry(self) -> tuple[TrustedChain, TrustedRegistry]:
        """The chain and the registries that this site writes to.

        Raises ``TrustError`` if the trust file names several and the settings do not say which.
        """
        wanted = self.settings.chain
        found = [(c, r) for c in self.trust.chains for r in c.registries if wanted in ("", c.name)]
        if len(found) == 1:
            return found[0]
        why = _SEVERAL_CHAINS if found else _CHAIN_UNKNOWN if wanted else _NO_CHAIN
        raise TrustError(why=why.filled(name=wanted, names=", ".join(c.name for c in self.trust.chains)))

    @cached_property
    def chain(self) -> ChainClient:
        """A client of the chain that this site writes to."""
        return self.client(*self.home_registry)

    def client(self, chain: TrustedChain, registry: TrustedRegistry) -> ChainClient:
        """A client of any trusted chain."""
        from chopmark.chain.client import ChainClient
        from chopmark.chain.rpc import Rpc

        return ChainClient(Rpc(chain.rpc[0], timeout=self.settings.rpc_timeout), chain, registry)

    @cached_property
    def store(self) -> Store:
        """The site's database, migrated and bound to the site's chain."""
        from chopmark.store import Store

        if self.settings.database is None:
            self._make_home()
        return Store.open(self.settings.database_url, wait=self.settings.database_wait)

    @cached_property
    def ledger(self) -> Store:
        """The database, bound to the chain that this site writes to. Raises ``StoreError`` if it belongs to another."""
        with self.store.read() as tx:
            bound = tx.site.home()
        if bound != self.home:  # only the first time there is something to write, and a turn to wait for
            with self.store.begin() as tx:
                tx.site.bind(self.home)
        return self.store

    @cached_property
    def home(self) -> Home:
        """The chain and registries that this site's records belong to."""
        from chopmark.services.pipeline import home_of

        return home_of(*self.home_registry)

    @property
    def has_store(self) -> bool:
        """Whether this site has a database already: a reviewer may verify without ever making one."""
        return self.settings.database is not None or (self.settings.home / "site.db").exists()

    @cached_property
    def keystore(self) -> Keystore:
        """The site's encrypted keys."""
        from chopmark.keys.keystore import Keystore

        folder = self.settings.home / "keys"
        return Keystore(folder, scrypt_n=DEMO_SCRYPT_N) if self.settings.light_keystore else Keystore(folder)

    def signer(self, name: str) -> LocalSigner:
        """An opened key; its passphrase is asked for once."""
        if name not in self._signers:
            self.keystore.address(name)  # an unknown name is said before a passphrase is asked for
            self._signers[name] = self.keystore.open(name, self._passphrases(name))
        return self._signers[name]

    def check_new_key(self, name: str) -> None:
        """Refuse a name that no new key can have, before anybody is asked for a passphrase.

        Raises ``UsageError`` for one that cannot be a name, ``InputError`` for one that is taken.
        """
        try:
            self.keystore.address(name)
        except UnknownThing:
            return
        raise InputError(
            place=name,
            why=Wording("已有同名密钥", "there is a key of this name already"),
            fix_zh="请另取名称；旧密钥不会被覆盖",
            fix_en="Choose another name; a key is never overwritten",
        )

    def new_key(self, name: str, private_key: bytes | None = None) -> bytes:
        """Makes a key, or keeps an imported one; its address. Raises as ``check_new_key``, and ``KeystoreError``."""
        self.check_new_key(name)
        return self.keystore.create(name, self._passphrases(name, new=True), private_key=private_key)

    def key_address(self, name: str) -> bytes:
        """The address of a key's name, or of an address written out: a key need not be in this keystore.

        Raises ``UnknownThing``, and ``FormatError`` for an address with a typing error.
        """
        from chopmark.core.reference import typed_address

        return typed_address(name, _ADDRESS) if name[:2].lower() == "0x" else self.keystore.address(name)

    def key_name(self, address: bytes) -> str:
        """The name of the key of this address; empty if it is not in this keystore."""
        return next((key.name for key in self.keystore.list() if key.address == address and not key.trouble), "")

    def worker(self, keys: KeyRing | None = None, *, sleep: Callable[[float], None] | None = None) -> Worker:
        """What moves the queue, with the keys that are open; without any it only follows the chain.

        ``sleep``: how it waits between two rounds; None: as long as it likes.
        """
        from functools import partial

        from chopmark.chain.contracts import together
        from chopmark.chain.transactions import prepare
        from chopmark.services.pipeline import Bench, KeyRing, Worker, holder_here

        bench = Bench(
            store=self.ledger,
            chain=self.chain,
            contracts=self.chain.calls,
            join=together,
            prepare=partial(prepare, self.chain),
            keys=keys or KeyRing({}),
            home=self.home,
            clock=self.clock,
            holder=holder_here(),
            delegation=self._delegation(),
        )
        return Worker(bench) if sleep is None else Worker(bench, sleep=sleep)

    def _delegation(self) -> Delegation | None:
        """How institutions whose key has no account reach the chain; None where the trust file names no contract for it."""
        from chopmark.chain.contracts import DelegatedCalls
        from chopmark.core.typed_data import Domain
        from chopmark.services.pipeline.bench import Delegation

        chain, registry = self.home_registry
        if registry.delegation is None:
            return None
        address = registry.delegation.address
        valid = self.settings.signing_hours * 3600
        return Delegation(Domain(chain.chain_id, address), DelegatedCalls(address), self.delegates, valid)

    def delegates(self) -> dict[bytes, Delegate]:
        """Who signs and who pays for the institutions whose key only signs, by node id, as the database says now.

        A payer that is not in the keystore has no address: what is signed then waits for it.
        """
        from chopmark.services.pipeline.bench import Delegate

        with self.ledger.read() as tx:
            rows = [row for row in tx.nodes.list() if row.node is not None and row.payer and row.key]
        found = {row.node: (self._address_or_none(row.key), self._address_or_none(row.payer)) for row in rows}
        return {
            node: Delegate(signer, payer or b"")
            for node, (signer, payer) in found.items()
            if node and signer is not None
        }

    def _address_or_none(self, name: str) -> bytes | None:
        try:
            return self.key_address(name)
        except (UnknownThing, KeystoreError, FormatError):
            return None

    def holds(self, name: str) -> bool:
        """Whether the key of this name, or of this address written out, is in this keystore."""
        address = self._address_or_none(name)
        return address is not None and bool(self.key_name(address))

    def stored_name(self, name: str) -> str:
        """The name in this keystore of a key that is given by name or address. Raises as ``key_address``."""
        return self.key_name(self.key_address(name)) or name

    def desk(self) -> Desk:
        """The accreditation counter, with the registry as it stands at the newest final block.

        An institution of this site that somebody has registered meanwhile gets to know its node here.
        """
        from chopmark.services.accredit import Desk
        from chopmark.services.issuers import link

        directory = self.directory()
        with self.ledger.begin() as tx:
            link(tx.nodes, directory)
            nodes = tx.nodes.list()
        return Desk(self.chain.calls, directory, self.home.registry_id, nodes, self.keystore.address)

    def directory(self) -> Directory:
        """The issuer registry, followed to the newest final block. Raises ``Unreachable`` if the node is down."""
        from chopmark.core.directory import Directory

        self.worker().follow()
        with self.ledger.read() as tx:
            return Directory.replay(tx.history.events(registry="issuer"))

    @cached_property
    def secret(self) -> bytes:
        """The site's own 32 random bytes; for a single purpose take ``services.secret.derived`` of them."""
        from chopmark.services.secret import site_secret

        return site_secret(self.store)

    def number_desk(self) -> NumberDesk:
        """What answers questions by number from this site's records."""
        from functools import partial

        from chopmark.kinds import all_kinds
        from chopmark.services.number import Limits, NumberDesk
        from chopmark.services.secret import derived
        from chopmark.services.verify.site import SiteRecords, covered
        from chopmark.services.verify.verify import Verifier

        kinds, records, settings = (
            {kind.code: kind for kind in all_kinds()},
            SiteRecords(self.store.read),
            self.settings,
        )

        def verifier() -> Verifier:
            nodes = partial(readers_of, timeout=settings.rpc_timeout)
            return Verifier(self._trust_or_none(), nodes, kinds, records.profiles(), records.keys_of)

        return NumberDesk(
            read=self.store.read,
            begin=self.store.begin,
            kinds=kinds,
            verifier=verifier,
            coverage=lambda: covered(records.profiles().values(), kinds),
            key=derived(self.secret, "lookups"),
            limits=Limits(
                settings.lookups_per_hour, settings.lookup_misses_per_hour, settings.lookup_misses_per_number
            ),
            clock=self.clock,
        )

    def verify_desk(self) -> VerifyDesk:
        """What verifies materials with this site's trust file, its nodes and, if it has any, its own records."""
        from functools import partial

        from chopmark.kinds import all_kinds
        from chopmark.services.verify.desk import VerifyDesk
        from chopmark.services.verify.materials import Limits
        from chopmark.services.verify.site import SiteRecords

        return VerifyDesk(
            kinds={kind.code: kind for kind in all_kinds()},
            limits=Limits(self.settings.max_file_bytes, self.settings.max_files),
            trust=lambda _wanted: self._trust_or_none(),
            readers_of=partial(readers_of, timeout=self.settings.rpc_timeout),
            records=SiteRecords(self.store.read) if self.has_store else None,
        )

    def event_source(self, chain: TrustedChain, registry: TrustedRegistry) -> EventSource:
        """The chain's own history, by the first of its nodes that answers; else this site's copy of it.

        Raises ``Unreachable`` if there is neither, ``WrongChain`` if a node serves another chain.
        """
        from functools import partial

        from chopmark.services.audit.open import open_source

        nodes = partial(readers_of, timeout=self.settings.rpc_timeout)
        return open_source(chain, registry, nodes, self.store.read if self.has_store else None)

    def _trust_or_none(self) -> TrustFile | None:
        """The trust file, None if there is none: what needs it is then left open. One that was named must be there."""
        try:
            return self.trust
        except TrustError:
            if self.settings.trust is not None or self.settings.trust_path.exists():
                raise
            return None

    def _make_home(self) -> None:
        folder = self.settings.home
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as fault:
            raise InputError(
                place=folder,
                why=Wording("无法建立数据目录（{why}）", "the data folder cannot be made ({why})").filled(
                    why=fault.strerror
                ),
                fix_zh="请用 --home 指定可写的文件夹",
                fix_en="Name a folder that can be written to with --home",
            ) from fault

    @property
    def clock(self) -> Callable[[], float]:
        """The machine's clock, for leases and for what people read; never for the order of events."""
        return time.time


_ADDRESS: Final = Wording("地址", "The address")
_NO_TRUST: Final = Wording("没有文件 {path}", "there is no file {path}")
_UNREADABLE: Final = Wording("无法读取 {path}（{why}）", "{path} cannot be read ({why})")
_SEVERAL_CHAINS: Final = Wording(
    "信任文件列有多条链或多套合约（{names}），请用 CHOPMARK_CHAIN 指定链",
    "it names several chains or registries ({names}); say which chain with CHOPMARK_CHAIN",
)
_CHAIN_UNKNOWN: Final = Wording("其中没有名为“{name}”的链", "it has no chain named “{name}”")
_NO_CHAIN: Final = Wording("其中没有列出任何链", "it names no chain")
