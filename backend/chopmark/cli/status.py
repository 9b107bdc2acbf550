"""``chopmark revoke | suspend | resume | supersede``: what an issuer may still say about what it registered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.terminal import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chopmark.cli.desk import Acting
    from chopmark.core.ledger import ChangeRow, CredentialRow
    from chopmark.core.words import Op
    from chopmark.services.pipeline import KeyRing
    from chopmark.services.ports import Transaction
    from chopmark.services.register import Draft, Drafted

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
    from chopmark.cli.desk import acting, check_key, key_ring
    from chopmark.cli.registered import report
    from chopmark.core.reasons import find_reason
    from chopmark.core.words import Role
    from chopmark.kinds import find_kind
    from chopmark.services.lifecycle import compose_successor, require_changed
    from chopmark.services.pipeline import correct, require_living

    T.json = as_json
    code = find_reason(reason).code
    who = acting(issuer)
    (old,) = _find([id_], who)
    drafted = _corrected(old, files or [], field or [])
    (draft,) = drafted.drafts
    if (done := _done_before(old, draft)) is not None:
        _finish_correction(done, who, bundles)
        return
    require_changed(old, draft)
    _require_final([old])
    with T.site.ledger.read() as tx:
        require_living(tx, old, draft.fingerprint)
    _tell_files_left(old, draft)
    for role in (Role.ATTEST, Role.STATUS):
        check_key(who, role)
    keys = key_ring(who)
    now = int(T.site.clock())
    with T.site.ledger.begin() as tx:
        successor = compose_successor(old, find_kind(old.kind), drafted, now)
        change = correct(tx, old, successor, code, now=now)
    _carry_out([change.id], keys)
    report([change.successor_id or 0], bundles, new=1, warnings=drafted.warnings)
    T.out(
        f"旧版本 {old.commitment.hex()[:16]}… 已指向新版本",
        f"The old version {old.commitment.hex()[:16]}… now points to it",
    )


def _corrected(old: CredentialRow, files: list[Path], fields: list[str]) -> Drafted:
    """The corrected credential, examined. Exits with 2 if something is wrong with it."""
    from chopmark.cli.desk import today
    from chopmark.kinds import find_kind
    from chopmark.services.lifecycle import draft_successor
    from chopmark.services.register import FileBinder
    from chopmark.services.register.form import read_fields

    with FileBinder(T.settings.max_file_bytes) as binder:
        drafted = draft_successor(old, read_fields(find_kind(old.kind), fields), files, binder, today())
    if not drafted.ok:
        T.answer({"findings": [f.as_json() for f in drafted.findings]})
        for finding in drafted.findings:
            T.finding(finding)
        T.out("没有更正任何内容", "Nothing was corrected")
        raise typer.Exit(2)
    return drafted


def _done_before(old: CredentialRow, draft: Draft) -> CredentialRow | None:
    """The corrected version, if an earlier run of this command has made it; its number means it already."""
    if old.replaces is not None and old.fingerprint == draft.fingerprint:
        return old
    with T.site.ledger.read() as tx:
        wanted = [c.successor_id for c in tx.changes.of_credential(old.id) if c.successor_id is not None]
        made = tx.credentials.get_many(wanted).values()
    return next((row for row in made if row.fingerprint == draft.fingerprint and not row.withdrawn), None)


def _finish_correction(new: CredentialRow, who: Acting, bundles: Path) -> None:
    """Bring a correction that was interrupted to its end, and hand out its bundle."""
    from chopmark.cli.desk import key_ring
    from chopmark.cli.registered import report

    with T.site.ledger.read() as tx:
        left = [change.id for change in tx.changes.pending() if change.successor_id == new.id]
    if left:
        _carry_out(left, key_ring(who))
    report([new.id], bundles, new=0)


def _tell_files_left(old: CredentialRow, draft: Draft) -> None:
    with T.site.ledger.read() as tx:
        bound = len(tx.credentials.files_of([old.id]).get(old.id, ()))
    if bound and not draft.files:
        T.note(
            f"请留意：旧版本绑定了 {bound} 个文件，新版本没有绑定文件（文件不会自动沿用）",
            f"Note: the old version binds {bound} file(s), the new one none: files are not taken over by themselves",
        )


def _change(ids: list[str], op: Op, reason: str, issuer: str, as_json: bool) -> None:
    from chopmark.cli.desk import acting, check_key, key_ring
    from chopmark.core.reasons import find_reason
    from chopmark.core.words import Role
    from chopmark.services.pipeline import request_changes

    T.json = as_json
    code = find_reason(reason).code
    who = acting(issuer)
    rows = _find(ids, who)
    _require_final(rows)
    check_key(who, Role.STATUS)
    keys = key_ring(who)
    with T.site.ledger.begin() as tx:
        changes = request_changes(tx, rows, op, code, now=int(T.site.clock()))
    _say_changes(rows, _carry_out([change.id for change in changes], keys))


def _find(ids: list[str], who: Acting) -> list[CredentialRow]:
    """The credentials meant, each once."""
    from chopmark.services.find import find_credential

    with T.site.ledger.read() as tx:
        rows = [find_credential(tx.credentials, text, who.node, T.site.home) for text in ids]
    return list({row.id: row for row in rows}.values())


def _require_final(rows: Sequence[CredentialRow]) -> None:
    """Nothing is written if one of them does not stand on the chain for good."""
    from chopmark.services.lifecycle import require_registered

    with T.site.ledger.read() as tx:
        batches = {row.batch_id: tx.batches.get(row.batch_id) for row in rows if row.batch_id is not None}
    require_registered(rows, {at: batch for at, batch in batches.items() if batch is not None})


def _carry_out(ids: list[int], keys: KeyRing) -> list[ChangeRow]:
    """Make the wanted changes; as they ended. Raises ``Refused`` if one can never be, and as ``run_worker``."""
    from chopmark.cli.sending import run_worker
    from chopmark.errors import Refused
    from chopmark.services.pipeline.status import WITHDRAWN
    from chopmark.wording import Wording

    def rows(tx: Transaction) -> list[ChangeRow]:
        return [row for at in ids if (row := tx.changes.get(at)) is not None]

    run_worker(keys, until=lambda tx: all(row.done for row in rows(tx)))
    with T.site.ledger.read() as tx:
        done = rows(tx)
    if any(row.note == WITHDRAWN for row in done):
        raise Refused(
            why=Wording(
                "旧版本此时已被撤销或替代，不可再更正；新版本没有登记",
                "the old version was revoked or superseded meanwhile, which is final; the new one was not registered",
            ),
            fix_zh="用 chopmark audit credential 查看其经历",
            fix_en="See its life with chopmark audit credential",
        )
    if refused := sum(row.note.startswith("refused") for row in done):
        raise Refused(
            why=Wording(
                "{count} 份凭证已被撤销或替代，状态不能再变更",
                "{count} of them are revoked or superseded, which is final",
            ).filled(count=refused),
            fix_zh="用 chopmark audit credential 查看其经历",
            fix_en="See its life with chopmark audit credential",
        )
    return done


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
        where = T.text(f"已上链，区块 {entry['block']}", f"done, block {entry['block']}")
        before = T.text("此前已是该状态", "it was so already")
        told = before if entry["already"] else where
        T.out(plain(f"{str(entry['id'])[:16]}  {entry['label']}  {told}"))
