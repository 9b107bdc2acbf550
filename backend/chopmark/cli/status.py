"""``chopmark revoke | suspend | resume | supersede``: what an issuer may still say about what it registered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.terminal import plain
from chopmark.errors import InputError, UsageError
from chopmark.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chopmark.core.ledger import ChangeRow, CredentialRow
    from chopmark.core.words import Op
    from chopmark.services.acting import Acting
    from chopmark.services.pipeline import KeyRing
    from chopmark.services.ports import Transaction
    from chopmark.services.register import Drafted

Ids = Annotated[
    list[str] | None,
    typer.Argument(
        help="凭证包、存证编号、承诺值（前8位起）或证书编号 · bundle, id, first 8 digits of an id, or number"
    ),
]
Reason = Annotated[str, typer.Option("--reason", help="原因代码 · coded reason")]
Issuer = Annotated[str, typer.Option("--issuer", help="机构别名 · alias of the institution")]
ListOfThem = Annotated[
    Path | None,
    typer.Option("--sheet", help="表格，每行一个编号，可有“原因”列 · a sheet: a number a row, perhaps a reason"),
]
Tab = Annotated[str, typer.Option("--tab", help="工作表名 · name of the worksheet")]
Yes = Annotated[bool, typer.Option("--yes", help="确认（表格默认只预检）· do it; a sheet is only checked without it")]
Json = Annotated[bool, typer.Option("--json", help="JSON")]


def revoke(
    ids: Ids = None,
    reason: Reason = "",
    sheet: ListOfThem = None,
    tab: Tab = "",
    issuer: Issuer = "",
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """撤销凭证，不可恢复 · revoke credentials, for good."""
    from chopmark.core.words import Op

    _change(_Wish(Op.REVOKED, reason, issuer, yes), ids or [], sheet, tab, as_json)


def suspend(
    ids: Ids = None,
    reason: Reason = "",
    sheet: ListOfThem = None,
    tab: Tab = "",
    issuer: Issuer = "",
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """中止凭证，可恢复 · suspend credentials until resumed."""
    from chopmark.core.words import Op

    _change(_Wish(Op.SUSPENDED, reason, issuer, yes), ids or [], sheet, tab, as_json)


def resume(
    ids: Ids = None,
    reason: Reason = "review-closed",
    sheet: ListOfThem = None,
    tab: Tab = "",
    issuer: Issuer = "",
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """恢复被中止的凭证 · resume suspended credentials."""
    from chopmark.core.words import Op

    _change(_Wish(Op.RESUMED, reason, issuer, yes), ids or [], sheet, tab, as_json)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to become of credentials, and why. ``yes``: of a sheet, it is confirmed."""

    op: Op
    reason: str
    issuer: str
    yes: bool


def supersede(
    id_: Annotated[str, typer.Argument(metavar="ID", help="旧凭证 · the credential to be corrected")] = "",
    files: Annotated[list[Path] | None, typer.Argument(help="新文件 · files of the corrected credential")] = None,
    field: Annotated[list[str] | None, typer.Option(help="要更正的 字段=值 · corrected name=value")] = None,
    reason: Reason = "corrected",
    issuer: Issuer = "",
    without_files: Annotated[
        bool, typer.Option("--without-files", help="新版本不再绑定文件 · the new version binds no file")
    ] = False,
    bundles: Annotated[Path, typer.Option(help="凭证包文件夹 · where the bundle goes")] = Path("bundles"),
    sheet: Annotated[
        Path | None,
        typer.Option("--sheet", help="表格：编号和要更正的列 · a sheet: numbers and the columns that change"),
    ] = None,
    kind: Annotated[str, typer.Option(help="表格的材料类别 · kind of the sheet's credentials")] = "",
    tab: Tab = "",
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="列名=字段，可重复 · heading=field, repeatable")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--files", help="新文件的文件夹或ZIP · folder or ZIP of new files")
    ] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """更正凭证：登记新版本并指明所替代的旧版本 · register a corrected version and link the old one to it."""
    from chopmark.cli.desk import acting, check_key, key_ring
    from chopmark.cli.registered import Outcome, report
    from chopmark.core.reasons import find_reason
    from chopmark.core.words import Role
    from chopmark.services.status import accept_correction, check_correction

    T.json = as_json
    _require_one_way(id_, [*(files or []), *(field or []), without_files], sheet, kind, [tab, map_, folder, yes])
    if sheet is not None:
        from chopmark.cli.by_sheet import correct_sheet
        from chopmark.cli.sheets import SheetOptions

        correct_sheet(kind, SheetOptions(sheet, folder, tab, map_ or []), reason, issuer, bundles, _carry_out, yes=yes)
        return
    if T.site_url:
        from chopmark.cli.remote.registering import supersede as supersede_there

        supersede_there(id_, files or [], field or [], reason, issuer, bundles, without_files=without_files)
        return
    code = find_reason(reason).code
    who = acting(issuer)
    (old,) = _find([id_], who)
    drafted = _corrected(old, files or [], field or [])
    with T.site.ledger.read() as tx:
        correction = check_correction(tx, old, drafted)
    if correction.done is not None:
        _finish_correction(correction.done, who, bundles)
        return
    if correction.leaves_files and not without_files:
        raise files_left(old.label or old.commitment.hex()[:16], correction.bound)
    for role in (Role.ATTEST, Role.STATUS):
        check_key(who, role)
    keys = key_ring(who)
    with T.site.ledger.begin() as tx:
        change = accept_correction(tx, correction, code, int(T.site.clock()))
    _carry_out([change.id], keys)
    report([change.successor_id or 0], bundles, Outcome(1, drafted.warnings))
    T.out(
        f"旧版本 {old.commitment.hex()[:16]}… 已指向新版本",
        f"The old version {old.commitment.hex()[:16]}… now points to it",
    )


def _require_one_way(id_: str, given: list[object], sheet: Path | None, kind: str, for_sheet: list[object]) -> None:
    if (sheet is None) is not bool(id_) or any([kind, *for_sheet] if sheet is None else given):
        raise UsageError(why=_ONE_SOURCE)
    if sheet is not None and not kind:
        raise UsageError(why=_NO_KIND)
    if sheet is not None and T.site_url:
        from chopmark.cli.remote.site import only_here

        raise only_here("supersede --sheet")


def _corrected(old: CredentialRow, files: list[Path], fields: list[str]) -> Drafted:
    """The corrected credential, examined. Exits with 2 if something is wrong with it."""
    from chopmark.cli.desk import today
    from chopmark.kinds import find_kind
    from chopmark.services.register.form import read_fields
    from chopmark.services.status.correct import draft_correction

    given = read_fields(find_kind(old.kind), fields)
    drafted = draft_correction(old, given, files, T.settings.max_file_bytes, today())
    if not drafted.ok:
        T.answer({"findings": [f.as_json() for f in drafted.findings]})
        for finding in drafted.findings:
            T.finding(finding)
        T.out("没有更正任何内容", "Nothing was corrected")
        raise typer.Exit(2)
    return drafted


def _finish_correction(new: CredentialRow, who: Acting, bundles: Path) -> None:
    """Bring a correction that was interrupted to its end, and hand out its bundle."""
    from chopmark.cli.desk import key_ring
    from chopmark.cli.registered import Outcome, report

    with T.site.ledger.read() as tx:
        left = [change.id for change in tx.changes.pending() if change.successor_id == new.id]
    if left:
        _carry_out(left, key_ring(who))
    report([new.id], bundles, Outcome(0))


def files_left(name: str, bound: int) -> InputError:
    """The files of the old version would be lost without anybody having said so. ``bound``: how many it binds."""
    return InputError(
        place=plain(name),
        why=_FILES_LEFT.filled(count=bound),
        fix_zh="请列出新版本的文件；确实不再绑定文件时加 --without-files",
        fix_en="Name the files of the new version, or add --without-files if it is to bind none",
    )


def _change(wish: _Wish, ids: list[str], sheet: Path | None, tab: str, as_json: bool) -> None:
    T.json = as_json
    if (sheet is None) is not bool(ids) or (tab and sheet is None):
        raise UsageError(why=_ONE_SOURCE)
    if T.site_url:
        from chopmark.cli.remote.statuses import change as change_there

        change_there(wish.op, ids, wish.reason, wish.issuer, by_sheet=sheet is not None)
    elif sheet is not None:
        from chopmark.cli.by_sheet import change_sheet

        _say_changes(*change_sheet(wish.op, wish.reason, wish.issuer, sheet, tab, _carry_out, yes=wish.yes))
    else:
        _change_each(wish, ids)


def _change_each(wish: _Wish, ids: list[str]) -> None:
    from chopmark.cli.desk import acting, check_key, key_ring
    from chopmark.core.reasons import find_reason
    from chopmark.core.words import Role
    from chopmark.services.pipeline import request_changes
    from chopmark.services.status import require_final

    if not wish.reason:
        raise UsageError(why=_NO_REASON)
    code = find_reason(wish.reason).code
    who = acting(wish.issuer)
    rows = _find(ids, who)
    with T.site.ledger.read() as tx:
        require_final(tx, rows)
    check_key(who, Role.STATUS)
    keys = key_ring(who)
    with T.site.ledger.begin() as tx:
        changes = request_changes(tx, rows, wish.op, code, now=int(T.site.clock()))
    _say_changes(rows, _carry_out([change.id for change in changes], keys))


def _find(ids: list[str], who: Acting) -> list[CredentialRow]:
    """The credentials meant, each once."""
    from chopmark.services.status import find_each

    with T.site.ledger.read() as tx:
        return find_each(tx.credentials, ids, who.node, T.site.home)


def _carry_out(ids: list[int], keys: KeyRing) -> list[ChangeRow]:
    """Make the wanted changes; as they ended. Raises ``Refused`` if one can never be, and as ``run_worker``."""
    from chopmark.cli.sending import run_worker
    from chopmark.services.delegation import waiting_for
    from chopmark.services.status import require_done

    def rows(tx: Transaction) -> list[ChangeRow]:
        return [row for at in ids if (row := tx.changes.get(at)) is not None]

    run_worker(keys, until=lambda tx: all(row.done for row in rows(tx)), asked=lambda tx: waiting_for(tx, changes=ids))
    with T.site.ledger.read() as tx:
        done = rows(tx)
    require_done(done)
    return done


def _say_changes(credentials: Sequence[CredentialRow], changes: list[ChangeRow]) -> None:
    from chopmark.services.status import outcome

    with T.site.ledger.read() as tx:
        done = [each.as_json() for each in outcome(tx, credentials, changes)]
    T.answer(done)
    for entry in done:
        where = T.text(f"已上链，区块 {entry['block']}", f"done, block {entry['block']}")
        before = T.text("此前已是该状态", "it was so already")
        told = before if entry["already"] else where
        T.out(plain(f"{str(entry['id'])[:16]}  {entry['label']}  {told}"))


_ONE_SOURCE = Wording("请给出凭证，或者 --sheet 表格，二者取一", "give either credentials or a --sheet, not both")
_FILES_LEFT = Wording(
    "旧版本绑定了 {count} 个文件，新版本没有文件（文件不会自动沿用）；没有更正任何内容",
    "the old version binds {count} file(s), the new one none: files are not taken over by themselves; "
    "nothing was corrected",
)
_NO_KIND = Wording("请用 --kind 指定表格的材料类别", "say which kind the sheet is about with --kind")
_NO_REASON = Wording("请用 --reason 给出原因代码", "say why with --reason")
