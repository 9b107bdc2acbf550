"""``chopmark accredit``: who may attest what, told to the issuer registry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chopmark.cli.app import TERMINAL as T

if TYPE_CHECKING:
    from collections.abc import Callable

    from chopmark.core.directory import NodeState
    from chopmark.core.ledger import NodeRow
    from chopmark.core.profile import Profile
    from chopmark.services.accredit import Desk, Errand

app = typer.Typer(help="授权 · accreditation", no_args_is_help=True, rich_markup_mode=None)
authority_app = typer.Typer(
    help="移交最高授权机构 · hand over the root authority's office", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(authority_app, name="authority")
Alias = Annotated[str, typer.Argument(help="机构别名或编号 · alias or number of the institution")]
By = Annotated[str, typer.Option("--by", help="授权方的密钥 · key of whoever accredits")]
Kinds = Annotated[list[str], typer.Option("--kind", help="材料类别，可重复 · kind of credential, repeatable")]
Reason = Annotated[str, typer.Option("--reason", help="原因 · coded reason")]
Json = Annotated[bool, typer.Option("--json", help="JSON")]


@app.command("grant")
def grant(
    institution: Annotated[str, typer.Argument(help="别名或资料文件 · alias, or a profile file")],
    by: By,
    kind: Kinds,
    accreditor: Annotated[bool, typer.Option("--accreditor", help="可再授权他人 · may accredit others")] = False,
    until: Annotated[str, typer.Option(help="有效期至 · last day")] = "",
    as_json: Json = False,
) -> None:
    """授权机构签发材料 · accredit an institution; registers it first if it is new."""
    from chopmark.cli.sending import say_sent, send_errands
    from chopmark.kinds import find_kind

    T.json = as_json
    codes = [find_kind(each).code for each in kind]
    end = _end(until)
    row, profile = _institution(institution)
    desk, state = _registered(row, profile, by, codes)
    names = "、".join(codes)
    T.note(f"授权“{row.alias}”：{names} …", f"Accrediting “{row.alias}” for {', '.join(codes)} …")
    granting = desk.grant(state.id, by, codes, end, accreditor=accreditor)
    adding = _working_key(desk, row, profile, accreditor=accreditor)
    sent = send_errands(granting, *adding)
    has_key = bool(adding) or profile.key in state.keys
    T.answer({"alias": row.alias, "node": state.id.hex(), "serial": state.serial, "kinds": codes, "keyAdded": has_key})
    say_sent(sent)
    T.out(
        f"“{row.alias}”已获授权：{names}，机构编号 {state.serial}",
        f"“{row.alias}” is accredited for {', '.join(codes)}; its number is {state.serial}",
    )
    if not has_key:
        T.out(
            "下一步：该机构用管理密钥运行 chopmark key add，加入工作密钥",
            "Next: the institution adds its working key with its controller's key: chopmark key add",
        )


def _end(until: str) -> int:
    """The first second after the last day of an accreditation; 0 if it is open. Raises ``InputError`` for one that is over."""
    from chopmark.cli.moments import instant
    from chopmark.errors import InputError
    from chopmark.wording import Wording

    end = instant(until, end_of_day=True) + 1 if until else 0
    if until and end <= T.site.clock():
        raise InputError(
            place=until, why=Wording("已经过去", "it is past"), fix_zh="请给出将来的日期", fix_en="Give a day to come"
        )
    return end


def _institution(named: str) -> tuple[NodeRow, Profile]:
    """A kept institution, or one from a profile file, kept from now on under the file's name."""
    from chopmark.core.ledger import NodeRole
    from chopmark.services.issuers import alias_of, keep, profile_of, read_profile_file, stored

    if not named.endswith(".json"):
        with T.site.ledger.read() as tx:
            row = tx.nodes.get(named)
        return row, profile_of(row)
    path = Path(named)
    profile = read_profile_file(path)
    alias = alias_of(path)
    with T.site.ledger.begin() as tx:
        found = tx.nodes.find(alias)
        if found is None or profile_of(found).controller != profile.controller:
            found = keep(tx.nodes, alias, profile, NodeRole.ISSUER, "", "", int(T.site.clock()))
        else:
            tx.nodes.set_profile(alias, stored(profile))
    return found, profile


def _registered(row: NodeRow, profile: Profile, by: str, codes: list[str]) -> tuple[Desk, NodeState]:
    """The institution's node, registered first if it has none."""
    from chopmark.cli.sending import send_errands
    from chopmark.errors import InputError
    from chopmark.wording import Wording

    desk = T.site.desk()
    kept = next(known for known in desk.nodes if known.alias == row.alias)
    if kept.node is None and desk.registered(profile) is None:
        T.note(f"登记机构“{row.alias}” …", f"Registering “{row.alias}” …")
        send_errands(desk.register(profile, by, codes))
        desk = T.site.desk()
        kept = next(known for known in desk.nodes if known.alias == row.alias)
    state = desk.registered(profile) if kept.node is None else desk.directory.node(kept.node)
    if state is None or state.profile != profile.digest:
        raise InputError(
            place=row.alias,
            why=Wording("资料与链上公布的不同", "its profile is not the one that stands on the chain"),
            fix_zh="请向该机构索取最新资料文件，或由其运行 chopmark issuer profile 公布",
            fix_en="Ask it for its newest profile, or let it publish this one with chopmark issuer profile",
        )
    return desk, state


def _working_key(desk: Desk, row: NodeRow, profile: Profile, *, accreditor: bool) -> tuple[Errand, ...]:
    """Where the controller's key is in this keystore too, the working key is added along with the accreditation."""
    if not (row.controller and profile.key and T.site.key_name(profile.controller)):
        return ()
    if profile.key in desk.directory.nodes[desk.node_of(row.alias)].keys:
        return ()
    T.note(f"增加工作密钥“{row.key}” …", f"Adding the working key “{row.key}” …")
    return (desk.add_key(row.alias, profile.key, ["accredit"] if accreditor else ["attest", "status"]),)


def _restrain(verb: str, alias: str, by: str, kinds: list[str], reason: str, as_json: bool) -> None:
    from chopmark.cli.sending import send_registry
    from chopmark.core.reasons import find_reason

    T.json = as_json
    code = find_reason(reason, of="accreditation").code
    send_registry(lambda desk: desk.restrain(verb, alias, by, kinds, code))


@app.command("suspend")
def suspend(alias: Alias, by: By, kind: Kinds, reason: Reason = "unspecified", as_json: Json = False) -> None:
    """中止授权：其下全部即时中止 · suspend an accreditation and all below it."""
    _restrain("suspend", alias, by, kind, reason, as_json)


@app.command("lift")
def lift(alias: Alias, by: By, kind: Kinds, reason: Reason = "unspecified", as_json: Json = False) -> None:
    """恢复被中止的授权 · lift a suspension."""
    _restrain("lift", alias, by, kind, reason, as_json)


@app.command("revoke")
def revoke(alias: Alias, by: By, kind: Kinds, reason: Reason = "unspecified", as_json: Json = False) -> None:
    """撤销授权；此前的登记仍有效 · revoke an accreditation; what was registered before stands."""
    _restrain("revoke", alias, by, kind, reason, as_json)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """链上的授权一览 · accreditations on the chain."""
    from chopmark.cli.showing import show_accreditations

    T.json = as_json
    show_accreditations()


@authority_app.command("offer")
def offer(
    to: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="接任者的密钥名或地址 · name or address of the successor's key")
    ],
    by: Annotated[str, typer.Option("--by", help="现任最高授权机构的密钥 · the present authority's key")],
    as_json: Json = False,
) -> None:
    """提出移交；对方接受后才生效 · offer the office; nothing changes until the other side accepts."""
    address = T.site.key_address(to)
    _hand_over(lambda desk: desk.offer_authority(address, by), as_json)
    T.out(
        f"下一步：由 0x{address.hex()} 运行 chopmark accredit authority accept",
        f"Next: 0x{address.hex()} runs chopmark accredit authority accept",
    )


@authority_app.command("accept")
def accept(
    by: Annotated[str, typer.Option("--by", help="接任者的密钥 · the successor's key")], as_json: Json = False
) -> None:
    """接受移交 · accept the office that was offered."""
    _hand_over(lambda desk: desk.accept_authority(by), as_json)
    T.out(
        "最高授权机构已更换；信任文件中的 authority 可继续使用，核验时会说明移交",
        "The root authority has changed; trust files that name the former one go on working and the handover is told",
    )


def _hand_over(make: Callable[[Desk], Errand], as_json: bool) -> None:
    from chopmark.cli.sending import send_registry

    T.json = as_json
    send_registry(make)
