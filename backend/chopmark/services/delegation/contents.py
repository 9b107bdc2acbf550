"""``NAME.content.jsonl``: what the credentials of a request say, so that the signer learns what is signed.

A request travels with salted commitments only. This file holds personal values and belongs into nobody's hands but the registrar's and
the signer's: one JSON object a line, ``payload`` and ``disclosures`` as a bundle has them. The signer trusts no line of it: each
commitment is worked out anew from the payload, and each disclosure must be one of the payload's digests.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from chopmark.core.digest import b64, sha256, unb64
from chopmark.core.disclosure import BoundFile, ClaimValue, digest_of, open_disclosure
from chopmark.core.ledger import CredentialRow
from chopmark.core.payload import read_payload
from chopmark.core.strictjson import read
from chopmark.errors import FormatError, InputError
from chopmark.wording import Wording

SUFFIX: Final = ".content.jsonl"
LINE_LIMIT: Final = 2 << 20
"""Bytes of one credential: a bundle holds at most half of it."""
LINES_LIMIT: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Said:
    """What one credential says. ``issuer``: 32 bytes; ``files``: SHA-256 of those that it binds."""

    issuer: bytes
    kind: str
    claims: Mapping[str, ClaimValue]
    files: tuple[bytes, ...]


def write_contents(path: Path, rows: Iterable[CredentialRow]) -> None:
    """Write the file, readable by its owner alone, whole or not at all. Raises ``InputError``."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                for row in rows:
                    line = {"payload": b64(row.payload), "disclosures": [*row.disclosures]}
                    stream.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as fault:
        why = Wording("无法写入（{why}）", "it cannot be written ({why})").filled(why=fault.strerror)
        fix = Wording("请换一个可写的文件夹再运行", "Run it again in a folder that can be written to")
        raise InputError(place=path, why=why, fix_zh=fix.zh, fix_en=fix.en) from fault


def read_contents(path: Path) -> dict[bytes, Said]:
    """What credentials say, by their commitment. Raises ``FormatError`` for a line that is no credential, ``InputError``."""
    found: dict[bytes, Said] = {}
    try:
        with path.open("rb") as stream:
            while line := stream.readline(LINE_LIMIT + 1):
                commitment, said = _read(line, f"{path.name}:{len(found) + 1}")
                found[commitment] = said
                if len(found) > LINES_LIMIT:
                    raise FormatError(where=path.name, why=_LONG)
    except OSError as fault:
        why = Wording("无法读取（{why}）", "it cannot be read ({why})").filled(why=fault.strerror)
        raise InputError(place=path, why=why, fix_zh="请检查路径", fix_en="Check the path") from fault
    return found


def _read(line: bytes, where: str) -> tuple[bytes, Said]:
    document = read(line.rstrip(b"\n"), what=where, limit=LINE_LIMIT)
    if not isinstance(document, dict) or {*document} != {"payload", "disclosures"}:
        raise FormatError(where=where, why=_MEMBERS)
    text, disclosures = document["payload"], document["disclosures"]
    if not isinstance(text, str) or not isinstance(disclosures, list):
        raise FormatError(where=where, why=_MEMBERS)
    data = unb64(text, where)
    payload = read_payload(data)
    claims: dict[str, ClaimValue] = {}
    files: list[bytes] = []
    issued = frozenset(payload.digests)
    for encoded in disclosures:
        if not isinstance(encoded, str) or digest_of(encoded) not in issued:
            raise FormatError(where=where, why=_FOREIGN)
        name, value = open_disclosure(encoded)
        if name in claims:
            raise FormatError(where=where, why=_FOREIGN)
        if isinstance(value, BoundFile):
            files.append(value.sha256)
        elif not isinstance(value, bytes):
            claims[name] = value
    return sha256(data), Said(payload.issuer, payload.kind, claims, tuple(files))


_LONG: Final = Wording(f"超过 {LINES_LIMIT} 行", f"it has more than {LINES_LIMIT} lines")
_MEMBERS: Final = Wording("应恰有 payload 和 disclosures", "it should have exactly payload and disclosures")
_FOREIGN: Final = Wording("披露的内容不属于该凭证", "a disclosure is not of this credential")
