"""The running site that the check looks at, seen by each of its users."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _demo.command import Answer, CommandLine
from _demo.folder import Folder
from _demo.materials import Materials
from _demo.site import Site
from _demo.tamper import unb64
from _demo.tokens import Holder
from _demo.wire import Wire
from chopmark.client import SiteClient, read_token


@dataclass(frozen=True, slots=True)
class World:
    """Everybody's view of one running site.

    ``registrar`` is `chopmark` in the site's home, ``reviewer`` and ``auditor`` in homes that hold the trust file alone,
    ``nobody`` in an empty one. ``desk``: a folder for what the check makes up.
    """

    site: Site
    registrar: CommandLine
    reviewer: CommandLine
    auditor: CommandLine
    nobody: CommandLine
    desk: Path

    @property
    def folder(self) -> Folder:
        """The site's folder."""
        return self.site.folder

    @property
    def materials(self) -> Materials:
        """The demonstration material."""
        return self.site.materials

    def original(self, row: int) -> Path:
        """The certificate of a row of the graduates' sheet."""
        return self.materials.printed(row)

    def bundle(self, row: int) -> Path:
        """The bundle of such a certificate."""
        return self.bundle_of(self.original(row))

    def bundle_of(self, file: Path) -> Path:
        """The bundle of a file that was registered, by its name."""
        return self.folder.bundles / f"{file.stem}.chopmark.json"

    def singles(self) -> Iterator[tuple[tuple[Path, ...], Path]]:
        """What was registered beside the graduates' sheet: files and bundle."""
        for item in self.materials.items:
            yield item.files, self.bundle_of(item.files[0])
        for sheet in self.materials.sheets[1:]:
            for file in sorted(sheet.files.glob("论文-*.pdf" if sheet.kind == "paper" else "*专利证书-*.pdf")):
                yield (file,), self.bundle_of(file)

    def verify(self, *paths: Path, declared: Mapping[str, str] | None = None, trust: Path | None = None) -> Answer:
        """The reviewer verifies, with another trust file if one is given."""
        words = [word for name, value in (declared or {}).items() for word in ("--declared", f"{name}={value}")]
        extra = {"CHOPMARK_TRUST": str(trust)} if trust else {}
        return self.reviewer.run("verify", "--json", *paths, *words, expect=None, extra=extra)

    def another_trust(self, name: str, change: Callable[[Any], None]) -> Path:
        """A trust file that differs."""
        trust = json.loads(self.folder.trust.read_text(encoding="utf-8"))
        change(trust)
        path = self.desk / f"{name}.json"
        path.write_text(json.dumps(trust), encoding="utf-8")
        return path

    def wire(self, holder: Holder | None = None, language: str = "en") -> Wire:
        """Another system's program, with somebody's token or with none."""
        url = self.site.service.url
        return Wire(url, self.site.tokens.of(holder) if holder else "", language)

    def remote(self, holder: Holder, trust: Path | None = None) -> SiteClient:
        """Python's own client with somebody's token and, by default, the reviewer's trust file."""
        token = read_token(self.site.tokens.path(holder))
        return SiteClient(self.site.service.url, token, trust=trust or self.reviewer.home / "trust.json")

    @property
    def dead_url(self) -> str:
        """An address where nobody listens."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return f"http://127.0.0.1:{free.getsockname()[1]}"


def opened(disclosure: str) -> str:
    """A disclosure's text."""
    return unb64(disclosure).decode()
