"""The worker: one loop that follows the chain, brings what was sent further, and sends what waits.

A round does each of these once and keeps what it did; the next round starts from the database. So a worker may die
anywhere, any number of workers may run, and whoever has the lease of a sender sends. One transaction of a sender is
under way at a time: while it is, leaves gather, and the next batch takes them all.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from chopmark.core.ledger import Lease, OutboxRow, OutboxState, RequestState
from chopmark.core.transaction import BlockRef
from chopmark.errors import Busy, ChainError, ChainReset, KeystoreError, Refused, WrongChain
from chopmark.services.pipeline import reset
from chopmark.services.pipeline.adopt import adopt
from chopmark.services.pipeline.asking import ask, sign_here
from chopmark.services.pipeline.assemble import assemble
from chopmark.services.pipeline.bench import Bench
from chopmark.services.pipeline.deliver import Delivered, deliver
from chopmark.services.pipeline.follow import follow
from chopmark.services.pipeline.holder import is_gone
from chopmark.services.pipeline.progress import Blocked, Progress
from chopmark.services.pipeline.turn import Turns
from chopmark.services.ports import Transaction

POLL_SECONDS = 0.25
"""Between two rounds. Blocks come every second or slower; the first round needs no waiting."""
PATIENCE_SECONDS = 10.0
"""How long a command waits for a node that does not answer or is behind."""
PAUSE_SECONDS = 60.0
"""How long a sender rests after a transaction of its was reverted: trying again at once would cost and fail again."""
KEPT = 1_000
"""Hashes of transactions that a run remembers for its end; a worker may live for years."""


class Worker:
    """Drains the queue of one site.

    ``sleep``: waits so many seconds. ``ticks``: a clock that only goes forward, for time-outs. ``gone``: whether
    another holder of a lease is known to be dead.
    """

    def __init__(
        self,
        bench: Bench,
        *,
        sleep: Callable[[float], None] = time.sleep,
        ticks: Callable[[], float] = time.monotonic,
        gone: Callable[[str], bool] = is_gone,
        poll: float = POLL_SECONDS,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._bench = bench
        self._sleep = sleep
        self._ticks = ticks
        self._poll = poll
        self._patience = patience
        self._turns = Turns(bench, gone)
        self._finished: list[bytes] = []  # since they were told
        self._failed: list[bytes] = []
        self._rests: dict[bytes, float] = {}
        self._passed: dict[int, int] = {}
        self._trouble_since: float | None = None
        self._verified = False
        self._stop = False

    def run(
        self,
        *,
        until_idle: bool = True,
        progress: Callable[[Progress], None] | None = None,
        timeout: float | None = None,
        heal: bool = False,
        until: Callable[[Transaction], bool] | None = None,
    ) -> Progress:
        """Work until nothing is left that could be done.

        With ``until_idle`` false for good; in both cases at most until ``until`` says so, which is asked after each
        round. ``progress`` is told after every round, with what that round finished. After ``timeout`` seconds the
        last progress is returned as it is: everything is on disk, and another run goes on. ``heal``: if the chain
        came back without what was final, go back and send again what was sent.

        Raises ``Busy`` if the time is up and somebody else sends; ``ChainReset`` (without ``heal``), ``WrongChain``,
        ``StoreError`` and, while ``until_idle``, ``Unreachable`` when the node stays silent. What is queued is safe
        in any case.
        """
        end = None if timeout is None else self._ticks() + timeout
        finished, failed = deque[bytes](maxlen=KEPT), deque[bytes](maxlen=KEPT)
        try:
            while True:
                now = self._round(heal, patient=not until_idle)
                self._finished, self._failed = [], []
                if progress is not None:
                    progress(now)
                finished.extend(now.finished)
                failed.extend(now.failed)
                now = replace(now, finished=tuple(finished), failed=tuple(failed))
                if self._stop or (until_idle and not now.moving) or self._wished(until):
                    return now
                if end is not None and self._ticks() >= end:
                    if now.busy:
                        raise Busy(holder=now.busy)
                    return now
                self._sleep(self._poll)
        finally:
            self._turns.give_back()

    def follow(self) -> BlockRef:
        """Only follow: everything up to the newest final block is kept when this returns; that block.

        Raises ``ChainReset``, also for a node that is behind, ``WrongChain``, ``Unreachable``, ``StoreError``.
        """
        final = self._where(heal=False)
        if final is None:
            raise reset.behind(self._bench)
        follow(self._bench, final)
        return final

    def stop(self) -> None:
        """End ``run`` after the present round; for signal handlers."""
        self._stop = True

    def _wished(self, until: Callable[[Transaction], bool] | None) -> bool:
        if until is None:
            return False
        with self._bench.store.read() as tx:
            return until(tx)

    def _round(self, heal: bool, patient: bool) -> Progress:
        try:
            now = self._work(heal)
            if not now.lagging:
                self._trouble_since = None
            elif self._out_of_patience(patient):
                raise reset.behind(self._bench)
        except (WrongChain, ChainReset, Refused):
            raise
        except ChainError as fault:
            self._verified = False
            if self._out_of_patience(patient):
                raise
            now = replace(self._counted(Progress()), unreachable=fault)
        return now

    def _out_of_patience(self, patient: bool) -> bool:
        now = self._ticks()
        if self._trouble_since is None:
            self._trouble_since = now
        return not patient and now - self._trouble_since >= self._patience

    def _work(self, heal: bool) -> Progress:
        bench = self._bench
        final = self._where(heal)
        seen = Progress(head=bench.chain.head(), final=final)
        if final is None:
            return self._counted(replace(seen, lagging=True))
        follow(bench, final)
        adopt(bench, final)
        with bench.store.read() as tx:
            healing = tx.site.get(reset.HEALING) is not None
        if not healing:
            seen = replace(seen, again=ask(bench))
            seen = replace(seen, blocked=tuple(sign_here(bench)))
        seen = self._send_anew(seen, final) if healing else self._serve_all(seen, final)
        return self._counted(seen)

    def _where(self, heal: bool) -> BlockRef | None:
        """The newest final block, once the node is known to be on the right chain; None while it is behind."""
        bench = self._bench
        final = bench.chain.final()
        if not self._verified:
            bench.chain.verify_identity(final)
            with bench.store.begin() as tx:
                tx.site.bind(bench.home)
            self._verified = True
        try:
            there = reset.check(bench)
        except ChainReset:
            if not heal:
                raise
            there = False
        if not there and heal:
            self._heal()
            return bench.chain.final()
        return final if there else None

    def _heal(self) -> None:
        with self._bench.store.read() as tx:
            senders = tx.outbox.senders()
        reset.heal(self._bench, {sender: self._turns.need(sender) for sender in senders})

    # -- sending

    def _serve_all(self, seen: Progress, final: BlockRef) -> Progress:
        """Every sender that has something under way or waiting."""
        with self._bench.store.read() as tx:
            senders, lacking = self._senders(tx)
        for sender in senders:
            seen = self._serve(seen, sender, final)
        return replace(seen, lacking=(*lacking, *seen.lacking))

    def _senders(self, tx: Transaction) -> tuple[list[bytes], list[bytes]]:
        """Addresses with work, those with the oldest transaction first; issuers whose key is not here."""
        found = dict.fromkeys(row.sender for row in tx.outbox.open())
        found |= dict.fromkeys(row.sender for row in tx.calls.waiting())
        issuers = {issuer for issuer, _ in tx.credentials.pending_counts()}
        issuers |= {row.issuer for row in tx.batches.waiting()} | set(tx.changes.due_issuers())
        delegates = self._bench.delegates()
        signed = {row.issuer for row in tx.requests.listed([RequestState.SIGNED])}
        found |= dict.fromkeys(delegates[issuer].payer for issuer in sorted(signed & delegates.keys()))
        issuers -= delegates.keys()
        keys = {issuer: self._bench.keys.of_issuer(issuer) for issuer in sorted(issuers)}
        found |= dict.fromkeys(key.address for key in keys.values() if key is not None)
        return list(found), [issuer for issuer, key in keys.items() if key is None]

    def _serve(self, seen: Progress, sender: bytes, final: BlockRef) -> Progress:
        """One sender: what is under way first, then the next transaction."""
        if self._bench.keys.of_sender(sender) is None and not self._is_under_way(sender):
            # Without its key only the lease could be had, and whoever has the key would wait for it: two commands
            # that hold one another's lease would wait for ever.
            self._turns.drop(sender)
            return replace(seen, lacking=(*seen.lacking, sender))
        lease = self._turns.hold(sender)
        if lease is None:
            return replace(seen, busy=self._turns.busy)
        try:
            with self._bench.store.read() as tx:
                rows = tx.outbox.open(sender)
            for row in rows:
                seen, stands = self._deliver(seen, lease, row, final)
                if stands.unmined:
                    return seen
            return self._next(seen, lease, final)
        except Busy as fault:
            self._turns.lost(sender)
            return replace(seen, busy=str(fault.facts.get("holder")))

    def _is_under_way(self, sender: bytes) -> bool:
        with self._bench.store.read() as tx:
            return bool(tx.outbox.open(sender))

    def _next(self, seen: Progress, lease: Lease, final: BlockRef) -> Progress:
        """Assemble and send the sender's next transaction."""
        signer = self._bench.keys.of_sender(lease.sender)
        if signer is None:
            with self._bench.store.read() as tx:
                calls = tx.calls.waiting(lease.sender)
            return replace(seen, lacking=(*seen.lacking, lease.sender)) if calls else seen
        if self._rests.get(lease.sender, 0) > self._ticks():
            return seen
        try:
            done = assemble(self._bench, lease, signer)
        except KeystoreError as fault:  # this key does not sign; others may
            return replace(seen, blocked=(*seen.blocked, Blocked("transaction", (), fault)))
        seen = replace(seen, blocked=(*seen.blocked, *done.blocked), again=seen.again or done.again)
        if done.kept is None:
            return seen
        with self._bench.store.read() as tx:
            row = tx.outbox.get(done.kept)
        return seen if row is None else self._deliver(seen, lease, row, final)[0]

    def _send_anew(self, seen: Progress, final: BlockRef) -> Progress:
        """After a reset: one transaction after the other, in the order of signing, whoever signed it.

        An attestation must not be mined before the accreditation that it needs.
        """
        with self._bench.store.read() as tx:
            rows = tx.outbox.open()
        for row in rows:
            lease = self._turns.hold(row.sender)
            if lease is None:
                return replace(seen, busy=self._turns.busy)
            seen, stands = self._deliver(seen, lease, row, final)
            if stands.unmined:
                return seen
        with self._bench.store.begin() as tx:
            tx.site.set(reset.HEALING, None)
        return replace(seen, again=True)  # the next round goes on as usual

    def _deliver(self, seen: Progress, lease: Lease, row: OutboxRow, final: BlockRef) -> tuple[Progress, Delivered]:
        stands = deliver(self._bench, lease, row, final, self._is_passed_over(seen, row, final))
        if stands.state is OutboxState.FINAL:
            self._finished.append(row.tx_hash)
            if row.state is not OutboxState.MINED and self._bench.delegates():
                seen = replace(seen, again=True)  # what comes after it has not been asked for yet
        if stands.state is OutboxState.FAILED:
            self._failed.append(row.tx_hash)
            self._rests[row.sender] = self._ticks() + PAUSE_SECONDS
        if stands.error is None:
            return seen, stands
        blocked = Blocked("transaction", (row.id,), stands.error)
        return replace(seen, blocked=(*seen.blocked, blocked), stuck=seen.stuck + 1), stands

    def _is_passed_over(self, seen: Progress, row: OutboxRow, final: BlockRef) -> bool:
        """Whether the sender's count has been past this transaction's number since a block that is final now."""
        if row.state is OutboxState.MINED or self._bench.chain.nonce(row.sender) <= row.nonce or seen.head is None:
            self._passed.pop(row.id, None)
            return False
        return self._passed.setdefault(row.id, seen.head.number) <= final.number

    # -- telling

    def _counted(self, seen: Progress) -> Progress:
        """With what the database says now."""
        with self._bench.store.read() as tx:
            rows = tx.outbox.open()
            mined = sum(row.state is OutboxState.MINED for row in rows)
            return replace(
                seen,
                leaves=sum(tx.credentials.pending_counts().values()),
                batches=len(tx.batches.waiting()),
                changes=tx.changes.due_count(),
                calls=len(tx.calls.waiting()),
                in_flight=len(rows) - mined,
                confirming=mined,
                finished=tuple(self._finished),
                failed=tuple(self._failed),
                unsigned=tx.requests.count(RequestState.OPEN),
            )
