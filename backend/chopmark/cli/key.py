"""``chopmark key``: keys in the encrypted keystore, and what the chain is told about them."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from chopmark.cli.app import TERMINAL as T

app = typer.Typer(help="密钥 · signing keys", no_args_is_help=True, rich_markup_mode=None)
Name = Annotated[str, typer.Argument(help="密钥名 · name of the key")]
NameOrAddress = Annotated[str, typer.Argument(help="密钥名或地址 · name or address of the key")]
Issuer = Annotated[str, typer.Argument(help="机构别名 · alias of the institution")]
By = Annotated[str, typer.Option("--by", help="由哪把密钥操作（默认：机构的管理密钥）· acting key [the controller]")]
Json = Annotated[bool, typer.Option("--json", help="JSON")]


@app.command("new")
def new(name: Name, as_json: Json = False) -> None:
    """新建密钥（口令加密保存）· make a key, encrypted with a passphrase."""
    T.json = as_json
    _made(name, T.site.new_key(name))


@app.command("import")
def import_(name: Name, as_json: Json = False) -> None:
    """导入私钥（从标准输入读取十六进制）· import a private key, hex on standard input."""
    T.json = as_json
    T.site.check_new_key(name)
    _made(name, T.site.new_key(name, _private_key()))


def _private_key() -> bytes:
    """The key as given: typed unseen on a terminal, or read from a pipe."""
    from chopmark.errors import KeystoreError
    from chopmark.wording import Wording

    ask = ("私钥（64位十六进制）：", "Private key (64 hex digits): ")
    given = T.secret(*ask) if sys.stdin.isatty() else sys.stdin.readline(200)
    try:
        secret = bytes.fromhex(given.strip().removeprefix("0x"))
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise KeystoreError(
            why=Wording("私钥应为64位十六进制", "a private key has 64 hex digits"),
            fix_zh="请检查输入；也可用 chopmark key new 新建密钥",
            fix_en="Check what was given, or make a new key with chopmark key new",
        )
    return secret


def _made(name: str, address: bytes) -> None:
    T.answer({"name": name, "address": "0x" + address.hex()})
    T.out(f"密钥“{name}”已保存，地址 0x{address.hex()}", f"Key “{name}” kept, address 0x{address.hex()}")
    T.out("请备份密钥文件和口令：丢失后无法找回", "Back up the key file and its passphrase: neither can be recovered")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """列出密钥 · list keys."""
    T.json = as_json
    keys = T.site.keystore.list()
    T.answer(
        [
            {"name": k.name, "address": "0x" + k.address.hex(), "error": k.trouble.as_json() if k.trouble else None}
            for k in keys
        ]
    )
    if not keys:
        T.out("还没有密钥；用 chopmark key new 名称 新建", "No keys yet; make one with chopmark key new NAME")
        return
    rows = [(k.name, "0x" + k.address.hex(), k.trouble.say(T.language) if k.trouble else "") for k in keys]
    T.table([T.text("名称", "name"), T.text("地址", "address"), ""], rows)


@app.command("add")
def add(
    issuer: Issuer,
    name: Annotated[str, typer.Argument(help="密钥名或地址 · name or address of the key", show_default=False)] = "",
    role: Annotated[
        list[str] | None, typer.Option(help="attest, status, delegate, accredit（默认 attest+status）")
    ] = None,
    delegation: Annotated[
        bool, typer.Option("--delegation", help="接受信任文件中的代签合约 · admit the trust file's delegation contract")
    ] = False,
    by: By = "",
    as_json: Json = False,
) -> None:
    """为机构增加工作密钥，或接受代签合约 · give an institution a working key, or admit the delegation contract."""
    from chopmark.cli.sending import send_registry

    T.json = as_json
    _require_one_key(name, role, delegation=delegation)
    if delegation:
        T.site.chain.verify_identity()
        contract = T.site.chain.verify_delegation()
        send_registry(lambda desk: desk.add_key(issuer, contract, ["delegate"], by))
        T.out(
            "下一步：用 chopmark issuer payer 指定由谁发送和付费",
            "Next: say who sends and pays, with chopmark issuer payer",
        )
        return
    roles = role or ["attest", "status"]
    address = T.site.key_address(name)
    send_registry(lambda desk: desk.add_key(issuer, address, roles, by))
    if not {"attest", "accredit"} & set(roles):
        return
    with T.site.ledger.begin() as tx:
        row = tx.nodes.find(issuer)
        # A key elsewhere can work for it only if somebody here sends what it signs.
        working = T.site.key_name(address) or ("0x" + address.hex() if row is not None and row.payer else "")
        if not working:
            return
        if row is not None:
            tx.nodes.set_keys(issuer, key=working)
    T.out(f"“{issuer}”今后使用密钥“{working}”", f"“{issuer}” works with the key “{working}” from now on")


def _require_one_key(name: str, role: list[str] | None, *, delegation: bool) -> None:
    from chopmark.errors import UsageError
    from chopmark.wording import Wording

    if bool(name) is delegation or (delegation and role):
        raise UsageError(
            why=Wording(
                "请给出密钥，或用 --delegation，二者取一",
                "name a key, or give --delegation, not both (and no --role with it)",
            )
        )


@app.command("retire")
def retire(issuer: Issuer, name: NameOrAddress, by: By = "", as_json: Json = False) -> None:
    """停用密钥：此前的登记仍有效 · retire a key; what it registered stands."""
    from chopmark.cli.sending import send_registry

    T.json = as_json
    send_registry(lambda desk: desk.retire_key(issuer, T.site.key_address(name), by))


@app.command("report")
def report(
    issuer: Issuer,
    name: NameOrAddress,
    since: Annotated[str, typer.Option(help="失控起始时间 · when it may have been lost, e.g. 2026-05-01T08:00")],
    reason: Annotated[str, typer.Option(help="key-lost, key-stolen, unspecified")] = "unspecified",
    by: By = "",
    as_json: Json = False,
) -> None:
    """报失密钥：自该时间起的登记需人工确认 · report a key compromised from a time on."""
    from chopmark.cli.moments import instant
    from chopmark.cli.sending import send_registry
    from chopmark.core.reasons import find_reason

    T.json = as_json
    start, code = instant(since), find_reason(reason, of="accreditation").code
    send_registry(lambda desk: desk.report_compromise(issuer, T.site.key_address(name), start, by, code))
