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


def require_own(issuer: str) -> None:
    """``--issuer`` names an institution of this home; at a site the token says who acts. Raises ``UsageError``."""
    if issuer:
        raise UsageError(why=_ISSUER)


_ONLY_HERE: Final = Wording(
    "{command} 只能在本机进行，不能与 --site 同用（也请检查 CHOPMARK_SITE）",
    "{command} works on this machine only and cannot go with --site (see CHOPMARK_SITE, too)",
)
_ISSUER: Final = Wording(
    "--issuer 不与 --site 同用：由令牌决定代表哪个机构",
    "--issuer does not go with --site: the token says which institution acts",
)
