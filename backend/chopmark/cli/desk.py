"""What every command of a registrar begins with: which institution, with which key, and whether the chain lets it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.moments import ZONE
from chopmark.errors import InputError, KeystoreError, UsageError
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.core.finding import Finding
    from chopmark.core.ledger import NodeRow
    from chopmark.core.words import Role
    from chopmark.kinds import Kind
    from chopmark.services.pipeline import KeyRing


@dataclass(frozen=True, slots=True)
class Acting:
    """An institution of this site at work. ``alias``: its name here; ``node``: its id; ``key``: its working key's name."""

    alias: str
    node: bytes
    key: str


def acting(alias: str) -> Acting:
    """The institution of this alias; without one, the only one here that has a working key.

    Raises ``UnknownThing``, ``UsageError`` if several could be meant, ``InputError`` if it is not accredited yet.
    """
    with T.site.ledger.read() as tx:
        rows = [tx.nodes.get(alias)] if alias else [row for row in tx.nodes.list() if _works(row)]
    if not rows:
        raise UsageError(why=_NONE)
    if len(rows) > 1:
        rows = [row for row in rows if row.node is not None] or rows
    if len(rows) > 1:
        raise UsageError(why=_SEVERAL.filled(names=", ".join(row.alias for row in rows)))
    return _acting(rows[0])


def _works(row: NodeRow) -> bool:
    return row.role.value == "issuer" and bool(row.key)


def _acting(row: NodeRow) -> Acting:
    if row.node is None:  # it may have been accredited since, by somebody elsewhere
        row = next(known for known in T.site.desk().nodes if known.alias == row.alias)
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
    return Acting(row.alias, row.node, row.key)


def check_key(who: Acting, role: Role) -> None:
    """Ask the chain, before anything is written, whether the working key may.

    Raises ``KeystoreError``, ``Unreachable``, ``WrongChain``.
    """
    from chopmark.services.lifecycle import require_key

    chain = T.site.chain
    chain.verify_identity()
    head = chain.head()
    (key,) = chain.keys([(who.node, T.site.keystore.address(who.key))], head)
    require_key(who.key, key, role, head)


def accreditation_finding(kind: Kind, who: Acting) -> Finding | None:
    """I003 if the chain would refuse what the institution wants to register; None if it may.

    Raises ``Unreachable``, ``WrongChain``.
    """
    from chopmark.cli.showing import standing_wording
    from chopmark.core.finding import Finding
    from chopmark.core.reference import serial
    from chopmark.core.words import Standing
    from chopmark.kinds import all_kinds

    chain = T.site.chain
    chain.verify_identity()
    kinds = {each.code: each for each in all_kinds()}
    answers = chain.read([chain.ask.standing(who.node, code) for code in kinds], chain.head())
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


def key_ring(who: Acting) -> KeyRing:
    """The institution's key, opened."""
    from chopmark.services.pipeline import KeyRing

    return KeyRing({who.node: T.site.signer(who.key)})


def today() -> date:
    """The day in Asia/Shanghai."""
    return datetime.fromtimestamp(T.site.clock(), ZONE).date()


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
