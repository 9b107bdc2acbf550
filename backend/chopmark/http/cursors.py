"""Pages of a listing: opaque cursors that nobody can forge or carry to another listing or another owner."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, TypeAlias, TypeVar

import orjson
from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request

from chopmark.http.problems import WrongShape
from chopmark.services.secret import derived
from chopmark.wording import Wording

LIMIT: Final = 200
DEFAULT: Final = 50
_TAG: Final = 16
_LONGEST: Final = 512

Position: TypeAlias = tuple[int | str, ...]
"""Where a page ends: the sorting values of its last item."""
T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """Some items of a listing. ``next``: the cursor of what follows; null at the end."""

    model_config = ConfigDict(extra="forbid")

    items: list[T]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page is wanted. ``after``: where the page before ended, None for the first."""

    limit: int
    after: Position | None
    _key: bytes
    _bound: tuple[str, str]

    def next(self, position: Position) -> str:
        """The cursor of the page after this one."""
        return encode(self._key, self._bound, position)


def paging(listing: str) -> Any:
    """A dependency: the page that the parameters ``cursor`` and ``limit`` ask for. Raises ``WrongShape``."""

    def read(
        request: Request,
        cursor: Annotated[str | None, Query(max_length=_LONGEST, description="`next` of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=LIMIT, description="items of a page")] = DEFAULT,
    ) -> Paging:
        caller = getattr(request.state, "caller", None)
        bound = (listing, caller.owner if caller is not None else "")
        key = derived(request.app.state.service.site.secret, "cursors")
        return Paging(limit, None if cursor is None else decode(key, bound, cursor), key, bound)

    made: Callable[..., Paging] = read
    return Depends(made)


def encode(key: bytes, bound: tuple[str, str], position: Position) -> str:
    """The cursor of a position in a listing of an owner."""
    body = orjson.dumps(list(position))
    return base64.urlsafe_b64encode(_tag(key, bound, body) + body).decode().rstrip("=")


def decode(key: bytes, bound: tuple[str, str], cursor: str) -> Position:
    """The position of a cursor. Raises ``WrongShape`` for one that was not made here for the same listing and owner."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise _unknown() from None
    tag, body = raw[:_TAG], raw[_TAG:]
    if not hmac.compare_digest(tag, _tag(key, bound, body)):
        raise _unknown()
    return tuple(orjson.loads(body))


def _tag(key: bytes, bound: tuple[str, str], body: bytes) -> bytes:
    return hmac.digest(key, orjson.dumps(bound) + b"\0" + body, "sha256")[:_TAG]


def _unknown() -> WrongShape:
    return WrongShape([("query.cursor", _CURSOR)])


_CURSOR: Final = Wording("不是本列表给出的翻页标记", "it is no cursor of this listing")
