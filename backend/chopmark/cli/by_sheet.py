"""``chopmark revoke | suspend | resume | supersede --sheet``: many at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from chopmark.cli.app import TERMINAL as T

if TYPE_CHECKING:
    from chopmark.cli.sheets import SheetOptions
    from chopmark.core.ledger import ChangeRow, CredentialRow
    from chopmark.core.words import Op
    from chopmark.kinds import Kind
    from chopmark.services.acting import Acting
    from chopmark.services.pipeline import KeyRing
    from chopmark.services.status import CorrectionSheet, StatusSheet


def change_sheet(
    op: Op,
    reason: str,
    issuer: str,
    sheet: Path,
    tab: str,
    carry_out: Callable[[list[int], KeyRing], list[ChangeRow]],
    *,
    yes: bool,
) -> tuple[list[CredentialRow], list[ChangeRow]]:
    """Check every row; with ``yes`` make the changes: the credentials and what became of the wishes. Leaves after a dry run."""
    from chopmark.cli.desk import acting, check_key, key_ring, today
    from chopmark.cli.sheets import read_bytes
    from chopmark.core.reasons import find_reason
    from chopmark.core.words import Role
    from chopmark.services.status import examine_changes, request_sheet

    if reason:
        find_reason(reason)  # said once, not in each row
    who = acting(issuer)
    data = read_bytes(sheet)
    with T.site.ledger.read() as tx:
        examined = examine_changes(tx, data, sheet.name, who.node, op, today(), reason=reason, tab=tab)
    _say(examined, T.text("没有变更任何状态", "No status was changed"))
    check_key(who, Role.STATUS)
    if not yes:
        _say_dry(examined)
        raise typer.Exit
    keys = key_ring(who)
    with T.site.ledger.begin() as tx:
        changes = request_sheet(tx, examined, op, int(T.site.clock()))
    return [meant.credential for meant in examined.meant], carry_out([change.id for change in changes], keys)


def correct_sheet(
    kind_name: str,
    options: SheetOptions,
    reason: str,
    issuer: str,
    bundles: Path,
    carry_out: Callable[[list[int], KeyRing], list[ChangeRow]],
    *,
    yes: bool,
) -> None:
    """Check every row; with ``yes`` register the new versions and point the old ones to them. ``carry_out``: waits for the chain."""
    from chopmark.cli import sheets
    from chopmark.cli.desk import acting, check_key, key_ring
    from chopmark.cli.registered import Outcome, report
    from chopmark.core.reasons import find_reason
    from chopmark.core.words import Role
    from chopmark.kinds import find_kind
    from chopmark.services.status import accept_corrections

    kind, code = find_kind(kind_name), find_reason(reason).code
    who = acting(issuer)
    examined = _examined(kind, options, who)
    _say(examined, T.text("没有更正任何内容", "Nothing was corrected"))
    for role in (Role.ATTEST, Role.STATUS):
        check_key(who, role)
    if not yes:
        _say_dry(examined)
        return
    keys = key_ring(who)
    with T.site.ledger.begin() as tx:
        changes = accept_corrections(tx, examined, code, int(T.site.clock()))
    sheets.remember(kind, who, options)
    done = [each.done.id for each in examined.corrections if each.done is not None]
    with T.site.ledger.read() as tx:  # what an interrupted run has accepted is brought to its end too
        left = [change.id for change in tx.changes.pending() if change.successor_id in done]
    if waiting := [*(change.id for change in changes), *left]:
        carry_out(waiting, keys)
    new = iter(change.successor_id or 0 for change in changes)
    ids = [next(new) if each.done is None else each.done.id for each in examined.corrections]
    report(ids, bundles, Outcome(len(changes), examined.warnings))


def _examined(kind: Kind, options: SheetOptions, who: Acting) -> CorrectionSheet:
    from chopmark.cli import sheets
    from chopmark.cli.desk import today
    from chopmark.services.register import SheetInput
    from chopmark.services.status import examine_corrections

    data = sheets.read_bytes(options.path)
    given = SheetInput(data, options.path.name, options.tab, options.given(kind), options.path)
    limit = T.settings.max_file_bytes
    with sheets.folder_of(options.files) as folder, T.site.ledger.read() as tx:
        remembered = tx.headings.of(who.node, kind.code)
        return examine_corrections(tx, kind, given, who.node, folder, limit, today(), remembered)


def _say(examined: StatusSheet | CorrectionSheet, nothing: str) -> None:
    """What is wrong with a sheet; leave if anything is. ``nothing``: that nothing was done."""
    from chopmark.cli.registered import say_list

    say_list(T.text("需要更正", "To be corrected"), examined.findings)
    say_list(T.text("请留意", "Please look at these"), examined.warnings)
    if examined.findings:
        T.answer(examined.as_json())
        T.out(nothing)
        raise typer.Exit(2)


def _say_dry(examined: StatusSheet | CorrectionSheet) -> None:
    T.answer(examined.as_json())
    T.out(f"预检通过：{examined.rows} 条。确认请加 --yes", f"All is well: {examined.rows} in all. To do it, add --yes")
