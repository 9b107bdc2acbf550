"""Small routes for tests of what holds for all routes: they echo, write a fact, fail."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from chopmark.errors import StoreError
from chopmark.http.cursors import Paging, paging
from chopmark.http.here import Here, SignedIn, Spoken
from chopmark.http.idempotency import RepeatHere
from chopmark.http.routes import PUBLIC, Router, declared
from chopmark.http.uploads import NDJSON, Upload, uploaded
from chopmark.services.repeats import Answer
from chopmark.wording import Wording

router = Router(tags=["test"])
SECRET = "a value that nobody may see"


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=2, max_length=5)
    count: int = Field(default=1, ge=1, le=9)


@router.post("/test/things", **declared("verify", 415))
def things(thing: Thing, language: Spoken) -> dict[str, Any]:
    return {"thing": thing.model_dump(), "language": language.value}


@router.get("/test/things/{id}", **declared("registrations:read", 404, owned=["id"]))
def one(id: str, limit: int = 5) -> dict[str, Any]:  # noqa: A002
    return {"id": id, "limit": limit}


@router.delete("/test/things/{id}", **declared("registrations:write", 404))
def gone(id: str) -> Response:  # noqa: A002
    return Response(status_code=204)


@router.post("/test/files", **declared("verify", 413, 415))
def files(upload: Annotated[Upload, uploaded("multipart/form-data", NDJSON)]) -> dict[str, Any]:
    modes = [oct(path.stat().st_mode & 0o777) for path in (upload.folder, *(file.path for file in upload.files))]
    lines = 0 if upload.body is None else len(upload.body.read_bytes().splitlines())
    told = [[file.part, file.name, file.size, file.digest.hex(), file.media_type] for file in upload.files]
    return {"files": told, "fields": dict(upload.fields), "modes": modes, "lines": lines}


@router.post("/test/facts", **declared("registrations:write", 409))
def facts(thing: Thing, repeat: RepeatHere, service: Here, x: str = "") -> Response:
    with repeat.turn() as turn:
        if turn.kept is not None:
            return turn.kept
        return turn.commit(lambda tx: _count(tx, thing))


def _count(tx: Any, thing: Thing) -> Answer:
    value = int(tx.site.get("test") or "0") + thing.count
    tx.site.set("test", str(value))
    if thing.name == "bad":
        raise StoreError(why=Wording("试验", "a test"), fix_zh="无", fix_en="none")
    return Answer.of(201, {"value": value, "secret": SECRET}, location="/there", kept={"value": value, "secret": None})


@router.post("/test/uploads", **declared("registrations:write", 409))
def uploads(upload: Annotated[Upload, uploaded("multipart/form-data")], repeat: RepeatHere) -> Response:
    with repeat.turn() as turn:
        return turn.kept or turn.commit(lambda tx: _count(tx, Thing(name=upload.fields["name"])))


@router.get("/test/pages", **declared("registrations:read"))
def pages(page: Annotated[Paging, paging("things")], caller: SignedIn) -> dict[str, Any]:
    start = int(page.after[0]) + 1 if page.after else 0
    items = list(range(start, start + page.limit))
    return {"items": items, "next": page.next((items[-1],))}


@router.get("/test/others", **declared("registrations:read"))
def others(page: Annotated[Paging, paging("others")]) -> dict[str, Any]:
    return {"after": list(page.after or ())}


@router.get("/test/fault", **declared(PUBLIC))
def fault(kind: str = "key") -> None:
    if kind == "disk":
        raise OSError(28, "No space left on device", "/secret/path")
    raise KeyError(SECRET)
