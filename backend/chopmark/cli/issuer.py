"""``chopmark issuer``: institutions that this site has names for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chopmark.cli.app import TERMINAL as T

if TYPE_CHECKING:
    from chopmark.core.ledger import NodeRow

app = typer.Typer(help="机构 · institutions", no_args_is_help=True, rich_markup_mode=None)
controller_app = typer.Typer(
    help="移交机构的管理密钥 · hand an institution over to another controller",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(controller_app, name="controller")
Alias = Annotated[str, typer.Argument(help="别名 · alias")]
To = Annotated[
    str, typer.Argument(metavar="ADDRESS", help="新管理密钥的名称或地址 · name or address of the new controller")
]
NameZh = Annotated[str, typer.Option(help="中文名称 · name in Chinese")]
NameEn = Annotated[str, typer.Option(help="英文名称 · name in English")]
Uscc = Annotated[str, typer.Option(help="统一社会信用代码 · unified social credit code")]
SiteUrl = Annotated[str, typer.Option(help="网址 · web address")]
Covers = Annotated[
    list[str] | None, typer.Option(help="登记范围，如 degree:2020-01-01 · what is registered, since when")
]
Out = Annotated[Path | None, typer.Option(help="资料文件的保存位置 · where to write the profile")]
By = Annotated[str, typer.Option("--by", help="由哪把密钥操作（默认：机构的管理密钥）· acting key [the controller]")]
Json = Annotated[bool, typer.Option("--json", help="JSON")]


@app.command("new")
def new(
    alias: Alias,
    name_zh: NameZh,
    controller: Annotated[str, typer.Option(help="管理密钥（冷）· name of the cold key that manages the others")],
    name_en: NameEn = "",
    uscc: Uscc = "",
    site: SiteUrl = "",
    covers: Covers = None,
    key: Annotated[str, typer.Option(help="工作密钥 · name (or address) of the working key")] = "",
    payer: Annotated[
        str,
        typer.Option(help="代为发送和付费的密钥；工作密钥只签名 · key that sends and pays; the working key only signs"),
    ] = "",
    accreditor: Annotated[bool, typer.Option("--accreditor", help="授权机构 · it accredits others")] = False,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """建立机构资料 · present an institution; writes ALIAS.profile.json for whoever accredits it."""
    from chopmark.core.ledger import NodeRole
    from chopmark.services.issuers import Presentation, keep, make_profile, write_profile_file

    T.json = as_json
    address = T.site.keystore.address
    if payer:
        address(payer)  # an unknown one is said before anything is kept
    presentation = Presentation(name_zh, name_en, uscc, site, tuple(covers or ()))
    profile = make_profile(presentation, address(controller), T.site.key_address(key) if key else b"")
    role = NodeRole.ACCREDITOR if accreditor else NodeRole.ISSUER
    path = out or Path(f"{alias}.profile.json")
    with T.site.store.begin() as tx:
        keep(tx.nodes, alias, profile, role, controller, key, int(T.site.clock()))
        tx.nodes.set_payer(alias, payer)
        write_profile_file(path, profile)  # inside: without its file it is not kept either
    T.answer({"alias": alias, "profile": str(path), "digest": profile.digest.hex()})
    T.out(
        f"已建立“{alias}”（{profile.name_zh}），资料文件：{path}",
        f"Kept “{alias}” ({profile.name_zh}), profile: {path}",
    )
    T.out(
        "下一步：把资料文件交给授权机构，由其运行 chopmark accredit grant",
        "Next: give the profile to whoever accredits it, who runs chopmark accredit grant",
    )


@app.command("import")
def import_(
    alias: Alias, profile: Annotated[Path, typer.Argument(help="资料文件 · profile")], as_json: Json = False
) -> None:
    """导入机构资料，用于显示名称 · keep an institution's profile, so that its name can be shown."""
    from chopmark.core.ledger import NodeRole
    from chopmark.services.issuers import keep, read_profile_file

    T.json = as_json
    found = read_profile_file(profile)
    with T.site.store.begin() as tx:
        keep(tx.nodes, alias, found, NodeRole.ISSUER, "", "", int(T.site.clock()))
    T.answer({"alias": alias, "digest": found.digest.hex()})
    T.out(f"已导入“{alias}”（{found.name_zh}）", f"Kept “{alias}” ({found.name_zh})")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """列出机构 · list institutions."""
    T.json = as_json
    with T.site.store.read() as tx:
        rows = tx.nodes.list()
    T.answer([_row_json(row) for row in rows])
    if not rows:
        T.out("还没有机构；用 chopmark issuer new 建立", "No institutions yet; begin with chopmark issuer new")
        return
    pairs = (("别名", "alias"), ("编号", "No."), ("角色", "role"), ("名称", "name"), ("工作密钥", "key"))
    T.table([T.text(*pair) for pair in pairs], [_cells(row) for row in rows])


def _row_json(row: NodeRow) -> dict[str, object]:
    node = row.node.hex() if row.node else None
    return {"alias": row.alias, "node": node, "role": row.role.value, "payer": row.payer, "profile": row.profile}


def _cells(row: NodeRow) -> tuple[object, ...]:
    from chopmark.core.reference import serial
    from chopmark.services.issuers import profile_of

    role = T.text("签发机构", "issuer") if row.role.value == "issuer" else T.text("授权机构", "accreditor")
    profile = profile_of(row)
    name = T.text(profile.name_zh, profile.name_en or profile.name_zh)
    return row.alias, serial(row.node) if row.node else "-", role, name, row.key or "-"


@app.command("show")
def show(alias: Alias, as_json: Json = False) -> None:
    """机构资料及其链上授权 · an institution and its standing on the chain."""
    from chopmark.cli.showing import show_issuer

    T.json = as_json
    show_issuer(alias)


@app.command("payer")
def payer(
    alias: Alias,
    key: Annotated[str, typer.Argument(help="付费密钥的名称 · name of the paying key", show_default=False)] = "",
    none: Annotated[bool, typer.Option("--none", help="取消：由工作密钥自己发送 · its own key sends again")] = False,
    as_json: Json = False,
) -> None:
    """由哪把密钥代为发送和付费；工作密钥只签名 · which key sends and pays; the working key then only signs."""
    from chopmark.errors import UsageError
    from chopmark.wording import Wording

    T.json = as_json
    if bool(key) is none:
        raise UsageError(why=Wording("请给出密钥，或用 --none，二者取一", "name a key, or give --none, not both"))
    if key:
        T.site.keystore.address(key)
    with T.site.store.begin() as tx:
        tx.nodes.set_payer(alias, key)
    T.answer({"alias": alias, "payer": key or None})
    if none:
        T.out(f"“{alias}”今后由工作密钥自己发送", f"“{alias}” sends with its own key from now on")
        return
    T.out(
        f"“{alias}”今后由“{key}”发送和付费，工作密钥只签名",
        f"“{key}” sends and pays for “{alias}” from now on; its key only signs",
    )
    T.out(
        f"如尚未接受代签合约，请运行 chopmark key add {alias} --delegation",
        f"If the delegation contract is not admitted yet, run chopmark key add {alias} --delegation",
    )


@app.command("profile")
def profile(
    alias: Alias,
    name_zh: NameZh = "",
    name_en: NameEn = "",
    uscc: Uscc = "",
    site: SiteUrl = "",
    covers: Covers = None,
    out: Out = None,
    by: By = "",
    as_json: Json = False,
) -> None:
    """修改并重新公布资料 · change the profile and publish it anew."""
    from chopmark.cli.sending import say_sent, send_errands
    from chopmark.services.issuers import Presentation, changed_profile, profile_of, stored, write_profile_file

    T.json = as_json
    given = Presentation(name_zh, name_en, uscc, site, tuple(covers or ()))
    with T.site.store.read() as tx:
        old = profile_of(tx.nodes.get(alias))
    changed_profile(old, given, old.controller)  # what is wrong with it is said before a node is asked
    desk = T.site.desk()
    made = changed_profile(old, given, desk.directory.nodes[desk.node_of(alias)].controller)
    sent = send_errands(desk.republish(alias, made, by))
    path = out or Path(f"{alias}.profile.json")
    with T.site.store.begin() as tx:
        tx.nodes.set_profile(alias, stored(made))
    write_profile_file(path, made)
    T.answer({"alias": alias, "profile": str(path), "digest": made.digest.hex(), "sent": len(sent)})
    say_sent(sent)
    T.out(f"新资料文件：{path}", f"The new profile: {path}")


@controller_app.command("offer")
def offer(alias: Alias, to: To, by: By = "", as_json: Json = False) -> None:
    """提出移交；对方接受后才生效 · offer it; nothing changes until the other side accepts."""
    from chopmark.cli.sending import send_registry

    T.json = as_json
    address = T.site.key_address(to)
    send_registry(lambda desk: desk.offer_controller(alias, address, by))
    T.out(
        f"下一步：由 0x{address.hex()} 运行 chopmark issuer controller accept",
        f"Next: 0x{address.hex()} runs chopmark issuer controller accept",
    )


@controller_app.command("accept")
def accept(
    alias: Alias,
    by: Annotated[str, typer.Option("--by", help="新管理密钥 · the new controller's key")],
    as_json: Json = False,
) -> None:
    """接受移交 · accept what was offered."""
    from chopmark.cli.sending import send_registry

    T.json = as_json
    send_registry(lambda desk: desk.accept_controller(alias, by))
    _set_controller(alias, by)
    _say_new_controller(alias)


@controller_app.command("recover")
def recover(
    alias: Alias,
    to: To,
    by: Annotated[str, typer.Option("--by", help="最高授权机构的密钥 · the root authority's key")],
    as_json: Json = False,
) -> None:
    """管理密钥丢失后，由最高授权机构指定新的 · replace a lost controller, by the root authority."""
    from chopmark.cli.sending import send_registry

    T.json = as_json
    address = T.site.key_address(to)
    send_registry(lambda desk: desk.recover_controller(alias, address, by))
    _set_controller(alias, T.site.key_name(address))
    _say_new_controller(alias)


def _set_controller(alias: str, name: str) -> None:
    with T.site.ledger.begin() as tx:
        if tx.nodes.find(alias) is not None:
            tx.nodes.set_keys(alias, controller=name)


def _say_new_controller(alias: str) -> None:
    T.out(
        f"“{alias}”的管理密钥已更换；请用 chopmark issuer profile {alias} 重新公布资料",
        f"“{alias}” has a new controller; publish its profile anew with chopmark issuer profile {alias}",
    )
