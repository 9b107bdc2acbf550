"""``chopmark revoke | suspend | resume | supersede``: what an issuer may still say about what it registered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chopmark.cli.app import TERMINAL as T

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chopmark.cli.desk import Acting
    from chopmark.core.ledger import ChangeRow, CredentialRow
    from chopmark.core.words import Op

Ids = Annotated[
    list[str],
    typer.Argument(
        help="凭证包、存证编号、承诺值（前8位起）或证书编号 · bundle, id, first 8 digits of an id, or number"
    ),
]
Reason = Annotated[str, typer.Option("--reason", help="原因代码 · coded reason")]
Issuer = Annotated[str, typer.Option("--issuer", help="机构别名 · alias of the institution")]
Json = Annotated[bool, typer.Option("--json", help="JSON")]


def revoke(ids: Ids, reason: Reason, issuer: Issuer = "", as_json: Json = False) -> None:
    """撤销凭证，不可恢复 · revoke credentials, for good."""
    from chopmark.core.words import Op

    _change(ids, Op.REVOKED, reason, issuer, as_json)


def suspend(ids: Ids, reason: Reason, issuer: Issuer = "", as_json: Json = False) -> None:
    """中止凭证，可恢复 · suspend credentials until resumed."""
    from chopmark.core.words import Op

    _change(ids, Op.SUSPENDED, reason, issuer, as_json)


def resume(ids: Ids, reason: Reason = "review-closed", issuer: Issuer = "", as_json: Json = False) -> None:
    """恢复被中止的凭证 · resume suspended credentials."""
    from chopmark.core.words import Op

    _change(ids, Op.RESUMED, reason, issuer, as_json)


def supersede(
    id_: Annotated[str, typer.Argument(metavar="ID", help="旧凭证 · the credential to be corrected")],
    files: Annotated[list[Path] | None, typer.Argument(help="新文件 · files of the corrected credential")] = None,
    field: Annotated[list[str] | None, typer.Option(help="要更正的 字段=值 · corrected name=value")] = None,
    reason: Reason = "corrected",
    issuer: Issuer = "",
    bundles: Annotated[Path, typer.Option(help="凭证包文件夹 · where the bundle goes")] = Path("bundles"),
    as_json: Json = False,
) -> None:
    """更正凭证：登记新版本并指明所替代的旧版本 · register a corrected version and link the old one to it."""
    from chopmark.cli.desk import acting, check_key, key_ring, today
    from chopmark.cli.register import report
    from chopmark.cli.sending import run_worker
    from chopmark.core.reasons import find_reason
    from chopmark.core.words import Role
    from chopmark.kinds import find_kind
    from chopmark.services.lifecycle import compose_successor, draft_successor
    from chopmark.services.pipeline import correct
    from chopmark.services.register import FileBinder
    from chopmark.services.register.form import read_fields

    T.json = as_json
    code = find_reason(reason).code
    who = acting(issuer)
    (old,) = _find([id_], who)
    kind = find_kind(old.kind)
    with FileBinder(T.settings.max_file_bytes) as binder:
        drafted = draft_successor(old, read_fields(kind, field or []), files or [], binder, today())
    if not drafted.ok:
        T.answer({"findings": [f.as_json() for f in drafted.findings]})
        for finding in drafted.findings:
            T.finding(finding)
        raise typer.Exit(2)
    keys = key_ring(who)
    for role in (Role.ATTEST, Role.STATUS):
        check_key(who, role)
    now = int(T.site.clock())
    with T.site.ledger.begin() as tx:
        change = correct(tx, old, compose_successor(old, kind, drafted, now), code, now=now)
    run_worker(keys)
    _require_done([change.id])
    report([change.successor_id or 0], bundles, new=1, known=0)
    T.out(
        f"旧版本 {old.commitment.hex()[:16]} 已标明被替代",
        f"The old version {old.commitment.hex()[:16]} now points to it",
    )


def _change(ids: list[str], op: Op, reason: str, issuer: str, as_json: bool) -> None:
    from chopmark.cli.desk import acting, check_key, key_ring
    from chopmark.cli.sending import run_worker
    from chopmark.core.reasons import find_reason
    from chopmark.core.words import Role
    from chopmark.services.pipeline import request_changes

    T.json = as_json
    code = find_reason(reason).code
    who = acting(issuer)
    rows = _find(ids, who)
    keys = key_ring(who)
    check_key(who, Role.STATUS)
    with T.site.ledger.begin() as tx:
        changes = request_changes(tx, rows, op, code, now=int(T.site.clock()))
    run_worker(keys)
    _say_changes(rows, _require_done([change.id for change in changes]))


def _find(ids: list[str], who: Acting) -> list[CredentialRow]:
    """The credentials meant, all on the chain for good; nothing is written if one of them is not."""
    from chopmark.services.find import find_credential
    from chopmark.services.lifecycle import require_registered

    with T.site.ledger.read() as tx:
        found = {row.id: row for row in (find_credential(tx.credentials, text, who.node) for text in ids)}
        batches = {b.id: b for row in found.values() if row.batch_id and (b := tx.batches.get(row.batch_id))}
    require_registered(list(found.values()), batches)
    return list(found.values())


def _require_done(ids: list[int]) -> list[ChangeRow]:
    """The changes as they ended. Raises ``Refused`` if one can never be."""
    from chopmark.errors import Refused
    from chopmark.wording import Wording

    with T.site.ledger.read() as tx:
        rows = [row for i in ids if (row := tx.changes.get(i)) is not None]
    refused = [row for row in rows if row.note.startswith("refused")]
    if refused:
        raise Refused(
            why=Wording(
                f"{len(refused)} 项状态变更不可行（{refused[0].note.partition(': ')[2]}）",
                f"{len(refused)} status changes cannot be made ({refused[0].note.partition(': ')[2]})",
            ),
            fix_zh="已撤销的凭证不能再变更",
            fix_en="A revoked credential does not change any more",
        )
    return rows


def _say_changes(credentials: Sequence[CredentialRow], changes: list[ChangeRow]) -> None:
    with T.site.ledger.read() as tx:
        boxes = {c.id: tx.outbox.get(c.outbox_id) if c.outbox_id else None for c in changes}
    by_credential = {c.credential_id: c for c in changes}
    done = []
    for row in credentials:
        change = by_credential[row.id]
        box = boxes[change.id]
        done.append(
            {
                "id": row.commitment.hex(),
                "label": row.label,
                "already": change.note == "already",
                "transaction": "0x" + box.tx_hash.hex() if box else None,
                "block": box.block_number if box else None,
            }
        )
    T.answer(done)
    for entry in done:
        where = T.text(f"区块 {entry['block']}", f"block {entry['block']}")
        before = T.text("此前已是该状态", "it was so already")
        T.out(f"{str(entry['id'])[:16]}  {entry['label']}  {before if entry['already'] else where}")
