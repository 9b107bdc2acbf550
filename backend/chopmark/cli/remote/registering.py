"""``chopmark register --site URL`` and ``supersede``: handed in there, waited for, seen on the chain, bundles proven."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.remote.saying import note, note_findings, out, say_proof
from chopmark.cli.remote.site import connect, only_here, own_issuer
from chopmark.errors import ChainError, InputError
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.cli.sheets import SheetOptions
    from chopmark.client import SiteClient
    from chopmark.client.answers import DryRun, Registered, Registration
    from chopmark.client.wanted import Wanted
    from chopmark.core.finding import Finding
    from chopmark.kinds import Kind
    from chopmark.services.register.deliver import Delivered

SHOWN: Final = 60
LISTED: Final = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """What ``register`` was asked for. ``fields``: ``name=value`` texts; ``sheet``: None for a single credential."""

    kind: Kind
    files: Sequence[Path]
    fields: Sequence[str]
    sheet: SheetOptions | None
    issuer: str
    bundles: Path
    again: bool
    only_check: bool
    skip_invalid: bool


def register(wish: Wish) -> None:
    """Register through the site. Exits with 2 if something is wrong with the input, with 3 if it is not finished."""
    from chopmark.client.errors import SiteRefused
    from chopmark.services.register.form import read_fields

    serial = own_issuer(wish.issuer)
    if wish.sheet is not None and wish.sheet.merge:
        raise only_here("register --merge")
    _require_there(wish)
    fields = read_fields(wish.kind, wish.fields)
    site = connect()
    if wish.only_check:
        _say_checked(_checked(site, wish, fields))
        return
    wanted = _wanted(wish, fields, serial)  # read before it leaves the house
    try:
        taken = _hand_in(site, wish, fields)
    except SiteRefused as fault:
        if not fault.findings:
            raise
        _say_checked(_checked(site, wish, fields))  # the whole of what is wrong, as a dry run tells it
        raise typer.Exit(2) from fault
    if taken.rejected and wish.sheet is not None:
        _hand_back(site, taken, wish.sheet.path)
    finish(site, taken, wish.bundles, wanted)


def supersede(
    id_: str,
    files: Sequence[Path],
    fields: Sequence[str],
    reason: str,
    issuer: str,
    bundles: Path,
    *,
    without_files: bool = False,
) -> None:
    """Correct a credential through the site. ``without_files``: the new version may bind none where the old one does."""
    from chopmark.cli.remote.statuses import find_meant
    from chopmark.cli.status import files_left
    from chopmark.client.errors import SiteContradicted
    from chopmark.client.wanted import wanted_correction
    from chopmark.core.verdict import State
    from chopmark.kinds import find_kind
    from chopmark.services.register.form import read_fields

    serial = own_issuer(issuer)
    site = connect()
    old = find_meant(site, id_, serial)
    opened, bundle = site.opened(old.id)
    if opened.files and not files and not without_files:
        raise files_left(old.id[:16], len(opened.files))
    given = read_fields(find_kind(opened.payload.kind), fields)
    wanted = wanted_correction(opened, given, list(files), issuer=serial)
    taken = site.correct(old.id, given, list(files), reason=reason)
    made = finish(site, taken, bundles, wanted)
    if [each.commitment.hex() for each in made] != [old.id]:  # else it is the corrected version itself
        proof = site.prove_superseded(old.id, bundle)
        if proof.state is State.INVALID:
            raise SiteContradicted(site=site.url, findings=proof.findings)
        if proof.state is not State.VALID:
            note_findings(proof.findings)
            raise typer.Exit(3)
    out(f"旧版本 {old.id[:16]}… 已指向新版本", f"The old version {old.id[:16]}… now points to it")


def finish(site: SiteClient, taken: Registration, folder: Path, wanted: Wanted) -> Sequence[Delivered]:
    """Wait for it, see it on the chain, compare it with what was handed in, take the bundles home, say so.

    Exits with 3 if something could not be compared, or was handed in and did not come back.
    """
    from chopmark.client.errors import SiteContradicted
    from chopmark.core.verdict import State

    note(f"站点已受理 {taken.count} 条，正在登记 …", f"The site accepted {taken.count}, registering …")
    site.require_same(taken, taken, wanted)
    done = site.wait(taken.id)
    site.require_same(taken, done.registration, wanted)
    if done.proof.state is State.INVALID:
        raise SiteContradicted(site=site.url, findings=done.proof.findings)
    if done.registration.state != "registered":
        _say_unfinished(site, done.registration)
    say_proof(done.proof)
    home = site.bring_home(done.registration, folder, wanted)
    _report(done, home.delivered, folder, home.remarks)
    if home.remarks:
        raise typer.Exit(3)
    return home.delivered


def _wanted(wish: Wish, fields: Mapping[str, str], serial: int | None) -> Wanted:
    from chopmark.client.wanted import wanted_one, wanted_sheet

    kind, sheet = wish.kind, wish.sheet
    if sheet is None:
        return wanted_one(kind, fields, wish.files, issuer=serial)
    return wanted_sheet(
        kind,
        sheet.path,
        sheet.files,
        headings=sheet.given(kind),
        tab=sheet.tab,
        skip_invalid=wish.skip_invalid,
        issuer=serial,
    )


def _hand_back(site: SiteClient, taken: Registration, sheet: Path) -> None:
    """The rows that were set aside, beside the sheet that they came from."""
    from chopmark.services.register.deliver import write_new
    from chopmark.services.register.rejected import SUFFIX

    path = write_new(sheet.parent, sheet.stem, SUFFIX, site.rejected(taken.id))
    note(f"{taken.rejected} 行没有登记，见 {path}", f"{taken.rejected} rows were not registered, see {path}")


def _require_there(wish: Wish) -> None:
    of_sheet = (wish.sheet.path, wish.sheet.files) if wish.sheet is not None else ()
    for path in (*wish.files, *of_sheet):
        if path is not None and not path.exists():
            raise InputError(place=path, why=_NOT_THERE, fix_zh="请检查路径", fix_en="Check the path")


def _checked(site: SiteClient, wish: Wish, fields: Mapping[str, str]) -> DryRun:
    kind, sheet = wish.kind, wish.sheet
    if sheet is None:
        return site.check(kind.code, fields, list(wish.files), again=wish.again)
    headings = sheet.given(kind)
    return site.check_sheet(sheet.path, kind.code, sheet.files, headings=headings, tab=sheet.tab, again=wish.again)


def _hand_in(site: SiteClient, wish: Wish, fields: Mapping[str, str]) -> Registration:
    kind, sheet = wish.kind, wish.sheet
    if sheet is None:
        return site.register(kind.code, fields, list(wish.files), again=wish.again)
    return site.register_sheet(
        sheet.path,
        kind.code,
        sheet.files,
        headings=sheet.given(kind),
        tab=sheet.tab,
        skip_invalid=wish.skip_invalid,
        again=wish.again,
    )


def _say_checked(told: DryRun) -> None:
    """A dry run, as it is told without a site. Exits with 2 if something is wrong."""
    T.answer({name: value for name, value in told.document.items() if name != "dry_run"})
    _say_list(T.text("需要更正", "To be corrected"), told.findings)
    _say_list(T.text("请留意（不影响登记）", "Please look at these (they stop nothing)"), told.warnings)
    if told.findings:
        out(f"共 {told.rows} 条；没有登记任何内容", f"{told.rows} in all; nothing was registered")
        raise typer.Exit(2)
    out(
        f"预检通过：将新登记 {told.new} 条，此前已登记 {told.known} 条",
        f"All is well: {told.new} to register, {told.known} registered already",
    )
    if told.new:
        out("确认登记请加 --yes 或去掉 --dry-run", "To register, add --yes or leave out --dry-run")


def _say_list(title: str, findings: Sequence[Finding]) -> None:
    if findings:
        out(f"{title}（{len(findings)}）", f"{title} ({len(findings)})")
    for finding in findings[:SHOWN]:
        T.finding(finding)
    if (more := len(findings) - SHOWN) > 0:
        out(f"  …另有 {more} 条，--json 可列出全部", f"  … and {more} more; --json lists all")


def _say_unfinished(site: SiteClient, now: Registration) -> None:
    """What waits for a signature, or was refused after all: nothing to take home yet."""
    from chopmark.cli.remote.signing import write_requests

    files = write_requests(site) if now.state == "to_sign" else []
    T.answer({"id": now.id, "state": now.state, "files": [str(path) for path in files]})
    if now.state == "to_sign":
        out(
            f"{now.id} 等待本机构签名：在保管密钥的机器上运行 chopmark sign，再用 chopmark --site submit 交回",
            f"{now.id} waits for the institution's signature: chopmark sign where the key is, then chopmark --site submit",
        )
        for path in files:
            out(f"  {path}")
        raise typer.Exit(3)
    why: Wording = now.trouble or _REFUSED
    raise ChainError(why=why)


def _report(done: Registered, made: Sequence[Delivered], folder: Path, remarks: Sequence[Finding]) -> None:
    """As without a site: how many, which batches, where the bundles are; and what stayed open."""
    now = done.registration
    note_findings(remarks)
    T.answer(
        {
            "registered": now.count - now.known,
            "known": now.known,
            "warnings": [each.as_json() for each in remarks],
            "batches": [{"root": b.root.hex(), "size": b.size, "block": b.block, "time": b.time} for b in now.batches],
            "credentials": [{"id": b.commitment.hex(), "label": b.label, "bundle": str(b.path)} for b in made],
        }
    )
    new = now.count - now.known
    if now.known:
        out(f"新登记 {new} 条，此前已登记 {now.known} 条", f"{new} registered now, {now.known} before")
    else:
        out(f"已登记 {new} 条", f"{new} registered")
    if len(made) > LISTED:
        out(f"凭证包 {len(made)} 个，在 {folder}/", f"{len(made)} bundles in {folder}/")
        return
    for bundle in made:
        out(f"凭证 {bundle.commitment.hex()}", f"Credential {bundle.commitment.hex()}")
        out(f"  凭证包 {bundle.path}", f"  bundle {bundle.path}")


_NOT_THERE: Final = Wording("没有这个文件或文件夹", "there is no such file or folder")
_REFUSED: Final = Wording("站点没有说明原因", "the site does not say why")
