"""Institutions as a site knows them: an alias, a public profile, the names of their keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Protocol, cast
from urllib.parse import urlsplit

from chopmark.core.directory import Directory, NodeState
from chopmark.core.identifiers import CHECKS
from chopmark.core.ledger import Json, NodeRole, NodeRow
from chopmark.core.profile import LIMIT, Coverage, Profile, read_profile
from chopmark.core.strictjson import JsonValue, canonical
from chopmark.errors import InputError
from chopmark.kinds import find_kind
from chopmark.wording import Wording

ALIAS: Final = re.compile(r"(?![0-9]+$)[a-z0-9][a-z0-9_-]{0,39}")
"""Not digits alone: those are an institution's number."""
SITE_LIMIT: Final = 200
"""Bytes of a site's address on the chain."""
NAME_LIMIT: Final = 200
"""Characters of a name."""


class Nodes(Protocol):
    """The institutions that a site has names for."""

    def add(self, row: NodeRow) -> None:
        """Keep a new one."""

    def find(self, alias: str) -> NodeRow | None:
        """The one of this alias."""

    def set_node(self, alias: str, node: bytes) -> None:
        """The id that the registry gave to one."""

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
    return Profile(
        name_zh=_name("--name-zh", given.name_zh, least=1),
        name_en=_name("--name-en", given.name_en, least=0),
        uscc=_uscc(given.uscc),
        site=_site(given.site),
        coverage=_coverage(given.covers),
        controller=controller,
        key=key,
    )


def changed_profile(old: Profile, given: Presentation, controller: bytes) -> Profile:
    """A profile with what is given anew; what is empty stays. ``controller``: whoever it is now.

    Raises as ``make_profile``.
    """
    kept = tuple(f"{c.kind}:{c.since}" if c.since else c.kind for c in old.coverage)
    whole = Presentation(
        given.name_zh or old.name_zh,
        given.name_en or old.name_en,
        given.uscc or old.uscc,
        given.site or old.site,
        given.covers or kept,
    )
    return make_profile(whole, controller, old.key)


def keep(nodes: Nodes, alias: str, profile: Profile, role: NodeRole, controller: str, key: str, now: int) -> NodeRow:
    """Keep a new institution under an alias. ``controller``, ``key``: names in the keystore, empty if held elsewhere.

    Raises ``InputError`` for an alias that is malformed or taken.
    """
    if not ALIAS.fullmatch(alias):
        raise InputError(
            place=alias,
            why=Wording("不能用作别名", "it cannot be an alias"),
            fix_zh="别名由小写字母、数字、横线组成，至多40个，不能全为数字；资料文件请先用 chopmark issuer import 别名 文件 导入",
            fix_en="An alias has lower-case letters, digits and dashes, at most 40, not digits alone; for a profile file first run "
            "chopmark issuer import ALIAS FILE",
        )
    if nodes.find(alias) is not None:
        raise InputError(
            place=alias,
            why=Wording("别名已被使用", "the alias is taken"),
            fix_zh="请换一个别名；修改资料请用 chopmark issuer profile",
            fix_en="Choose another; chopmark issuer profile changes a profile",
        )
    row = NodeRow(alias, None, role, controller, key, stored(profile), now)
    nodes.add(row)
    return row


def link(nodes: Nodes, directory: Directory) -> None:
    """Tell every kept institution its node, once the registry has one with its profile and controller."""
    rows = nodes.list()
    taken = {row.node for row in rows}
    for row in rows:
        if row.node is None and (state := registered(directory, profile_of(row))) and state.id not in taken:
            nodes.set_node(row.alias, state.id)
            taken.add(state.id)


def registered(directory: Directory, profile: Profile) -> NodeState | None:
    """The node that carries this profile and controller; of several the oldest."""
    found = (n for n in directory.nodes.values() if n.profile == profile.digest)
    return next((n for n in found if n.controller == profile.controller), None)


def stored(profile: Profile) -> dict[str, Json]:
    """A profile as the store keeps it."""
    return cast("dict[str, Json]", profile.as_json())  # it holds texts, and lists of objects of texts


def profile_of(row: NodeRow) -> Profile:
    """The profile of a kept institution."""
    return read_profile(canonical(cast("JsonValue", row.profile)))


def read_profile_file(path: Path) -> Profile:
    """A profile from a file. Raises ``InputError`` if it cannot be read, ``FormatError`` if it is no profile."""
    try:
        with path.open("rb") as stream:
            data = stream.read(LIMIT + 1)
    except OSError as fault:
        raise InputError(
            place=path,
            why=Wording("无法读取（{why}）", "it cannot be read ({why})").filled(why=fault.strerror),
            fix_zh="请检查路径",
            fix_en="Check the path",
        ) from fault
    return read_profile(data)


def write_profile_file(path: Path, profile: Profile) -> None:
    """Write a profile for others. Raises ``InputError`` if that fails."""
    try:
        path.write_bytes(profile.document())
    except OSError as fault:
        raise InputError(
            place=path,
            why=Wording("无法写入（{why}）", "it cannot be written ({why})").filled(why=fault.strerror),
            fix_zh="请用 --out 指定其他位置",
            fix_en="Name another place with --out",
        ) from fault


def alias_of(path: Path) -> str:
    """The alias that a profile's file name suggests: ``tsinghua.profile.json`` is ``tsinghua``."""
    return path.name.lower().removesuffix(".json").removesuffix(".profile")


def names_by_digest(rows: Iterable[NodeRow]) -> Mapping[bytes, Profile]:
    """Profiles by their digest, to be matched with what the chain says."""
    return {profile.digest: profile for profile in map(profile_of, rows)}


def _name(option: str, text: str, *, least: int) -> str:
    name = text.strip()
    if not least <= len(name) <= NAME_LIMIT:
        raise _wrong(option, f"名称应为 {least} 至 {NAME_LIMIT} 字", f"a name has {least} to {NAME_LIMIT} characters")
    if not name.isprintable():
        raise _wrong(option, "名称含有不可见的控制字符", "the name holds characters that cannot be seen")
    return name


def _uscc(text: str) -> str:
    if not text.strip():
        return ""
    checked = CHECKS["uscc"](text, date.max)
    if not checked.ok:
        raise InputError(place=text, why=checked.why, fix_zh="请对照登记证书", fix_en="Compare with the certificate")
    return checked.normal


def _site(text: str) -> str:
    site = text.strip()
    if len(site.encode(errors="replace")) > SITE_LIMIT:
        raise _wrong(site[:40], f"网址至多 {SITE_LIMIT} 字节", f"a web address has at most {SITE_LIMIT} bytes")
    if site and not _is_web_address(site):
        raise _wrong(site, "网址应形如 https://example.edu.cn", "a web address looks like https://example.edu.cn")
    return site


def _is_web_address(site: str) -> bool:
    try:
        parts = urlsplit(site)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and site.isprintable() and " " not in site


def _coverage(covers: Iterable[str]) -> tuple[Coverage, ...]:
    found = tuple(_covered(text) for text in covers)
    kinds = [each.kind for each in found]
    if twice := next((kind for kind in kinds if kinds.count(kind) > 1), ""):
        raise _wrong(f"--covers {twice}", "同一类别给出了两次", "this kind is given twice")
    return found


def _covered(text: str) -> Coverage:
    code, _, since = text.partition(":")
    kind = find_kind(code)
    try:
        return Coverage(kind.code, date.fromisoformat(since).isoformat() if since else "")
    except ValueError as fault:
        raise _wrong(
            text, "日期应为 年-月-日，例如 degree:2020-01-01", "the date is YYYY-MM-DD: degree:2020-01-01"
        ) from fault


def _wrong(place: str, zh: str, en: str) -> InputError:
    return InputError(place=place, why=Wording(zh, en), fix_zh="请更正后重试", fix_en="Correct it and try again")
