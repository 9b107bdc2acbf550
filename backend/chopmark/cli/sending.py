"""Sending what was queued, and telling how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from chopmark.cli.app import TERMINAL as T
from chopmark.errors import Busy, Refused, Unreachable
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.core.transaction import Call
    from chopmark.services.accredit import Desk, Errand
    from chopmark.services.pipeline import KeyRing, Progress

PATIENCE: Final = 600.0
"""Seconds that a command waits for finality before it leaves the rest to a later run."""


def send_registry(make: Callable[[Desk], Errand]) -> None:
    """One operation of the issuer registry: made at the desk, tried, queued, sent, waited for."""
    send_errand(make(T.site.desk()))


def send_errand(errand: Errand) -> None:
    """Try the calls of an errand, queue them, and wait until they are final."""
    from chopmark.services.pipeline import KeyRing

    signer = T.site.signer(errand.sender)
    for call in errand.calls:
        T.site.chain.simulate(signer.address, call)
    ids = _queue(signer.address, errand.calls)
    run_worker(KeyRing({}, (signer,)))
    with T.site.ledger.read() as tx:
        rows = [tx.calls.get(i) for i in ids]
        carried = [tx.outbox.get(row.outbox_id) if row and row.outbox_id else None for row in rows]
    for row in rows:
        if row is not None and row.error:
            raise Refused(why=row.error, fix_zh="请检查授权与密钥", fix_en="Check the accreditation and the key")
    sent = {box.tx_hash: box for box in carried if box is not None}
    T.answer([{"transaction": "0x" + box.tx_hash.hex(), "block": box.block_number} for box in sent.values()])
    for box in sent.values():
        T.out(
            f"已上链：交易 0x{box.tx_hash.hex()}，区块 {box.block_number}",
            f"On the chain: transaction 0x{box.tx_hash.hex()}, block {box.block_number}",
        )


def _queue(sender: bytes, calls: tuple[Call, ...]) -> list[int]:
    with T.site.ledger.begin() as tx:
        return [tx.calls.add_call(sender, call) for call in calls]


def run_worker(keys: KeyRing, *, heal: bool = False) -> Progress:
    """Drain the queue with the given keys, showing progress.

    Raises what keeps the work of this run from going on: an unreachable node, a refusal of the contracts, another sender.
    What was accepted stays queued in every case.
    """
    shown = _Shown()
    try:
        progress = T.site.worker(keys).run(progress=shown, timeout=PATIENCE, heal=heal)
    finally:
        shown.end()
    raise_trouble(progress)
    return progress


def raise_trouble(progress: Progress) -> None:
    """Raise the first thing that a worker could not get past."""
    if progress.unreachable is not None:
        raise progress.unreachable
    if progress.blocked:
        raise progress.blocked[0].error
    if progress.busy and not progress.idle:
        raise Busy(holder=progress.busy)
    if progress.in_flight or progress.confirming:
        raise Unreachable(
            url=T.site.chain.url,
            why=Wording(f"{PATIENCE:.0f} 秒内未获最终确认", f"not final within {PATIENCE:.0f} seconds"),
        )


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
        parts.append(T.text(f"待登记 {p.leaves}", f"{p.leaves} to register"))
    if p.changes:
        parts.append(T.text(f"待变更 {p.changes}", f"{p.changes} status changes"))
    if p.calls:
        parts.append(T.text(f"待办 {p.calls}", f"{p.calls} registry calls"))
    if p.in_flight:
        parts.append(T.text("已发送", "sent"))
    if p.confirming:
        parts.append(T.text("等待最终确认", "waiting for finality"))
    if p.busy:
        parts.append(T.text(f"由 {p.busy} 发送中", f"being sent by {p.busy}"))
    return T.text("，", ", ").join(parts)
