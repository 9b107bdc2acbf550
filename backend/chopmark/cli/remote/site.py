"""The site that ``--site`` names: which commands go through it, and with whose token and trust."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from chopmark.cli.app import TERMINAL as T
from chopmark.errors import UsageError
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.client import SiteClient, Token

COMMANDS: Final = frozenset(
    {"verify", "register", "revoke", "suspend", "resume", "supersede", "status", "audit", "kinds", "submit"}
)
"""What makes sense through a site; everything else works on a home folder."""

SERIAL_DIGITS: Final = 20
PATIENCE: Final = 5.0
"""Seconds of trying again: somebody sits there and waits."""


def require_remote(command: str | None) -> None:
    """Refuse a command that only works here, if a site was named. Raises ``UsageError``."""
    named = T.options.get("site", os.environ.get("CHOPMARK_SITE", ""))
    if named and command is not None and command not in COMMANDS:
        raise only_here(command)


def only_here(command: str) -> UsageError:
    """The error for what cannot go through a site."""
    return UsageError(why=_ONLY_HERE.filled(command=command))


def connect() -> SiteClient:
    """The site, with the caller's own token, trust file and nodes. Raises ``TokenUnusable``, ``TrustError``, ``UsageError``."""
    from chopmark.client import Patience, SiteClient

    settings = T.settings
    # A trust file that was named must be there; without any, what needs one stays unchecked.
    trust = settings.trust_path if settings.trust is not None or settings.trust_path.exists() else None
    return SiteClient(
        settings.site,
        _token(),
        trust,
        language=T.language,
        node_timeout=settings.rpc_timeout,
        patience=Patience(retry=PATIENCE),
    )


def _token() -> Token | None:
    from chopmark.client import Token, read_token

    settings = T.settings
    if settings.token_file is not None:
        return read_token(settings.token_file)
    return Token(settings.token.get_secret_value()) if settings.token is not None else None


def own_issuer(issuer: str) -> int | None:
    """The serial of the institution that must be the token's; None if the caller names none.

    An alias is one of this home; at a site the token says who acts, and a number on the chain can be compared. Raises ``UsageError``.
    """
    if not issuer:
        return None
    if not (issuer.isascii() and issuer.isdigit() and len(issuer) <= SERIAL_DIGITS):
        raise UsageError(why=_ISSUER)
    return int(issuer)


_ONLY_HERE: Final = Wording(
    "{command} 只能在本机进行，不能与 --site 同用（也请检查 CHOPMARK_SITE）",
    "{command} works on this machine only and cannot go with --site (see CHOPMARK_SITE, too)",
)
_ISSUER: Final = Wording(
    "与 --site 同用时 --issuer 须为机构的链上编号：由令牌决定代表哪个机构，编号用于核对",
    "with --site, --issuer is the institution's number on the chain: the token says who acts, and the number is compared",
)
