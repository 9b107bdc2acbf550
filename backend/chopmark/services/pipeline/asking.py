"""Asking for signatures: what an institution whose key only signs wants to say, sealed, kept, and put into words to be signed.

::

    accepted ─┐                       ┌─ by a key that is open here: at once        sign_here
    wishes   ─┴─ask→ sealed, asked for┤                                             (one transaction of the database)
                                      └─ by a key elsewhere: whenever it comes      services.delegation.take_signature

Leaves are sealed and the request for the signature is kept in one transaction of the database, before anybody signs:
what is signed never changes. A request that ran out, or whose signer, contract or subject is another one by now, is
closed, and a new one takes its place as long as it is wanted. Nobody needs a lease for this: the database decides who
was first.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Final

from chopmark.core.digest import b64
from chopmark.core.ledger import (
    BatchRow,
    NewRequest,
    RequestRow,
    RequestState,
    Verb,
)
from chopmark.core.signature import recover
from chopmark.core.typed_data import Attest, Message, SetStatus, Supersede, TypedData, indices_of
from chopmark.core.words import Op
from chopmark.errors import KeystoreError
from chopmark.services.pipeline.bench import SLACK_SECONDS, Bench, Delegate, Delegation
from chopmark.services.pipeline.failpoint import reach
from chopmark.services.pipeline.progress import Blocked
from chopmark.services.pipeline.status import StatusOrder
from chopmark.services.pipeline.wanted import Asks, wanted
from chopmark.services.ports import Transaction
from chopmark.wording import Wording

RAN_OUT: Final = "expired"
OTHER_KEY: Final = "refused: other key"
OTHER_CONTRACT: Final = "refused: other contract"
OWN_ACCOUNT: Final = "refused: not delegated"
SETTLED: Final = "refused: settled"
"""Why a request was closed, as ``RequestRow.note`` keeps it."""


def ask(bench: Bench) -> bool:
    """Close requests of which nothing can come, and ask for what is wanted. Whether something moved meanwhile.

    Raises ``Unreachable``, ``StoreError``.
    """
    delegates = bench.delegates()
    with bench.store.read() as tx:
        asked = tx.requests.listed([RequestState.OPEN, RequestState.SIGNED])
    if bench.delegation is None or not (delegates or asked):
        return False
    if asked:
        _close(bench, bench.delegation, delegates, bench.chain_time())
    asks, unsure = wanted(bench, delegates)
    return unsure or (bool(asks) and not _keep(bench, bench.delegation, delegates, asks))


def sign_here(bench: Bench) -> list[Blocked]:
    """Sign what is asked of keys that are open in this process; the requests whose key did not, and why.

    What is signed is worked out anew from the message. A key that fails, or signs as another one, holds up nobody else.
    """
    with bench.store.read() as tx:
        asked = [row for row in tx.requests.listed([RequestState.OPEN]) if not row.note]
    made: dict[int, bytes] = {}
    blocked: list[Blocked] = []
    for row in asked:
        try:
            signature = _signature(bench, row)
        except KeystoreError as fault:
            blocked.append(Blocked("request", (row.id,), fault))
            continue
        if signature is not None:
            made[row.id] = signature
    if not made:
        return blocked
    with bench.store.begin() as tx:
        for at, given in made.items():
            present = tx.requests.get(at)
            if present is not None and present.state is RequestState.OPEN:
                tx.requests.sign(at, given)
        reach("after_sign_before_commit")
    return blocked


def _signature(bench: Bench, row: RequestRow) -> bytes | None:
    """The signature of the institution's key, if that is the one that is asked and open here.

    Raises ``KeystoreError`` if the key does not sign, or the signature is not its own.
    """
    key, typed = bench.keys.of_issuer(row.issuer), row.typed
    if key is None or key.address != row.signer or bench.delegation is None:
        return None
    if typed.domain != bench.delegation.domain or typed.digest != row.digest:
        return None
    signature = key.sign_digest(typed.digest)
    if recover(typed.digest, signature) != row.signer:
        raise KeystoreError(why=_NOT_ITS, fix_zh="请检查签名服务", fix_en="Check the signing service")
    return signature


# -- closing


def _close(bench: Bench, delegation: Delegation, delegates: Mapping[bytes, Delegate], now: int) -> None:
    """Close the requests of which nothing can come any more."""
    with bench.store.read() as tx:
        rows = tx.requests.listed([RequestState.OPEN, RequestState.SIGNED])
        if all(_end(tx, row, delegation, delegates.get(row.issuer), now) is None for row in rows):
            return
    with bench.store.begin() as tx:
        for row in tx.requests.listed([RequestState.OPEN, RequestState.SIGNED]):
            end = _end(tx, row, delegation, delegates.get(row.issuer), now)
            if end is not None:
                tx.requests.end(row.id, *end)


def _end(
    tx: Transaction, row: RequestRow, delegation: Delegation, delegate: Delegate | None, now: int
) -> tuple[RequestState, str] | None:
    """How a request ends now; None if it goes on."""
    batch = tx.batches.get(row.batch_id) if row.batch_id is not None else None
    if batch is not None and batch.anchored:
        return RequestState.DONE, ""
    if delegate is None:
        return RequestState.REFUSED, OWN_ACCOUNT
    if delegate.signer != row.signer:
        return RequestState.REFUSED, OTHER_KEY
    if row.typed.domain != delegation.domain:
        return RequestState.REFUSED, OTHER_CONTRACT
    if batch is not None and batch.size == 1 and any(one.withdrawn for one in tx.credentials.of_batch(batch.id)):
        return RequestState.REFUSED, SETTLED
    wishes = [tx.changes.get(at) for at in tx.requests.changes_of(row.id)]
    if any(one is None or one.done for one in wishes):
        return RequestState.REFUSED, SETTLED
    return (RequestState.EXPIRED, RAN_OUT) if row.deadline < now + SLACK_SECONDS else None


# -- keeping


def _keep(bench: Bench, delegation: Delegation, delegates: Mapping[bytes, Delegate], asks: Asks) -> bool:
    """Seal and ask in one transaction. False, and nothing is kept, if somebody else moved what it builds on."""
    deadline = bench.chain_time() + delegation.valid
    now = bench.now()

    def add(tx: Transaction, verb: Verb, message: Message, batch_id: int | None, changes: tuple[int, ...]) -> None:
        typed = TypedData(delegation.domain, message)
        new = NewRequest("sig_" + b64(secrets.token_bytes(16)), message.issuer, verb, typed, now, batch_id, changes)
        tx.requests.add(new)

    def attest(tx: Transaction, row: BatchRow) -> None:
        signer = delegates[row.issuer].signer
        message = Attest(row.issuer, signer, row.kind, row.root, row.size, row.algorithm, deadline)
        add(tx, Verb.ATTEST, message, row.id, ())

    with bench.store.begin() as tx:
        if not _stands(tx, asks):
            return False
        for one in (*asks.sealing, *(seal for _, seal in asks.corrections)):
            at = tx.batches.seal(one.issuer, one.kind, one.root, int(one.algorithm), one.leaves, None)
            sealed = tx.batches.get(at)
            if sealed is not None:
                attest(tx, sealed)
        for row in asks.batches:
            attest(tx, row)
        for order in asks.all_orders:
            message = _message(order, delegates[order.issuer].signer, deadline)
            add(tx, _VERBS[order.op], message, None, order.changes)
        reach("after_request_before_commit")
    reach("after_request_before_sign")
    return True


def _stands(tx: Transaction, asks: Asks) -> bool:
    """Whether what is asked for is still as it was read, and nobody else has asked."""
    held = tx.changes.successors()
    changes = [at for order in asks.all_orders for at in order.changes]
    leaves = [leaf for one in asks.sealing for leaf in one.leaves]
    wanted = [*leaves, *(leaf for _, one in asks.corrections for leaf in one.leaves)]
    return (
        held.isdisjoint(leaves)
        and tx.credentials.unsealed(wanted) == len(wanted)
        and tx.changes.free(changes) == len(changes)
        and not tx.requests.of_changes(changes)
        and not tx.requests.of_batches([row.id for row in asks.batches])
        and all(tx.batches.get(row.id) == row for row in asks.batches)
    )


def _message(order: StatusOrder, signer: bytes, deadline: int) -> SetStatus | Supersede:
    if order.successor is None:
        said = (order.root, int(order.op), order.reason, order.masks)
        return SetStatus(order.issuer, signer, *said, secrets.token_bytes(32), deadline)
    (index,) = indices_of(order.masks)
    _, new_root, new_index = order.successor
    return Supersede(order.issuer, signer, order.root, index, new_root, new_index, order.reason, deadline)


_VERBS: Final = {
    Op.REVOKED: Verb.REVOKE,
    Op.SUSPENDED: Verb.SUSPEND,
    Op.RESUMED: Verb.RESUME,
    Op.SUPERSEDED: Verb.SUPERSEDE,
}
_NOT_ITS: Final = Wording("签名恢复出的地址与密钥不符", "the signature recovers to another address")
