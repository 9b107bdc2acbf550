"""Sending what was queued, and telling how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from chopmark.cli.app import TERMINAL as T
from chopmark.errors import Busy, ChainError, Unreachable
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.core.ledger import OutboxRow, RequestRow
    from chopmark.core.transaction import Call
    from chopmark.services.accredit import Desk, Errand
    from chopmark.services.pipeline import KeyRing, Progress
    from chopmark.services.ports import Transaction

PATIENCE: Final = 600.0
"""Seconds that a command waits for finality before it leaves the rest to a later run."""


def send_registry(make: Callable[[Desk], Errand]) -> list[OutboxRow]:
    """One operation of the issuer registry: made at the desk, tried, queued, sent, waited for, told."""
    sent = send_errands(make(T.site.desk()))
    T.answer([{"transaction": "0x" + box.tx_hash.hex(), "block": box.block_number} for box in sent])
    say_sent(sent)
    return sent


def say_sent(sent: Sequence[OutboxRow]) -> None:
    """Say which transactions did it, or that there was nothing to do."""
    for box in sent:
        T.out(
            f"已上链：区块 {box.block_number}，交易 0x{box.tx_hash.hex()}",
            f"On the chain: block {box.block_number}, transaction 0x{box.tx_hash.hex()}",
        )
    if not sent:
        T.out("链上已是如此，无需操作", "The chain says so already; nothing was sent")


def send_errands(*errands: Errand) -> list[OutboxRow]:
    """Try the calls of errands, queue them together, and wait until all are final; the transactions that carried them.

    What an interrupted run has queued already is not queued again. Raises ``Refused`` with the contract's reason if a
    call cannot be, before anything is queued.
    """
    from chopmark.services.errands import carriers, settled
    from chopmark.services.pipeline import KeyRing

    errands = tuple(errand for errand in errands if errand.calls)
    if not errands:
        return []
    T.site.chain.verify_identity()
    signers = {errand.sender: T.site.signer(errand.sender) for errand in errands}
    ids = [at for errand in errands for at in _queue(signers[errand.sender].address, errand.calls)]
    run_worker(KeyRing({}, tuple(signers.values())), until=lambda tx: settled(tx, ids))
    with T.site.ledger.read() as tx:
        return carriers(tx, ids)


def _queue(sender: bytes, calls: Sequence[Call]) -> list[int]:
    """Row numbers of the calls: of those that wait or travel already, and of new ones, which were tried first."""
    from chopmark.services.errands import on_the_way, queue, try_new

    with T.site.ledger.read() as tx:
        known = on_the_way(tx, sender)
    try_new(T.site.chain, sender, calls, known)
    with T.site.ledger.begin() as tx:
        return queue(tx, sender, calls)


def run_worker(
    keys: KeyRing,
    *,
    until: Callable[[Transaction], bool] | None = None,
    heal: bool = False,
    asked: Callable[[Transaction], Sequence[RequestRow]] | None = None,
) -> Progress:
    """Drain the queue with the given keys, showing progress; with ``until`` only as far as that.

    ``asked``: the requests for signatures that ``until`` waits for. Once one of them waits for a key elsewhere there is
    nothing more to do here: ``Unsigned`` is raised, and names the file that asks for the signature. Else raises what
    keeps it from getting there: an unreachable node, a refusal of the contracts, another sender. What was accepted stays
    queued in every case. Trouble of other work is none of this run's once ``until`` says that it is done.
    """
    shown = _Shown()

    def enough(tx: Transaction) -> bool:
        return (until is not None and until(tx)) or bool(asked and _unsigned(asked(tx), keys))

    try:
        run = T.site.worker(keys).run
        progress = run(progress=shown, timeout=PATIENCE, heal=heal, until=enough if until else None)
    finally:
        shown.end()
    if until is None:
        raise_trouble(progress)
        return progress
    with T.site.ledger.read() as tx:
        done = until(tx)
        unsigned = _unsigned(asked(tx), keys) if asked and not done else []
    if unsigned:
        from chopmark.cli.signing import write_requests

        raise write_requests(unsigned)
    if not done:
        raise_trouble(progress)
        raise ChainError(why=_QUEUED)
    return progress


def _unsigned(rows: Sequence[RequestRow], keys: KeyRing) -> list[RequestRow]:
    """Those that somebody elsewhere has to sign."""
    return [row for row in rows if row.state.value == "open" and keys.of_sender(row.signer) is None]


def raise_trouble(progress: Progress) -> None:
    """Raise the first thing that a worker could not get past."""
    if progress.unreachable is not None:
        raise progress.unreachable
    if progress.blocked:
        raise progress.blocked[0].error
    if progress.busy and not progress.idle:
        raise Busy(holder=progress.busy)
    if progress.in_flight or progress.confirming:
        raise Unreachable(url=T.site.chain.url, why=_NOT_FINAL.filled(seconds=f"{PATIENCE:.0f}"))


class _Shown:
    """Progress as one line on the terminal, or a line for each change elsewhere."""

    def __init__(self) -> None:
        self._last = ""
        self._live = sys.stderr.isatty()

    def __call__(self, progress: Progress) -> None:
        """Show where things are, if that has changed."""
        line = _line(progress)
        if not line or line == self._last:
            return
        self._last = line
        print(f"\r\033[K{line}" if self._live else line, end="" if self._live else "\n", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self._live and self._last:
            print(file=sys.stderr)


def _line(p: Progress) -> str:
    parts = []
    if p.leaves:
        parts.append(T.text(f"待登记 {p.leaves} 条", f"{p.leaves} to register"))
    if p.changes:
        parts.append(T.text(f"待变更状态 {p.changes} 条", f"{p.changes} status changes"))
    if p.calls:
        parts.append(T.text(f"待办授权事项 {p.calls} 项", f"{p.calls} registry calls"))
    if p.in_flight:
        parts.append(T.text("已发送", "sent"))
    if p.confirming:
        parts.append(T.text("等待最终确认", "waiting for finality"))
    if p.busy:
        parts.append(T.text(f"由 {p.busy} 发送中", f"being sent by {p.busy}"))
    if p.unreachable is not None:
        parts.append(T.text("节点没有应答，正在重试", "the node does not answer, trying again"))
    return T.text("，", ", ").join(parts)


_NOT_FINAL: Final = Wording("{seconds} 秒内未获最终确认", "not final within {seconds} seconds")
_QUEUED: Final = Wording(
    "已受理的内容仍在排队，未能全部登记；请运行 chopmark worker 或稍后重跑",
    "what was accepted is still queued; run chopmark worker, or this command again later",
)
