"""What every command of a registrar begins with: which institution, with which key, and whether the chain lets it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.moments import ZONE
from chopmark.errors import KeyError_, UsageError
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.core.ledger import NodeRow
    from chopmark.core.words import Role
    from chopmark.services.pipeline import KeyRing


@dataclass(frozen=True, slots=True)
class Acting:
    """An institution of this site at work. ``alias``: its name here; ``node``: its id; ``key``: its working key's name."""

    alias: str
    node: bytes
    key: str


def acting(alias: str) -> Acting:
    """The institution of this alias; without one, the only one here that has a working key. Raises ``UsageError``."""
    with T.site.ledger.read() as tx:
        rows = [tx.nodes.get(alias)] if alias else [row for row in tx.nodes.list() if _works(row)]
    if len(rows) == 1:
        return _acting(rows[0])
    names = ", ".join(row.alias for row in rows)
    raise UsageError(
        why=Wording(f"请用 --issuer 指定机构（{names}）", f"say which institution with --issuer ({names})")
        if rows
        else Wording(
            "这里没有已获授权的机构，请先 chopmark issuer new",
            "no institution is accredited here; begin with chopmark issuer new",
        )
    )


def _works(row: NodeRow) -> bool:
    return row.role.value == "issuer" and bool(row.key) and row.node is not None


def _acting(row: NodeRow) -> Acting:
    if row.node is None:
        raise UsageError(
            why=Wording(f"“{row.alias}”尚未获得授权", f"“{row.alias}” is not accredited yet"),
        )
    if not row.key:
        raise KeyError_(
            why=Wording(f"这里没有“{row.alias}”的工作密钥", f"the working key of “{row.alias}” is not here"),
            fix_zh="请用 chopmark key add 增加",
            fix_en="Add one with chopmark key add",
        )
    return Acting(row.alias, row.node, row.key)


def check_key(who: Acting, role: Role) -> None:
    """Ask the chain, before anything is written, whether the working key may. Raises ``KeyError_`` or ``Unreachable``."""
    from chopmark.services.lifecycle import require_key

    chain = T.site.chain
    chain.verify_identity()
    head = chain.head()
    (key,) = chain.keys([(who.node, T.site.keystore.address(who.key))], head)
    require_key(who.key, key, role, head)


def key_ring(who: Acting) -> KeyRing:
    """The institution's key, opened."""
    from chopmark.services.pipeline import KeyRing

    return KeyRing({who.node: T.site.signer(who.key)})


def today() -> date:
    """The day in Asia/Shanghai."""
    return datetime.fromtimestamp(T.site.clock(), ZONE).date()
