"""Tokens: who may use a site's service, and as what.

A token is ``chop_ID_SECRET``: a public id and 256 random bits. Kept is the SHA-256 of the secret alone, so that a
stolen database opens nothing; a slow hash would add nothing to 256 bits (docs/decisions/0050). Whether a token is
unknown, wrong, expired or revoked is one and the same to whoever presents it.
"""

# ruff: noqa: D102  (the store's own classes say what their methods do)
from __future__ import annotations

import base64
import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

from chopmark.core.access import BOUND, PERMISSIONS, Role, TokenRow
from chopmark.core.ledger import NodeRow
from chopmark.errors import InputError, UnknownThing
from chopmark.wording import Wording

DAY: Final = 86_400
LONGEST: Final = 400
"""Days that a token may live."""
NAME_LIMIT: Final = 100
"""Characters of a token's name, and of its label."""

_FORM: Final = re.compile(r"chop_([a-z2-7]{16})_([A-Za-z0-9_-]{43})")
_NOBODY: Final = bytes(32)


class KeptTokens(Protocol):
    """What the store keeps of tokens."""

    def add(self, row: TokenRow) -> None: ...
    def find(self, token_id: str) -> TokenRow | None: ...
    def list(self) -> list[TokenRow]: ...
    def revoke(self, token_id: str, now: int) -> None: ...
    def used(self, token_id: str, day: int) -> None: ...


class KnownNodes(Protocol):
    """The institutions of this site."""

    def get(self, alias: str) -> NodeRow: ...


class Transaction(Protocol):
    """The rooms of the store that tokens need."""

    @property
    def tokens(self) -> KeptTokens: ...
    @property
    def nodes(self) -> KnownNodes: ...


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token. ``text``: the token itself, to be shown once and kept nowhere."""

    row: TokenRow
    text: str

    def __repr__(self) -> str:
        return f"Issued({self.row.id})"


def issue(
    tx: Transaction,
    *,
    name: str,
    role: Role,
    institution: str = "",
    scopes: Sequence[str] = (),
    days: int,
    now: int,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Issued:
    """Make a token and keep its digest; the caller commits.

    Raises ``InputError`` for a name, a length of life, or a scope that cannot be, and for a registrar or authority
    without an institution; ``UnknownThing`` for an institution that is not here.
    """
    _check_name(name, _NAME)
    if not 1 <= days <= LONGEST:
        raise _bad("days", _DAYS.filled(limit=LONGEST))
    if role in BOUND:
        if not institution:
            raise _bad("institution", _NEEDS_INSTITUTION)
        tx.nodes.get(institution)
    elif institution:
        _check_name(institution, _LABEL)
    extra = sorted(set(scopes) - PERMISSIONS[role])
    if extra:
        raise _bad("scopes", _SCOPE.filled(role=role.value, known=", ".join(sorted(PERMISSIONS[role]))))
    token_id = base64.b32encode(random(10)).decode().lower()
    secret = base64.urlsafe_b64encode(random(32)).decode().rstrip("=")
    row = TokenRow(
        token_id, name, _digest(secret), role, institution, frozenset(scopes), int(now), int(now) + days * DAY
    )
    tx.tokens.add(row)
    return Issued(row, f"chop_{token_id}_{secret}")


def listed(tx: Transaction) -> list[TokenRow]:
    """All tokens that were ever issued, oldest first."""
    return tx.tokens.list()


def revoke(tx: Transaction, token_id: str, now: int) -> TokenRow:
    """Revoke a token for good; doing it again changes nothing. Raises ``UnknownThing``."""
    if tx.tokens.find(token_id) is None:
        raise UnknownThing(what=_TOKEN, name=token_id[:40], known="chopmark token list")
    tx.tokens.revoke(token_id, int(now))
    found = tx.tokens.find(token_id)
    assert found is not None
    return found


def recognise(tx: Transaction, text: str, now: int) -> TokenRow | None:
    """The token that a text is, if it stands; None for every other reason, after the same work."""
    form = _FORM.fullmatch(text)
    token_id, secret = form.groups() if form else ("", text[:43])
    row = tx.tokens.find(token_id)
    right = hmac.compare_digest(_digest(secret), row.digest if row else _NOBODY)
    return row if row is not None and right and row.stands(int(now)) else None


def note_use(tx: Transaction, row: TokenRow, now: int) -> None:
    """Keep the day on which a token was used."""
    tx.tokens.used(row.id, day_of(now))


def day_of(now: float) -> int:
    """The start of the UTC day."""
    return int(now) // DAY * DAY


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _check_name(text: str, what: Wording) -> None:
    if not text.strip() or len(text) > NAME_LIMIT or not text.isprintable():
        raise InputError(place=what, why=_LENGTH.filled(limit=NAME_LIMIT), fix_zh="请另取", fix_en="Choose another")


def _bad(place: str, why: Wording) -> InputError:
    return InputError(place=place, why=why, fix_zh="请更正后重试；没有签发令牌", fix_en="Correct it; no token was made")


_NAME: Final = Wording("令牌名称", "The token's name")
_LABEL: Final = Wording("机构标注", "The institution's label")
_TOKEN: Final = Wording("令牌", "token")
_LENGTH: Final = Wording("应为 1 至 {limit} 个可见字符", "it must be 1 to {limit} visible characters")
_DAYS: Final = Wording("有效期应为 1 至 {limit} 天", "a token lives 1 to {limit} days")
_NEEDS_INSTITUTION: Final = Wording(
    "登记员和授权员的令牌须指明所代表的机构", "a registrar's or authority's token names the institution it acts for"
)
_SCOPE: Final = Wording("{role} 可用的权限：{known}", "a {role} may have: {known}")
