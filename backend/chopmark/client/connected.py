"""What all calls to a site share: one answer, all pages of a listing, a write that happens once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, Final, TypeVar
from urllib.parse import quote

import orjson

from chopmark.client.answers import SiteInfo
from chopmark.client.errors import SiteNonsense
from chopmark.client.nodes import OwnChains
from chopmark.client.shape import Members
from chopmark.client.transport import Body, Reply, Transport, json_body
from chopmark.wording import Language, Wording

T = TypeVar("T")
PAGE: Final = 200
"""Items of a page; the most that a site gives."""
PAGES: Final = 100_000
"""A site that never comes to an end is left."""


class Connected:
    """A site and one's own view of the chains."""

    def __init__(self, transport: Transport, chains: OwnChains) -> None:
        self._transport = transport
        self._chains = chains
        self._info: SiteInfo | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._transport.site})"

    @property
    def url(self) -> str:
        """The site's address as people see it."""
        return self._transport.site

    @property
    def language(self) -> Language:
        """In which the site is asked to speak."""
        return self._transport.language

    def site(self) -> SiteInfo:
        """Who the site says that it is; asked once."""
        if self._info is None:
            self._info = SiteInfo.read(self._get("/site"))
        return self._info

    def _get(self, path: str, **query: object) -> Members:
        return self._members(self._transport.ask("GET", path, query=query))

    def _raw(self, path: str, accept: str, into: BinaryIO | None = None, **query: object) -> bytes:
        return self._transport.ask("GET", path, query=query, accept=accept, into=into).data

    def _post(self, path: str, value: object, *, key: str = "", **query: object) -> Members:
        """A write, in JSON. ``key``: the name of this logical write; drawn anew if the caller gives none."""
        return self._send(path, json_body(value), key=key, **query)

    def _send(self, path: str, body: Body, *, key: str = "", **query: object) -> Members:
        reply = self._transport.ask("POST", path, query=query, body=body, key=key or new_key())
        return self._members(reply)

    def _asked(self, path: str, body: Body, **query: object) -> Members:
        """A question that has a body and changes nothing."""
        return self._members(self._transport.ask("POST", path, query=query, body=body, repeatable=True))

    def _pages(self, path: str, read: Callable[[Members], T], query: Mapping[str, object]) -> Iterator[T]:
        """Every item of a listing, page after page as they are used."""
        cursor: str | None = None
        seen: set[str] = set()
        for _ in range(PAGES):
            page = self._get(path, **query, limit=PAGE, cursor=cursor)
            yield from map(read, page.each("items"))
            cursor = page.maybe_text("next")
            if cursor is None:
                return
            if cursor in seen:
                break
            seen.add(cursor)
        raise SiteNonsense(site=self.url, why=_ENDLESS)

    def _members(self, reply: Reply) -> Members:
        try:
            return Members.of(orjson.loads(reply.data), self.url)
        except orjson.JSONDecodeError:
            raise SiteNonsense(site=self.url, why=_NO_JSON) from None


def new_key() -> str:
    """A name for a logical write that nobody else uses."""
    return secrets.token_urlsafe(24)


def segment(name: object) -> str:
    """One segment of a path, whatever is in it."""
    return quote(str(name), safe="")


_ENDLESS: Final = Wording("列表没有尽头", "the listing has no end")
_NO_JSON: Final = Wording("不是 JSON", "it is no JSON")
