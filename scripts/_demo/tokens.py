"""Tokens of the demonstration's service: one for each institution's registrar, a reviewer, an auditor, an operator."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from _demo.command import CommandLine
from _demo.folder import Folder
from _demo.institutions import INSTITUTIONS
from _demo.wire import Wire

_DAYS: Final = 365
_MADE: Final = 201
_NOT_SIGNED_IN: Final = 401


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who has a token. ``institution``: the alias of the one that a registrar acts for."""

    role: str
    institution: str = ""

    @property
    def name(self) -> str:
        """Of the token, and of the file that holds it."""
        return "-".join(word for word in (self.role, self.institution) if word)


REVIEWER: Final = Holder("reviewer")
AUDITOR: Final = Holder("auditor")
OPERATOR: Final = Holder("operator")
REGISTRARS: Final = tuple(Holder("registrar", one.alias) for one in INSTITUTIONS)
HOLDERS: Final = (*REGISTRARS, REVIEWER, AUDITOR, OPERATOR)


class Tokens:
    """The token files of a site, for their owner's eyes only."""

    def __init__(self, folder: Folder, chopmark: CommandLine) -> None:
        self._folder = folder.tokens
        self._chopmark = chopmark

    def path(self, holder: Holder) -> Path:
        """The file with somebody's token."""
        return self._folder / holder.name

    def of(self, holder: Holder) -> str:
        """Somebody's token."""
        return self.path(holder).read_text(encoding="ascii").strip()

    def begin(self) -> None:
        """Make the operator's, without which there is nobody to ask for the others."""
        if not self.path(OPERATOR).exists():
            self.make(OPERATOR)

    def hand_out(self, url: str) -> None:
        """Make what is not there, or is not taken any more: a token lives a year. The operator asks the service for it."""
        for holder in HOLDERS:
            if not self.path(holder).exists():
                self._ask_for(url, holder)
            elif Wire(url, self.of(holder)).get("/me").status == _NOT_SIGNED_IN:
                self.make(holder)

    def make(self, holder: Holder) -> None:
        """Make one by the command."""
        whose = ("--institution", holder.institution) if holder.institution else ()
        role = ("--role", holder.role, "--days", str(_DAYS))
        self._keep(holder, self._chopmark.run("token", "new", holder.name, *role, *whose).out.strip())

    def _ask_for(self, url: str, holder: Holder) -> None:
        wish = {"name": holder.name, "role": holder.role, "days": _DAYS}
        wish |= {"institution": holder.institution} if holder.institution else {}
        reply = Wire(url, self.of(OPERATOR)).post("/tokens", wish, secrets.token_urlsafe())
        if reply.status != _MADE:
            raise OSError(reply.tell())
        self._keep(holder, reply.value["token"])

    def _keep(self, holder: Holder, token: str) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        fresh = self.path(holder).with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text(token + "\n", encoding="ascii")
        fresh.replace(self.path(holder))
