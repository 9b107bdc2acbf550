"""Where a demonstration site keeps its things, and who is using them."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

_MARK_EDITION: Final = 1


class Taken(Exception):
    """Another process runs the site of this folder. ``by``: what it wrote about itself."""

    def __init__(self, by: str) -> None:
        self.by = by
        super().__init__(by)


class Folder:
    """``chain`` the node's state, ``home`` what `chopmark` calls its home, ``materials`` and ``bundles`` for people.

    ``tokens``: of the service, one file for each holder; ``service_log``: what the service says.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.chain = root / "chain"
        self.home = root / "home"
        self.materials = root / "materials"
        self.bundles = root / "bundles"
        self.tokens = root / "tokens"
        self.service_log = root / "service.log"
        self.passphrase = root / "passphrase"
        self._mark = root / "ready.json"

    @property
    def trust(self) -> Path:
        """The trust file of the home."""
        return self.home / "trust.json"

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder.

        Raises:
            Taken: another process holds it.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.seek(0)
                raise Taken(file.read().strip()) from None
            self._say_who(file.fileno(), "")
            yield

    def running_at(self, url: str) -> None:
        """Let whoever finds the folder taken know where the site runs. Call it while holding the folder."""
        with (self.root / "lock").open("r+", encoding="utf-8") as file:
            self._say_who(file.fileno(), url)

    @staticmethod
    def _say_who(descriptor: int, url: str) -> None:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {url}".encode(), 0)

    def furnish(self) -> None:
        """The home's settings and the passphrase of its keys, which protect nothing but this demonstration."""
        self.home.mkdir(mode=0o700, exist_ok=True)
        if not self.passphrase.exists():
            self.passphrase.touch(mode=0o600, exist_ok=False)
            self.passphrase.write_text(f"demo-{secrets.token_urlsafe(12)}\n", encoding="utf-8")
        settings = f"light_keystore = true\npassphrase_file = {json.dumps(str(self.passphrase))}\n"
        settings += 'site_name = "戳记演示站 · Chopmark demonstration"\n'
        (self.home / "settings.toml").write_text(settings, encoding="utf-8")

    @property
    def done(self) -> dict[str, Any]:
        """What an earlier run finished; empty if it finished nothing, or another edition of this script did."""
        try:
            mark = json.loads(self._mark.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return mark if isinstance(mark, dict) and mark.get("edition") == _MARK_EDITION else {}

    def finish(self, **facts: Any) -> None:
        """Note what is finished, beside what was noted before."""
        text = json.dumps({**self.done, "edition": _MARK_EDITION, **facts}, ensure_ascii=False, indent=1)
        fresh = self._mark.with_suffix(".new")
        fresh.write_text(text + "\n", encoding="utf-8")
        fresh.replace(self._mark)

    def point_trust_to(self, url: str) -> None:
        """Write the node's address of this run into the trust file: the port may be another than last time."""
        trust = json.loads(self.trust.read_text(encoding="utf-8"))
        if trust["chains"][0]["rpc"] == [url]:
            return
        trust["chains"][0]["rpc"] = [url]
        fresh = self.trust.with_suffix(".new")
        fresh.write_text(json.dumps(trust, indent=1) + "\n", encoding="utf-8")
        fresh.replace(self.trust)

    def set_aside(self, now: dt.datetime) -> Path:
        """Move everything into a dated folder beside the new things; its path."""
        aside = self.root / f"old-{now:%Y%m%d-%H%M%S}"
        aside.mkdir()
        for entry in (self.chain, self.home, self.bundles, self.tokens, self.service_log, self._mark):
            if entry.exists():
                entry.rename(aside / entry.name)
        return aside
