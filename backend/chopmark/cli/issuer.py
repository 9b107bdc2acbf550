"""``chopmark issuer``: institutions that this site has names for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chopmark.cli.app import TERMINAL as T

app = typer.Typer(help="机构 · institutions", no_args_is_help=True, rich_markup_mode=None)
Alias = Annotated[str, typer.Argument(help="别名 · alias")]
Json = Annotated[bool, typer.Option("--json", help="JSON")]


@app.command("new")
def new(
    alias: Alias,
    name_zh: Annotated[str, typer.Option(help="中文名称 · name in Chinese")],
    controller: Annotated[str, typer.Option(help="管理密钥（冷）· name of the cold key that manages the others")],
    name_en: Annotated[str, typer.Option(help="英文名称 · name in English")] = "",
    uscc: Annotated[str, typer.Option(help="统一社会信用代码 · unified social credit code")] = "",
    site: Annotated[str, typer.Option(help="网址 · web address")] = "",
    covers: Annotated[
        list[str] | None, typer.Option(help="登记范围，如 degree:2020-01-01 · what is registered")
    ] = None,
    key: Annotated[str, typer.Option(help="工作密钥 · name of the working key")] = "",
    accreditor: Annotated[bool, typer.Option("--accreditor", help="授权机构 · it accredits others")] = False,
    out: Annotated[Path | None, typer.Option(help="资料文件的保存位置 · where to write the profile")] = None,
    as_json: Json = False,
) -> None:
    """建立机构资料 · present an institution; writes ALIAS.profile.json for whoever accredits it."""
    from chopmark.core.ledger import NodeRole
    from chopmark.services.issuers import Presentation, keep, make_profile

    T.json = as_json
    address = T.site.keystore.address
    presentation = Presentation(name_zh, name_en, uscc, site, tuple(covers or ()))
    profile = make_profile(presentation, address(controller), address(key) if key else b"")
    role = NodeRole.ACCREDITOR if accreditor else NodeRole.ISSUER
    path = out or Path(f"{alias}.profile.json")
    with T.site.store.begin() as tx:
        keep(tx.nodes, alias, profile, role, controller, key, int(T.site.clock()))
        path.write_bytes(profile.document())
    T.answer({"alias": alias, "profile": str(path), "digest": profile.digest.hex()})
    T.out(
        f"已建立“{alias}”（{profile.name_zh}），资料文件：{path}",
        f"Kept “{alias}” ({profile.name_zh}), profile: {path}",
    )
    T.out("下一步：请授权机构运行 chopmark accredit grant", "Next: whoever accredits it runs chopmark accredit grant")


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
    from chopmark.core.reference import serial
    from chopmark.services.issuers import profile_of

    T.json = as_json
    with T.site.store.read() as tx:
        rows = tx.nodes.list()
    T.answer(
        [
            {
                "alias": r.alias,
                "node": r.node.hex() if r.node else None,
                "role": r.role.value,
                "profile": dict(r.profile),
            }
            for r in rows
        ]
    )
    headings = [
        T.text(*h)
        for h in (("别名", "alias"), ("编号", "No."), ("角色", "role"), ("名称", "name"), ("工作密钥", "key"))
    ]
    T.table(
        headings,
        [(r.alias, serial(r.node) if r.node else "-", r.role.value, profile_of(r).name_zh, r.key or "-") for r in rows],
    )


@app.command("show")
def show(alias: Alias, as_json: Json = False) -> None:
    """机构资料及其链上授权 · an institution and its standing on the chain."""
    from chopmark.cli.showing import show_issuer

    T.json = as_json
    show_issuer(alias)


@app.command("profile")
def profile(
    alias: Alias,
    name_zh: Annotated[str, typer.Option(help="中文名称")] = "",
    name_en: Annotated[str, typer.Option(help="英文名称")] = "",
    site: Annotated[str, typer.Option(help="网址 · web address")] = "",
    covers: Annotated[list[str] | None, typer.Option(help="登记范围 · what is registered")] = None,
    as_json: Json = False,
) -> None:
    """修改并重新公布资料 · change the profile and publish it anew."""
    from chopmark.cli.sending import send_registry
    from chopmark.services.issuers import changed_profile, profile_of, stored

    T.json = as_json
    with T.site.store.read() as tx:
        old = profile_of(tx.nodes.get(alias))
    new = changed_profile(old, name_zh, name_en, site, tuple(covers or ()))
    send_registry(lambda desk: desk.republish(alias, new))
    with T.site.store.begin() as tx:
        tx.nodes.set_profile(alias, stored(new))
    path = Path(f"{alias}.profile.json")
    path.write_bytes(new.document())
    T.out(f"新资料文件：{path}", f"The new profile: {path}")
