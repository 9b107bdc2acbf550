"""An issuer's public profile: who stands behind an issuer id. Its digest is on the chain, so it can travel by any way.

Format: FORMAT.md §13. Names that a verifier shows come from here and never from a credential's payload, because a
payload could say any name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from chopmark.core.digest import sha256
from chopmark.core.identifiers import normal_of
from chopmark.core.strictjson import JsonValue, canonical, read_canonical
from chopmark.errors import FormatError
from chopmark.wording import Wording

FORMAT: Final = "chopmark-profile-1"
LIMIT: Final = 16_384
"""Bytes of a profile document at most."""
_WHAT: Final = Wording("机构资料", "issuer profile")
_MEMBERS: Final = {"format", "nameZh", "nameEn", "uscc", "site", "coverage", "controller", "key"}
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_KIND: Final = re.compile(r"[a-z0-9-]{1,8}")
_ADDRESS: Final = re.compile(r"0x[0-9a-f]{40}")
TEXT_LIMIT: Final = 500
"""Characters of one text at most."""
COVERAGE_LIMIT: Final = 100
"""Entries of a coverage at most."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What an issuer says it has registered: all of ``kind`` issued since ``since`` (ISO date; empty: from the first entry)."""

    kind: str
    since: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """An issuer or accreditor as it presents itself.

    ``uscc``: unified social credit code (GB 32100-2015), empty for foreign bodies. ``site``: its web address.
    ``controller``: the cold address that manages its keys. ``key``: its first working key's address; ``b""`` for a
    body that only accredits by its controller.
    """

    name_zh: str
    name_en: str
    uscc: str
    site: str
    coverage: tuple[Coverage, ...]
    controller: bytes
    key: bytes = b""

    def as_json(self) -> dict[str, JsonValue]:
        """The members of FORMAT.md §13."""
        return {
            "format": FORMAT,
            "nameZh": self.name_zh,
            "nameEn": self.name_en,
            "uscc": self.uscc,
            "site": self.site,
            "coverage": [{"kind": c.kind, "since": c.since} for c in self.coverage],
            "controller": "0x" + self.controller.hex(),
            "key": "0x" + self.key.hex() if self.key else "",
        }

    def document(self) -> bytes:
        """The profile's bytes, in canonical form: what is published and hashed."""
        return canonical(self.as_json())

    @property
    def digest(self) -> bytes:
        """SHA-256 of ``document()``: what stands on the chain."""
        return sha256(self.document())

    def since(self, kind: str) -> str | None:
        """From which date on the issuer says that ``kind`` is registered whole; ``None`` if it does not say so at all."""
        return next((c.since for c in self.coverage if c.kind == kind), None)


def read_profile(data: bytes) -> Profile:
    """A profile from its bytes.

    Raises ``FormatError`` unless the bytes are the canonical form of exactly the members of FORMAT.md §13.
    """
    value = read_canonical(data, what=_WHAT, limit=LIMIT)
    if not isinstance(value, Mapping) or set(value) != _MEMBERS or value["format"] != FORMAT:
        raise _refused("成员不符", "its members are not those of the format")
    return Profile(
        name_zh=_text(value["nameZh"], "nameZh"),
        name_en=_text(value["nameEn"], "nameEn"),
        uscc=_uscc(_text(value["uscc"], "uscc")),
        site=_text(value["site"], "site"),
        coverage=_coverage(value["coverage"]),
        controller=_address(value["controller"], "controller"),
        key=b"" if value["key"] == "" else _address(value["key"], "key"),
    )


def _text(value: JsonValue, name: str) -> str:
    if not isinstance(value, str) or len(value) > TEXT_LIMIT:
        raise _refused(
            f"{name} 应为不超过 {TEXT_LIMIT} 字的文本", f"{name} must be text of at most {TEXT_LIMIT} characters"
        )
    return value


def _uscc(text: str) -> str:
    if text and normal_of("uscc", text) != text:
        raise _refused("uscc 不是统一社会信用代码", "uscc is not a unified social credit code")
    return text


def _address(value: JsonValue, name: str) -> bytes:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise _refused(f"{name} 应为 0x 加40位小写十六进制", f"{name} must be 0x and 40 lower-case hexadecimal digits")
    return bytes.fromhex(value[2:])


def _coverage(value: JsonValue) -> tuple[Coverage, ...]:
    if not isinstance(value, list) or len(value) > COVERAGE_LIMIT:
        raise _refused(
            f"coverage 应为至多 {COVERAGE_LIMIT} 项的数组", f"coverage must be an array of at most {COVERAGE_LIMIT}"
        )
    return tuple(_covered(entry) for entry in value)


def _covered(entry: JsonValue) -> Coverage:
    match entry:
        case {"kind": str(kind), "since": str(since), **rest} if not rest:
            if _KIND.fullmatch(kind) and (not since or _is_day(since)):
                return Coverage(kind, since)
    raise _refused("coverage 的一项不是类别加日期", "an entry of coverage is not a kind and a date")


def _is_day(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _refused(zh: str, en: str) -> FormatError:
    return FormatError(where=_WHAT, why=Wording(zh, en))
