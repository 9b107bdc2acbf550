"""Servers that are no good: they answer as a test scripts it, or pass on what a real service says with something changed."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

JSON = "application/json"


@dataclass
class Asked:
    """A request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Said:
    """An answer to give. ``drop``: close the connection instead. ``drip``: seconds between bytes."""

    status: int = 200
    body: bytes = b"{}"
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    length: int | None = None


Script = Callable[[Asked], Said]


class Server:
    """``with Server(script) as server:`` then ask ``server.url``; ``server.asked`` lists what came in."""

    def __init__(self, script: Script, certificate: Path | None = None) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self.connections = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who hangs up on purpose is no news
        self._scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self._scheme = "https"

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, self.path, headers, body)
                server.asked.append(asked)
                said = server.script(asked)
                if said.drop:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(said.status)
                for name, value in {"Content-Type": said.content_type, **said.headers}.items():
                    self.send_header(name, value)
                length = len(said.body) if said.length is None else said.length
                self.send_header("Content-Length", str(length))
                self.end_headers()
                try:
                    self.wfile.write(said.body)
                except OSError:
                    self.close_connection = True  # the client has heard enough

            do_GET = do_POST = do_DELETE = _serve  # noqa: N815  (its base names them so)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (its base names it so)
                """Quiet."""

        return Handler


Change = Callable[[Asked, Said], Said]
Answer = dict[str, Any]


@contextmanager
def lying(
    target: str, change: Change = lambda _, said: said, instead: Callable[[Asked], Said | None] = lambda _: None
) -> Iterator[Server]:
    """A server in front of a real one: what comes back from there goes through ``change``.

    ``instead``: answers by itself, or changes what goes there and gives None.
    """

    def forward(asked: Asked) -> Said:
        if (own := instead(asked)) is not None:
            return own
        connection = http.client.HTTPConnection(urlsplit(target).netloc, timeout=60)
        kept = {name: value for name, value in asked.headers.items() if name not in ("host", "connection")}
        try:
            connection.request(asked.method, asked.path, asked.body or None, kept)
            response = connection.getresponse()
            sort = response.headers.get("Content-Type", "")
            said = Said(response.status, response.read(), sort)
        finally:
            connection.close()
        return change(asked, said)

    with Server(forward) as server:
        yield server


def rewriting(path: str, change: Callable[[Answer], object]) -> Change:
    """Changes the JSON of good answers below a path, in place."""

    def apply(asked: Asked, said: Said) -> Said:
        if said.status < 300 and path in asked.path and said.content_type.startswith(JSON):
            document = json.loads(said.body)
            change(document)
            said.body = json.dumps(document).encode()
        return said

    return apply
