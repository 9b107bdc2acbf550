"""The first minutes of a site, through the public commands: keys, institutions, accreditation, registration."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from _demo.command import CommandLine
from _demo.folder import Folder
from _demo.institutions import AUTHORITY_KEY, INSTITUTIONS, Institution
from _demo.materials import Item, Materials, Sheet
from _demo.say import Voice

REVOKED_ROW = 6
"""The row of the graduates' sheet (from 0) whose certificate is revoked."""


class Founding:
    """Everything that is done once. Each step finds what an interrupted run has done already."""

    def __init__(self, folder: Folder, chopmark: CommandLine, voice: Voice) -> None:
        self._folder = folder
        self._chopmark = chopmark
        self._voice = voice

    def keys(self) -> dict[str, str]:
        """Make the keys of everybody; addresses by name."""
        known = {key["name"]: str(key["address"]) for key in self._list("key", "list")}
        names = (AUTHORITY_KEY, *(name for one in INSTITUTIONS for name in (one.controller, one.key)))
        missing = [name for name in names if name not in known]
        with ThreadPoolExecutor(max_workers=4) as hands:
            return known | dict(zip(missing, hands.map(self._new_key, missing), strict=True))

    def _new_key(self, name: str) -> str:
        return str(self._chopmark.run("key", "new", name, "--json").value["address"])

    def institutions(self) -> None:
        """Present three institutions and accredit them, all at the same time; that admits their working keys, too."""
        known = {str(row["alias"]) for row in self._list("issuer", "list")}
        with ThreadPoolExecutor(max_workers=len(INSTITUTIONS)) as desks:
            for desk in [desks.submit(self._accredit, one, known) for one in INSTITUTIONS]:
                desk.result()

    def _accredit(self, one: Institution, known: Collection[str]) -> None:
        if one.alias not in known:
            self._present(one)
        kinds = [word for kind in one.kinds for word in ("--kind", kind)]
        self._chopmark.run("accredit", "grant", one.alias, "--by", AUTHORITY_KEY, *kinds)

    def _present(self, one: Institution) -> None:
        names = ("--name-zh", one.zh, "--name-en", one.en, "--uscc", one.uscc, "--site", one.site)
        covers = [word for kind in one.kinds for word in ("--covers", f"{kind}:{one.covers_from}")]
        keys = ("--controller", one.controller, "--key", one.key)
        out = ("--out", self._folder.root / f"{one.alias}.profile.json")
        self._chopmark.run("issuer", "new", one.alias, *names, *covers, *keys, *out)

    def register(self, materials: Materials) -> None:
        """Register every sheet and item, the three institutions at the same time."""
        with ThreadPoolExecutor(max_workers=len(INSTITUTIONS)) as desks:
            for desk in [desks.submit(self._register_of, one, materials) for one in INSTITUTIONS]:
                desk.result()

    def _register_of(self, one: Institution, materials: Materials) -> None:
        for sheet in materials.sheets:
            if sheet.issuer == one.alias:
                self.register_sheet(sheet)
        for item in materials.items:
            if item.issuer == one.alias:
                self.register_item(item)

    def register_sheet(self, sheet: Sheet) -> None:
        """One sheet with the files that it names."""
        with self._voice.step(f"登记 {sheet.path.name}", f"register {sheet.path.name}"):
            files = ("--files", sheet.files, "--bundles", self._folder.bundles)
            whose = ("--kind", sheet.kind, "--issuer", sheet.issuer)
            self._chopmark.run("register", "--sheet", sheet.path, *files, *whose, "--yes")

    def register_item(self, item: Item) -> None:
        """One credential with its files."""
        fields = [word for name, value in item.fields.items() for word in ("--field", f"{name}={value}")]
        with self._voice.step(f"登记 {item.files[0].name}", f"register {item.files[0].name}"):
            whose = ("--kind", item.kind, "--issuer", item.issuer, "--bundles", self._folder.bundles)
            self._chopmark.run("register", *item.files, *whose, *fields)

    def revoke(self, materials: Materials) -> None:
        """Revoke one graduate's certificate, as after a decision on misconduct."""
        number = materials.rows[REVOKED_ROW].certificate_number
        self._chopmark.run("revoke", number, "--reason", "misconduct", "--issuer", materials.sheets[0].issuer)

    def _list(self, *words: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self._chopmark.run(*words, "--json").value
        return listed
