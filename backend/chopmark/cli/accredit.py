"""``chopmark accredit``: who may attest what, told to the issuer registry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chopmark.cli.app import TERMINAL as T

if TYPE_CHECKING:
    from chopmark.core.ledger import NodeRow
    from chopmark.core.profile import Profile

app = typer.Typer(help="授权 · accreditation", no_args_is_help=True, rich_markup_mode=None)
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
    from chopmark.cli.moments import instant
    from chopmark.cli.sending import send_errand

    T.json = False
    row, profile = _institution(institution)
    end = instant(until, end_of_day=True) if until else 0
    desk = T.site.desk()
    state = desk.registered(profile)
    if state is None:
        T.note(f"登记机构“{row.alias}”…", f"Registering “{row.alias}” …")
        send_errand(desk.register(profile, by, kind))
        desk = T.site.desk()
        state = desk.registered(profile)
    if state is None:  # final and not followed: the follower would have raised
        raise RuntimeError("a registered node has no event")
    with T.site.ledger.begin() as tx:
        tx.nodes.set_node(row.alias, state.id)
    T.note(f"授权 {'、'.join(kind)} …", f"Accrediting for {', '.join(kind)} …")
    send_errand(desk.grant(state.id, by, kind, end, accreditor=accreditor))
    added = _add_working_key(row, profile, state.keys.keys(), accreditor=accreditor)
    T.json = as_json
    T.answer({"alias": row.alias, "node": state.id.hex(), "serial": state.serial, "kinds": kind, "keyAdded": added})
    T.out(
        f"“{row.alias}”已获授权：{'、'.join(kind)}，机构编号 {state.serial}",
        f"“{row.alias}” is accredited for {', '.join(kind)}; its number is {state.serial}",
    )
    if profile.key and not added and profile.key not in state.keys:
        T.out(
            "下一步：机构用管理密钥运行 chopmark key add",
            "Next: the institution runs chopmark key add with its controller's key",
        )


def _institution(named: str) -> tuple[NodeRow, Profile]:
    """A kept institution, or one from a profile file, kept from now on under the file's name."""
    from chopmark.core.ledger import NodeRole
    from chopmark.services.issuers import alias_of, keep, profile_of, read_profile_file

    path = Path(named)
    if not named.endswith(".json"):
        with T.site.ledger.read() as tx:
            row = tx.nodes.get(named)
        return row, profile_of(row)
    profile = read_profile_file(path)
    alias = alias_of(path)
    with T.site.ledger.begin() as tx:
        found = tx.nodes.find(alias)
        if found is None or profile_of(found) != profile:
            found = keep(tx.nodes, alias, profile, NodeRole.ISSUER, "", "", int(T.site.clock()))
    return found, profile


def _add_working_key(row: NodeRow, profile: Profile, known: object, *, accreditor: bool) -> bool:
    """Where the controller's key is in this keystore too, the working key is added at once."""
    from chopmark.cli.sending import send_errand

    if not row.controller or not row.key or profile.key in set(known):  # type: ignore[call-overload]
        return False
    T.note(f"增加工作密钥“{row.key}”…", f"Adding the working key “{row.key}” …")
    roles = ["accredit"] if accreditor else ["attest", "status"]
    send_errand(T.site.desk().add_key(row.alias, profile.key, roles))
    return True


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
