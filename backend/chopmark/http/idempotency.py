"""The header ``Idempotency-Key``: a request that writes may be sent again, and has one effect (services/repeats.py)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Depends, Header
from starlette.requests import Request
from starlette.responses import Response

from chopmark.http.problems import HttpError
from chopmark.services.repeats import Answer, Claim, StillRunning, find, once
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.http.service import Service

HEADER: Final = "Idempotency-Key"
_FORM: Final = re.compile(r"[\x21-\x7e]{1,255}")


class KeyNeeded(HttpError):
    """The header is missing, or is no key."""

    code = "H400"
    wording = Wording(
        "缺少 Idempotency-Key 请求头，或其内容不可用（1 至 255 个可见 ASCII 字符）",
        "The header Idempotency-Key is missing or unusable (1 to 255 visible ASCII characters)",
        "请为每个新请求生成一个随机键；重发时沿用",
        "Make a random key for each new request, and send the same one when repeating it",
    )


@dataclass(frozen=True, slots=True)
class Turn:
    """A request's turn under its key. ``kept``: the answer of the time before, if there was one."""

    kept: Response | None
    _service: Service
    _claim: Claim | None

    def commit(self, work: Callable[[Any], Answer]) -> Response:
        """Carry out ``work`` in one writing transaction, together with the key; the answer, once it is on disk.

        Raises ``KeyNeeded`` without a key, ``StoreError``, and what ``work`` raises: then nothing was written.
        """
        if self._claim is None:
            raise KeyNeeded
        with self._service.site.ledger.begin() as tx:
            answer, replayed = once(tx, self._claim, int(self._service.site.clock()), work)
        return _response(answer, replayed=replayed)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A request that may come again."""

    request: Request
    service: Service
    key: str | None

    def require(self) -> None:
        """Raises ``KeyNeeded`` without a usable key."""
        if self.key is None or not _FORM.fullmatch(self.key):
            raise KeyNeeded

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """One request at a time under one key. Raises ``StillRunning``, ``KeyReused``, ``KeyNeeded`` for a bad key.

        Without a key there is nothing to wait for: whatever writes asks for one (``Turn.commit``).
        """
        if self.key is None:
            yield Turn(None, self.service, None)
            return
        self.require()
        claim = self._claim(self.key)
        if not self.service.enter(claim.key):
            raise StillRunning
        try:
            with self.service.site.ledger.read() as tx:
                before = find(tx, claim)
            kept = None if before is None else _response(before, replayed=True)
            yield Turn(kept, self.service, claim)
        finally:
            self.service.leave(claim.key)

    def _claim(self, key: str) -> Claim:
        scope, caller = self.request.scope, self.request.state.caller
        content: bytes = getattr(self.request.state, "content", b"")
        path = str(scope["path"]).encode() + b"?" + scope["query_string"]
        return Claim.of(caller.owner, key, str(scope["method"]).encode(), path, content)


def _response(answer: Answer, *, replayed: bool) -> Response:
    headers = {"Location": answer.location} if answer.location else {}
    if replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(answer.body, answer.status, headers, "application/json")


def _repeat(
    request: Request,
    key: Annotated[
        str | None, Header(alias=HEADER, description="1-255 visible ASCII characters; the same one when repeating")
    ] = None,
) -> Repeat:
    return Repeat(request, request.app.state.service, key)


RepeatHere = Annotated[Repeat, Depends(_repeat)]
"""The request, as one that may come again."""
