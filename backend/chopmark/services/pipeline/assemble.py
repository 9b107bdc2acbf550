"""The next transaction of a sender: what goes into it, what the contracts would refuse, and keeping it signed.

Chain and database take turns: everything is read, arranged, tried and signed without a transaction open; then one
transaction checks that nothing moved meanwhile and keeps batches, changes and signed bytes together. Only what is
kept is ever sent, so a signature that is thrown away was never seen by anybody.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from chopmark.core.ledger import BatchRow, DueChange, Lease, NewOutbox
from chopmark.core.transaction import Call, Rejection, SignedTransaction
from chopmark.errors import Refused
from chopmark.services.pipeline.batcher import BATCH_LIMIT, ToSeal, free_groups, held_groups, to_seal
from chopmark.services.pipeline.bench import Bench
from chopmark.services.pipeline.failpoint import reach
from chopmark.services.pipeline.part import Part
from chopmark.services.pipeline.progress import Blocked
from chopmark.services.pipeline.signed import hear, is_signed, signed_parts
from chopmark.services.pipeline.status import WORDS_LIMIT
from chopmark.services.pipeline.wishes import orders
from chopmark.services.ports import Signer, Transaction

PARTS_LIMIT: Final = 40
"""Calls in one transaction: at most 3 million gas of attestations."""
CHANGES_LIMIT: Final = 10_000
"""Wishes that are looked at in one go, an equal share of each institution's."""


@dataclass(slots=True)
class Assembled:
    """What assembling came to.

    ``kept``: row number of the new transaction, None if there is none. ``again``: something moved meanwhile; try once
    more.
    """

    kept: int | None = None
    again: bool = False
    blocked: list[Blocked] = field(default_factory=list)


def assemble(bench: Bench, lease: Lease, signer: Signer) -> Assembled:
    """Make and keep the next transaction of this sender, if there is work for it.

    A registry call that the contracts refuse is written down as refused; everything else that they refuse keeps
    waiting. Raises ``Busy`` if the lease was lost, ``Unreachable``, ``StoreError``.
    """
    lots, unsure = _lots(bench, signer)
    nonce = _next_nonce(bench, lease.sender) if lots else None
    done = Assembled(again=bool(lots) or unsure)
    for lot in lots if nonce is not None else ():
        if _assemble_lot(bench, lease, signer, lot, nonce or 0, done):
            break
    _refuse(bench, done.blocked)
    return done


def _assemble_lot(bench: Bench, lease: Lease, signer: Signer, lot: list[Part], nonce: int, done: Assembled) -> bool:
    """Try the parts of one transaction. False if the contracts refuse all of them, so that the next lot has its turn."""
    parts = lot
    while parts:
        call = _joined(bench, parts)
        try:
            signed = bench.prepare(signer, call, nonce)
        except Refused as refusal:
            tried = parts
            parts, blocked = sift(bench, lease.sender, tried, refusal)
            hear(bench, tried, parts, blocked)
            done.blocked += blocked
            done.again = not blocked
            continue
        done.kept = _keep(bench, lease, parts, call, signed)
        return True
    return False


def sift(bench: Bench, sender: bytes, parts: Sequence[Part], refusal: Refused) -> tuple[list[Part], list[Blocked]]:
    """The parts that can be sent without those that the contracts refuse, and the refused ones.

    Each part is tried on top of the ones before it: a supersession needs the attestation that precedes it.
    """
    rule = refusal.facts.get("rule")
    if rule is Rejection.GAS and len(parts) > 1:
        return list(parts[: len(parts) // 2]), []
    if isinstance(rule, Rejection):  # the node's reason, not a contract's: no part is at fault
        return [], [Blocked("transaction", (), refusal)]
    kept: list[Part] = []
    blocked: list[Blocked] = []
    for part in parts:
        try:
            bench.chain.simulate(sender, _joined(bench, [*kept, part]))
            kept.append(part)
        except Refused as fault:
            blocked.append(Blocked(*part.subject, fault))
    if not blocked:  # it passes now: the chain moved between the two questions, and the next round tries again
        return [], []
    return kept, blocked


def _joined(bench: Bench, parts: Sequence[Part]) -> Call:
    return bench.join([call for part in parts for call in part.calls])


def _lots(bench: Bench, signer: Signer) -> tuple[list[list[Part]], bool]:
    """What waits for this sender, in lots of one transaction each, and whether some wish waits for a final block.

    A transaction goes to one contract. Calls of the issuer registry go first and alone; then what the sender says for
    its own institutions; then what others have signed. A lot that is refused as a whole does not hold up the next.
    """
    with bench.store.read() as tx:
        rows = tx.calls.waiting(signer.address)
    if rows:
        first = [row for row in rows if row.to == rows[0].to][:PARTS_LIMIT]
        return [[Part((Call(row.to, row.data, row.purpose),), row=row) for row in first]], False
    own, unsure = _parts(bench, signer)
    return [lot for lot in (own, signed_parts(bench, signer.address)[:PARTS_LIMIT]) if lot], unsure


def _parts(bench: Bench, signer: Signer) -> tuple[list[Part], bool]:
    """What waits for this sender's own institutions, in the order in which it must happen; whether some wish waits.

    The successor of an open wish is attested by the very part that supersedes the old one, in a batch of its own: both
    happen or neither.
    """
    is_mine = _own(bench, signer)
    with bench.store.read() as tx:
        batches = [row for row in tx.batches.waiting() if is_mine(row.issuer)]
        groups = [one for one in tx.credentials.pending(BATCH_LIMIT) if is_mine(one.issuer)]
        mine = [issuer for issuer in tx.changes.due_issuers() if is_mine(issuer)]
        due = tx.changes.due(max(1, CHANGES_LIMIT // len(mine)), mine) if mine else []
        held = tx.changes.successors()
        alone = {row.id: leaf for row in batches if row.size == 1 for leaf in _only_leaf(tx, row) if leaf in held}
    tried = _again(bench, batches)
    parts = [part for part in tried if part.batch is not None and part.batch.id not in alone]
    parts += [_sealing(bench, one) for one in to_seal(free_groups(groups, held))]
    bound = {alone[part.batch.id]: part for part in tried if part.batch is not None and part.batch.id in alone}
    bound |= {one.leaves[0]: _sealing(bench, one) for one in to_seal(held_groups(groups, held))}
    status, unsure = _status_parts(bench, bound, due)
    return parts[:PARTS_LIMIT] + status, unsure


def _only_leaf(tx: Transaction, row: BatchRow) -> list[int]:
    return [one.id for one in tx.credentials.of_batch(row.id)]


def _sealing(bench: Bench, one: ToSeal) -> Part:
    return Part((one.call(bench.contracts),), seal=one)


def _refuse(bench: Bench, blocked: Sequence[Blocked]) -> None:
    """Registry calls are orders of a person who waits for the answer: a refused one is answered and not tried again."""
    calls = [(number, one.error) for one in blocked if one.what == "call" for number in one.ids]
    if calls:
        with bench.store.begin() as tx:
            for number, error in calls:
                tx.calls.refuse(number, json.dumps(error.as_json(), ensure_ascii=False))


def _own(bench: Bench, signer: Signer) -> Callable[[bytes], bool]:
    """Tells for which institutions this sender speaks itself: its key is theirs, and nobody else pays."""
    delegated = bench.delegates()

    def one(issuer: bytes) -> bool:
        key = bench.keys.of_issuer(issuer)
        return issuer not in delegated and key is not None and key.address == signer.address

    return one


def _again(bench: Bench, batches: Sequence[BatchRow]) -> list[Part]:
    """Batches whose transaction failed, but for those whose record stands all the same: the follower will see them."""
    records = bench.chain.batches([(row.issuer, row.root) for row in batches], bench.chain.head()) if batches else []
    return [
        Part((bench.contracts.attest(row.issuer, row.kind, row.root, row.size, row.algorithm),), batch=row)
        for row, record in zip(batches, records, strict=True)
        if record is None
    ]


def _status_parts(bench: Bench, bound: Mapping[int, Part], due: Sequence[DueChange]) -> tuple[list[Part], bool]:
    """Parts for the wishes that can be fulfilled now; whether some are settled, but not in a final block yet.

    ``bound``: what attests the successors of open wishes, by row number.
    """
    wanted, unsure = orders(bench, due, {leaf: (_root(part), 0) for leaf, part in bound.items()})
    successor_of = {one.change.id: one.change.successor_id for one in due}
    parts: list[Part] = []
    left, words = dict(bound), 0
    for order in wanted:
        one = order.call(bench.contracts)
        words += one.words
        if words <= WORDS_LIMIT and len(parts) < PARTS_LIMIT:
            successor = successor_of[one.changes[0]] or 0
            if successor in bound and successor not in left:
                continue  # it supersedes two: the second one waits until it is attested
            carrier = left.pop(successor, None)
            parts.append(
                Part((one.call,), status=one)
                if carrier is None
                else replace(carrier, calls=(*carrier.calls, one.call), status=one)
            )
    return parts, unsure


def _root(part: Part) -> bytes:
    if part.seal is not None:
        return part.seal.root
    return b"" if part.batch is None else part.batch.root


def _next_nonce(bench: Bench, sender: bytes) -> int | None:
    """The number of the next transaction; None while the node does not count all that it has mined already.

    The chain's count decides, so a number that somebody used elsewhere with this key is passed over and no gap can
    arise.
    """
    counted = bench.chain.nonce(sender)
    with bench.store.read() as tx:
        last = tx.outbox.last_nonce(sender, bench.home.chain_id)
    return counted if last is None or counted > last else None


def _keep(bench: Bench, lease: Lease, parts: Sequence[Part], call: Call, signed: SignedTransaction) -> int | None:
    """Keep batches, changes and signed bytes together.

    None, and nothing is kept, if somebody else moved what they build on.
    """
    new = NewOutbox(
        sender=signed.sender,
        chain_id=signed.chain_id,
        nonce=signed.nonce,
        raw=signed.raw,
        tx_hash=signed.hash,
        purpose=call.purpose,
        summary=_summary(parts),
        created_at=bench.now(),
    )
    with bench.store.begin() as tx:
        tx.leases.check(lease)
        if not all(_stands(tx, part) for part in parts):
            return None
        outbox_id = tx.outbox.add(lease, new)
        for part in parts:
            _tie(tx, part, outbox_id)
        reach("after_seal_before_commit")
    reach("after_commit_before_send")
    return outbox_id


def _stands(tx: Transaction, part: Part) -> bool:
    """Whether what a part was made of is still as it was read."""
    if part.status is not None and tx.changes.free(part.status.changes) != len(part.status.changes):
        return False
    if part.seal is not None:
        if part.status is None and not tx.changes.successors().isdisjoint(part.seal.leaves):
            return False
        return tx.credentials.unsealed(part.seal.leaves) == len(part.seal.leaves)
    if not all(is_signed(tx, at) for at in part.requests):
        return False
    if part.batch is not None:
        return tx.batches.get(part.batch.id) == part.batch
    return part.status is not None or (part.row is not None and tx.calls.get(part.row.id) == part.row)


def _tie(tx: Transaction, part: Part, outbox_id: int) -> None:
    """Say in the database that this transaction carries the part."""
    if part.seal is not None:
        one = part.seal
        tx.batches.seal(one.issuer, one.kind, one.root, int(one.algorithm), one.leaves, outbox_id)
    elif part.batch is not None:
        tx.batches.carry([part.batch.id], outbox_id)
    elif part.row is not None:
        tx.calls.carry([part.row.id], outbox_id)
    if part.status is not None:
        tx.changes.carry(part.status.changes, outbox_id)
    tx.requests.carry(part.requests, outbox_id)


def _summary(parts: Sequence[Part]) -> dict[str, int]:
    counts = {
        "batches": sum(part.seal is not None or part.batch is not None for part in parts),
        "leaves": sum(len(part.seal.leaves) for part in parts if part.seal)
        + sum(part.batch.size for part in parts if part.batch),
        "changes": sum(len(part.status.changes) for part in parts if part.status),
        "calls": sum(part.row is not None for part in parts),
    }
    return {name: count for name, count in counts.items() if count}
