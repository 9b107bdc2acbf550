"""The service in tests: the real app on the town's chain, in this process (``face``) or on a real socket (``served``)."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from chopmark.core.access import Role
from chopmark.http.app import make_app
from chopmark.http.background import Background
from chopmark.http.keys import OpenKeys
from chopmark.http.logs import Log
from chopmark.http.server import server_of
from chopmark.services.tokens import issue
from chopmark.settings import load_settings
from chopmark.wiring import Site
from tests.fixtures.databases import Postgres
from tests.fixtures.town import PASSPHRASE, UNIVERSITY, Office, Town
from tests.http import _routes

SMALL = (_routes.router,)


def site_of(office: Office, **options: Any) -> Site:
    """The site of an office; its keys open with the town's passphrase."""
    database = office.variables.get("CHOPMARK_DATABASE")
    asked = {"light_keystore": True, "min_free_mb": 0, "database": database, **options}
    return Site(load_settings(home=office.home, **asked), lambda _name, *, new=False: PASSPHRASE)


@dataclass
class Face:
    """An app, a client of it, and the office whose site it serves. ``lines``: what it logged; ``made``: tokens."""

    site: Site
    app: FastAPI
    client: TestClient
    office: Office
    stream: io.StringIO
    made: dict[tuple[Any, ...], str] = field(default_factory=dict)

    def token(
        self,
        role: Role | str = Role.REGISTRAR,
        institution: str | None = None,
        *,
        scopes: tuple[str, ...] = (),
        days: int = 3,
        now: int | None = None,
    ) -> str:
        """A token, made when it is first asked for. Registrars act for the town's university unless another is named."""
        role = Role(role)
        bound = role in (Role.REGISTRAR, Role.AUTHORITY)
        place = institution if institution is not None else UNIVERSITY if bound else ""
        wanted = (role, place, scopes, days, now)
        if wanted not in self.made:
            at = int(self.site.clock()) if now is None else now
            with self.site.store.begin() as tx:
                made = issue(
                    tx, name=f"test {role.value}", role=role, institution=place, scopes=scopes, days=days, now=at
                )
            self.made[wanted] = made.text
        return self.made[wanted]

    def as_(self, role: Role | str = Role.REGISTRAR, institution: str | None = None, **options: Any) -> dict[str, str]:
        """The headers of somebody; ``key``: with this Idempotency-Key."""
        key = options.pop("key", None)
        headers = {"Authorization": f"Bearer {self.token(role, institution, **options)}"}
        return headers | ({"Idempotency-Key": key} if key else {})

    def drain(self) -> None:
        """Move the queue until nothing is left, as the worker beside the service would."""
        log = Log(self.stream)
        progress = self.site.worker(OpenKeys.of(self.site, (), log).ring()).run(timeout=60)
        assert progress.idle, progress

    @property
    def logged(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.logged.splitlines()]


@contextlib.contextmanager
def faced(office: Office, *, small: bool = False, **options: Any) -> Iterator[Face]:
    """The app of an office without a worker: ``Face.drain`` moves the queue. ``small``: with the routes of ``_routes``."""
    site, stream = site_of(office, **options), io.StringIO()
    app = make_app(site, log=Log(stream), routers=SMALL if small else None)
    with TestClient(app, base_url="http://service.test", raise_server_exceptions=False) as client:
        yield Face(site, app, client, office, stream)
    site.store.close()


@pytest.fixture
def face(office: Office) -> Iterator[Face]:
    """The app of this test's own office."""
    with faced(office) as made:
        yield made


@pytest.fixture(scope="module")
def shared(town: Town, tmp_path_factory: pytest.TempPathFactory, server: Postgres | None) -> Iterator[Face]:
    """The app of an office that the tests of one file share: for those that leave nothing behind."""
    with faced(town.open(tmp_path_factory.mktemp("shared") / "home", server)) as made:
        yield made


@dataclass
class Served(Face):
    """The same on a real socket, with the worker beside it."""

    server: uvicorn.Server | None = None
    url: str = ""
    background: Background | None = None

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def connect(self, timeout: float = 10.0) -> socket.socket:
        """A plain connection, for what no client would send."""
        return socket.create_connection(("127.0.0.1", self.port), timeout)


@contextlib.contextmanager
def serving(office: Office, *, worker: bool = True, small: bool = False, **options: Any) -> Iterator[Served]:
    """The service of an office on a free port, in a thread of this process."""
    import httpx2

    site, stream = site_of(office, **options), io.StringIO()
    with socket.create_server(("127.0.0.1", 0), backlog=512) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        routers = SMALL if small else None
        keys = () if worker else None
        server = server_of(site, host="127.0.0.1", port=0, keys=keys, log=Log(stream), routers=routers)
        app: Any = server.config.app
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            until = time.monotonic() + 20
            while not server.started:
                assert thread.is_alive(), stream.getvalue()
                assert time.monotonic() < until
                time.sleep(0.01)
            with httpx2.Client(base_url=url, timeout=60, trust_env=False) as client:
                made: Any = client
                yield Served(site, app, made, office, stream, {}, server, url, app.state.service.background)
        finally:
            server.should_exit = True
            thread.join(40)
            assert not thread.is_alive()
            site.store.close()


@pytest.fixture
def served(office: Office) -> Iterator[Served]:
    """The service of this test's own office, on a real socket."""
    with serving(office) as made:
        yield made


@pytest.fixture(scope="module")
def bench(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    """An app with the small routes of ``_routes`` instead of its own."""
    with faced(town.open(tmp_path_factory.mktemp("bench") / "home"), small=True, max_parts=20, max_file_mb=1) as made:
        yield made


@pytest.fixture(scope="session")
def whole_world(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """What ``world`` is a copy of."""
    from tests.http import _world

    with _world.built(town, tmp_path_factory.mktemp("whole") / "home") as made:
        yield made


@pytest.fixture(scope="module")
def world(whole_world: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """An app with something of every sort in it, shared by the tests of one file (``tests.http._world``)."""
    from tests.http import _world

    with _world.copied(whole_world, tmp_path_factory.mktemp("world") / "home") as made:
        yield made
