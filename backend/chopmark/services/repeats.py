"""Requests that are sent again have one effect: the answer is kept in the transaction that wrote what it answers for.

A client that did not hear the answer sends the same request with the same key. Either nothing was written, and the
request is carried out; or everything was, and the kept answer is given again. There is no third case, because key and
effect are one transaction (FAULTS 23).
"""

# ruff: noqa: D102  (the store's own classes say what their methods do)
from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol, TypeVar

import orjson

from chopmark.core.access import KeptAnswer
from chopmark.errors import ChopmarkError
from chopmark.wording import Wording

KEPT: Final = 48 * 3600
"""Seconds that an answer is kept."""


class KeptAnswers(Protocol):
    """What the store keeps of answers."""

    def find(self, key: bytes) -> KeptAnswer | None: ...
    def keep(self, answer: KeptAnswer) -> None: ...
    def forget(self, before: int) -> int: ...


class Transaction(Protocol):
    """The room of the store that is needed here."""

    @property
    def repeats(self) -> KeptAnswers: ...


Tx = TypeVar("Tx", bound=Transaction)


class KeyReused(ChopmarkError):
    """One key for two different requests."""

    code = "H409"
    wording = Wording(
        "这个 Idempotency-Key 已用于另一个请求",
        "This Idempotency-Key was used for another request",
        "重发同一请求请保持内容不变；新的请求请换用新的键",
        "To send a request again leave it as it was; for a new one use a new key",
    )


class StillRunning(ChopmarkError):
    """The first request with this key has not been answered yet."""

    code = "H409"
    wording = Wording(
        "使用同一 Idempotency-Key 的请求正在处理",
        "A request with this Idempotency-Key is still being carried out",
        "请稍候用同一键重发",
        "Send it again with the same key in a moment",
    )
    retry_after = 1


@dataclass(frozen=True, slots=True)
class Claim:
    """A request that may come again. ``key``: of its owner and its key; ``digest``: of everything it asks for."""

    key: bytes
    digest: bytes

    @classmethod
    def of(cls, owner: str, key: str, *request: bytes) -> Claim:
        """The claim of a request: ``owner`` is whom the key belongs to, ``request`` its parts (method, path, content)."""
        return cls(sha256(f"{owner}\0{key}".encode()).digest(), _digest(request))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a request that wrote. ``kept``: the body that is kept, where it is not the one that is sent."""

    status: int
    body: bytes
    location: str = ""
    kept: bytes | None = None

    @classmethod
    def of(cls, status: int, value: object, *, location: str = "", kept: object = None) -> Answer:
        """An answer with a JSON body. ``kept``: what a repetition is told instead, where ``value`` holds a secret."""
        return cls(status, _json(value), location, None if kept is None else _json(kept))


def find(tx: Transaction, claim: Claim) -> Answer | None:
    """The answer that was given before. Raises ``KeyReused`` if it was given to another request."""
    kept = tx.repeats.find(claim.key)
    if kept is None:
        return None
    if not hmac.compare_digest(kept.digest, claim.digest):
        raise KeyReused
    return Answer(kept.status, kept.body, kept.location)


def once(tx: Tx, claim: Claim, now: int, work: Callable[[Tx], Answer]) -> tuple[Answer, bool]:
    """Carry out a request in an open writing transaction, or give the answer of the time before; whether it was that.

    What ``work`` writes and the key are committed together, or neither. Raises as ``find`` and as ``work``.
    """
    before = find(tx, claim)
    if before is not None:
        return before, True
    answer = work(tx)
    body = answer.body if answer.kept is None else answer.kept
    tx.repeats.forget(now - KEPT)
    tx.repeats.keep(KeptAnswer(claim.key, claim.digest, answer.status, answer.location, body, now))
    return answer, False


def _digest(parts: tuple[bytes, ...]) -> bytes:
    """Over the parts and their lengths: no two lists of parts read alike."""
    whole = sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.digest()


def _json(value: object) -> bytes:
    dump = getattr(value, "model_dump", None)
    return orjson.dumps(dump(mode="json", by_alias=True) if dump else value)
