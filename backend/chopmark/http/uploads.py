"""Bodies that hold files: streamed to a private folder, counted while they come, gone when the request is answered."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from chopmark.core.strictjson import JsonValue, read
from chopmark.http.multipart import MultipartReader
from chopmark.http.problems import NotReady, TooLarge, WrongShape, WrongType
from chopmark.http.routes import DEPTH, JSON, media_type
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.http.service import Service

MULTIPART: Final = "multipart/form-data"
NDJSON: Final = "application/x-ndjson"
BLOCK: Final = 1 << 20
"""Bytes that are gathered before they are written."""
PREFIX: Final = "request-"


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file of a request. ``part``: the name of its field; ``name``: its own; ``digest``: SHA-256 of its bytes."""

    part: str
    name: str
    path: Path
    size: int
    digest: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Upload:
    """What a request brought.

    ``folder``: a private folder of this request. ``body``: the whole body, unless it is multipart; ``files``, ``fields``:
    its parts with and without a file name.
    """

    media_type: str
    folder: Path
    body: Path | None = None
    files: tuple[UploadedFile, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)

    def part(self, name: str) -> tuple[UploadedFile, ...]:
        """The files of one field, in their order."""
        return tuple(file for file in self.files if file.part == name)

    def json(self, what: Wording | str) -> JsonValue:
        """The body as strict JSON. Raises ``FormatError``, ``WrongShape`` without a body."""
        if self.body is None:
            raise WrongShape([("body", _NO_JSON)])
        data = self.body.read_bytes()
        return read(data, what=what, limit=max(1, len(data)), depth=DEPTH)

    def field_json(self, name: str) -> JsonValue:
        """A part as strict JSON; None if it is not there. Raises ``FormatError``."""
        text = self.fields.get(name)
        if text is None:
            return None
        data = text.encode()
        return read(
            data, what=Wording("表单项 {name}", "The part {name}").filled(name=name), limit=len(data) + 1, depth=DEPTH
        )


def uploaded(*accepted: str) -> Any:
    """A dependency: the body of a request of one of these types, on disk until the answer was sent."""

    async def receive(request: Request) -> AsyncIterator[Upload]:
        given = media_type(request)
        if given not in accepted:
            raise WrongType(accepted=", ".join(accepted))
        service: Service = request.app.state.service
        async with _folder(service, request) as folder:
            yield await read_upload(service, request, given, folder)

    return Depends(receive)


async def read_upload(service: Service, request: Request, given: str, folder: Path) -> Upload:
    """Everything that a request brings, in ``folder``. Raises ``TooLarge``, ``WrongShape``, ``TooSlow``."""
    if given == MULTIPART:
        return await _multipart(service, request, folder)
    settings = service.site.settings
    limit = settings.max_json_mb if given == JSON else settings.max_request_mb
    path, whole, size, block = folder / "body", sha256(), 0, bytearray()
    with await run_in_threadpool(path.open, "wb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit << 20:
                raise TooLarge(why=_BODY_LIMIT.filled(limit=limit))
            whole.update(chunk)
            block += chunk
            if len(block) >= BLOCK:
                await run_in_threadpool(file.write, bytes(block))
                block.clear()
        await run_in_threadpool(file.write, bytes(block))
    request.state.content = whole.digest()
    return Upload(given, folder, path)


async def _multipart(service: Service, request: Request, folder: Path) -> Upload:
    settings = service.site.settings
    reader = MultipartReader(request.headers.get("content-type", ""), folder, settings.max_parts, settings.max_file_mb)
    try:
        block = bytearray()
        async for chunk in request.stream():
            block += chunk
            if len(block) >= BLOCK:
                await run_in_threadpool(reader.feed, bytes(block))
                block.clear()
        await run_in_threadpool(reader.feed, bytes(block))
        reader.end()
    finally:
        reader.close()
    files = tuple(
        UploadedFile(one.part, one.name, one.path, one.size, one.digest, one.media_type) for one in reader.files
    )
    request.state.content = reader.digest()
    return Upload(MULTIPART, folder, None, files, MappingProxyType(dict(reader.fields)))


@asynccontextmanager
async def _folder(service: Service, request: Request) -> AsyncIterator[Path]:
    """A folder that only this process may enter, with room for what the request announces."""
    base = service.site.settings.home / "tmp"
    announced = request.headers.get("content-length", "")
    needed = int(announced) if announced.isdecimal() else 0

    def make() -> Path:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(base).free < needed + (service.site.settings.min_free_mb << 20):
            raise NotReady(why=_FULL)
        return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=base))

    folder = await run_in_threadpool(make)
    try:
        yield folder
    finally:
        await run_in_threadpool(shutil.rmtree, folder, True)


def sweep(home: Path) -> None:
    """Remove what processes that were killed left behind; a folder says in its name whose it is."""
    for left in (home / "tmp").glob(PREFIX + "*"):
        number = left.name.removeprefix(PREFIX).partition("-")[0]
        if number.isdigit() and not Path(f"/proc/{number}").exists():
            shutil.rmtree(left, ignore_errors=True)


_NO_JSON: Final = Wording("应为 JSON 内容", "JSON is expected")
_BODY_LIMIT: Final = Wording("内容最多 {limit} MiB", "the body may be {limit} MiB at most")
_FULL: Final = Wording("磁盘空间不足", "the disk is full")
