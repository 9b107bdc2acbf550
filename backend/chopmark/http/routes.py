"""Routes that say who may call them, and are called by nobody else.

Every operation declares its scope (``declared``); the route checks it before it reads anything of the body. A route
without a declaration cannot be made: the table of rights in the OpenAPI document is the one that is enforced.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from chopmark.core.access import PERMISSIONS, SCOPES
from chopmark.errors import FormatError
from chopmark.http.auth import PUBLIC, SIGNED_IN, sign_in
from chopmark.http.problems import MEDIA_TYPE, TooLarge, WrongShape, WrongType, title
from chopmark.http.service import Service
from chopmark.http.strict import LONG_NUMBER, LongNumber, read_body
from chopmark.http.validation import MOST, place
from chopmark.wording import Wording

__all__ = ["PUBLIC", "SIGNED_IN", "Router", "declared", "documented"]

DEPTH: Final = 32
"""Arrays and objects inside one another in a request."""
JSON: Final = "application/json"
ALWAYS: Final = (400, 413, 414, 422, 431, 500, 503)
"""What any address may answer: a request can be too long, too large, or of the wrong shape anywhere."""
SIGNED: Final = (401, 403, 429)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that an operation can answer with, for ``responses=``."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": title(status).en, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in sorted(set(statuses))
    }


def declared(
    scope: str, *errors: int, owned: Sequence[str] = (), extra: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What an operation says of itself, as arguments of ``router.get`` and its like.

    ``scope``: whom it is for: a scope, ``PUBLIC`` or ``SIGNED_IN``. ``errors``: statuses of problems beyond those that
    every operation has. ``owned``: path parameters that belong to an institution. ``extra``: more for its OpenAPI entry.
    """
    if scope not in SCOPES | {PUBLIC, SIGNED_IN}:
        raise RuntimeError(f"there is no scope {scope!r}")
    roles = [role.value for role, permitted in PERMISSIONS.items() if scope in permitted]
    said: dict[str, Any] = {"x-scope": scope, "x-owned": list(owned)}
    if scope == PUBLIC:
        said["security"] = []
    else:
        said["security"] = [{"token": []}]
        said["x-roles"] = roles or [role.value for role in PERMISSIONS]
    statuses = {*ALWAYS, *errors} | (set() if scope == PUBLIC else {*SIGNED})
    return {"openapi_extra": {**said, **(extra or {})}, "responses": documented(*statuses)}


class StrictRequest(Request):
    """A request whose JSON is read strictly: no duplicate names, fractions, big integers or deep nests."""

    async def body(self) -> bytes:
        """The whole body, at most ``max_json_mb``. Raises ``TooLarge``."""
        if not hasattr(self, "_body"):
            service: Service = self.app.state.service
            limit, parts, size = service.site.settings.max_json_bytes, [], 0
            async for part in self.stream():
                size += len(part)
                if size > limit:
                    raise TooLarge(why=_JSON_LIMIT.filled(limit=service.site.settings.max_json_mb))
                parts.append(part)
            self._body = b"".join(parts)
        self.state.content = sha256(self._body).digest()
        return self._body

    async def json(self) -> Any:
        """The value of the body. Raises ``WrongShape`` with the rule that is broken."""
        if not hasattr(self, "_json"):
            data = await self.body()
            try:
                self._json = read_body(data, what=_BODY, depth=DEPTH)
            except LongNumber as fault:
                raise WrongShape([(place(["body", *fault.path]), LONG_NUMBER)]) from fault
            except FormatError as fault:
                rule = fault.facts["why"]
                raise WrongShape([("body", rule if isinstance(rule, Wording) else _BODY)]) from fault
        return self._json


class DeclaredRoute(APIRoute):
    """A route that checks its caller first."""

    def get_route_handler(self) -> Handler:
        """What answers a request."""
        inner = super().get_route_handler()
        scope = (self.openapi_extra or {}).get("x-scope")
        if scope is None:
            raise RuntimeError(f"{self.path} does not declare its scope")
        takes_json = self.body_field is not None
        known = sorted(_parameters(self.dependant))

        async def answer(request: Request) -> Response:
            service: Service = request.app.state.service
            if scope not in service.public:
                await run_in_threadpool(sign_in, service, request, scope)
            _require_known(request, known)
            if takes_json:
                _require_json(request)
            return await inner(StrictRequest(request.scope, request.receive, request._send))

        return answer


class Router(APIRouter):
    """A router of declared routes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=DeclaredRoute, redirect_slashes=False, **options)


def media_type(request: Request) -> str:
    """The type of the content, without parameters, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _parameters(dependant: Dependant) -> set[str]:
    """Names of the query parameters that a route, or anything that it depends on, declares."""
    own = {parameter.alias for parameter in dependant.query_params}
    return own.union(*map(_parameters, dependant.dependencies))


def _require_known(request: Request, known: Sequence[str]) -> None:
    """A parameter that nobody reads is one that was misspelt: ``dryrun`` must not register for real."""
    strange = sorted({*request.query_params} - {*known})
    if strange:
        rule = _STRANGE.filled(known=", ".join(known)) if known else _NONE_KNOWN
        raise WrongShape([(place(["query", name]), rule) for name in strange[:MOST]])


def _require_json(request: Request) -> None:
    given = media_type(request)
    if given != JSON:
        raise WrongType(accepted=JSON)


_BODY: Final = Wording("请求内容", "The request's body")
_STRANGE: Final = Wording("没有这个参数；可用：{known}", "there is no such parameter; there are: {known}")
_NONE_KNOWN: Final = Wording("没有这个参数；该地址没有参数", "there is no such parameter; this address takes none")
_JSON_LIMIT: Final = Wording("JSON 内容最多 {limit} MiB", "JSON may be {limit} MiB at most")
