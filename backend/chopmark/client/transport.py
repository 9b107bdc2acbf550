"""One site over HTTP: what is sent, how long to wait, what is sent again, and what counts as an answer.

Nothing is sent to another host than the one that was named: no redirect is followed. What may have been done is sent again
only if doing it twice is the same as doing it once: questions, and writes that carry an ``Idempotency-Key``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final
from urllib.parse import urlencode

import orjson

from chopmark import __version__
from chopmark.client.address import SiteAddress
from chopmark.client.errors import SiteError, SiteNonsense, SiteUnreachable
from chopmark.client.problem import problem_of
from chopmark.client.silence import pause_before_next, silence
from chopmark.client.token import Token
from chopmark.wording import Language, Wording

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

PREFIX: Final = "/api/v1"
CHUNK: Final = 1 << 16
PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between attempts where the site names none."""
_PROBLEM_LIMIT: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds, and how much to read, in bytes.

    ``connect``: for a connection. ``silence``: between two bytes. ``answer``: for one whole answer. ``retry``: for all
    attempts together. ``limit``: of an answer in memory. ``download``: of one that goes into a file; it may take longer than
    ``answer`` by as much as it brings at ``slowest`` bytes a second.
    """

    connect: float = 10.0
    silence: float = 60.0
    answer: float = 300.0
    retry: float = 30.0
    limit: int = 64 << 20
    download: int = 4 << 30
    slowest: int = 16 << 10


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent. ``chunks`` begins anew with each attempt; ``length`` is that of all of them together."""

    content_type: str
    length: int
    chunks: Callable[[], Iterator[bytes]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """A good answer. ``data`` is empty if it went into a file."""

    status: int
    headers: Mapping[str, str]
    data: bytes = field(repr=False)


def json_body(value: object) -> Body:
    """A JSON document to send."""
    data = orjson.dumps(value)
    return Body("application/json", len(data), lambda: iter((data,)))


class Transport:
    """Asks one site. Safe to share between threads. Raises ``UsageError`` for what is no address of a site."""

    def __init__(
        self,
        url: str,
        token: Token | None = None,
        *,
        language: Language = Language.ZH,
        patience: Patience | None = None,
        ca_file: Path | None = None,
        plain_http: bool = False,
    ) -> None:
        self.address = SiteAddress.parse(url, plain_http=plain_http)
        self.patience = patience or Patience()
        self._token = token
        self.language = language
        self._ca_file = ca_file
        self._pool: PoolManager | None = None

    @property
    def site(self) -> str:
        """The site's address as people see it."""
        return self.address.shown

    def __repr__(self) -> str:
        return f"Transport({self.site})"

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Body | None = None,
        key: str = "",
        accept: str = "application/json",
        repeatable: bool = False,
        into: BinaryIO | None = None,
    ) -> Reply:
        """One answer, after as many attempts as patience allows.

        ``key``: the name of a logical write (``Idempotency-Key``), the same in every attempt. ``repeatable``: a POST
        that changes nothing. ``into``: where the body of a good answer goes instead of memory; it is emptied first.
        Raises ``SiteRefused`` with the site's problem, ``SiteUnreachable``, ``SiteNonsense``.
        """
        given = {name: _spoken(value) for name, value in (query or {}).items() if value not in (None, "")}
        target = self.address.base + PREFIX + path + (f"?{urlencode(given)}" if given else "")
        headers = self._headers(body, key, accept)
        again = repeatable or bool(key) or method in ("GET", "HEAD", "DELETE")
        return self._persist(lambda: self._once(method, target, headers, body, accept, into), again=again)

    def _persist(self, attempt: Callable[[], Reply], *, again: bool) -> Reply:
        until = time.monotonic() + self.patience.retry
        for pause in (*PAUSES, None):
            try:
                return attempt()
            except SiteError as fault:
                wanted = pause_before_next(fault, pause, again=again)
                if wanted is None or time.monotonic() + wanted > until:
                    raise
            time.sleep(wanted)
        raise AssertionError("unreachable")

    def _headers(self, body: Body | None, key: str, accept: str) -> dict[str, str]:
        headers = {
            "Accept": accept if accept == "application/json" else f"{accept}, application/problem+json",
            "Accept-Language": self.language.value,
            "Accept-Encoding": "identity",
            "User-Agent": f"chopmark-client/{__version__}",
        }
        if self._token is not None:
            headers["Authorization"] = self._token.header()
        if body is not None:
            headers |= {"Content-Type": body.content_type, "Content-Length": str(body.length)}
        if key:
            headers["Idempotency-Key"] = key
        return headers

    def _once(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: Body | None,
        accept: str,
        into: BinaryIO | None,
    ) -> Reply:
        from urllib3.exceptions import HTTPError

        until = time.monotonic() + self.patience.answer
        try:
            response = self._open(method, target, headers, body)
            try:
                return self._reply(response, accept, into, until)
            except BaseException:
                response.close()  # a half-read connection must not go back to the pool
                raise
            finally:
                response.release_conn()
        except HTTPError as fault:
            raise silence(self.site, fault) from None  # urllib3's own words repeat the whole address

    def _open(self, method: str, target: str, headers: Mapping[str, str], body: Body | None) -> BaseHTTPResponse:
        from urllib3 import Timeout

        return self._manager().request(
            method,
            target,
            body=body.chunks() if body is not None else None,
            headers=headers,
            timeout=Timeout(connect=self.patience.connect, read=self.patience.silence),
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )

    def _reply(self, response: BaseHTTPResponse, accept: str, into: BinaryIO | None, until: float) -> Reply:
        headers = {name.lower(): value for name, value in response.headers.items()}
        status = response.status
        if 300 <= status < 400:
            raise self._nonsense(_DETOUR.filled(where=_origin(headers.get("location", ""))))
        if headers.get("content-encoding", "identity") != "identity":
            raise self._nonsense(_PACKED)
        sort = headers.get("content-type", "").partition(";")[0].strip().lower()
        if status >= 400:
            data = self._read(response, min(_PROBLEM_LIMIT, self.patience.limit), until)
            raise problem_of(self.site, status, sort, headers, data)
        if status != 204 and sort != accept:
            raise self._nonsense(_OTHER_SORT.filled(sort=sort[:100] or "-", accept=accept))
        if into is None:
            return Reply(status, headers, self._read(response, self.patience.limit, until))
        self._download(response, into, until)
        return Reply(status, headers, b"")

    def _read(self, response: BaseHTTPResponse, limit: int, until: float) -> bytes:
        parts = []
        for part in self._parts(response, limit):
            self._require_time(until)
            parts.append(part)
        return b"".join(parts)

    def _download(self, response: BaseHTTPResponse, into: BinaryIO, until: float) -> None:
        into.seek(0)
        into.truncate()
        for part in self._parts(response, self.patience.download):
            until += len(part) / self.patience.slowest  # a byte now and then is no download
            self._require_time(until)
            into.write(part)

    def _require_time(self, until: float) -> None:
        if time.monotonic() > until:
            raise SiteUnreachable(site=self.site, why=_SLOW.filled(seconds=f"{self.patience.answer:g}"))

    def _parts(self, response: BaseHTTPResponse, limit: int) -> Iterator[bytes]:
        size = 0
        while part := response.read1(CHUNK):
            size += len(part)
            if size > limit:
                raise self._nonsense(_LONG.filled(limit=limit))
            yield part

    def _manager(self) -> PoolManager:
        if self._pool is None:
            import ssl

            from urllib3 import PoolManager

            # Certificates are always checked: against the system's authorities, or the one that was named.
            trusted = ssl.create_default_context(cafile=str(self._ca_file) if self._ca_file else None)
            self._pool = PoolManager(maxsize=8, ssl_context=trusted)
        return self._pool

    def _nonsense(self, why: Wording) -> SiteNonsense:
        return SiteNonsense(site=self.site, why=why)


def _spoken(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _origin(location: str) -> str:
    """Where a detour leads, without what may be in its path."""
    scheme, colon, rest = location.partition("://")
    return f"{scheme}://{rest.partition('/')[0].rpartition('@')[2]}"[:200] if colon else "/…"


_DETOUR: Final = Wording("它转向 {where}；请改用最终的网址", "it redirects to {where}; name the final address instead")
_PACKED: Final = Wording("回答经过压缩，而本程序没有请求压缩", "it is compressed, which was not asked for")
_OTHER_SORT: Final = Wording("回答的类型是 {sort}，应为 {accept}", "it is of the type {sort} instead of {accept}")
_LONG: Final = Wording("回答超过 {limit} 字节", "it is longer than {limit} bytes")
_SLOW: Final = Wording(
    "{seconds} 秒内没有答完，或传得太慢", "the answer was not complete within {seconds} s, or came too slowly"
)
