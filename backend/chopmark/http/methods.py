"""``OPTIONS`` and ``Allow``: which methods an address has. Without them a 405 would name the first route's alone.

Also gives the request the template of its address, for log and figures. No CORS: browsers of other sites are not served.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from chopmark.http.problems import WrongMethod, problem_response

_PLACE: Final = re.compile(r"\\\{[^}]+\\\}")


class Methods:
    """Answers for methods before the routes do. ``table``: the app whose document names all addresses."""

    def __init__(self, app: ASGIApp, table: FastAPI) -> None:
        self._app = app
        self._table = table

    @cached_property
    def _known(self) -> list[tuple[re.Pattern[str], str, frozenset[str]]]:
        """Addresses as patterns, those without places first, with their templates and methods."""
        paths = self._table.openapi()["paths"]
        return [
            (re.compile(_PLACE.sub("[^/]+", re.escape(path))), path, frozenset(name.upper() for name in operations))
            for path, operations in sorted(paths.items(), key=lambda pair: ("{" in pair[0], pair[0]))
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, method = scope["path"], scope["method"]
        found = next(((at, methods) for form, at, methods in self._known if form.fullmatch(path)), None)
        if found is None:  # nothing there, or a place that holds slashes: its route says so
            await self._app(scope, receive, send)
            return
        scope["state"]["template"], methods = found
        if method in methods:
            await self._app(scope, receive, send)
            return
        extra = {"HEAD", "OPTIONS"} if "GET" in methods else {"OPTIONS"}
        allow = ", ".join(sorted(methods | extra))
        if method == "OPTIONS":
            await Response(status_code=204, headers={"Allow": allow})(scope, receive, send)
            return
        refused = WrongMethod()
        refused.headers = {"Allow": allow}
        await problem_response(refused, Request(scope))(scope, receive, send)
