"""What a request may cost before anybody has looked at it: lengths of address, headers and body, and time for the body.

Wraps the app. The body is measured twice: by what it announces, before a byte is read, and by what comes, so that a
chunked one without end, or a lying length, stops at the same limit.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chopmark.errors import ChopmarkError
from chopmark.http.problems import HttpError, LargeHeaders, LongAddress, TooLarge, TooSlow, WrongShape, problem_response
from chopmark.wording import Wording

ADDRESS: Final = 8 << 10
"""Bytes of path and query."""
HEADERS: Final = 32 << 10
"""Bytes of all headers."""
RATE: Final = 10_000
"""Bytes a second that a body must come with, after its grace."""
TOO_LARGE: Final = 413
LINGER: Final = 4 << 20
"""Bytes of a refused body that are still read, so that its sender gets to hear the refusal."""
LULL: Final = 0.25
"""Seconds without anything after which that ends."""

_TOKEN: Final = re.compile(rb"(?:^|&)(?:access_token|token|api_?key|authorization)=|chop_[a-z2-7]{16}_", re.IGNORECASE)


class TokenInAddress(HttpError):
    """A token in a query stands in every log on the way: it is refused, and should be revoked."""

    code = "H400"
    wording = Wording(
        "令牌不得写在地址中",
        "A token must not stand in the address",
        "请改用 Authorization 请求头，并吊销该令牌",
        "Use the header Authorization, and revoke this token",
    )


class Limits:
    """The limits around an app. ``body``: bytes; ``grace``: seconds; ``ticks``: a clock that only goes forward."""

    def __init__(self, app: ASGIApp, *, body: int, grace: float, ticks: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._body = body
        self._grace = grace
        self._ticks = ticks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        fault = self._refusal(scope)
        body = _Body(self._measured(receive), receive)

        async def sending(message: Message) -> None:
            if message.get("status") == TOO_LARGE and not body.whole:
                await self._linger(receive)
            await send(message)

        answer = self._app if fault is None else problem_response(fault, Request(scope, receive))
        await answer(scope, body.receive, sending)

    def _refusal(self, scope: Scope) -> ChopmarkError | None:
        """What is wrong with a request that shows before its body."""
        raw = scope.get("raw_path") or scope["path"].encode()
        if len(raw) + len(scope["query_string"]) > ADDRESS:
            return LongAddress(limit=ADDRESS)
        if sum(len(name) + len(value) + 4 for name, value in scope["headers"]) > HEADERS:
            return LargeHeaders(limit=HEADERS)
        if _TOKEN.search(scope["query_string"]):
            return TokenInAddress()
        lengths = [value for name, value in scope["headers"] if name == b"content-length"]
        if not lengths:
            return None
        if len(set(lengths)) > 1 or not lengths[0].isdigit() or len(lengths[0]) > 18:
            return WrongShape([("header.content-length", _LENGTH)])
        return self._too_large() if int(lengths[0]) > self._body else None

    def _too_large(self) -> TooLarge:
        return TooLarge(why=_BODY.filled(limit=self._body >> 20))

    def _measured(self, receive: Receive) -> Receive:
        """``receive`` that raises ``TooLarge`` and ``TooSlow``."""
        began = 0.0
        size = 0

        async def measured() -> Message:
            nonlocal began, size
            began = began or self._ticks()
            left = began + self._grace + size / RATE - self._ticks()
            try:
                message = await asyncio.wait_for(receive(), max(0.001, left))
            except TimeoutError:
                raise TooSlow from None
            size += len(message.get("body", b""))
            if size > self._body:
                raise self._too_large()
            return message

        return measured

    async def _linger(self, receive: Receive) -> None:
        """Read on for a moment: a connection that is closed while its peer writes loses the answer."""
        left = LINGER
        try:
            async with asyncio.timeout(2):
                while left > 0:
                    message = await asyncio.wait_for(receive(), LULL)
                    left -= len(message.get("body", b""))
                    if message["type"] != "http.request" or not message.get("more_body"):
                        return
        except TimeoutError:
            return


class _Body:
    """A body that comes measured until it is ``whole``; from then on ``receive`` waits for the caller to hang up."""

    def __init__(self, measured: Receive, plain: Receive) -> None:
        self.whole = False
        self._measured = measured
        self._plain = plain

    async def receive(self) -> Message:
        """The next message."""
        if self.whole:
            return await self._plain()
        message = await self._measured()
        self.whole = message["type"] != "http.request" or not message.get("more_body", False)
        return message


_LENGTH: Final = Wording("不是可用的长度", "it is no usable length")
_BODY: Final = Wording("内容最多 {limit} MiB", "the body may be {limit} MiB at most")
