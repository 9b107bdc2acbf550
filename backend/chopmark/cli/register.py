"""``chopmark register``: from files or a spreadsheet to the chain, and a bundle for each credential."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from chopmark.cli.app import TERMINAL as T
from chopmark.errors import InputError, UsageError
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.cli.desk import Acting
    from chopmark.core.finding import Finding
    from chopmark.kinds import Kind
    from chopmark.services.register import Drafted, Weighed

SHOWN: Final = 60
"""Findings that are printed; ``--json`` gives all of them."""


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
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只预检 · check only")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """登记凭证：文件加字段，或整张表格 · register credentials from files and fields, or from a whole sheet."""
    from chopmark.cli.desk import acting
    from chopmark.kinds import find_kind

    T.json = as_json
    if not kind:
        raise UsageError(why=Wording("请用 --kind 指定材料类别", "say which kind with --kind"))
    if (sheet is None) == (not files and not field):
        raise UsageError(
            why=Wording("请给出文件和字段，或者 --sheet 表格，二者取一", "give either files and fields, or a --sheet")
        )
    chosen = find_kind(kind)
    who = acting(issuer)
    if sheet is not None:
        drafted, name = _from_sheet(chosen, sheet, folder), sheet.name
    else:
        drafted, name = _from_form(chosen, files or [], field or []), ""
    weighed = _weigh(chosen, who, drafted, name)
    only_check = dry_run or (sheet is not None and not yes)
    _say(chosen, drafted, weighed, only_check=only_check)
    if drafted.findings or weighed.findings:
        raise typer.Exit(2)
    if only_check:
        _say_plan(chosen, who, weighed)
        return
    _register(chosen, who, weighed, bundles)


def _from_sheet(kind: Kind, path: Path, folder: Path | None) -> Drafted:
    from chopmark.cli.desk import today
    from chopmark.services.register import FileBinder, draft_sheet
    from chopmark.services.sheet import read_sheet

    limit = T.settings.max_file_bytes
    try:
        if path.stat().st_size > limit:
            raise _unusable(path, Wording(f"超过 {limit >> 20} MB", f"it is larger than {limit >> 20} MB"))
        data = path.read_bytes()
    except OSError as fault:
        raise _unusable(path, Wording("无法读取", "it cannot be read")) from fault
    if folder is not None and not folder.is_dir():
        raise _unusable(folder, Wording("不是文件夹", "it is not a folder"))
    with FileBinder(limit) as binder:
        return draft_sheet(kind, read_sheet(data, path.name), folder, binder, today())


def _from_form(kind: Kind, files: Sequence[Path], fields: Sequence[str]) -> Drafted:
    from chopmark.cli.desk import today
    from chopmark.services.register import FileBinder, draft_one
    from chopmark.services.register.form import read_fields

    with FileBinder(T.settings.max_file_bytes) as binder:
        return draft_one(kind, read_fields(kind, fields), files, binder, today())


def _unusable(path: Path, why: Wording) -> InputError:
    return InputError(place=path, why=why, fix_zh="请检查路径", fix_en="Check the path")


def _weigh(kind: Kind, who: Acting, drafted: Drafted, name: str) -> Weighed:
    from chopmark.services.register import weigh

    with T.site.ledger.read() as tx:
        return weigh(tx.credentials, who.node, kind, drafted.drafts, name)


def _say(kind: Kind, drafted: Drafted, weighed: Weighed, *, only_check: bool) -> None:
    findings = [*drafted.findings, *weighed.findings]
    if only_check or findings:
        T.answer(
            {
                "kind": kind.code,
                "rows": drafted.rows,
                "new": len(weighed.new),
                "known": len(weighed.known),
                "findings": [f.as_json() for f in findings],
                "warnings": [w.as_json() for w in drafted.warnings],
            }
        )
    for title, found in (
        (T.text("需要更正", "To be corrected"), findings),
        (T.text("请留意（不影响登记）", "Please look at these (they do not stop the registration)"), drafted.warnings),
    ):
        _say_findings(title, found)
    if findings:
        bad = len({f.place.row for f in findings}) if drafted.rows > 1 else 1
        T.out(
            f"共 {drafted.rows} 条，{bad} 条有问题；没有登记任何内容",
            f"{drafted.rows} in all, {bad} with something to correct; nothing was registered",
        )


def _say_findings(title: str, findings: Sequence[Finding]) -> None:
    if not findings:
        return
    T.out(f"{title}（{len(findings)}）", f"{title} ({len(findings)})")
    for finding in findings[:SHOWN]:
        T.finding(finding)
    if len(findings) > SHOWN:
        more = len(findings) - SHOWN
        T.out(f"  …另有 {more} 条，--json 可列出全部", f"  … and {more} more; --json lists all")


def _say_plan(kind: Kind, who: Acting, weighed: Weighed) -> None:
    from chopmark.services.pipeline import plan

    planned = plan(T.site.ledger, {(who.node, kind.code): len(weighed.new)} if weighed.new else {})
    T.out(
        f"预检通过：{kind.zh}，新登记 {len(weighed.new)} 条，已登记 {len(weighed.known)} 条",
        f"All is well: {kind.en}, {len(weighed.new)} to register, {len(weighed.known)} registered already",
    )
    T.out(
        f"需要 {planned.transactions} 笔交易，约 {planned.gas:,} 单位计算费",
        f"{planned.transactions} transactions, about {planned.gas:,} gas",
    )
    T.out("确认登记请加 --yes", "Add --yes to register")


def _register(kind: Kind, who: Acting, weighed: Weighed, folder: Path) -> None:
    from chopmark.cli.desk import check_key, key_ring
    from chopmark.cli.sending import run_worker
    from chopmark.core.words import Role
    from chopmark.services.pipeline import take_in
    from chopmark.services.register import compose_drafts

    keys = key_ring(who)
    if weighed.new:
        _check_accreditation(kind, who)
        check_key(who, Role.ATTEST)
    rows = list(compose_drafts(kind, who.node, weighed.new, int(T.site.clock())))
    accepted = take_in(T.site.ledger, rows)
    ids = [*accepted.ids, *(row.id for _, row in weighed.known)]
    if weighed.new:
        T.note(f"已受理 {len(weighed.new)} 条，正在登记…", f"{len(weighed.new)} accepted, registering …")
    run_worker(keys)
    report(ids, folder, new=len(accepted.added), known=len(ids) - len(accepted.added))


def _check_accreditation(kind: Kind, who: Acting) -> None:
    """Say before anything is written that the institution may not register this kind (I003)."""
    from chopmark.core.finding import Finding
    from chopmark.core.words import GrantFlag
    from chopmark.errors import Refused
    from chopmark.kinds import all_kinds

    directory = T.site.directory()
    now = T.site.chain.head().time
    if directory.standing(who.node, kind.code, now, GrantFlag.ATTEST).is_live:
        return
    scope = [k for k in all_kinds() if directory.standing(who.node, k.code, now, GrantFlag.ATTEST).is_live]
    none = Wording("无", "none")
    label = Wording("、".join(k.zh for k in scope), ", ".join(k.en for k in scope)) if scope else none
    found = Finding("I003", {"kind": kind.label, "scope": label})
    raise Refused(
        why=found.wording.filled(**found.facts), fix_zh="请联系上级授权单位", fix_en="Ask the body that accredits it"
    )


def report(ids: Sequence[int], folder: Path, *, new: int, known: int) -> None:
    """Hand out the bundles of registered credentials and say what was done."""
    from chopmark.services.register.deliver import bundle_files, deliver

    with T.site.ledger.read() as tx:
        made = bundle_files(tx, ids)
        batches = {
            b.root.hex(): b
            for row in tx.credentials.get_many(ids).values()
            if row.batch_id and (b := tx.batches.get(row.batch_id))
        }
    paths = deliver(made, folder)
    T.answer(
        {
            "registered": new,
            "known": known,
            "batches": [
                {"root": root, "size": b.size, "block": b.block_number, "time": b.time} for root, b in batches.items()
            ],
            "credentials": [
                {"id": b.commitment.hex(), "label": b.label, "bundle": str(path)}
                for b, path in zip(made, paths, strict=True)
            ],
        }
    )
    T.out(f"已登记 {new} 条，此前已登记 {known} 条", f"{new} registered, {known} were registered already")
    for root, b in batches.items():
        T.out(
            f"  批次 {root}：{b.size} 条，区块 {b.block_number}",
            f"  batch {root}: {b.size} credentials, block {b.block_number}",
        )
    T.out(f"凭证包 {len(paths)} 个：{folder}/", f"{len(paths)} bundles in {folder}/")
    for bundle, path in list(zip(made, paths, strict=True))[:3]:
        T.out(f"  {bundle.commitment.hex()[:16]}  {path}")
