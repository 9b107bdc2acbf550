"""What ``chopmark register`` says: what is wrong with the input, what would happen, what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.terminal import plain

if TYPE_CHECKING:
    from pathlib import Path

    from chopmark.cli.mail_merge import Merge
    from chopmark.core.finding import Finding
    from chopmark.core.ledger import BatchRow
    from chopmark.services.register import Draft
    from chopmark.services.register.check import Checked
    from chopmark.services.register.deliver import Delivered

SHOWN: Final = 60
"""Findings that are printed; ``--json`` gives all of them."""
LISTED: Final = 5
"""Bundles that are listed one by one; of more only the folder is named."""


def say_findings(checked: Checked) -> None:
    """What refuses the input, what is handed back, and what a person should look at."""
    say_list(T.text("需要更正", "To be corrected"), checked.findings)
    aside = [found for findings in checked.aside.values() for found in findings]
    say_list(T.text("需要更正，这些行退回", "To be corrected; these rows are handed back"), aside)
    say_list(T.text("请留意（不影响登记）", "Please look at these (they stop nothing)"), checked.warnings)


def say_list(title: str, findings: Sequence[Finding]) -> None:
    """Findings under a title, the first of many; nothing if there are none."""
    if not findings:
        return
    T.out(f"{title}（{len(findings)}）", f"{title} ({len(findings)})")
    for finding in findings[:SHOWN]:
        T.finding(finding)
    if (more := len(findings) - SHOWN) > 0:
        T.out(f"  …另有 {more} 条，--json 可列出全部", f"  … and {more} more; --json lists all")


def say_checked(checked: Checked, issuer: bytes = b"", how: str = "") -> None:
    """The end of a run that registers nothing: refused, or a dry run that says what registering takes.

    ``how``: what to do to register, if not to add ``--yes``.
    """
    from chopmark.services.register.check import as_json, planned

    new, known = len(checked.weighed.new), len(checked.weighed.known)
    plan = planned(T.site.ledger, issuer, checked)
    T.answer(as_json(checked, plan))
    if plan is None:
        _say_refused(checked)
        return
    T.out(
        f"预检通过：{checked.kind.zh}，将新登记 {new} 条，此前已登记 {known} 条",
        f"All is well: {checked.kind.en}, {new} to register, {known} registered already",
    )
    if checked.aside:
        rows = len(checked.aside)
        T.out(f"{rows} 行有问题，将退回", f"{rows} rows have something wrong and will be handed back")
    if checked.unasked is not None:
        T.out(
            "未能查询链上授权（节点不可达），登记时会再查",
            "The accreditation could not be asked for (no node answers); registering asks again",
        )
    if new:
        T.out(
            f"需要 {plan.transactions} 笔交易，计算量约 {plan.gas:,}",
            f"Transactions: {plan.transactions}, about {plan.gas:,} gas",
        )
        how = how or T.text("加 --yes", "add --yes")
        T.out(f"确认登记请{how}", f"To register, {how}")


def _say_refused(checked: Checked) -> None:
    rows = len({f.place.row for f in checked.findings if f.place.row})
    T.out(
        f"共 {checked.drafted.rows} 条，{rows} 条有问题；没有登记任何内容" if rows else "没有登记任何内容",
        f"{checked.drafted.rows} in all, {rows} to be corrected; nothing was registered"
        if rows
        else "Nothing was registered",
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a registration came to. ``new``: registered by it. ``aside``: rows handed back, in ``rejected``.

    ``merge``: what the mail-merge list takes over of a sheet, None if there is no sheet; ``drafts``: its credentials, in order.
    """

    new: int
    warnings: Sequence[Finding] = ()
    aside: Mapping[int, Sequence[Finding]] = field(default_factory=dict)
    rejected: Path | None = None
    merge: Merge | None = None
    drafts: tuple[Draft, ...] = ()


def report(ids: Sequence[int], folder: Path, outcome: Outcome) -> None:
    """Hand out the bundles of registered credentials and say what was done. ``ids``: in the order of the sheet."""
    from chopmark.services.register.deliver import bundle_files, deliver
    from chopmark.services.register.run import batches_of

    with T.site.ledger.read() as tx:
        delivered = deliver(bundle_files(tx, ids), folder)
        batches = batches_of(tx, ids)
    made = [delivered[at] for at in ids]
    listed = _list(outcome, made, folder)
    T.answer(
        {
            "registered": outcome.new,
            "known": len(ids) - outcome.new,
            "warnings": [w.as_json() for w in outcome.warnings],
            "batches": [
                {"root": b.root.hex(), "size": b.size, "block": b.block_number, "time": b.time} for b in batches
            ],
            "credentials": [{"id": b.commitment.hex(), "label": b.label, "bundle": str(b.path)} for b in made],
            **({"mail_merge": str(listed)} if listed else {}),
            **({"set_aside": len(outcome.aside), "rejected": str(outcome.rejected)} if outcome.aside else {}),
        }
    )
    _say_done(len(ids), outcome)
    for batch in batches:
        _say_batch(batch)
    _say_bundles(made, folder)
    if listed:
        T.out(plain(T.text(f"邮件合并表 {listed}", f"Mail-merge list {listed}")))


def _list(outcome: Outcome, made: Sequence[Delivered], folder: Path) -> Path | None:
    """The mail-merge list of a sheet, written; None if there is no sheet, or nothing in it was registered."""
    from chopmark.cli.mail_merge import write_list

    if outcome.merge is None or not made:
        return None
    return write_list(outcome.merge, outcome.drafts, made, folder)


def _say_done(count: int, outcome: Outcome) -> None:
    new, known = outcome.new, count - outcome.new
    if known:
        T.out(f"新登记 {new} 条，此前已登记 {known} 条", f"{new} registered now, {known} before")
    else:
        T.out(f"已登记 {new} 条", f"{new} registered")
    if outcome.aside:
        rows = len(outcome.aside)
        T.out(
            plain(
                T.text(
                    f"{rows} 行没有登记，原因见 {outcome.rejected}，更正后登记该文件即可",
                    f"{rows} rows were not registered; {outcome.rejected} says why: correct it and register that file",
                )
            )
        )


def _say_batch(batch: BatchRow) -> None:
    from chopmark.cli.moments import shown

    when = shown(batch.time or 0)
    T.out(
        f"  批次 {batch.root.hex()[:16]}…：{batch.size} 条，区块 {batch.block_number}，{when}",
        f"  batch {batch.root.hex()[:16]}…: {batch.size} in all, block {batch.block_number}, {when}",
    )


def _say_bundles(made: Sequence[Delivered], folder: Path) -> None:
    if len(made) > LISTED:
        T.out(f"凭证包 {len(made)} 个，在 {folder}/", f"{len(made)} bundles in {folder}/")
        return
    for bundle in made:
        T.out(f"凭证 {bundle.commitment.hex()}", f"Credential {bundle.commitment.hex()}")
        T.out(plain(T.text(f"  凭证包 {bundle.path}", f"  bundle {bundle.path}")))
