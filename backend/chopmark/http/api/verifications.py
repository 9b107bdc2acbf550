"""Verifying: materials and bundles in, one clear answer for each; nothing of them is kept."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from chopmark.core.access import Role
from chopmark.http.auth import Caller
from chopmark.http.bodies import VERIFICATION
from chopmark.http.here import Here, SignedIn
from chopmark.http.intake import archive_limits, in_own_names
from chopmark.http.models.base import answers
from chopmark.http.models.verifications import VerificationOut
from chopmark.http.problems import NotAcceptable, WrongShape
from chopmark.http.routes import JSON, Router, declared
from chopmark.http.uploads import MULTIPART, NDJSON, Upload, uploaded
from chopmark.kinds import find_kind
from chopmark.services.files import Allowance, is_archive
from chopmark.services.verify.as_json import as_json
from chopmark.services.verify.declared import Declaration
from chopmark.services.verify.materials import How, Materials
from chopmark.services.verify.verify import Verified
from chopmark.wording import Wording

router = Router(tags=["verify"])

_LINES = {"schema": {"type": "string", "description": "one material a line, then a line with the summary"}}
_BOTH = {"model": VerificationOut, "description": "one answer for each material", "content": {NDJSON: _LINES}}
ZIP_ENTRIES: Final = 20_000
"""Of all archives of a request together."""
BUNDLE_BYTES: Final = 128 << 20
"""Of all bundles of a request together: they are held in memory."""
SECONDS: Final = 120.0
"""For one request; what was not looked at by then is told as such."""


@router.post(
    "/verifications",
    **answers(declared("verify", 404, 406, 408, 413, 415, extra=VERIFICATION), _200=_BOTH),
    operation_id="verify",
    summary="核验材料 · verify materials",
    response_class=Response,
)
def verify(
    upload: Annotated[Upload, uploaded(MULTIPART)],
    caller: SignedIn,
    here: Here,
    request: Request,
) -> Response:
    """All of them read at one block of the chain. A chain that does not answer is a verdict (``cannot_check``), no error.

    The files are gone when the answer was sent. Declared values are compared and kept nowhere.
    """
    lines = _wants_lines(request)
    desk = here.site.verify_desk()
    desk = replace(desk, limits=replace(desk.limits, bundle_bytes=BUNDLE_BYTES), seconds=SECONDS)
    declared_ = list(_declarations(upload))
    kind = find_kind(upload.fields["kind"]) if upload.fields.get("kind") else None
    paths = list(_paths(upload, Allowance(replace(archive_limits(here.site.settings), entries=ZIP_ENTRIES))))
    if not paths:
        raise WrongShape([("file", _NO_FILE)])
    found = desk.collect(paths)
    verified = desk.verify(found, desk.pair_for(found, _registrar_of(caller)), declared_, kind)
    for each in verified:
        here.metrics.verdict(each.examination.verdict.value)
    end = _end(found, verified)
    if lines:
        return StreamingResponse(_lines(verified, end), media_type=NDJSON)
    whole = {"read_at": end["read_at"], "materials": [_material(each) for each in verified]} | end
    return Response(orjson.dumps(whole), media_type=JSON)


def _registrar_of(caller: Caller) -> bytes | None:
    """The institution whose records the caller keeps, None for all others."""
    return caller.node if caller.role is Role.REGISTRAR else None


def _paths(upload: Upload, allowance: Allowance) -> Iterator[Path]:
    """Where the files lie under their own names; an archive is unpacked into a folder of its own.

    Raises ``UnsafeArchive`` before anything of an archive is unpacked that is unsafe, or more than was left by those before.
    """
    files = upload.part("file")
    if len(files) < len(upload.files):
        raise WrongShape([("body", _PARTS)])
    for at, path in enumerate(in_own_names(files, upload.folder / "files")):
        if path.suffix.lower() == ".zip" and is_archive(path):
            folder = upload.folder / "archives" / str(at)
            folder.mkdir(mode=0o700, parents=True)
            allowance.unpack(path, folder)
            yield folder
        else:
            yield path


def _declarations(upload: Upload) -> Iterator[Declaration]:
    """What is declared, by material; ``*`` is about all."""
    given = upload.field_json("declared")
    if given is None:
        return
    if not isinstance(given, dict):
        raise WrongShape([("declared", _DECLARED)])
    for material, fields in given.items():
        if not isinstance(fields, dict):
            raise WrongShape([("declared", _DECLARED)])
        for name, value in fields.items():
            values = value if isinstance(value, list) else [value]
            if not all(isinstance(each, (str, int)) and not isinstance(each, bool) for each in values):
                raise WrongShape([("declared", _DECLARED)])
            text = "；".join(str(each) for each in values).strip()
            if text:
                yield Declaration("" if material == "*" else material, name, text)


def _material(each: Verified) -> dict[str, Any]:
    """One answer. A bundle from this site's index goes with it, with no more in it than the caller may see."""
    bundle = each.material.bundle
    mine = bundle is not None and each.material.how is How.INDEX
    return {**as_json(each), "bundle_data": base64.b64encode(bundle.data).decode() if mine and bundle else None}


def _end(found: Materials, verified: list[Verified]) -> dict[str, Any]:
    read = next((told for each in verified if (told := as_json(each)["read_at"]) is not None), None)
    counts = Counter(each.examination.verdict.value for each in verified)
    skipped = [{"name": name, "why": why.value} for name, why in found.skipped]
    return {"read_at": read, "summary": dict(counts), "skipped": skipped}


def _lines(verified: list[Verified], end: dict[str, Any]) -> Iterator[bytes]:
    for each in verified:
        yield orjson.dumps(_material(each), option=orjson.OPT_APPEND_NEWLINE)
    yield orjson.dumps(end, option=orjson.OPT_APPEND_NEWLINE)


def _wants_lines(request: Request) -> bool:
    """Whether JSON lines are wanted. Raises ``NotAcceptable`` if neither they nor JSON are."""
    accept = request.headers.get("accept", "*/*").lower()
    wanted = [part.partition(";")[0].strip() for part in accept.split(",")]
    if NDJSON in wanted:
        return True
    if any(each in (JSON, "application/*", "*/*", "") for each in wanted):
        return False
    raise NotAcceptable(offered=f"{JSON}, {NDJSON}")


_NO_FILE: Final = Wording("至少需要一个文件", "at least one file is needed")
_PARTS: Final = Wording("文件应放在 file 项", "files belong in parts named file")
_DECLARED: Final = Wording(
    '应为 材料→字段→值 的对象，例如 {{"*": {{"holder_name": "王莉"}}}}',
    'it must be an object of material → field → value, such as {{"*": {{"holder_name": "王莉"}}}}',
)
