"""The app: one site behind HTTP. Layers from the outside: watch, limits, then the routes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import anyio.to_thread
import orjson
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chopmark.errors import ChopmarkError
from chopmark.http import health, me
from chopmark.http.limits import Limits
from chopmark.http.logs import Log
from chopmark.http.methods import Methods
from chopmark.http.openapi import document
from chopmark.http.problems import HttpError, NotFound, WrongMethod, WrongType, problem_response
from chopmark.http.routes import DeclaredRoute
from chopmark.http.service import Service
from chopmark.http.validation import wrong_shape
from chopmark.http.watch import Watch, refusal
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.http.background import Background
    from chopmark.http.routes import Router
    from chopmark.wiring import Site

API: Final = "/api/v1"
THREADS: Final = 40
"""Requests that are worked on at once; others wait."""


def make_app(
    site: Site,
    *,
    log: Log | None = None,
    worker: Background | None = None,
    routers: Sequence[Router] | None = None,
) -> FastAPI:
    """The app of a site.

    ``worker``: what moves the queue beside it, started and stopped with the app. ``routers``: other routes than ours.
    """
    if routers is None:
        from chopmark.http.api import ROUTERS

        routers = ROUTERS
    service = Service(site, log, worker)
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        strict_content_type=False,
    )
    app.state.service = service
    app.state.checks = health.Checks(service)
    app.include_router(health.router)
    for router in (me.router, *routers):
        require_declared(router)
        app.include_router(router, prefix=API)
    app.add_exception_handler(ChopmarkError, _chopmark)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    settings = site.settings
    app.add_middleware(Methods, table=app)
    app.add_middleware(Limits, body=settings.max_request_bytes, grace=settings.body_seconds)
    app.add_middleware(Watch, service=service)
    return app


def require_declared(router: APIRouter) -> None:
    """Raises ``RuntimeError`` for a route that is served without saying, in the document, whom it is for."""
    for route in router.routes:
        if not isinstance(route, DeclaredRoute) or not route.include_in_schema:
            raise RuntimeError(f"{getattr(route, 'path', route)} is not declared")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    await anyio.to_thread.run_sync(_open, service)
    if service.background is not None:
        service.background.start(service.metrics)
    yield
    if service.background is not None:
        ended = await anyio.to_thread.run_sync(service.background.stop)
        if not ended:
            service.log.warning("worker still busy")


def _open(service: Service) -> None:
    """Open the database before the first request comes; a site that cannot yet is served as far as it can be."""
    try:
        assert service.site.ledger is service.site.store
        assert service.site.secret
    except ChopmarkError as fault:
        service.log.fault("not ready", fault)


async def _chopmark(request: Request, fault: Exception) -> Response:
    """An error of ours."""
    return problem_response(refusal(fault), request)


async def _http(request: Request, fault: Exception) -> Response:
    """What Starlette and FastAPI refuse on their own."""
    assert isinstance(fault, HTTPException)
    cause = fault.__cause__
    if isinstance(cause, (ChopmarkError, OSError)):  # raised while FastAPI read the body
        return problem_response(refusal(cause), request)
    return problem_response(_of_status(fault), request)


def _of_status(fault: HTTPException) -> ChopmarkError:
    if fault.status_code == 404:
        return NotFound()
    if fault.status_code == 405:
        told = WrongMethod()
        told.headers = dict(fault.headers or {})
        return told
    if fault.status_code == 415:
        return WrongType(accepted="application/json")
    return HttpError(why=_UNREADABLE)


async def _validation(request: Request, fault: Exception) -> Response:
    """Parameters and bodies that are not as described. An id that no thing can have is the id of nothing."""
    assert isinstance(fault, RequestValidationError)
    errors = fault.errors()
    lost = any(error["loc"][:1] == ("path",) for error in errors)
    return problem_response(NotFound() if lost else wrong_shape(errors), request)


def json_response(value: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(orjson.dumps(value), status, media_type="application/json")


_UNREADABLE: Final = Wording("无法读取请求内容", "its body cannot be read")
