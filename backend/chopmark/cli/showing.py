"""Institutions and accreditations, shown as the chain has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.moments import day, shown
from chopmark.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chopmark.core.directory import Directory, NodeState
    from chopmark.core.words import GrantFlag, GrantRecord, KeyRecord, Role, Standing


def standing_wording(standing: Standing) -> Wording:
    """How an accreditation stands, in words."""
    words = {
        "LIVE": Wording("有效", "live"),
        "NOT_GRANTED": Wording("未获授权", "not granted"),
        "NOT_STARTED": Wording("尚未生效", "not in force yet"),
        "EXPIRED": Wording("已过期", "expired"),
        "REVOKED": Wording("已撤销", "revoked"),
        "UNFLAGGED": Wording("不含此权限", "not for this"),
        "SUSPENDED": Wording("已中止", "suspended"),
    }
    return words[standing.name]


def show_issuer(alias: str) -> None:
    """An institution: its profile, its keys, its accreditations."""
    from chopmark.services.issuers import profile_of

    desk = T.site.desk()
    node = desk.node_of(alias)
    state = desk.directory.nodes[node]
    row = next((r for r in desk.nodes if r.node == node), None)
    profile = profile_of(row) if row else None
    genuine = profile is not None and profile.digest == state.profile
    now = T.site.chain.head().time
    T.answer(
        {
            "node": node.hex(),
            "serial": state.serial,
            "profile": profile.as_json() if profile else None,
            "profileMatchesChain": genuine,
            "site": state.site,
            "controller": "0x" + state.controller.hex(),
            "keys": [_key_json(address, key) for address, key in state.keys.items()],
            "accreditations": [_grant_json(desk.directory, state, kind, now) for kind in sorted(state.grants)],
        }
    )
    name = profile.name_zh if profile else "-"
    T.out(f"机构 {state.serial}：{name}", f"Institution {state.serial}: {name}")
    if profile:
        T.out(f"  {profile.name_en}  {profile.uscc}")
    if not genuine:
        T.out("  注意：本地资料与链上摘要不同", "  Note: the profile here is not the one on the chain")
    T.out(f"  {state.site}  {node.hex()}")
    T.out(f"  管理密钥 0x{state.controller.hex()}", f"  controller 0x{state.controller.hex()}")
    for address, key in state.keys.items():
        fate = _fate(key.retired, key.compromised_since)
        T.out(f"  #{key.index} 0x{address.hex()}  {_roles(key.roles)}  {fate}")
    _say_grants(desk.directory, [state], now)


def show_accreditations() -> None:
    """Everybody's accreditations."""
    directory = T.site.directory()
    now = T.site.chain.head().time
    states = list(directory.nodes.values())
    T.answer([_grant_json(directory, state, kind, now) for state in states for kind in sorted(state.grants)])
    T.out(f"最高授权机构 0x{directory.authority.hex()}", f"Root authority 0x{directory.authority.hex()}")
    _say_grants(directory, states, now)


def _say_grants(directory: Directory, states: Iterable[NodeState], now: int) -> None:
    with T.site.ledger.read() as tx:
        aliases = {row.node: row.alias for row in tx.nodes.list()}
    headings = (
        ("编号", "No."),
        ("机构", "institution"),
        ("类别", "kind"),
        ("权限", "may"),
        ("上级", "by"),
        ("自", "from"),
        ("至", "until"),
        ("状态", "standing"),
    )
    rows = []
    for state in states:
        for kind, grant in sorted(state.grants.items()):
            standing = directory.standing(state.id, kind, now, _needed(grant)).standing
            until = day(grant.until) if grant.until else T.text("长期", "open")
            may = T.text("授权", "accredit") if _needed(grant) == 2 else T.text("登记", "attest")
            say = standing_wording(standing).fact(T.language, {})
            rows.append(
                (state.serial, aliases.get(state.id, "-"), kind, may, grant.parent, day(grant.start), until, say)
            )
    T.table([T.text(*h) for h in headings], rows)


def _grant_json(directory: Directory, state: NodeState, kind: str, now: int) -> dict[str, object]:
    grant = state.grants[kind]
    standing = directory.standing(state.id, kind, now, _needed(grant))
    return {
        "serial": state.serial,
        "kind": kind,
        "accreditor": _needed(grant) == 2,
        "parent": grant.parent,
        "from": grant.start,
        "until": grant.until or None,
        "standing": standing.standing.name.lower(),
    }


def _needed(grant: GrantRecord) -> GrantFlag:
    from chopmark.core.words import GrantFlag

    return GrantFlag.ACCREDIT if GrantFlag.ACCREDIT in grant.flags else GrantFlag.ATTEST


def _roles(roles: Role) -> str:
    return "+".join(role.name.lower() for role in type(roles) if role in roles and role.name)


def _key_json(address: bytes, key: KeyRecord) -> dict[str, object]:
    return {
        "address": "0x" + address.hex(),
        "index": key.index,
        "roles": _roles(key.roles),
        "from": key.added,
        "retired": key.retired or None,
        "compromisedSince": key.compromised_since or None,
    }


def _fate(retired: int, compromised: int) -> str:
    if compromised:
        return T.text(f"报失，自 {shown(compromised)}", f"compromised as of {shown(compromised)}")
    return T.text(f"已停用 {shown(retired)}", f"retired {shown(retired)}") if retired else ""
