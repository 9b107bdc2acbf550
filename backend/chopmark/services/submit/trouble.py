"""Why something that was accepted does not go on: what the worker last saw, or what a transaction was ended by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from chopmark.errors import ChainError, ChopmarkError, KeystoreError
from chopmark.services.pipeline.deliver import NONCE_TAKEN, NOT_SAID, REVERTED
from chopmark.services.pipeline.progress import Progress
from chopmark.wording import Wording


def trouble_of(
    progress: Progress | None,
    *,
    credentials: Collection[int] = (),
    batches: Collection[int] = (),
    changes: Collection[int] = (),
    errors: Iterable[str] = (),
    key_of: bytes = b"",
) -> ChopmarkError | None:
    """The first thing that keeps any of these rows from going on; None if nothing is known to.

    ``progress``: of the worker beside this process, None if there is none. ``errors``: as outbox rows keep them.
    ``key_of``: the institution (node id) or account whose key has to be open for them; empty: none is needed now.
    """
    if progress is not None:
        mine = {"leaves": credentials, "batch": batches, "changes": changes}
        for blocked in progress.blocked:
            if any(at in mine.get(blocked.what, ()) for at in blocked.ids):
                return blocked.error
        if key_of and key_of in progress.lacking:
            return KeystoreError(why=_CLOSED, fix_zh=_OPEN.zh, fix_en=_OPEN.en)
    for error in errors:
        if error in _SAID:
            return ChainError(why=_SAID[error])
    return progress.unreachable if progress is not None else None


_CLOSED: Final = Wording(
    "服务没有打开所需的密钥，内容已受理，仍在排队",
    "the service does not have the key open that this needs; what was accepted is queued",
)
_OPEN: Final = Wording(
    "请由本站管理员用 chopmark serve --keys 打开该密钥，或运行 chopmark worker",
    "Let this site's operator open it with chopmark serve --keys, or run chopmark worker",
)
_SAID: Final = {
    REVERTED: Wording("合约未接受上一次发送，稍后自动重试", "the contracts did not take it; it will be tried again"),
    NONCE_TAKEN: Wording(
        "该密钥在别处另发了交易，稍后自动重发", "its key sent another transaction elsewhere; it will be sent again"
    ),
    NOT_SAID: Wording(
        "节点的回执与链上事件不符，尚不能确认",
        "the node's receipt and the chain's events differ, so it is not confirmed",
    ),
}
