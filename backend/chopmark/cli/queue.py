"""``chopmark worker`` and ``chopmark status``: the queue, moved and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from chopmark.cli.app import TERMINAL as T

if TYPE_CHECKING:
    from chopmark.core.ledger import NodeRow
    from chopmark.services.pipeline import KeyRing

Json = Annotated[bool, typer.Option("--json", help="JSON")]


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
    progress = run_worker(_all_keys(), heal=heal)
    T.answer({"idle": progress.idle, "final": progress.final.number if progress.final else None})
    if progress.idle:
        T.out("队列已清空", "The queue is empty")


def status(as_json: Json = False) -> None:
    """队列、同步与余额 · queue, follower and balances."""
    from chopmark.errors import ChainError

    T.json = as_json
    with T.site.ledger.read() as tx:
        leaves = sum(tx.credentials.pending_counts().values())
        changes, calls, boxes = tx.changes.due_count(), len(tx.calls.waiting()), tx.outbox.open()
        cursor, nodes = tx.history.cursor(), tx.nodes.list()
    try:
        head, final = T.site.chain.head(), T.site.chain.final()
        balances = {name: T.site.chain.balance(T.site.keystore.address(name)) for name in _key_names(nodes)}
        trouble = None
    except ChainError as fault:
        head, final, balances, trouble = None, None, {}, fault
    T.answer(
        {
            "pending": {"credentials": leaves, "changes": changes, "calls": calls},
            "inFlight": ["0x" + box.tx_hash.hex() for box in boxes],
            "followed": cursor.number if cursor else None,
            "head": head.number if head else None,
            "final": final.number if final else None,
            "balances": {name: str(wei) for name, wei in balances.items()},
            "error": trouble.as_json() if trouble else None,
        }
    )
    T.out(
        f"待登记 {leaves}，待变更 {changes}，待办 {calls}，发送中 {len(boxes)}",
        f"to register {leaves}, status changes {changes}, registry calls {calls}, in flight {len(boxes)}",
    )
    for box in boxes:
        T.out(f"  0x{box.tx_hash.hex()}  {box.state.value}  {box.error}")
    followed = cursor.number if cursor else "-"
    if head and final:
        T.out(
            f"最新区块 {head.number}，最终确认 {final.number}，已同步 {followed}",
            f"newest block {head.number}, final {final.number}, followed {followed}",
        )
    if trouble:
        T.out(
            f"{trouble.code} {trouble.say(T.language)}（已同步至 {followed}）",
            f"{trouble.code} {trouble.say(T.language)} (followed to {followed})",
        )
    for name, wei in balances.items():
        T.out(f"  {name}: {wei / 10**18:.4f}")


def _key_names(nodes: list[NodeRow]) -> list[str]:
    """Keys of this keystore that send: those of its institutions."""
    here = {key.name for key in T.site.keystore.list() if key.trouble is None}
    return sorted({name for row in nodes for name in (row.key, row.controller) if name in here})


def _all_keys() -> KeyRing:
    """Every key that has something to do: those of institutions with waiting work, and senders of waiting calls."""
    from chopmark.services.pipeline import KeyRing

    with T.site.ledger.read() as tx:
        changing = tx.credentials.get_many([change.credential_id for change in tx.changes.pending()])
        waiting = {issuer for issuer, _ in tx.credentials.pending_counts()} | {row.issuer for row in changing.values()}
        senders = {row.sender for row in tx.calls.waiting()} | {box.sender for box in tx.outbox.open()}
        nodes = tx.nodes.list()
    stored = {key.address: key.name for key in T.site.keystore.list() if key.trouble is None}
    issuers = {row.node: row.key for row in nodes if row.node is not None and row.node in waiting and row.key}
    others = tuple(T.site.signer(stored[address]) for address in senders if address in stored)
    return KeyRing({node: T.site.signer(key) for node, key in issuers.items()}, others)
