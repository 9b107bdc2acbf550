"""At the site: what waits for a signature, and taking one in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from chopmark.core.ledger import RequestRow, RequestState
from chopmark.core.signature import WALLET_LIMIT, normal, read_signature, recover
from chopmark.errors import InputError, UnknownThing
from chopmark.services.ports import Transaction
from chopmark.wording import Wording


def open_requests(
    tx: Transaction,
    issuer: bytes,
    *,
    states: Sequence[RequestState] = (RequestState.OPEN,),
    after: int = 0,
    limit: int = 50,
) -> list[RequestRow]:
    """Requests of an institution in these states, oldest first; ``after``: row number of the last one seen."""
    return [*tx.requests.listed(states, issuer, after=after, limit=limit)]


def request_of(tx: Transaction, issuer: bytes, public_id: str) -> RequestRow:
    """A request by its public id. Raises ``UnknownThing`` alike for one that is not there and for another's."""
    row = tx.requests.find(public_id)
    if row is None or row.issuer != issuer:
        raise UnknownThing(what=_WHAT, name=public_id[:64], known=_SEE)
    return row


def waiting_for(tx: Transaction, *, credentials: Sequence[int] = (), changes: Sequence[int] = ()) -> list[RequestRow]:
    """The live requests for the batches of these credentials, and for these wishes (row numbers), each once.

    Of a correction the new version's batch is meant as well. Something waits for somebody to sign while one is open.
    """
    wishes = [change for at in changes if (change := tx.changes.get(at)) is not None]
    credentials = [*credentials, *(one.successor_id for one in wishes if one.successor_id is not None)]
    batches = [row.batch_id for row in tx.credentials.get_many(credentials).values() if row.batch_id is not None]
    found = {row.id: row for row in tx.requests.of_batches([*dict.fromkeys(batches)])}
    found |= {row.id: row for row in tx.requests.of_changes(changes)}
    return [found[at] for at in sorted(found)]


def checked_signature(row: RequestRow, text: str, has_code: Callable[[bytes], bool]) -> bytes:
    """The signature in the one form that the contract takes, checked against the signer that is asked.

    ``has_code``: whether there is a contract at an address; asked of the chain, so never in a transaction, and only if
    the signature is no key's: the signer may be a contract wallet (ERC-1271), whose own check is asked before anything
    is sent. Raises ``FormatError`` for a text that is no signature, ``InputError`` if it is not the signer's,
    ``Unreachable``.
    """
    signature = normal(read_signature(text))
    by = recover(row.digest, signature)
    if by == row.signer:
        return signature
    if len(signature) <= WALLET_LIMIT and has_code(row.signer):
        return signature
    whose = _NOBODYS if by is None else _ANOTHERS.filled(by="0x" + by.hex())
    raise _unusable(row, _NOT_THEIRS.filled(signer="0x" + row.signer.hex(), whose=whose), _SIGN_ANEW)


def take_signature(tx: Transaction, issuer: bytes, public_id: str, signature: bytes, now: int) -> RequestRow:
    """Keep a checked signature (``checked_signature``); a worker sends it. The same one again changes nothing.

    ``now``: unix seconds. Raises ``UnknownThing``, and ``InputError`` if the request has ended or its time ran out.
    """
    row = request_of(tx, issuer, public_id)
    if row.signature == signature and row.state in (RequestState.SIGNED, RequestState.CARRIED, RequestState.DONE):
        return row
    if row.state is RequestState.OPEN and row.deadline < now:
        raise _unusable(row, _RAN_OUT, _ASK_ANEW)
    if row.state is not RequestState.OPEN:
        raise _unusable(row, _ENDED[row.state], _ASK_ANEW if row.state in _LOST else _NOTHING)
    tx.requests.sign(row.id, signature)
    return request_of(tx, issuer, public_id)


def _unusable(row: RequestRow, why: Wording, fix: Wording) -> InputError:
    return InputError(place=row.public_id, why=why, fix_zh=fix.zh, fix_en=fix.en)


_WHAT: Final = Wording("签名请求", "request for a signature")
_SEE: Final = Wording("用 chopmark status 查看", "chopmark status lists them")
_NOT_THEIRS: Final = Wording("签名不是 {signer} 所签：{whose}", "the signature is not {signer}'s: {whose}")
_NOBODYS: Final = Wording("不是有效的密钥签名", "it is no key's signature")
_ANOTHERS: Final = Wording("它出自 {by}", "it comes from {by}")
_RAN_OUT: Final = Wording("签名期限已过", "the time to sign it ran out")
_ENDED: Final = {
    RequestState.SIGNED: Wording("已有另一签名", "there is another signature for it"),
    RequestState.CARRIED: Wording("已签名并发送", "it is signed and sent"),
    RequestState.DONE: Wording("已完成", "it is done"),
    RequestState.EXPIRED: Wording("签名期限已过", "the time to sign it ran out"),
    RequestState.REFUSED: Wording("该请求已作废", "the request is closed"),
}
_LOST: Final = (RequestState.EXPIRED, RequestState.REFUSED)
_SIGN_ANEW: Final = Wording("请用该地址的密钥重新签名", "Sign it anew with the key of that address")
_ASK_ANEW: Final = Wording(
    "请运行 chopmark worker 取得新的签名请求，再签名", "Run chopmark worker for a new request, and sign that"
)
_NOTHING: Final = Wording("无需再次提交", "Nothing needs to be handed in again")
