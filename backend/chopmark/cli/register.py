"""``chopmark register``: from files or a spreadsheet to the chain, and a bundle for each credential."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chopmark.cli.app import TERMINAL as T
from chopmark.errors import UsageError
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.cli.mail_merge import Merge
    from chopmark.cli.sheets import SheetOptions
    from chopmark.kinds import Kind
    from chopmark.services.acting import Acting
    from chopmark.services.pipeline import KeyRing
    from chopmark.services.register import Drafted, Weighed
    from chopmark.services.register.check import Checked


def register(
    files: Annotated[list[Path] | None, typer.Argument(help="同一凭证的文件 · files of one credential")] = None,
    kind: Annotated[str, typer.Option(help="材料类别 · kind of credential")] = "",
    field: Annotated[list[str] | None, typer.Option(help="字段=值，可重复 · name=value, repeatable")] = None,
    sheet: Annotated[Path | None, typer.Option(help="表格 CSV/XLSX/XLS · spreadsheet")] = None,
    tab: Annotated[str, typer.Option(help="工作表名 · name of the worksheet")] = "",
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="列名=字段，=- 忽略，可重复 · heading=field, =- ignores, repeatable"),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--files", help="表格所列文件的文件夹或ZIP · folder or ZIP of the sheet's files")
    ] = None,
    merge: Annotated[
        list[str] | None, typer.Option("--merge", help="列入邮件合并表的列，可重复 · column for the mail-merge list")
    ] = None,
    skip_invalid: Annotated[
        bool,
        typer.Option("--skip-invalid", help="登记无误的行，退回其余 · register the good rows, hand back the others"),
    ] = False,
    template: Annotated[str, typer.Option(help="生成该类别的空白表格 · write a sheet to fill in for this kind")] = "",
    out: Annotated[Path | None, typer.Option(help="模板文件 .xlsx/.csv · where the template goes")] = None,
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
    from chopmark.cli.sheets import SheetOptions, write_template
    from chopmark.kinds import find_kind

    T.json = as_json
    for_sheet = [folder, tab, map_, merge, skip_invalid]
    if template:
        _require_template_alone([*(files or []), *(field or []), kind, sheet, yes, *for_sheet])
        write_template(find_kind(template), out)
        return
    _require_one_source(kind, [*(files or []), *(field or [])], sheet, for_sheet)
    chosen = find_kind(kind)
    if T.site_url:
        from chopmark.cli.remote.registering import Wish
        from chopmark.cli.remote.registering import register as register_there

        options = SheetOptions(sheet, folder, tab, map_ or [], merge or []) if sheet is not None else None
        only_check = dry_run or (sheet is not None and not yes)
        wish = Wish(chosen, files or [], field or [], options, issuer, bundles, again, only_check, skip_invalid)
        register_there(wish)
        return
    how = _How(issuer, bundles, yes=yes, again=again, dry_run=dry_run, skip_invalid=skip_invalid)
    if sheet is not None:
        _register_sheet(chosen, SheetOptions(sheet, folder, tab, map_ or [], merge or []), how)
    else:
        _register_form(chosen, files or [], field or [], how)


@dataclass(frozen=True, slots=True)
class _How:
    """How the command is meant."""

    issuer: str
    bundles: Path
    yes: bool
    again: bool
    dry_run: bool
    skip_invalid: bool


def _require_one_source(kind: str, given: Sequence[object], sheet: Path | None, for_sheet: Sequence[object]) -> None:
    if not kind:
        raise UsageError(why=_NO_KIND)
    if (sheet is None) is not bool(given):
        raise UsageError(why=_ONE_SOURCE)
    if sheet is None and any(for_sheet):
        raise UsageError(why=_FOLDER_ALONE)


def _require_template_alone(others: Sequence[object]) -> None:
    if any(others):
        raise UsageError(why=_TEMPLATE_ALONE)


def _register_form(kind: Kind, files: Sequence[Path], fields: Sequence[str], how: _How) -> None:
    from chopmark.cli.desk import acting

    drafted = _from_form(kind, files, fields)
    who = acting(how.issuer)
    weighed = _weighed(kind, who, drafted, "", how)
    checked = _checked(kind, who, drafted, weighed, needs_chain=not how.dry_run)
    if how.dry_run:
        _tell(checked, who, T.text("去掉 --dry-run", "leave out --dry-run"))
    else:
        _refuse(checked)
        _register(checked, who, how)


def _register_sheet(kind: Kind, options: SheetOptions, how: _How) -> None:
    from chopmark.cli import sheets
    from chopmark.cli.desk import acting
    from chopmark.cli.mail_merge import Merge
    from chopmark.services.register import set_aside

    who = acting(how.issuer)
    read = sheets.draft(kind, who, options)
    merge = Merge.of(read.sheet, options.merge)
    weighed = _weighed(kind, who, read.drafted, options.path.name, how)
    drafted, aside = read.drafted, {}
    if how.skip_invalid:
        parted = set_aside(drafted, weighed)
        drafted, weighed, aside = parted.drafted, parted.weighed, dict(parted.rows)
    only_check = how.dry_run or not how.yes
    checked = replace(_checked(kind, who, drafted, weighed, needs_chain=not only_check), aside=aside)
    if only_check:
        _tell(checked, who, T.text("去掉 --dry-run", "leave out --dry-run") if how.dry_run and how.yes else "")
        return
    _refuse(checked)
    rejected = sheets.hand_back(read.sheet, aside, options.path)
    _register(checked, who, how, merge, rejected, lambda: sheets.remember(kind, who, options))


def _weighed(kind: Kind, who: Acting, drafted: Drafted, name: str, how: _How) -> Weighed:
    from chopmark.services.register import weigh

    with T.site.ledger.read() as tx:
        return weigh(tx.credentials, who.node, kind, drafted.drafts, name, again=how.again)


def _checked(kind: Kind, who: Acting, drafted: Drafted, weighed: Weighed, *, needs_chain: bool) -> Checked:
    from chopmark.cli.desk import accreditation_finding
    from chopmark.services.register.check import check

    return check(kind, drafted, weighed, lambda: accreditation_finding(kind, who), needs_chain=needs_chain)


def _refuse(checked: Checked) -> None:
    """Say what is wrong; leave if anything refuses the input."""
    from chopmark.cli.registered import say_checked, say_findings

    say_findings(checked)
    if checked.findings:
        say_checked(checked)
        raise typer.Exit(2)


def _tell(checked: Checked, who: Acting, how: str) -> None:
    """The end of a dry run."""
    from chopmark.cli.registered import say_checked

    _refuse(checked)
    _check_key(who, checked)
    say_checked(checked, who.node, how)


def _from_form(kind: Kind, files: Sequence[Path], fields: Sequence[str]) -> Drafted:
    from chopmark.cli.desk import today
    from chopmark.services.register import FileBinder, draft_one
    from chopmark.services.register.form import read_fields

    with FileBinder(T.settings.max_file_bytes) as binder:
        return draft_one(kind, read_fields(kind, fields), files, binder, today())


def _check_key(who: Acting, checked: Checked) -> None:
    """In a dry run: say now what would be refused later."""
    from chopmark.cli.desk import check_key
    from chopmark.core.words import Role

    if checked.weighed.new and checked.unasked is None:
        check_key(who, Role.ATTEST)


def _register(
    checked: Checked,
    who: Acting,
    how: _How,
    merge: Merge | None = None,
    rejected: Path | None = None,
    confirmed: Callable[[], None] = lambda: None,
) -> None:
    """Accept, send, wait, hand out. ``confirmed``: what is to be kept once everything is accepted."""
    from chopmark.cli.desk import check_key, key_ring
    from chopmark.cli.registered import Outcome, report
    from chopmark.core.words import Role
    from chopmark.services.register.run import take_checked

    weighed = checked.weighed
    drafts = sorted([*weighed.new, *(draft for draft, _ in weighed.known)], key=lambda draft: draft.row)
    ids: Sequence[int] = [row.id for _, row in weighed.known]
    new = 0
    ring: KeyRing | None = None
    if weighed.new:
        check_key(who, Role.ATTEST)
        ring = key_ring(who)
        taken = take_checked(T.site.ledger, checked, who.node, int(T.site.clock()), again=how.again)
        ids, new = taken.ids, taken.new
        T.note(f"已受理 {len(weighed.new)} 条，正在登记 …", f"{len(weighed.new)} accepted, registering …")
    confirmed()
    _finish(ids, lambda: ring or key_ring(who))
    report(ids, how.bundles, Outcome(new, checked.warnings, checked.aside, rejected, merge, tuple(drafts)))


def _finish(ids: Sequence[int], keys: Callable[[], KeyRing]) -> None:
    """Bring these credentials into a final block, if they are in none yet; a key is opened only if one is needed."""
    from chopmark.cli.sending import run_worker
    from chopmark.services.delegation import waiting_for
    from chopmark.services.register.run import anchored

    with T.site.ledger.read() as tx:
        done = anchored(tx, ids)
    if not done:
        run_worker(keys(), until=lambda tx: anchored(tx, ids), asked=lambda tx: waiting_for(tx, credentials=ids))


_NO_KIND = Wording(
    "请用 --kind 指定材料类别（chopmark kinds 列出全部）", "say which kind with --kind (chopmark kinds lists them)"
)
_ONE_SOURCE = Wording(
    "请给出文件和字段，或者 --sheet 表格，二者取一", "give either files and fields, or a --sheet, not both"
)
_FOLDER_ALONE = Wording(
    "--files、--tab、--map、--merge、--skip-invalid 只与 --sheet 同用；单个凭证请直接列出文件",
    "each of --files, --tab, --map, --merge, --skip-invalid goes with --sheet; name the files of one credential themselves",
)
_TEMPLATE_ALONE = Wording("--template 只与 --out 同用", "--template goes with --out alone")
