"""Whether the process lives (``/healthz``), whether it can serve (``/readyz``), and its figures (``/metrics``)."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any, Final, Literal

import orjson
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from chopmark.errors import ChopmarkError
from chopmark.http.here import Here
from chopmark.http.metrics import MEDIA_TYPE
from chopmark.http.problems import NotFound
from chopmark.http.routes import PUBLIC, Router, declared
from chopmark.http.service import Service
from chopmark.wiring import Site

CHECKED: Final = 3.0
"""Seconds for which what the chain said is good: a load balancer may ask often."""

State = Literal["ok", "failed", "off"]
router = Router(tags=["health"])


class Health(BaseModel):
    """The process lives."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["ok"]


class Readiness(BaseModel):
    """What has to be right before requests can be served, and the code of what is not."""

    model_config = ConfigDict(extra="forbid")

    ready: bool
    database: State
    chain: State
    worker: State
    disk: State
    codes: list[str]


@router.get("/healthz", **declared(PUBLIC), operation_id="health", summary="进程是否存活 · the process lives")
async def health() -> Health:
    """Answers as long as the process does; asks nobody, and waits for no thread."""
    return Health(status="ok")


_readiness = declared(PUBLIC)
_readiness["responses"][503] = {"description": "Not ready", "model": Readiness}


@router.get(
    "/readyz",
    **_readiness,
    operation_id="readiness",
    summary="能否服务 · requests can be served",
    response_model=Readiness,
)
def readiness(request: Request) -> Response:
    """Database, chain, worker and disk. 503 with the same body while one of them fails."""
    found = request.app.state.checks.look()
    return Response(orjson.dumps(found.model_dump()), 200 if found.ready else 503, media_type="application/json")


_metrics = declared("metrics:read", 404)
_metrics["responses"][200] = {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Figures"}


@router.get(
    "/metrics",
    **_metrics,
    operation_id="metrics",
    summary="运行指标 · figures (Prometheus)",
    response_class=Response,
)
def metrics(service: Here) -> Response:
    """Requests, queue, chain and verdicts, for whom the setting ``metrics`` lets: everybody, operators, nobody."""
    if service.site.settings.metrics == "off":
        raise NotFound
    return Response(service.metrics.text(), media_type=MEDIA_TYPE)


class Checks:
    """The checks behind ``/readyz``."""

    def __init__(self, service: Service, ticks: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._ticks = ticks
        self._lock = Lock()
        self._chain: tuple[float, str] | None = None

    def look(self) -> Readiness:
        """What is right now; what the chain said may be some seconds old."""
        background = self._service.background
        worker = "" if background is None or background.alive else "worker"
        codes = {
            "database": self._database(),
            "chain": self._chain_code(),
            "worker": worker,
            "disk": "" if self._has_room() else "disk",
        }
        states: dict[str, Any] = {name: "failed" if code else "ok" for name, code in codes.items()}
        if background is None:
            states["worker"] = "off"
        wrong = sorted({code for code in codes.values() if code})
        return Readiness(ready=not wrong, codes=wrong, **states)

    def _database(self) -> str:
        try:
            with self._service.site.ledger.read() as tx:
                tx.site.get("chain_id")
        except ChopmarkError as fault:
            return fault.code
        return ""

    def _chain_code(self) -> str:
        """What the chain said last. One asks; whoever comes meanwhile does not wait: a silent node would take all threads."""
        told = self._chain
        if told is not None and self._ticks() - told[0] <= CHECKED:
            return told[1]
        if not self._lock.acquire(blocking=False):
            return told[1] if told is not None else "chain"
        try:
            code = ask_chain(self._service.site)
            self._chain = (self._ticks(), code)  # by now: an answer that took long is not old already
            return code
        finally:
            self._lock.release()

    def _has_room(self) -> bool:
        settings = self._service.site.settings
        place = settings.home if settings.home.exists() else Path("/")
        return shutil.disk_usage(place).free >= settings.min_free_mb << 20


def ask_chain(site: Site) -> str:
    """The code of what is wrong with the chain; empty if it answers and is the right one."""
    try:
        site.chain.verify_identity()
    except ChopmarkError as fault:
        return fault.code
    return ""
