"""What ``chopmark register`` says: what is wrong with the input, what would happen, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chopmark.cli.app import TERMINAL as T

if TYPE_CHECKING:
    from pathlib import Path

    from chopmark.core.finding import Finding
    from chopmark.core.ledger import BatchRow
    from chopmark.errors import Unreachable
    from chopmark.kinds import Kind
    from chopmark.services.register import Drafted, Weighed
    from chopmark.services.register.deliver import Delivered

SHOWN: Final = 60
"""Findings that are printed; ``--json`` gives all of them."""
LISTED: Final = 5
"""Bundles that are listed one by one; of more only the folder is named."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Input as examined: against its kind, against what is registered, against what the chain allows.

    ``findings``: all that refuses it. ``unasked``: why the chain could not be asked, if a dry run went on without.
    """

    kind: Kind
    drafted: Drafted
    weighed: Weighed
    findings: tuple[Finding, ...]
    unasked: Unreachable | None = None

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What a person should look at, and what is passed over: registered already (I002), or revoked (I006)."""
        from chopmark.core.finding import Finding

        known = len(self.weighed.known)
        skipped = (Finding("I002", {"n": self.drafted.rows, "k": known}),) if known else ()
        return (*self.drafted.warnings, *skipped, *self.weighed.ended)


def say_findings(checked: Checked) -> None:
    """What refuses the input, and what a person should look at."""
    _say_list(T.text("需要更正", "To be corrected"), checked.findings)
    _say_list(T.text("请留意（不影响登记）", "Please look at these (they stop nothing)"), checked.warnings)


def _say_list(title: str, findings: Sequence[Finding]) -> None:
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
    from chopmark.services.pipeline import plan

    new, known = len(checked.weighed.new), len(checked.weighed.known)
    planned = None if checked.findings else plan(T.site.ledger, {(issuer, checked.kind.code): new} if new else {})
    T.answer(
        {
            "kind": checked.kind.code,
            "rows": checked.drafted.rows,
            "new": new,
            "known": known,
            "findings": [f.as_json() for f in checked.findings],
            "warnings": [w.as_json() for w in checked.warnings],
            "plan": {"transactions": planned.transactions, "computation": planned.gas} if planned else None,
            "chain": checked.unasked.as_json() if checked.unasked else None,
        }
    )
    if planned is None:
        _say_refused(checked)
        return
    T.out(
        f"预检通过：{checked.kind.zh}，将新登记 {new} 条，此前已登记 {known} 条",
        f"All is well: {checked.kind.en}, {new} to register, {known} registered already",
    )
    if checked.unasked is not None:
        T.out(
            "未能查询链上授权（节点不可达），登记时会再查",
            "The accreditation could not be asked for (no node answers); registering asks again",
        )
    if new:
        T.out(
            f"需要 {planned.transactions} 笔交易，计算量约 {planned.gas:,}",
            f"Transactions: {planned.transactions}, about {planned.gas:,} gas",
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


def report(ids: Sequence[int], folder: Path, *, new: int, warnings: Sequence[Finding] = ()) -> None:
    """Hand out the bundles of registered credentials and say what was done. ``ids``: in the order of the sheet."""
    from chopmark.services.register.deliver import bundle_files, deliver

    with T.site.ledger.read() as tx:
        delivered = deliver(bundle_files(tx, ids), folder)
        numbers = {row.batch_id for row in tx.credentials.get_many(ids).values() if row.batch_id is not None}
        batches = [batch for at in sorted(numbers) if (batch := tx.batches.get(at)) is not None]
    made = [delivered[at] for at in ids]
    known = len(ids) - new
    T.answer(
        {
            "registered": new,
            "known": known,
            "warnings": [w.as_json() for w in warnings],
            "batches": [
                {"root": b.root.hex(), "size": b.size, "block": b.block_number, "time": b.time} for b in batches
            ],
            "credentials": [{"id": b.commitment.hex(), "label": b.label, "bundle": str(b.path)} for b in made],
        }
    )
    if known:
        T.out(f"新登记 {new} 条，此前已登记 {known} 条", f"{new} registered now, {known} before")
    else:
        T.out(f"已登记 {new} 条", f"{new} registered")
    for batch in batches:
        _say_batch(batch)
    _say_bundles(made, folder)


def _say_batch(batch: BatchRow) -> None:
    from chopmark.cli.moments import shown

    when = shown(batch.time or 0)
    T.out(
        f"  批次 {batch.root.hex()[:16]}…：{batch.size} 条，区块 {batch.block_number}，{when}",
        f"  batch {batch.root.hex()[:16]}…: {batch.size} in all, block {batch.block_number}, {when}",
    )


def _say_bundles(made: Sequence[Delivered], folder: Path) -> None:
    from chopmark.cli.terminal import plain

    if len(made) > LISTED:
        T.out(f"凭证包 {len(made)} 个，在 {folder}/", f"{len(made)} bundles in {folder}/")
        return
    for bundle in made:
        T.out(f"凭证 {bundle.commitment.hex()}", f"Credential {bundle.commitment.hex()}")
        T.out(plain(T.text(f"  凭证包 {bundle.path}", f"  bundle {bundle.path}")))
