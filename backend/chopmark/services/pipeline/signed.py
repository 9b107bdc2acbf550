"""What was signed, as parts of the payer's transaction: through the contract that checks the signatures.

A batch that was sealed for a signature waits without a transaction, and so do the wishes; the request says which
signature is for them. What a failed transaction carried is signed as before and goes into the next one, until its time
runs out; a status request that was carried out is never used again, here (``done``) or by the contract (``used``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chopmark.core.ledger import BatchRow, RequestRow, RequestState, Verb
from chopmark.core.transaction import Call
from chopmark.core.typed_data import Attest, SetStatus
from chopmark.services.pipeline.bench import SLACK_SECONDS, Bench
from chopmark.services.pipeline.failpoint import reach
from chopmark.services.pipeline.part import Part
from chopmark.services.pipeline.progress import Blocked
from chopmark.services.pipeline.status import WORDS_LIMIT, StatusCall
from chopmark.services.ports import DelegatedContracts, Transaction

NOT_THEIRS: Final = "refused: signature"
CARRIED_OUT: Final = "refused: carried out before"
"""Why a signature does not count, as ``RequestRow.note`` keeps it."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A signed request whose subject still waits.

    ``batch``: the one that it attests; for a correction the successor's, if that waits to be attested. ``changes``: the
    wishes (row numbers).
    """

    row: RequestRow
    batch: BatchRow | None
    changes: tuple[int, ...] = ()


def signed_parts(bench: Bench, payer: bytes) -> list[Part]:
    """What this payer can send now: attestations, then changes of status; a correction is one part of two calls."""
    if bench.delegation is None:
        return []
    contracts = bench.delegation.contracts
    mine = {issuer for issuer, one in bench.delegates().items() if one.payer == payer}
    with bench.store.read() as tx:
        rows = [row for row in tx.requests.listed([RequestState.SIGNED]) if row.issuer in mine]
        if not rows:
            return []
        waiting = {row.id: row for row in tx.batches.waiting()}
        held = {row.batch_id for row in tx.credentials.get_many(tx.changes.successors()).values()}
        found = [one for row in rows if (one := _ready(tx, row, waiting)) is not None]
    latest = bench.chain_time() + SLACK_SECONDS
    ready = [one for one in found if one.row.deadline >= latest]
    standing = _standing(bench, [one.batch for one in ready if one.batch is not None])
    attests = {
        one.batch.id: one
        for one in ready
        if one.row.verb is Verb.ATTEST and one.batch is not None and one.batch.id not in standing
    }
    parts = [Part((_call(contracts, one.row),), batch=one.batch, requests=(one.row.id,))
             for at, one in attests.items() if at not in held]  # fmt: skip
    wanted = [one for one in ready if one.row.verb is not Verb.ATTEST]
    parts += _status_parts(contracts, wanted, attests, standing)
    if parts:
        reach("after_sign_before_carry")
    return parts


def is_signed(tx: Transaction, request_id: int) -> bool:
    """Whether a request is signed and carried by nothing."""
    row = tx.requests.get(request_id)
    return row is not None and row.state is RequestState.SIGNED


def hear(bench: Bench, tried: Sequence[Part], kept: Sequence[Part], blocked: Sequence[Blocked]) -> None:
    """What the contracts say about signatures is kept: one that they do not take is asked for again.

    That is how a contract wallet's signature is checked before anything is sent; a key's is recovered when it comes in.
    """
    refused = [part for part in tried if part not in kept]
    for part, one in zip(refused, blocked, strict=False):
        rule = str(one.error.facts.get("rule", ""))
        if part.requests and rule.startswith(("SignatureInvalid(", "Replayed(")):
            with bench.store.begin() as tx:
                for at in part.requests:
                    if not is_signed(tx, at):
                        continue
                    if rule.startswith("Replayed("):
                        tx.requests.end(at, RequestState.REFUSED, CARRIED_OUT)
                    else:
                        tx.requests.unsign(at, NOT_THEIRS)


def _ready(tx: Transaction, row: RequestRow, waiting: Mapping[int, BatchRow]) -> _Ready | None:
    if row.verb is Verb.ATTEST:
        batch = waiting.get(row.batch_id or 0)
        return None if batch is None else _Ready(row, batch)
    ids = tuple(tx.requests.changes_of(row.id))
    if tx.changes.free(ids) != len(ids):
        return None
    return _Ready(row, _successors_batch(tx, ids, waiting) if row.verb is Verb.SUPERSEDE else None, ids)


def _successors_batch(tx: Transaction, changes: Sequence[int], waiting: Mapping[int, BatchRow]) -> BatchRow | None:
    wishes = [change for at in changes if (change := tx.changes.get(at)) is not None]
    rows = tx.credentials.get_many([one.successor_id for one in wishes if one.successor_id is not None]).values()
    return next((waiting[at] for row in rows if (at := row.batch_id or 0) in waiting), None)


def _standing(bench: Bench, batches: Sequence[BatchRow]) -> set[int]:
    """Those whose record stands already, though no transaction of ours says so: the follower will see them."""
    records = bench.chain.batches([(row.issuer, row.root) for row in batches], bench.chain.head()) if batches else []
    return {row.id for row, record in zip(batches, records, strict=True) if record is not None}


def _status_parts(
    contracts: DelegatedContracts, wanted: Sequence[_Ready], attests: Mapping[int, _Ready], standing: Collection[int]
) -> list[Part]:
    """Parts for the wishes. A correction waits until its new version stands, or is signed for as well."""
    parts: list[Part] = []
    left, words = dict(attests), 0
    for one in wanted:
        message = one.row.typed.message
        words += len(message.changes) if isinstance(message, SetStatus) else 1
        if words > WORDS_LIMIT:
            break
        call = _call(contracts, one.row)
        status = StatusCall(one.row.issuer, one.changes, call, words)
        if one.batch is None or one.batch.id in standing:
            parts.append(Part((call,), status=status, requests=(one.row.id,)))
        elif (first := left.pop(one.batch.id, None)) is not None:
            calls = (_call(contracts, first.row), call)
            parts.append(Part(calls, batch=one.batch, status=status, requests=(first.row.id, one.row.id)))
    return parts


def _call(contracts: DelegatedContracts, row: RequestRow) -> Call:
    """What carries out a signed message."""
    m, signature = row.typed.message, row.signature or b""
    if isinstance(m, Attest):
        return contracts.attest(m.issuer, m.signer, m.kind, m.root, m.size, m.algorithm, m.deadline, signature)
    if isinstance(m, SetStatus):
        said = (m.root, m.op, m.reason, m.changes, m.nonce, m.deadline)
        return contracts.set_status(m.issuer, m.signer, *said, signature)
    leaves = (m.old_root, m.old_index, m.new_root, m.new_index)
    return contracts.supersede(m.issuer, m.signer, *leaves, m.reason, m.deadline, signature)
