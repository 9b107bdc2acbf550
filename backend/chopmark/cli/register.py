"""``chopmark register``: from files or a spreadsheet to the chain, and a bundle for each credential."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chopmark.cli.app import TERMINAL as T
from chopmark.errors import InputError, Unreachable, UsageError
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.cli.desk import Acting
    from chopmark.cli.registered import Checked
    from chopmark.kinds import Kind
    from chopmark.services.pipeline import KeyRing
    from chopmark.services.ports import Transaction
    from chopmark.services.register import Drafted, Weighed


def register(
    files: Annotated[list[Path] | None, typer.Argument(help="同一凭证的文件 · files of one credential")] = None,
    kind: Annotated[str, typer.Option(help="材料类别 · kind of credential")] = "",
    field: Annotated[list[str] | None, typer.Option(help="字段=值，可重复 · name=value, repeatable")] = None,
    sheet: Annotated[Path | None, typer.Option(help="表格 CSV/XLSX · spreadsheet")] = None,
    folder: Annotated[
        Path | None, typer.Option("--files", help="表格所列文件的文件夹 · folder of the sheet's files")
    ] = None,
    issuer: Annotated[str, typer.Option(help="机构别名 · alias of the institution")] = "",
    bundles: Annotated[Path, typer.Option(help="凭证包文件夹 · where bundles go")] = Path("bundles"),
    yes: Annotated[
        bool, typer.Option("--yes", help="确认登记（表格默认只预检）· register; a sheet is only checked without it")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="重新登记已撤销的编号或内容 · register anew what was revoked")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只预检 · check only")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """登记凭证：文件加字段，或整张表格 · register credentials from files and fields, or from a whole sheet."""
    from chopmark.cli.desk import acting
    from chopmark.cli.registered import say_checked, say_findings
    from chopmark.kinds import find_kind
    from chopmark.services.register import weigh

    T.json = as_json
    _require_one_source(kind, [*(files or []), *(field or [])], sheet, folder)
    chosen = find_kind(kind)
    if sheet is not None:
        drafted, name = _from_sheet(chosen, sheet, folder), sheet.name
    else:
        drafted, name = _from_form(chosen, files or [], field or []), ""
    who = acting(issuer)
    only_check = dry_run or (sheet is not None and not yes)
    with T.site.ledger.read() as tx:
        weighed = weigh(tx.credentials, who.node, chosen, drafted.drafts, name, again=again)
    checked = _check(chosen, who, drafted, weighed, needs_chain=not only_check)
    say_findings(checked)
    if checked.findings:
        say_checked(checked)
        raise typer.Exit(2)
    if only_check:
        _check_key(who, checked)
        say_checked(checked, who.node, T.text("去掉 --dry-run", "leave out --dry-run") if dry_run else "")
        return
    _register(checked, who, bundles, again=again)


def _require_one_source(kind: str, given: Sequence[object], sheet: Path | None, folder: Path | None) -> None:
    if not kind:
        raise UsageError(why=_NO_KIND)
    if (sheet is None) is not bool(given):
        raise UsageError(why=_ONE_SOURCE)
    if folder is not None and sheet is None:
        raise UsageError(why=_FOLDER_ALONE)


def _from_sheet(kind: Kind, path: Path, folder: Path | None) -> Drafted:
    from chopmark.cli.desk import today
    from chopmark.services.register import FileBinder, draft_sheet
    from chopmark.services.sheet import read_sheet

    limit = T.settings.max_file_bytes
    try:
        if path.stat().st_size > limit:
            raise _unusable(path, _TOO_LARGE.filled(limit=limit >> 20))
        data = path.read_bytes()
    except OSError as fault:
        raise _unusable(path, _UNREADABLE.filled(why=fault.strerror)) from fault
    if folder is not None and not folder.is_dir():
        raise _unusable(folder, _NO_FOLDER)
    with FileBinder(limit) as binder:
        return draft_sheet(kind, read_sheet(data, path.name), folder, binder, today(), own=path)


def _from_form(kind: Kind, files: Sequence[Path], fields: Sequence[str]) -> Drafted:
    from chopmark.cli.desk import today
    from chopmark.services.register import FileBinder, draft_one
    from chopmark.services.register.form import read_fields

    with FileBinder(T.settings.max_file_bytes) as binder:
        return draft_one(kind, read_fields(kind, fields), files, binder, today())


def _check(kind: Kind, who: Acting, drafted: Drafted, weighed: Weighed, *, needs_chain: bool) -> Checked:
    """With what the chain allows. Raises ``Unreachable`` if the chain cannot be asked and must be."""
    from chopmark.cli.desk import accreditation_finding
    from chopmark.cli.registered import Checked

    findings = (*drafted.findings, *weighed.findings)
    if needs_chain and (findings or not weighed.new):
        return Checked(kind, drafted, weighed, findings)  # nothing will be registered, so nothing need be asked
    try:
        refused = accreditation_finding(kind, who)
    except Unreachable as fault:
        if needs_chain:
            raise
        return Checked(kind, drafted, weighed, findings, fault)
    return Checked(kind, drafted, weighed, (*findings, *([refused] if refused else [])))


def _check_key(who: Acting, checked: Checked) -> None:
    """In a dry run: say now what would be refused later."""
    from chopmark.cli.desk import check_key
    from chopmark.core.words import Role

    if checked.weighed.new and checked.unasked is None:
        check_key(who, Role.ATTEST)


def _register(checked: Checked, who: Acting, folder: Path, *, again: bool) -> None:
    from chopmark.cli.desk import check_key, key_ring
    from chopmark.cli.registered import report
    from chopmark.core.words import Role
    from chopmark.services.pipeline import take_in
    from chopmark.services.register import compose_drafts

    weighed, kind = checked.weighed, checked.kind
    known = [row.id for _, row in weighed.known]
    if not weighed.new:
        _finish(known, lambda: key_ring(who))
        report(known, folder, new=0, warnings=checked.warnings)
        return
    check_key(who, Role.ATTEST)
    keys = key_ring(who)
    rows = list(compose_drafts(kind, who.node, weighed.new, int(T.site.clock())))
    accepted = take_in(T.site.ledger, rows, again=again)
    T.note(f"已受理 {len(weighed.new)} 条，正在登记 …", f"{len(weighed.new)} accepted, registering …")
    ids = _in_order(weighed, [*accepted.ids], known)
    _finish(ids, lambda: keys)
    report(ids, folder, new=len(accepted.added), warnings=checked.warnings)


def _in_order(weighed: Weighed, new: list[int], known: list[int]) -> list[int]:
    """Row numbers in the order of the sheet."""
    rows = [draft.row for draft in weighed.new] + [draft.row for draft, _ in weighed.known]
    return [at for _, at in sorted(zip(rows, [*new, *known], strict=True))]


def _finish(ids: Sequence[int], keys: Callable[[], KeyRing]) -> None:
    """Bring these credentials into a final block, if they are in none yet; a key is opened only if one is needed."""
    from chopmark.cli.sending import run_worker

    def anchored(tx: Transaction) -> bool:
        batches = {row.batch_id for row in tx.credentials.get_many(ids).values()}
        found = [tx.batches.get(at) if at is not None else None for at in batches]
        return all(batch is not None and batch.anchored for batch in found)

    with T.site.ledger.read() as tx:
        done = anchored(tx)
    if not done:
        run_worker(keys(), until=anchored)


def _unusable(path: Path, why: Wording) -> InputError:
    return InputError(place=path, why=why, fix_zh="请检查路径", fix_en="Check the path")


_NO_KIND = Wording(
    "请用 --kind 指定材料类别（chopmark kinds 列出全部）", "say which kind with --kind (chopmark kinds lists them)"
)
_ONE_SOURCE = Wording(
    "请给出文件和字段，或者 --sheet 表格，二者取一", "give either files and fields, or a --sheet, not both"
)
_FOLDER_ALONE = Wording(
    "--files 只与 --sheet 同用；单个凭证请直接列出文件",
    "--files goes with --sheet; name the files of one credential themselves",
)
_TOO_LARGE = Wording("超过 {limit} MB", "it is larger than {limit} MB")
_UNREADABLE = Wording("无法读取（{why}）", "it cannot be read ({why})")
_NO_FOLDER = Wording("不是文件夹", "it is not a folder")
