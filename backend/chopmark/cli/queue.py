"""``chopmark worker`` and ``chopmark status``: the queue, moved and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from chopmark.cli.app import TERMINAL as T

if TYPE_CHECKING:
    from chopmark.core.ledger import NodeRow, OutboxRow
    from chopmark.services.pipeline import KeyRing, Progress

Json = Annotated[bool, typer.Option("--json", help="JSON")]
UNFINISHED: Final = 3
"""Exit code while something waits that this run could not bring on."""


def worker(
    heal: Annotated[
        bool,
        typer.Option(
            "--heal", help="链退回到本地记录之前时，重发已签名的交易 · the chain came back behind: send again"
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """处理队列：把已受理的内容登记完 · drain the queue: finish what was accepted."""
    from chopmark.cli.sending import run_worker

    T.json = as_json
    progress = run_worker(_needed_keys(), heal=heal)
    final = progress.final.number if progress.final else None
    T.answer({"idle": progress.idle, "waiting": progress.waiting, "final": final})
    if progress.idle:
        T.out("队列已清空", "The queue is empty")
        return
    _say_left(progress)
    raise typer.Exit(UNFINISHED)


def say_unsigned() -> None:
    """Write the files that ask for signatures, one for each institution, and name them."""
    from chopmark.cli.signing import write_all

    for fault in write_all():
        T.out(f"  {fault.say(T.language)}")
        T.out(f"  → {fault.next_step(T.language)}")


def _say_left(progress: Progress) -> None:
    T.out(f"仍有 {progress.waiting} 项在排队", f"{progress.waiting} still waiting")
    with T.site.ledger.read() as tx:
        aliases = {row.node: row.alias for row in tx.nodes.list()}
    for who in progress.lacking:
        name = aliases.get(who) or "0x" + who.hex()
        T.out(f"  这里没有“{name}”的密钥", f"  the key of “{name}” is not here")
    if progress.unsigned:
        say_unsigned()
    if progress.failed:
        T.out(
            f"  {len(progress.failed)} 笔交易未成功；稍后重跑即会重试",
            f"  {len(progress.failed)} transactions failed; run again later to retry",
        )


def _needed_keys() -> KeyRing:
    """Keys of this keystore that have something to sign; what is signed already is sent without any."""
    from chopmark.core.ledger import RequestState
    from chopmark.services.pipeline import KeyRing

    with T.site.ledger.read() as tx:
        waiting = {issuer for issuer, _ in tx.credentials.pending_counts()}
        waiting |= {row.issuer for row in tx.batches.waiting()} | set(tx.changes.due_issuers())
        senders = {row.sender for row in tx.calls.waiting()}
        nodes = tx.nodes.list()
        signed = {row.issuer for row in tx.requests.listed([RequestState.SIGNED])}
    stored = {key.address: key.name for key in T.site.keystore.list() if key.trouble is None}
    here = set(stored.values())
    issuers = {
        row.node: T.site.stored_name(row.key)
        for row in nodes
        if row.node is not None and row.node in waiting and T.site.holds(row.key)
    }
    payers = {row.payer for row in nodes if row.payer in here and row.node in signed | issuers.keys()}
    others = [T.site.signer(stored[address]) for address in sorted(senders) if address in stored]
    others += [T.site.signer(name) for name in sorted(payers)]
    return KeyRing({node: T.site.signer(name) for node, name in issuers.items()}, tuple(others))


def status(as_json: Json = False) -> None:
    """队列、同步与余额 · queue, follower and balances."""
    from chopmark.cli.signing import request_json, say_request
    from chopmark.core.ledger import RequestState
    from chopmark.errors import ChainError

    T.json = as_json
    if T.site_url:
        from chopmark.cli.remote.statuses import status as at_site

        at_site()
        return
    with T.site.ledger.read() as tx:
        leaves = sum(tx.credentials.pending_counts().values())
        changes, calls, boxes = tx.changes.due_count(), len(tx.calls.waiting()), tx.outbox.open()
        cursor, nodes = tx.history.cursor(), tx.nodes.list()
        unsigned = tx.requests.listed([RequestState.OPEN])
    try:
        T.site.chain.verify_identity()
        head, final = T.site.chain.head(), T.site.chain.final()
        balances = {name: T.site.chain.balance(T.site.keystore.address(name)) for name in _key_names(nodes)}
        trouble = None
    except ChainError as fault:
        head, final, balances, trouble = None, None, {}, fault
    followed = cursor.number if cursor else None
    T.answer(
        {
            "pending": {"credentials": leaves, "changes": changes, "calls": calls},
            "toSign": [request_json(row) for row in unsigned],
            "inFlight": ["0x" + box.tx_hash.hex() for box in boxes],
            "followed": followed,
            "head": head.number if head else None,
            "final": final.number if final else None,
            "balances": {name: str(wei) for name, wei in balances.items()},
            "error": trouble.as_json() if trouble else None,
        }
    )
    T.out(
        f"队列：待登记 {leaves}，待变更状态 {changes}，待办授权事项 {calls}，发送中 {len(boxes)}",
        f"Queue: {leaves} to register, {changes} status changes, {calls} registry calls, {len(boxes)} in flight",
    )
    for row in unsigned:
        say_request(row)
    for box in boxes:
        T.out(f"  0x{box.tx_hash.hex()}  {_stage(box)}")
    if leaves or changes or calls or boxes:
        T.out("  运行 chopmark worker 可继续处理", "  chopmark worker goes on with it")
    if head and final:
        T.out(
            f"链：最新区块 {head.number}，最终确认 {final.number}，本地已同步至 {followed or '-'}",
            f"Chain: newest block {head.number}, final {final.number}, followed here to {followed or '-'}",
        )
    for name, wei in balances.items():
        T.out(f"  密钥“{name}”余额 {wei / 10**18:.4f}", f"  balance of “{name}” {wei / 10**18:.4f}")
    if trouble is not None:
        T.out(
            f"链：无法查询，本地已同步至 {followed or '-'}",
            f"Chain: could not be asked; followed here to {followed or '-'}",
        )
        T.out(f"  {trouble.code} {trouble.say(T.language)}")
        T.out(f"  → {trouble.next_step(T.language)}")
        raise typer.Exit(trouble.exit_code)


def _stage(box: OutboxRow) -> str:
    words = {
        "signed": ("已签名，未发送", "signed, not sent"),
        "sent": ("已发送", "sent"),
        "mined": ("已进入区块，等待最终确认", "in a block, waiting for finality"),
    }
    told = T.text(*words.get(box.state.value, (box.state.value, box.state.value)))
    return f"{told}  {box.error}".rstrip()


def _key_names(nodes: list[NodeRow]) -> list[str]:
    """Keys of this keystore that send: those of its institutions."""
    here = {key.name for key in T.site.keystore.list() if key.trouble is None}
    return sorted({name for row in nodes for name in (row.key, row.controller, row.payer) if name in here})
