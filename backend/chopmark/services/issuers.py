"""Institutions as a site knows them: an alias, a public profile, the names of their keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from chopmark.core.identifiers import CHECKS
from chopmark.core.ledger import Json, NodeRole, NodeRow
from chopmark.core.profile import Coverage, Profile, read_profile
from chopmark.core.strictjson import canonical
from chopmark.errors import InputError, UsageError
from chopmark.kinds import find_kind
from chopmark.wording import Wording

ALIAS: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
SITE_LIMIT: Final = 200
"""Bytes of a site's address on the chain."""


class Nodes(Protocol):
    """The institutions that a site has names for."""

    def add(self, row: NodeRow) -> None:
        """Keep a new one."""

    def find(self, alias: str) -> NodeRow | None:
        """The one of this alias."""

    def list(self) -> list[NodeRow]:
        """All of them."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """How an institution presents itself, as typed by a person. ``covers``: ``KIND`` or ``KIND:YYYY-MM-DD``."""

    name_zh: str
    name_en: str
    uscc: str
    site: str
    covers: tuple[str, ...]


def make_profile(given: Presentation, controller: bytes, key: bytes) -> Profile:
    """A checked profile. Raises ``InputError`` for the first thing that is wrong with it."""
    if not given.name_zh.strip() or len(given.name_zh) > 200 or len(given.name_en) > 200:
        raise _wrong("--name-zh", "需要1至200字的中文名称", "a Chinese name of 1 to 200 characters is needed")
    if given.uscc:
        checked = CHECKS["uscc"](given.uscc, date.max)
        if not checked.ok:
            raise InputError(
                place=given.uscc, why=checked.why, fix_zh="请对照登记证书", fix_en="Compare with the certificate"
            )
    return Profile(
        name_zh=given.name_zh.strip(),
        name_en=given.name_en.strip(),
        uscc=given.uscc.strip().upper(),
        site=_site(given.site),
        coverage=_coverage(given.covers),
        controller=controller,
        key=key,
    )


def changed_profile(old: Profile, name_zh: str, name_en: str, site: str, covers: tuple[str, ...]) -> Profile:
    """A profile with what is given anew; the rest stays. Raises as ``make_profile``."""
    kept = tuple(f"{c.kind}:{c.since}" for c in old.coverage)
    given = Presentation(name_zh or old.name_zh, name_en or old.name_en, old.uscc, site or old.site, covers or kept)
    return make_profile(given, old.controller, old.key)


def keep(nodes: Nodes, alias: str, profile: Profile, role: NodeRole, controller: str, key: str, now: int) -> NodeRow:
    """Keep a new institution under an alias. ``controller``, ``key``: names in the keystore, empty if held elsewhere.

    Raises ``UsageError`` for an alias that is malformed or taken.
    """
    if not ALIAS.fullmatch(alias):
        raise UsageError(
            why=Wording(
                f"别名“{alias}”应为小写字母、数字、横线",
                f"the alias “{alias}” takes lower-case letters, digits and dashes",
            )
        )
    if nodes.find(alias) is not None:
        raise UsageError(why=Wording(f"别名“{alias}”已存在", f"the alias “{alias}” is taken"))
    row = NodeRow(alias, None, role, controller, key, stored(profile), now)
    nodes.add(row)
    return row


def stored(profile: Profile) -> dict[str, Json]:
    """A profile as the store keeps it."""
    return {name: value for name, value in profile.as_json().items()}  # noqa: C416  (JSON of the core is JSON of the store)


def profile_of(row: NodeRow) -> Profile:
    """The profile of a kept institution."""
    return read_profile(canonical(row.profile))


def read_profile_file(path: Path) -> Profile:
    """A profile from a file. Raises ``InputError`` if it cannot be read, ``FormatError`` if it is no profile."""
    try:
        return read_profile(path.read_bytes())
    except OSError as fault:
        raise InputError(
            place=path,
            why=Wording("无法读取", "it cannot be read"),
            fix_zh="请检查路径",
            fix_en="Check the path",
        ) from fault


def alias_of(path: Path) -> str:
    """The alias that a profile's file name suggests: ``tsinghua.profile.json`` is ``tsinghua``."""
    return path.name.lower().removesuffix(".json").removesuffix(".profile")


def names_by_digest(rows: Iterable[NodeRow]) -> Mapping[bytes, Profile]:
    """Profiles by their digest, to be matched with what the chain says."""
    return {profile.digest: profile for profile in map(profile_of, rows)}


def _site(text: str) -> str:
    site = text.strip()
    if site and (urlsplit(site).scheme not in ("http", "https") or not urlsplit(site).hostname):
        raise _wrong(site, "网址应以 https:// 开头", "a web address begins with https://")
    if len(site.encode()) > SITE_LIMIT:
        raise _wrong(site[:40], f"网址至多 {SITE_LIMIT} 字节", f"a web address has at most {SITE_LIMIT} bytes")
    return site


def _coverage(covers: Iterable[str]) -> tuple[Coverage, ...]:
    return tuple(_covered(text) for text in covers)


def _covered(text: str) -> Coverage:
    code, _, since = text.partition(":")
    kind = find_kind(code)
    try:
        return Coverage(kind.code, date.fromisoformat(since).isoformat() if since else "")
    except ValueError as fault:
        raise _wrong(text, "日期应为 年-月-日", "the date should be YYYY-MM-DD") from fault


def _wrong(place: str, zh: str, en: str) -> InputError:
    return InputError(place=place, why=Wording(zh, en), fix_zh="请更正后重试", fix_en="Correct it and try again")
