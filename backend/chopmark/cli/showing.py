"""Institutions and accreditations, shown as the chain has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.moments import day, shown
from chopmark.cli.terminal import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chopmark.core.directory import Accreditation, Directory, NodeState
    from chopmark.core.ledger import NodeRow
    from chopmark.core.profile import Profile
    from chopmark.core.words import GrantFlag, GrantRecord, KeyRecord, Role
    from chopmark.services.accredit import Desk

_HEADINGS: Final = (
    ("编号", "No."),
    ("机构", "institution"),
    ("类别", "kind"),
    ("权限", "may"),
    ("上级编号", "by No."),
    ("自", "from"),
    ("至", "until"),
    ("状态", "standing"),
)


def show_issuer(alias: str) -> None:
    """An institution: its profile, its keys, its accreditations; of one that has no node yet the profile alone."""
    desk = T.site.desk()
    kept = next((row for row in desk.nodes if row.alias == alias), None)
    if kept is not None and kept.node is None:
        _show_unregistered(kept)
    else:
        _show_registered(desk, desk.node_of(alias))


def _show_registered(desk: Desk, node: bytes) -> None:
    from chopmark.services.issuers import profile_of

    state = desk.directory.nodes[node]
    row = next((r for r in desk.nodes if r.node == node), None)
    profile = profile_of(row) if row else None
    genuine = profile is not None and profile.digest == state.profile
    now = T.site.chain.head().time
    T.answer(
        {
            "alias": row.alias if row else None,
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
    name = _name(profile) if profile else T.text("（这里没有其资料）", "(its profile is not here)")
    T.out(plain(T.text(f"机构 {state.serial} 号：{name}", f"Institution {state.serial}: {name}")))
    if profile:
        _say_profile(profile)
    if profile and not genuine:
        T.out("  注意：这里的资料与链上公布的不同", "  Note: the profile here is not the one on the chain")
    T.out(plain(T.text(f"  网址 {state.site or '-'}", f"  site {state.site or '-'}")))
    T.out(f"  标识 {node.hex()}", f"  id {node.hex()}")
    T.out(f"  管理密钥 0x{state.controller.hex()}", f"  controller 0x{state.controller.hex()}")
    for address, key in state.keys.items():
        line = T.text(f"  工作密钥 {key.index}：", f"  key {key.index}: ")
        T.out(f"{line}0x{address.hex()}  {_roles(key.roles)}  {_fate(key)}".rstrip())
    _say_grants(desk.directory, [state], now)


def show_accreditations() -> None:
    """Everybody's accreditations."""
    directory = T.site.directory()
    now = T.site.chain.head().time
    states = list(directory.nodes.values())
    T.answer([_grant_json(directory, state, kind, now) for state in states for kind in sorted(state.grants)])
    T.out(f"最高授权机构 0x{directory.authority.hex()}", f"Root authority 0x{directory.authority.hex()}")
    _say_grants(directory, states, now)


def _show_unregistered(row: NodeRow) -> None:
    from chopmark.services.issuers import profile_of

    profile = profile_of(row)
    T.answer({"alias": row.alias, "node": None, "serial": None, "profile": profile.as_json(), "accreditations": []})
    T.out(plain(f"{row.alias}  {_name(profile)}"))
    _say_profile(profile)
    T.out(
        "  尚未在链上登记：请把资料文件交给授权机构，由其运行 chopmark accredit grant",
        "  Not on the chain yet: give its profile to whoever accredits it, who runs chopmark accredit grant",
    )


def _name(profile: Profile) -> str:
    return T.text(profile.name_zh, profile.name_en or profile.name_zh)


def _say_profile(profile: Profile) -> None:
    other = T.text(profile.name_en, profile.name_zh if profile.name_en else "")
    if other or profile.uscc:
        T.out(plain(f"  {other}  {profile.uscc}".rstrip()))
    for covered in profile.coverage:
        since = covered.since or T.text("开办以来", "the beginning")
        T.out(
            f"  声明 {covered.kind} 自{since}起全部登记",
            f"  says that all of {covered.kind} is registered since {since}",
        )


def _say_grants(directory: Directory, states: Iterable[NodeState], now: int) -> None:
    from chopmark.services.acting import standing_wording

    with T.site.ledger.read() as tx:
        aliases = {row.node: row.alias for row in tx.nodes.list()}
    rows = [
        (
            state.serial,
            aliases.get(state.id, "-"),
            kind,
            _may(grant),
            grant.parent,
            day(grant.start),
            day(grant.until - 1) if grant.until else T.text("长期", "open"),
            standing_wording(_standing(directory, state, kind, now).standing).fact(T.language, {}),
        )
        for state in states
        for kind, grant in sorted(state.grants.items())
    ]
    if rows:
        T.table([T.text(*pair) for pair in _HEADINGS], rows)
    else:
        T.out("没有授权记录", "There are no accreditations")


def _grant_json(directory: Directory, state: NodeState, kind: str, now: int) -> dict[str, object]:
    from chopmark.core.words import GrantFlag

    grant = state.grants[kind]
    return {
        "serial": state.serial,
        "kind": kind,
        "attests": GrantFlag.ATTEST in grant.flags,
        "accreditor": GrantFlag.ACCREDIT in grant.flags,
        "parent": grant.parent,
        "from": grant.start,
        "until": grant.until or None,
        "standing": _standing(directory, state, kind, now).standing.name.lower(),
    }


def _standing(directory: Directory, state: NodeState, kind: str, now: int) -> Accreditation:
    """How an accreditation stands, for what it is meant for."""
    return directory.standing(state.id, kind, now, _meant_for(state.grants[kind]))


def _meant_for(grant: GrantRecord) -> GrantFlag:
    from chopmark.core.words import GrantFlag

    return grant.flags & (GrantFlag.ATTEST | GrantFlag.ACCREDIT)


def _may(grant: GrantRecord) -> str:
    from chopmark.core.words import GrantFlag

    words = [
        text
        for flag, text in (
            (GrantFlag.ATTEST, T.text("登记", "register")),
            (GrantFlag.ACCREDIT, T.text("授权", "accredit")),
        )
        if flag in grant.flags
    ]
    return "+".join(words)


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


def _fate(key: KeyRecord) -> str:
    if key.compromised_since:
        return T.text(
            f"已报失（自 {shown(key.compromised_since)}）", f"reported compromised as of {shown(key.compromised_since)}"
        )
    return T.text(f"已停用（{shown(key.retired)}）", f"retired {shown(key.retired)}") if key.retired else ""
