"""Saying no to what is asked to be signed: a batch is taken apart, a wish given up, and nothing of it is asked for again.

::

    attest      the wrong leaves are withdrawn: never attested, their numbers free; the others wait for a batch once more
    supersede   the new version is withdrawn, the old one has its number again and lives on
    others      the wish is given up

What is signed cannot be unsaid: whoever saw the signature can carry it out until its time runs out. So a request is
refused only while no signature for the same still counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Final

from chopmark.core.ledger import BatchRow, RequestRow, RequestState, Verb
from chopmark.errors import InputError
from chopmark.services.pipeline.bench import SLACK_SECONDS
from chopmark.services.ports import Chain, Transaction
from chopmark.wording import Wording

BY_SIGNER: Final = "refused: by the institution"
"""Why a request was closed, as ``RequestRow.note`` keeps it, and its wishes given up, as ``ChangeRow.note`` does."""


def require_unsaid(chain: Chain, row: RequestRow) -> None:
    """Refuse to take apart a batch whose record stands, whoever sent it. Asked outside of any transaction.

    Raises ``InputError``, ``Unreachable``.
    """
    message = row.typed.message
    root = message.new_root if row.verb is Verb.SUPERSEDE else message.root  # type: ignore[union-attr]
    if row.verb in (Verb.ATTEST, Verb.SUPERSEDE) and chain.batches([(row.issuer, root)], chain.head()) != [None]:
        raise _kept(row, _STANDS)


def refuse(tx: Transaction, row: RequestRow, now: int, wrong: Collection[bytes] = ()) -> RequestRow:
    """Close a request at the institution's word. Again changes nothing.

    ``wrong``: commitments of the leaves of a batch that are withdrawn; none: all of them. ``now``: unix seconds. Raises
    ``InputError`` if it is signed, sent or closed, if a leaf is not in it, or if leaves of what is no batch are named.
    """
    present = tx.requests.get(row.id)
    if present is None or (present.state is RequestState.REFUSED and present.note == BY_SIGNER):
        return present or row
    if present.state not in (RequestState.OPEN, RequestState.SIGNED):
        raise _kept(row, _CLOSED)
    wishes = tx.requests.changes_of(row.id)
    successors = [change.successor_id for at in wishes if (change := tx.changes.get(at)) and change.successor_id]
    if row.verb is Verb.ATTEST:
        batch = _batch(tx, row.batch_id, row)
        leaves = {one.commitment: one.id for one in tx.credentials.of_batch(batch.id)}
        if not leaves.keys() >= {*wrong}:
            raise _kept(row, _NOT_IN_IT)
        gone = [at for commitment, at in leaves.items() if commitment in wrong or not wrong]
        wishes = [one.id for one in tx.changes.pending() if {one.credential_id, one.successor_id} & {*gone}]
        _require_unsigned(tx, row, [*tx.requests.all_of_batch(batch.id), *tx.requests.of_changes(wishes)], now)
        _take_apart(tx, batch, gone)
    elif wrong:
        raise _kept(row, _NO_BATCH)
    else:
        _require_unsigned(tx, row, tx.requests.all_of_changes(wishes), now)
        for one in tx.credentials.get_many(successors).values():
            if one.batch_id is None:
                tx.credentials.withdraw([one.id])
                continue
            batch = _batch(tx, one.batch_id, row)
            _require_unsigned(tx, row, tx.requests.all_of_batch(batch.id), now)
            _take_apart(tx, batch, [one.id])
    _give_up(tx, wishes)
    tx.requests.end(row.id, RequestState.REFUSED, BY_SIGNER)
    return tx.requests.get(row.id) or row


def _batch(tx: Transaction, at: int | None, row: RequestRow) -> BatchRow:
    """The batch, if nothing carries or carried it."""
    batch = None if at is None else tx.batches.get(at)
    if batch is None or batch.anchored or batch.outbox_id is not None:
        raise _kept(row, _STANDS)
    return batch


def _require_unsigned(tx: Transaction, row: RequestRow, same: Iterable[RequestRow], now: int) -> None:
    """Nothing for the same is signed and still counts, nor on its way."""
    for one in [*same, *(found for found in [tx.requests.get(row.id)] if found is not None)]:
        if one.state in (RequestState.CARRIED, RequestState.DONE):
            raise _kept(row, _STANDS)
        if one.signature is not None and one.deadline + SLACK_SECONDS >= now:
            until = datetime.fromtimestamp(one.deadline + SLACK_SECONDS, UTC).strftime("%Y-%m-%d %H:%M UTC")
            raise _kept(row, _SIGNED.filled(until=until))


def _take_apart(tx: Transaction, batch: BatchRow, gone: Collection[int]) -> None:
    """No batch any more: these leaves are withdrawn, the others wait for another one."""
    for one in tx.requests.of_batches([batch.id]):
        tx.requests.end(one.id, RequestState.REFUSED, BY_SIGNER)
    tx.requests.loosen(batch.id)
    tx.batches.unseal(batch.id)
    tx.credentials.withdraw([*gone])


def _give_up(tx: Transaction, wishes: Collection[int]) -> None:
    """These wishes are not fulfilled; of corrections the old version has its number again."""
    for one in tx.requests.of_changes([*wishes]):
        tx.requests.end(one.id, RequestState.REFUSED, BY_SIGNER)
    tx.changes.conclude([*wishes], BY_SIGNER)
    olds = [change for at in wishes if (change := tx.changes.get(at)) is not None and change.successor_id is not None]
    for change in olds:
        tx.credentials.restore_number(change.credential_id)


def _kept(row: RequestRow, why: Wording) -> InputError:
    return InputError(place=row.public_id, why=why, fix_zh=_INSTEAD.zh, fix_en=_INSTEAD.en)


_CLOSED: Final = Wording("该请求已发送或已结束，不能拒签", "it is sent or closed, and cannot be refused any more")
_STANDS: Final = Wording(
    "所涉内容已发送或已上链，不能撤回", "what it is about is sent or on the chain, and stays there"
)
_SIGNED: Final = Wording(
    "已有签名，{until} 前任何持有该签名者都可将其上链，不能撤回",
    "it is signed: until {until} whoever has the signature can carry it out, so it cannot be taken back",
)
_NOT_IN_IT: Final = Wording(
    "所指凭证不在其中；什么都没有改变", "it is not about those credentials; nothing was changed"
)
_NO_BATCH: Final = Wording(
    "只有登记请求可以逐份拒签；什么都没有改变",
    "only of what is to be registered can single ones be refused; nothing was changed",
)
_INSTEAD: Final = Wording(
    "用 chopmark status 查看待签内容；已登记的请用 chopmark revoke 撤销",
    "See what waits with chopmark status; what is registered is revoked with chopmark revoke",
)
