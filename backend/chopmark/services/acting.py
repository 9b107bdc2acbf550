"""What every act of a registrar begins with: which institution, with which key, and whether the chain lets it."""

# ruff: noqa: D102  (the adapters' own classes say what their methods do)
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from chopmark.core.finding import Finding
from chopmark.core.ledger import NodeRole, NodeRow
from chopmark.core.reference import serial
from chopmark.core.transaction import BlockRef
from chopmark.core.words import KeyRecord, Role, Standing
from chopmark.errors import InputError, KeystoreError, UsageError
from chopmark.kinds import Kind, all_kinds
from chopmark.services.lifecycle import require_delegate, require_key
from chopmark.wording import Wording

ZONE: Final = ZoneInfo("Asia/Shanghai")
"""Where a day begins and ends, for every date that people type and read."""


class Institutions(Protocol):
    """The institutions that a site has names for."""

    def get(self, alias: str) -> NodeRow:
        """Raises ``UnknownThing`` that names the known ones."""

    def list(self) -> list[NodeRow]: ...


class Counter(Protocol):
    """What the registry says about keys and accreditations, at one block."""

    def verify_identity(self) -> None: ...
    def verify_delegation(self) -> bytes: ...
    def head(self) -> BlockRef: ...
    def keys(self, pairs: Sequence[tuple[bytes, bytes]], at: BlockRef) -> list[KeyRecord | None]: ...
    def standings(self, pairs: Sequence[tuple[bytes, str]], at: BlockRef) -> list[tuple[Standing, bytes]]: ...


@dataclass(frozen=True, slots=True)
class Acting:
    """An institution of this site at work. ``alias``: its name here; ``node``: its id; ``key``: its working key's name.

    ``payer``: name of the key that sends and pays for it; empty if its own key does. Then ``key`` only signs, and may be
    the ``0x`` address of a key that is held elsewhere.
    """

    alias: str
    node: bytes
    key: str
    payer: str = ""


def institution(nodes: Institutions, alias: str = "") -> NodeRow:
    """The institution of this alias; without one, the only one here that has a working key.

    Raises ``UnknownThing``, ``UsageError`` if none or several could be meant.
    """
    rows = [nodes.get(alias)] if alias else [row for row in nodes.list() if row.role is NodeRole.ISSUER and row.key]
    if not rows:
        raise UsageError(why=_NONE)
    if len(rows) > 1:
        rows = [row for row in rows if row.node is not None] or rows
    if len(rows) > 1:
        raise UsageError(why=_SEVERAL.filled(names=", ".join(row.alias for row in rows)))
    return rows[0]


def at_work(row: NodeRow, linked: Callable[[], Sequence[NodeRow]]) -> Acting:
    """The institution with its node and its key.

    ``linked``: asks the chain which institutions have been registered meanwhile, by somebody elsewhere; asked only for
    one that has no node yet. Raises ``InputError`` if it is not accredited yet, ``KeystoreError`` if it has no key here.
    """
    if row.node is None:
        row = next(known for known in linked() if known.alias == row.alias)
    if row.node is None:
        raise InputError(
            place=row.alias,
            why=Wording("尚未获得授权", "it is not accredited yet"),
            fix_zh="请把资料文件交给授权机构，由其运行 chopmark accredit grant",
            fix_en="Give its profile to whoever accredits it, who runs chopmark accredit grant",
        )
    if not row.key:
        raise KeystoreError(
            why=_NO_KEY.filled(name=row.alias),
            fix_zh="请用 chopmark key add 机构 密钥 增加",
            fix_en="Add one with chopmark key add ISSUER NAME",
        )
    return Acting(row.alias, row.node, row.key, row.payer)


def check_key(chain: Counter, who: Acting, address: bytes, role: Role) -> None:
    """Ask the chain, before anything is written, whether the working key may. ``address``: the key's.

    Where another key pays, the delegation contract must be the institution's delegate as well. Raises ``KeystoreError``,
    ``Unreachable``, ``WrongChain``, ``TrustError`` if the trust file names no delegation contract.
    """
    chain.verify_identity()
    head = chain.head()
    pairs = [(who.node, address)] + ([(who.node, chain.verify_delegation())] if who.payer else [])
    key, *delegate = chain.keys(pairs, head)
    require_key(who.key, key, role, head)
    if delegate:
        require_delegate(who.alias, delegate[0], head)


def accreditation_finding(chain: Counter, kind: Kind, who: Acting) -> Finding | None:
    """I003 if the chain would refuse what the institution wants to register; None if it may.

    Raises ``Unreachable``, ``WrongChain``.
    """
    chain.verify_identity()
    kinds = {each.code: each for each in all_kinds()}
    answers = chain.standings([(who.node, code) for code in kinds], chain.head())
    standings = dict(zip(kinds, answers, strict=True))
    standing, at = standings[kind.code]
    if standing is Standing.LIVE:
        return None
    live = [kinds[code] for code, (how, _) in standings.items() if how is Standing.LIVE]
    scope = Wording("、".join(k.zh for k in live), ", ".join(k.en for k in live)) if live else _NOTHING
    if standing is not Standing.NOT_GRANTED:
        why = _ITS_OWN if at == who.node else _ABOVE
        scope = why.filled(scope=scope, kind=kind.label, standing=standing_wording(standing), number=serial(at))
    return Finding("I003", {"kind": kind.label, "scope": scope})


def standing_wording(standing: Standing) -> Wording:
    """How an accreditation stands, in words."""
    return _STANDINGS[standing]


def day_of(seconds: float) -> date:
    """The day of a time (unix seconds) in Asia/Shanghai."""
    return datetime.fromtimestamp(seconds, ZONE).date()


_STANDINGS: Final = {
    Standing.LIVE: Wording("有效", "live"),
    Standing.NOT_GRANTED: Wording("未获授权", "not granted"),
    Standing.NOT_STARTED: Wording("尚未生效", "not in force yet"),
    Standing.EXPIRED: Wording("已过期", "expired"),
    Standing.REVOKED: Wording("已撤销", "revoked"),
    Standing.UNFLAGGED: Wording("不含此权限", "not for this"),
    Standing.SUSPENDED: Wording("已中止", "suspended"),
}
_NONE: Final = Wording(
    "这里没有可登记的机构，请先运行 chopmark issuer new（并用 --key 指定工作密钥）",
    "there is no institution here that could register; begin with chopmark issuer new (and name its working key with --key)",
)
_SEVERAL: Final = Wording("请用 --issuer 指定机构（{names}）", "say which institution with --issuer ({names})")
_NO_KEY: Final = Wording("这里没有“{name}”的工作密钥", "the working key of “{name}” is not here")
_NOTHING: Final = Wording("无", "nothing")
_ITS_OWN: Final = Wording("{scope}（“{kind}”的授权{standing}）", "{scope} (its accreditation for “{kind}”: {standing})")
_ABOVE: Final = Wording(
    "{scope}（上级机构 {number} 号的“{kind}”授权{standing}）",
    "{scope} (the accreditation for “{kind}” of institution {number} above it: {standing})",
)
