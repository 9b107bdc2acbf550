"""Bodies that hold files: streamed to a private folder, counted while they come, gone when the request is answered."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from chopmark.core.strictjson import JsonValue
from chopmark.http.multipart import MultipartReader
from chopmark.http.problems import Crowded, NotReady, TooLarge, WrongShape, WrongType
from chopmark.http.routes import DEPTH, JSON, media_type
from chopmark.http.strict import read_body
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.http.auth import Caller
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
        return read_body(self.body.read_bytes(), what=what, depth=DEPTH)

    def field_json(self, name: str) -> JsonValue:
        """A part as strict JSON; None if it is not there. Raises ``FormatError``."""
        text = self.fields.get(name)
        if text is None:
            return None
        part = Wording("表单项 {name}", "The part {name}").filled(name=name)
        return read_body(text.encode(), what=part, depth=DEPTH)


def uploaded(*accepted: str) -> Any:
    """A dependency: the body of a request of one of these types, on disk until the answer was sent.

    One token may have some at once that bring files or lines: they hold disk, memory and a thread for as long as they take.
    """

    async def receive(request: Request) -> AsyncIterator[Upload]:
        given = media_type(request)
        if given not in accepted:
            raise WrongType(accepted=", ".join(accepted))
        service: Service = request.app.state.service
        caller: Caller | None = getattr(request.state, "caller", None)
        owner = caller.token_id if caller is not None and given != JSON else ""
        if not service.uploads.enter(owner):
            raise Crowded(limit=service.uploads.limit)
        try:
            async with _folder(service, request) as folder:
                yield await read_upload(service, request, given, folder)
        finally:
            service.uploads.leave(owner)

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
                await run_in_threadpool(_require_room, service, folder)
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
                await run_in_threadpool(_require_room, service, folder)
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

    def make() -> tuple[Path, int]:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        _require_room(service, base, needed)
        return _own_folder(base)

    def remove(folder: Path, held: int) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)

    folder, held = await run_in_threadpool(make)
    try:
        yield folder
    finally:
        await run_in_threadpool(remove, folder, held)


def _require_room(service: Service, folder: Path, needed: int = 0) -> None:
    """Raises ``NotReady`` if less would be left on the disk than the site keeps free."""
    if shutil.disk_usage(folder).free < needed + (service.site.settings.min_free_mb << 20):
        raise NotReady(why=_FULL)


def _own_folder(base: Path) -> tuple[Path, int]:
    """A new folder, and what locks it for as long as somebody works with it: nothing else tells whether its process lives.

    Process numbers do not: in a container the service has the same one each time, and two of them may share the home.
    """
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        held = _locked(folder)
        if held is not None:
            if folder.exists():
                return folder, held
            os.close(held)  # swept away before it was locked


def _locked(folder: Path) -> int | None:
    """The folder, opened and locked; None if another process, or another part of this one, holds it or it is gone."""
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        return None
    return held


def sweep(home: Path) -> None:
    """Remove what processes that were killed left behind: the folders that nobody holds."""
    for left in (home / "tmp").glob(PREFIX + "*"):
        held = _locked(left)
        if held is not None:
            with suppress(OSError):
                shutil.rmtree(left, ignore_errors=True)
            os.close(held)


_NO_JSON: Final = Wording("应为 JSON 内容", "JSON is expected")
_BODY_LIMIT: Final = Wording("内容最多 {limit} MiB", "the body may be {limit} MiB at most")
_FULL: Final = Wording("磁盘空间不足", "the disk is full")
