"""``multipart/form-data`` (RFC 7578) that is read from disk while it is sent: a dossier need not fit into memory."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

from chopmark.client.transport import CHUNK, Body
from chopmark.errors import InputError
from chopmark.wording import Wording

_NAME: Final = re.compile(r'[\r\n"\x00]')


@dataclass(frozen=True, slots=True)
class Part:
    """One part: ``content`` is bytes, or the path of a file of exactly ``length`` bytes."""

    name: str
    file_name: str
    content_type: str
    length: int
    content: bytes | Path = field(repr=False)


def json_part(name: str, value: object) -> Part:
    """A part that is a JSON document."""
    data = orjson.dumps(value)
    return Part(name, "", "application/json", len(data), data)


def text_part(name: str, value: str) -> Part:
    """A part that is a text."""
    data = value.encode()
    return Part(name, "", "text/plain; charset=utf-8", len(data), data)


def file_part(name: str, path: Path, file_name: str, content_type: str = "application/octet-stream") -> Part:
    """A part that is a file's bytes. Raises ``InputError`` if it cannot be read."""
    try:
        return Part(name, file_name, content_type, path.stat().st_size, path)
    except OSError as fault:
        raise _unreadable(path, fault) from fault


def data_part(name: str, data: bytes, file_name: str, content_type: str = "application/octet-stream") -> Part:
    """A part that is a file from memory."""
    return Part(name, file_name, content_type, len(data), data)


def multipart(parts: Sequence[Part]) -> Body:
    """The whole body; it can be sent again."""
    boundary = secrets.token_hex(16)
    heads = [_head(part, boundary) for part in parts]
    tail = f"--{boundary}--\r\n".encode()
    length = sum(len(head) + part.length + 2 for head, part in zip(heads, parts, strict=True)) + len(tail)

    def chunks() -> Iterator[bytes]:
        for head, part in zip(heads, parts, strict=True):
            yield head
            yield from _content(part)
            yield b"\r\n"
        yield tail

    return Body(f"multipart/form-data; boundary={boundary}", length, chunks)


def _head(part: Part, boundary: str) -> bytes:
    named = f'; filename="{_NAME.sub("_", part.file_name)}"' if part.file_name else ""
    lines = (
        f"--{boundary}",
        f'Content-Disposition: form-data; name="{part.name}"{named}',
        f"Content-Type: {part.content_type}",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


def _content(part: Part) -> Iterator[bytes]:
    if isinstance(part.content, bytes):
        yield part.content
        return
    left = part.length
    try:
        with part.content.open("rb") as stream:
            while left and (chunk := stream.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk
    except OSError as fault:
        raise _unreadable(part.content, fault) from fault
    if left:
        # The length was announced already: less would hang, and zeros would be another file.
        raise InputError(place=part.content, why=_CHANGED, fix_zh="请稍后重试", fix_en="Try again in a while")


def _unreadable(path: Path, fault: OSError) -> InputError:
    why = Wording("无法读取（{why}）", "it cannot be read ({why})").filled(why=fault.strerror)
    return InputError(place=path, why=why, fix_zh="请检查路径", fix_en="Check the path")


_CHANGED: Final = Wording("发送期间文件变短了", "it became shorter while it was being sent")
