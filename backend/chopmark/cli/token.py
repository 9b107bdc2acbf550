"""``chopmark token``: who may use this site's service."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from chopmark.cli.app import TERMINAL as T
from chopmark.core.access import Role

if TYPE_CHECKING:
    from chopmark.core.access import TokenRow

app = typer.Typer(help="服务令牌 · tokens of the service", no_args_is_help=True, rich_markup_mode=None)
Json = Annotated[bool, typer.Option("--json", help="JSON")]


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="给谁用 · whom it is for")],
    role: Annotated[Role, typer.Option(help="角色 · role")],
    days: Annotated[int, typer.Option(help="有效天数，最多 400 · days that it lives, 400 at most")],
    institution: Annotated[
        str, typer.Option(help="所代表的机构（登记员、授权员必填）· alias of the institution it acts for")
    ] = "",
    scope: Annotated[
        list[str] | None, typer.Option(help="仅限这些权限（可重复）· only these scopes [all of its role]")
    ] = None,
    as_json: Json = False,
) -> None:
    """签发令牌（只显示一次）· make a token, shown once."""
    from chopmark.services.tokens import issue

    T.json = as_json
    now = int(T.site.clock())
    with T.site.store.begin() as tx:
        issued = issue(tx, name=name, role=role, institution=institution, scopes=scope or (), days=days, now=now)
    T.answer(_as_json(issued.row, now) | {"token": issued.text})
    T.out(issued.text)
    if not T.json:
        T.note(
            f"令牌 {issued.row.id} 有效至 {_day(issued.row.expires_at)}；只显示这一次，请妥善保存",
            f"Token {issued.row.id} stands until {_day(issued.row.expires_at)}; it is shown this once, keep it safe",
        )


@app.command("list")
def list_(as_json: Json = False) -> None:
    """列出令牌（不含令牌本身）· all tokens, never the tokens themselves."""
    from chopmark.services.tokens import listed

    T.json = as_json
    now = int(T.site.clock())
    with T.site.store.read() as tx:
        rows = listed(tx)
    T.answer([_as_json(row, now) for row in rows])
    if not rows:
        T.out("没有令牌", "There are no tokens")
        return
    headings = T.text("编号|名称|角色|机构|有效至|最近使用|状态", "id|name|role|institution|until|last used|state")
    T.table(
        headings.split("|"),
        (
            (
                row.id,
                row.name,
                row.role.value,
                row.institution or "-",
                _day(row.expires_at),
                _day(row.last_used_day),
                T.text(*_STATES[_state(row, now)]),
            )
            for row in rows
        ),
    )


@app.command("revoke")
def revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="令牌编号 · id of the token")], as_json: Json = False
) -> None:
    """吊销令牌 · revoke a token, for good."""
    from chopmark.services.tokens import revoke as end

    T.json = as_json
    now = int(T.site.clock())
    with T.site.store.begin() as tx:
        row = end(tx, token_id, now)
    T.answer(_as_json(row, now))
    T.out(f"令牌 {row.id} 已吊销", f"Token {row.id} is revoked")


_STATES = {"live": ("有效", "live"), "expired": ("已过期", "expired"), "revoked": ("已吊销", "revoked")}


def _state(row: TokenRow, now: int) -> str:
    return "revoked" if row.revoked_at is not None else "live" if row.stands(now) else "expired"


def _as_json(row: TokenRow, now: int) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "role": row.role.value,
        "institution": row.institution or None,
        "scopes": sorted(row.permitted),
        "created_at": _time(row.created_at),
        "expires_at": _time(row.expires_at),
        "last_used_on": None if row.last_used_day is None else _day(row.last_used_day),
        "revoked_at": None if row.revoked_at is None else _time(row.revoked_at),
        "state": _state(row, now),
    }


def _time(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(at: int | None) -> str:
    return "-" if at is None else _time(at)[:10]
