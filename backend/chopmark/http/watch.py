"""Around every request: its number, its time, its line in the log, its headers, and the last net for what nobody foresaw."""

from __future__ import annotations

import errno
import re
import secrets
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chopmark.errors import ChopmarkError
from chopmark.http.language import chosen
from chopmark.http.problems import NotReady, Unexpected, problem_response
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.http.service import Service

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""On every answer, unless its route says otherwise."""
UNKNOWN: Final = "-"
"""Route of a request that none answers."""
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Watch:
    """The outermost layer of the app."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = secrets.token_hex(12)
        scope.setdefault("state", {})["request_id"] = request_id
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        answer = _Answer(scope, send, request_id, bare=method == "HEAD")
        if method == "HEAD":
            scope["method"] = "GET"
        try:
            await self._app(scope, receive, answer.send)
        except Exception as fault:  # noqa: BLE001  (the last net: told to the log, never to the caller)
            await self._caught(fault, Request(scope, receive), answer, receive)
        finally:
            seconds = time.perf_counter() - began
            self._tell(scope, method, answer.status, seconds, request_id)

    async def _caught(self, fault: Exception, request: Request, answer: _Answer, receive: Receive) -> None:
        told = refusal(fault)
        self._service.log.fault("unexpected", fault, request=request.state.request_id)
        if answer.status:
            # Half of an answer is out. Breaking off is the only way left to say that it is not whole.
            raise _BrokenOff from None
        await problem_response(told, request)(request.scope, receive, answer.send)

    def _tell(self, scope: Scope, method: str, status: int, seconds: float, request_id: str) -> None:
        route = template(scope)
        caller = scope.get("state", {}).get("caller")
        facts: dict[str, Any] = {} if caller is None else {"token": caller.token_id, "role": caller.role.value}
        self._service.log.info(
            "request",
            request=request_id,
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            **facts,
        )
        self._service.metrics.answered(route, method, status, seconds)


class _BrokenOff(Exception):
    """An answer that could not be finished."""


class _Answer:
    """What goes out: with our headers; without its body if only the head was asked for (``bare``)."""

    def __init__(self, scope: Scope, send: Send, request_id: str, *, bare: bool) -> None:
        self.status = 0
        self._send = send
        self._bare = bare
        self._said = [(b"x-request-id", request_id.encode()), (b"vary", b"Accept-Language")]
        accept = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
        self._language = chosen(accept.decode("latin-1")).value.encode()

    async def send(self, message: Message) -> None:
        """One message of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": self._with_ours(list(message.get("headers", [])))}
        elif self._bare and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)

    def _with_ours(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        there = {name.lower() for name, _ in headers}
        ours = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
        ours.append((b"content-language", self._language))
        return headers + [pair for pair in ours if pair[0] not in there] + self._said


def refusal(fault: BaseException) -> ChopmarkError:
    """What is told of an exception: of our own errors all, of a full disk that it is full, of others nothing."""
    if isinstance(fault, ChopmarkError):
        return fault
    if isinstance(fault, OSError) and fault.errno in FULL:
        return NotReady(why=_FULL)
    return Unexpected()


_PARAMETER: Final = re.compile(r"\{([^}:]+):[^}]*\}")


def template(scope: Scope) -> str:
    """The template of the route that answered, as the OpenAPI document has it; never what stood in its places."""
    found: str | None = scope.get("state", {}).get("template")
    if found is None:
        path = getattr(scope.get("route"), "path", None)
        found = path if isinstance(path, str) else UNKNOWN
    return _PARAMETER.sub(r"{\1}", found)


_FULL: Final = Wording("磁盘空间不足，没有保存任何内容", "the disk is full; nothing was kept")
