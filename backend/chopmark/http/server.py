"""Running the app: uvicorn with its limits, our log, our answers for what is no HTTP, and an orderly end."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import signal
import socket
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import h11
import orjson
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from chopmark.errors import UsageError
from chopmark.http.app import make_app
from chopmark.http.background import Background
from chopmark.http.keys import OpenKeys
from chopmark.http.limits import HEADERS
from chopmark.http.logs import Borrowed, Log
from chopmark.http.problems import MEDIA_TYPE, HttpError, as_problem
from chopmark.http.uploads import sweep
from chopmark.wording import Language, Wording

if TYPE_CHECKING:
    from chopmark.http.routes import Router
    from chopmark.wiring import Site

GRACE: Final = 30
"""Seconds that requests under way get when the service is told to end."""
KEEP_ALIVE: Final = 15
"""Seconds that an idle connection is kept."""
HEAD_SECONDS: Final = 15.0
"""Seconds in which the head of a request must have come."""
BACKLOG: Final = 512
CONNECTIONS: Final = 1000
"""Connections at once; more are told to come back."""


class Protocol(H11Protocol):
    """HTTP/1.1 whose heads must come in time, and whose refusals are problems like all others."""

    head_seconds = HEAD_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody is there: a head is due."""
        self._due: asyncio.TimerHandle | None = None
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Somebody went."""
        self._expect_nothing()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Some bytes came."""
        super().handle_events()
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            self._expect_head()  # the beginning of the next one, on a connection that is kept
        elif self.conn.their_state is not h11.IDLE:
            self._expect_nothing()

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP, or its head is too long."""
        self._refuse(HttpError(why=_NO_HTTP), 400)

    def _expect_head(self) -> None:
        if self._due is None:
            self._due = self.loop.call_later(self.head_seconds, self._head_is_late)

    def _expect_nothing(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _head_is_late(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()

    def _refuse(self, fault: HttpError, status: int) -> None:
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()  # an answer is out already
            return
        body = orjson.dumps({**as_problem(fault, Language.EN), "status": status})
        headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
        ]
        events: list[Any] = [
            h11.Response(status_code=status, headers=headers, reason=b""),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ]
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def server_of(
    site: Site,
    *,
    host: str,
    port: int,
    keys: Sequence[str] | None = (),
    trust_proxy: str = "",
    log: Log | None = None,
    routers: Sequence[Router] | None = None,
    closed: Callable[[Sequence[str]], None] = lambda _: None,
) -> uvicorn.Server:
    """A server that is ready to run.

    ``keys``: names of the keys to open, none of them named: all working keys; None: no worker at all. ``trust_proxy``:
    addresses whose ``X-Forwarded-For`` is believed. ``routers``: as in ``make_app``. ``closed``: is told which of several
    working keys did not open. Raises ``KeystoreError``, ``StoreError``, ``TrustError``, ``UsageError``.
    """
    log = log or Log()
    proxies = proxies_of(trust_proxy)
    background = None
    if keys is not None:
        opened = OpenKeys.of(site, keys, log)
        log.info("keys", open=len(opened.names))
        if opened.closed:
            closed(opened.closed)
        background = Background(site.worker, opened.ring, log)
    sweep(site.settings.home)
    app = make_app(site, log=log, worker=background, routers=routers)
    app.state.service.behind_proxy = bool(proxies)
    app.openapi()  # made before the first request, not by it
    _listen_to_libraries(log)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        h11_max_incomplete_event_size=HEADERS + (16 << 10),
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        backlog=BACKLOG,
    )
    return uvicorn.Server(config)


def serve(
    site: Site,
    *,
    host: str,
    port: int,
    keys: Sequence[str] | None,
    trust_proxy: str = "",
    log: Log | None = None,
    bound: Callable[[int], None] = lambda _: None,
    closed: Callable[[Sequence[str]], None] = lambda _: None,
) -> None:
    """Serve until SIGTERM or SIGINT; then finish what is under way, give the leases back, and return.

    ``bound``: is told the port once it is listened on and all is ready to be served. Raises ``UsageError`` if the address
    is taken or none of ours, ``TrustError`` before anything is made, and as ``server_of``.
    """
    log = log or Log()
    proxies_of(trust_proxy)
    _ = site.home  # without a trust file nothing can be served, and no folder is left behind
    with listen(host, port) as door:
        server = server_of(site, host=host, port=port, keys=keys, trust_proxy=trust_proxy, log=log, closed=closed)
        # uvicorn takes the signals over and, at its end, hands them on to these: a service that was told to end and did
        # so has not failed.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        log.info("serving", host=host, port=door.getsockname()[1])
        bound(door.getsockname()[1])
        server.run(sockets=[door])
        log.info("ended")


class NoDoor(UsageError):
    """An address that cannot be listened on."""

    wording = Wording(
        "{why}",
        "{why}",
        "请用 --port 另选端口（0：任选）；地址须是本机的（--host）",
        "Choose another with --port (0: any); the address must be one of this machine (--host)",
    )


def proxies_of(text: str) -> list[str]:
    """Addresses and networks of proxies, separated by commas; ``*`` alone is everybody.

    Raises ``UsageError`` for anything else: a proxy that is not understood would be one that is never believed.
    """
    proxies = [part.strip() for part in text.split(",") if part.strip()]
    for each in proxies if proxies != ["*"] else []:
        try:
            ipaddress.ip_network(each)
        except ValueError as fault:
            raise UsageError(why=_NO_PROXY.filled(given=ascii(each[:60]))) from fault
    return proxies


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ``UsageError``."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as fault:
        raise NoDoor(why=_NO_DOOR.filled(host=host, port=port, why=fault.strerror or "?")) from fault


def _listen_to_libraries(log: Log) -> None:
    logger = logging.getLogger("uvicorn")
    logger.handlers = [Borrowed(log)]
    logger.propagate = False
    logger.setLevel(logging.INFO)


_NO_HTTP: Final = Wording("不是可用的 HTTP 请求，或请求头过大", "it is no usable HTTP, or its headers are too large")
_NO_DOOR: Final = Wording("无法在 {host}:{port} 上监听（{why}）", "{host}:{port} cannot be listened on ({why})")
_NO_PROXY: Final = Wording(
    "--trust-proxy 的 {given} 不是 IP 地址或网段（如 127.0.0.1,10.0.0.0/8）",
    "{given} of --trust-proxy is no IP address or network (as 127.0.0.1,10.0.0.0/8)",
)
