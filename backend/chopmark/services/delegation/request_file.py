"""The files that travel between a site and whoever holds the key: ``NAME.sign.json`` there, ``NAME.signed.json`` back.

A request file holds, for each request, the typed data and in a few words what it says, and all leaves of the batches that
it is about, so that the signer works out roots, sizes and positions anew. It holds no personal value: commitments are
salted. Both are strict JSON; a reader takes exactly these members.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from chopmark.core.batch import Batch, arrange
from chopmark.core.digest import hex32, hex32s
from chopmark.core.ledger import RequestRow
from chopmark.core.reference import address, address_text
from chopmark.core.signature import read_signature
from chopmark.core.strictjson import JsonValue, read
from chopmark.core.typed_data import TypedData, typed_data_of
from chopmark.errors import FormatError, InputError
from chopmark.services.delegation.content import Content, batches_of, read_content
from chopmark.services.ports import Transaction
from chopmark.wording import Wording

REQUEST_FORMAT: Final = "chopmark-sign-1"
SIGNED_FORMAT: Final = "chopmark-signed-1"
REQUEST_SUFFIX: Final = ".sign.json"
SIGNED_SUFFIX: Final = ".signed.json"
FILE_LIMIT: Final = 64 << 20
"""Bytes of a file: a batch of a hundred thousand takes 7 million."""
REQUESTS_LIMIT: Final = 200
_LEAF_BYTES: Final = 80
"""Bytes that a commitment takes in a file, indented."""
_REQUEST_BYTES: Final = 32 << 10
"""Bytes that a request takes at most, with all words of a status in its message."""
NAME_LIMIT: Final = 200
ID: Final = re.compile(r"sig_[A-Za-z0-9_-]{21}[AQgw]", re.ASCII)
"""A request's public id: 16 random bytes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a file. ``summary``: what the file says of it, believed by nobody."""

    public_id: str
    typed: TypedData
    summary: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class RequestFile:
    """``issuer``: node id; names as the site gives them. ``batches``: by the root that their leaves lead to."""

    issuer: bytes
    name_zh: str
    name_en: str
    requests: tuple[Asked, ...]
    batches: Mapping[bytes, Batch]


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature of a file."""

    public_id: str
    digest: bytes
    signer: bytes
    signature: bytes


def request_files(
    tx: Transaction, rows: Sequence[RequestRow], name_zh: str, name_en: str, *, limit: int = FILE_LIMIT
) -> Iterator[tuple[list[RequestRow], bytes]]:
    """The files that ask for the signatures of one institution's requests, each with the requests in it.

    As many as are needed, so that a reader takes each: by requests, by the batches that they are about (a correction needs two), and
    by bytes (``limit``).
    """
    group: list[_About] = []
    roots: dict[bytes, int] = {}
    for row in rows:
        about = batches_of(tx, row)
        wanted = roots | {root: batch.size * _LEAF_BYTES for root, batch in about.items()}
        size = sum(wanted.values()) + (len(group) + 1) * _REQUEST_BYTES
        if group and (len(group) >= REQUESTS_LIMIT or len(wanted) > REQUESTS_LIMIT or size > limit):
            yield [each.row for each in group], _written(group, name_zh, name_en)
            group, wanted = [], {root: batch.size * _LEAF_BYTES for root, batch in about.items()}
        group.append(_About(row, about))
        roots = wanted
    if group:
        yield [each.row for each in group], _written(group, name_zh, name_en)


@dataclass(frozen=True, slots=True)
class _About:
    """A request and the batches that it is about, by root."""

    row: RequestRow
    batches: Mapping[bytes, Batch]


def _written(group: Sequence[_About], name_zh: str, name_en: str) -> bytes:
    batches: dict[bytes, Batch] = {}
    asked: list[dict[str, object]] = []
    for each in group:
        row = each.row
        batches |= each.batches
        content = read_content(row.typed.message, each.batches)
        asked.append({"id": row.public_id, "content": content.summary(), "typedData": row.typed.as_json()})
    document = {
        "format": REQUEST_FORMAT,
        "issuer": {"id": group[0].row.issuer.hex(), "nameZh": name_zh, "nameEn": name_en},
        "requests": asked,
        "batches": [
            {"kind": batch.kind, "commitments": [one.hex() for one in batch.commitments]} for batch in batches.values()
        ],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def read_request_file(data: bytes, name: str) -> RequestFile:
    """Read a request file. Raises ``FormatError`` naming the rule that it breaks."""
    document = _members(_read(data, name), name, "format", "issuer", "requests", "batches")
    _require_format(document, REQUEST_FORMAT, name)
    who = _members(document["issuer"], name, "id", "nameZh", "nameEn")
    issuer = hex32(who["id"], name)
    asked = tuple(_asked(item, name) for item in _list(document["requests"], name))
    if not asked or len({one.public_id for one in asked}) != len(asked):
        raise FormatError(where=name, why=_TWICE)
    batches = [_batch(item, issuer, name) for item in _list(document["batches"], name)]
    return RequestFile(
        issuer, _name(who["nameZh"], name), _name(who["nameEn"], name), asked, {one.root: one for one in batches}
    )


def content_in(file: RequestFile, asked: Asked) -> Content:
    """What a request says, from its message and the leaves. Raises ``InputError`` if the file contradicts itself."""
    content = read_content(asked.typed.message, file.batches)
    if dict(asked.summary) != content.summary() or asked.typed.message.issuer != file.issuer:
        raise InputError(
            place=asked.public_id,
            why=Wording("说明与实际要签的内容不符", "what it says about itself is not what would be signed"),
            fix_zh="请勿签名；请向登记站点重新索取",
            fix_en="Do not sign it; ask the site anew",
        )
    return content


def signed_file(signed: Sequence[Signed]) -> bytes:
    """The file that brings signatures back."""
    document = {
        "format": SIGNED_FORMAT,
        "signatures": [
            {
                "id": one.public_id,
                "digest": one.digest.hex(),
                "signer": address_text(one.signer),
                "signature": "0x" + one.signature.hex(),
            }
            for one in signed
        ],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def read_signed_file(data: bytes, name: str) -> tuple[Signed, ...]:
    """Read a file of signatures. Raises ``FormatError`` naming the rule that it breaks."""
    document = _members(_read(data, name), name, "format", "signatures")
    _require_format(document, SIGNED_FORMAT, name)
    found = []
    for item in _list(document["signatures"], name):
        one = _members(item, name, "id", "digest", "signer", "signature")
        found.append(
            Signed(
                _id(one["id"], name),
                hex32(one["digest"], name),
                address(one["signer"], name),
                read_signature(one["signature"]),
            )
        )
    if not found or len({one.public_id for one in found}) != len(found):
        raise FormatError(where=name, why=_TWICE)
    return tuple(found)


def read_file(path: Path) -> bytes:
    """A file's bytes, if it is not too large. Raises ``InputError``."""
    try:
        with path.open("rb") as stream:
            data = stream.read(FILE_LIMIT + 1)
    except OSError as fault:
        why = Wording("无法读取（{why}）", "it cannot be read ({why})").filled(why=fault.strerror)
        raise InputError(place=path, why=why, fix_zh="请检查路径", fix_en="Check the path") from fault
    if len(data) > FILE_LIMIT:
        why = Wording(f"超过 {FILE_LIMIT >> 20} MB", f"it is larger than {FILE_LIMIT >> 20} MB")
        raise InputError(place=path, why=why, fix_zh="请检查路径", fix_en="Check the path")
    return data


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises ``InputError``."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            part.write_bytes(data)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as fault:
        why = Wording("无法写入（{why}）", "it cannot be written ({why})").filled(why=fault.strerror)
        fix = Wording("请换一个可写的文件夹再运行", "Run it again in a folder that can be written to")
        raise InputError(place=path, why=why, fix_zh=fix.zh, fix_en=fix.en) from fault


def _read(data: bytes, name: str) -> JsonValue:
    return read(data, what=name, limit=FILE_LIMIT)


def _require_format(document: Mapping[str, JsonValue], expected: str, name: str) -> None:
    if document["format"] != expected:
        raise FormatError(where=name, why=_FORMAT.filled(expected=expected))


def _asked(item: JsonValue, name: str) -> Asked:
    one = _members(item, name, "id", "content", "typedData")
    summary = _members(one["content"], name, "verb", "kind", "count", "reason")
    return Asked(_id(one["id"], name), typed_data_of(one["typedData"]), summary)


def _batch(item: JsonValue, issuer: bytes, name: str) -> Batch:
    one = _members(item, name, "kind", "commitments")
    commitments = one["commitments"]
    if not isinstance(one["kind"], str) or not isinstance(commitments, list):
        raise FormatError(where=name, why=_MEMBERS.filled(names="kind, commitments"))
    return arrange(one["kind"], issuer, hex32s(commitments, name))


def _id(value: JsonValue, name: str) -> str:
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise FormatError(where=name, why=_NOT_ID)
    return value


def _name(value: JsonValue, name: str) -> str:
    if not isinstance(value, str) or len(value) > NAME_LIMIT or not (value.isprintable()):
        raise FormatError(where=name, why=_NOT_NAME)
    return value


def _list(value: JsonValue, name: str) -> list[JsonValue]:
    if not isinstance(value, list) or len(value) > REQUESTS_LIMIT:
        raise FormatError(where=name, why=_NOT_LIST)
    return value


def _members(value: JsonValue, name: str, *names: str) -> dict[str, JsonValue]:
    """The members of an object that has exactly these."""
    if not isinstance(value, dict) or {*value} != {*names}:
        raise FormatError(where=name, why=_MEMBERS.filled(names=", ".join(names)))
    return value


_FORMAT: Final = Wording("不是 {expected} 格式", "it is not of the format {expected}")
_MEMBERS: Final = Wording("应恰有这些成员：{names}", "it should have exactly the members {names}")
_TWICE: Final = Wording("没有内容，或同一编号出现两次", "it holds nothing, or one id twice")
_NOT_ID: Final = Wording("编号应为 sig_ 加 22 个字符", "an id is sig_ and 22 characters")
_NOT_NAME: Final = Wording("机构名称不可用", "the institution's name is unusable")
_NOT_LIST: Final = Wording(f"应为至多 {REQUESTS_LIMIT} 项的列表", f"it should be a list of at most {REQUESTS_LIMIT}")
