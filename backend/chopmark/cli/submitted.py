"""Signatures that came back: taken in together or not at all, then carried out, then told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.terminal import plain
from chopmark.errors import InputError, UnknownThing, UsageError
from chopmark.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chopmark.core.ledger import RequestRow
    from chopmark.services.delegation.request_file import Signed
    from chopmark.services.pipeline import KeyRing
    from chopmark.services.ports import Transaction


def require_signed(files: Sequence[Path]) -> None:
    """Raise ``InputError`` for a file that asks for signatures and brings none: people mix up the two."""
    from chopmark.services.delegation.request_file import REQUEST_FORMAT, read_file

    for path in files:
        if f'"{REQUEST_FORMAT}"'.encode() in read_file(path)[:256]:  # the format is the first member
            raise InputError(
                place=path,
                why=Wording("这是签名请求，还没有签名", "this is the request; it is not signed yet"),
                fix_zh="请先用 chopmark sign 签名，再交回生成的 .signed.json 文件",
                fix_en="Sign it first (chopmark sign), then submit the .signed.json file that it writes",
            )


def take_in(files: Sequence[Path]) -> list[RequestRow]:
    """Check all signatures of these files, then keep them all; the requests that they are for.

    Raises ``FormatError``, ``UnknownThing``, ``InputError``, ``Unreachable``: then none is kept.
    """
    from chopmark.services.delegation import checked_signature, take_signature
    from chopmark.services.delegation.request_file import read_file, read_signed_file

    signed = [one for path in files for one in read_signed_file(read_file(path), path.name)]
    with T.site.ledger.read() as tx:
        rows = [_request(tx, one) for one in signed]
    chain = T.site.chain
    checked = [
        checked_signature(row, "0x" + one.signature.hex(), lambda address: bool(chain.code(address)))
        for row, one in zip(rows, signed, strict=True)
    ]
    now = int(T.site.clock())
    with T.site.ledger.begin() as tx:
        for row, signature in zip(rows, checked, strict=True):
            take_signature(tx, row.issuer, row.public_id, signature, now)
    return rows


def refuse(ids: Sequence[str], wrong: Sequence[str] = ()) -> list[RequestRow]:
    """Do not sign these requests (public ids, or the files that ask): all of them or none; the closed requests.

    ``wrong``: commitments, in hex, of the credentials of the one request that are withdrawn; the others are asked for
    anew. None: everything that the requests are about is given up. Raises ``UnknownThing``, ``InputError``,
    ``UsageError``, ``Unreachable``.
    """
    from chopmark.services.pipeline import refuse as close
    from chopmark.services.pipeline import require_unsaid

    ids = list(dict.fromkeys(each for one in ids for each in _named(one)))
    if wrong and len(ids) != 1:
        raise UsageError(why=Wording("逐份拒签时只能给出一项请求", "single credentials are refused of one request"))
    with T.site.ledger.read() as tx:
        rows = [_known(tx, one) for one in ids]
    for row in rows:
        require_unsaid(T.site.chain, row)
    named = {_commitment(one) for one in wrong}
    with T.site.ledger.begin() as tx:
        closed = [close(tx, row, int(T.site.clock()), named) for row in rows]
    T.answer([{"id": row.public_id, "state": row.state.value, "note": row.note} for row in closed])
    for row in closed:
        T.out(plain(T.text(f"已拒签：{row.public_id}", f"Refused: {row.public_id}")))
    return closed


def _named(one: str) -> Iterator[str]:
    """The public ids that somebody means: one, or all that a request file holds."""
    from chopmark.services.delegation.request_file import ID, read_file, read_request_file

    path = Path(one)
    if ID.fullmatch(one) or not (one.endswith(".json") or path.is_file()):
        yield one
        return
    yield from (asked.public_id for asked in read_request_file(read_file(path), path.name).requests)


def _commitment(text: str) -> bytes:
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raise InputError(
            place=plain(text[:80]),
            why=Wording("不是凭证编号（64 位十六进制）", "it is no credential's id (64 hex digits)"),
            fix_zh="请从签名请求中复制",
            fix_en="Copy it from the request",
        ) from None


def _request(tx: Transaction, one: Signed) -> RequestRow:
    """The request that a signature is for."""
    row = _known(tx, one.public_id)
    if (one.digest, one.signer) != (row.digest, row.signer):
        raise InputError(
            place=one.public_id,
            why=Wording(
                "签名的内容或密钥不是所要求的", "what was signed, or the key that signed, is not what was asked"
            ),
            fix_zh="请用站点给出的请求文件重新签名",
            fix_en="Sign the request file of this site anew",
        )
    return row


def _known(tx: Transaction, public_id: str) -> RequestRow:
    row = tx.requests.find(public_id)
    if row is None:
        raise UnknownThing(
            what=Wording("签名请求", "request for a signature"),
            name=plain(public_id[:64]),
            known=Wording("用 chopmark status 查看", "chopmark status lists them"),
        )
    return row


def carry_out(rows: Sequence[RequestRow], bundles: Path) -> None:
    """Bring what was signed into a final block, hand out bundles, and tell what was done."""
    from chopmark.cli.sending import run_worker
    from chopmark.services.delegation import waiting_for
    from chopmark.services.register.run import anchored
    from chopmark.services.status import require_done

    with T.site.ledger.read() as tx:
        batches = [row.batch_id for row in rows if row.batch_id is not None]
        ids = sorted(leaf.id for at in batches for leaf in tx.credentials.of_batch(at))
        wishes = sorted(at for row in rows for at in tx.requests.changes_of(row.id))

    def done(tx: Transaction) -> bool:
        found = [tx.changes.get(at) for at in wishes]
        return anchored(tx, ids) and all(change is not None and change.done for change in found)

    with T.site.ledger.read() as tx:
        finished = done(tx)
    if not finished:
        run_worker(_payers(rows), until=done, asked=lambda tx: waiting_for(tx, credentials=ids, changes=wishes))
    with T.site.ledger.read() as tx:
        changes = [change for at in wishes if (change := tx.changes.get(at)) is not None]
    require_done(changes)
    _tell(ids, wishes, bundles)


def _payers(rows: Sequence[RequestRow]) -> KeyRing:
    """The keys that send and pay for these institutions."""
    from chopmark.services.pipeline import KeyRing

    issuers = {row.issuer for row in rows}
    with T.site.ledger.read() as tx:
        names = sorted({node.payer for node in tx.nodes.list() if node.node in issuers and node.payer})
    return KeyRing({}, tuple(T.site.signer(name) for name in names))


def _tell(ids: Sequence[int], wishes: Sequence[int], bundles: Path) -> None:
    """The bundles, as ``register`` hands them out, and the changes, as ``revoke`` tells them."""
    from chopmark.cli.registered import Outcome, report
    from chopmark.services.register.deliver import bundle_files, deliver
    from chopmark.services.status import outcome

    with T.site.ledger.read() as tx:
        changes = [change for at in wishes if (change := tx.changes.get(at)) is not None]
        leaves = tx.credentials.get_many([change.credential_id for change in changes])
        changed = outcome(tx, [leaves[change.credential_id] for change in changes], changes)
        delivered = deliver(bundle_files(tx, ids), bundles) if T.json else {}
    made = [{"id": each.commitment.hex(), "label": each.label, "bundle": str(each.path)} for each in delivered.values()]
    T.answer({"credentials": made, "changes": [each.as_json() for each in changed]})
    if T.json:
        return
    if ids:
        report(ids, bundles, Outcome(len(ids)))
    for each in changed:
        block = each.box.block_number if each.box else None
        told = (
            T.text("此前已是该状态", "it was so already")
            if each.already
            else T.text(f"已上链，区块 {block}", f"done, block {block}")
        )
        T.out(plain(f"{each.credential.commitment.hex()[:16]}  {each.credential.label}  {told}"))
