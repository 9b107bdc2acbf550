"""From the body of a request to drafts: JSON, JSON lines, fields with files, or a sheet with an archive of files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from chopmark.core.strictjson import DEPTH, JsonValue
from chopmark.errors import FormatError
from chopmark.http.models.base import shaped
from chopmark.http.models.registrations import MOST_LINES, OneIn, RegistrationIn
from chopmark.http.problems import TooLarge, WrongShape
from chopmark.http.routes import JSON
from chopmark.http.strict import LONG_NUMBER, LongNumber, read_body
from chopmark.http.uploads import NDJSON, Upload, UploadedFile
from chopmark.kinds import Kind, find_kind
from chopmark.services.files import ArchiveLimits
from chopmark.services.register import Drafted, FileBinder, SheetInput, draft_input, draft_one, files_of
from chopmark.services.register.listed import Entry, draft_list, named
from chopmark.services.sheet import Sheet
from chopmark.settings import Settings
from chopmark.wording import Wording

LINE_LIMIT: Final = 1 << 20
"""Bytes of one line."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a request wants registered, drafted. ``found``: findings in all. ``sheet``: if it came as one; ``name``: its name."""

    kind: Kind
    drafted: Drafted
    found: int
    sheet: Sheet | None = None
    headings: Mapping[str, str] | None = None

    @property
    def name(self) -> str:
        """The sheet's name, or nothing."""
        return self.sheet.name if self.sheet is not None else ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading needs beside the upload. ``kind``: as the address says it. ``limit``: bytes of one file.

    ``remembered``: what headings of this kind's sheets meant the last time, see ``services.sheet.choices``. ``archive``:
    what an archive of files may hold.
    """

    kind: str
    today: date
    limit: int
    remembered: Callable[[str], Mapping[str, str]]
    archive: ArchiveLimits


def read_upload(upload: Upload, reading: Reading) -> Given:
    """Everything examined, nothing written. Raises ``WrongShape``, ``TooLarge``, ``UnknownThing``, ``InputError``, ``FormatError``."""
    if upload.media_type == JSON:
        return _json(upload, reading)
    if upload.media_type == NDJSON:
        return _lines(upload, reading)
    if upload.part("sheet"):
        return _sheet(upload, reading)
    return _with_files(upload, reading)


def _json(upload: Upload, reading: Reading) -> Given:
    wanted = shaped(RegistrationIn, upload.json(_BODY))
    kind = find_kind(wanted.kind)
    entries = (Entry(at, each.fields, each.label) for at, each in enumerate(wanted.credentials, 1))
    listed = draft_list(kind, entries, reading.today)
    return Given(kind, listed.drafted, listed.found)


def _lines(upload: Upload, reading: Reading) -> Given:
    """One credential a line; all of the kind that the first line, or the address, names."""
    assert upload.body is not None
    lines = _entries(upload.body, reading.kind)
    first = next(lines, None)
    if first is None:
        raise WrongShape([("body", _EMPTY)])
    kind, entry = first

    def entries() -> Iterator[Entry]:
        yield entry
        for other, each in lines:
            if other is not kind:
                raise WrongShape([(f"line {each.place}.kind", _ONE_KIND)])
            yield each

    listed = draft_list(kind, entries(), reading.today)
    return Given(kind, listed.drafted, listed.found)


def _entries(path: Path, wanted: str) -> Iterator[tuple[Kind, Entry]]:
    kinds: dict[str, Kind] = {}
    place = 0
    with path.open("rb") as body:
        while data := body.readline(LINE_LIMIT + 1):
            place += 1
            if len(data) > LINE_LIMIT:
                raise TooLarge(why=_LONG_LINE.filled(line=place, limit=LINE_LIMIT >> 20))
            if place > MOST_LINES:
                raise TooLarge(why=_MANY_LINES.filled(limit=MOST_LINES))
            if not data.strip():
                continue
            value = _value(data, place)
            if wanted and isinstance(value, dict):
                value.setdefault("kind", wanted)
            line = shaped(OneIn, value, f"line {place}")
            if line.kind not in kinds:
                kinds[line.kind] = find_kind(line.kind)
            yield kinds[line.kind], Entry(place, line.fields, line.label)


def _value(data: bytes, place: int) -> JsonValue:
    try:
        return read_body(data.strip(), what=_LINE.filled(line=place), limit=LINE_LIMIT, depth=DEPTH)
    except LongNumber as fault:
        raise WrongShape([(f"line {place}{'.' * bool(fault.at)}{fault.at}", LONG_NUMBER)]) from fault
    except FormatError as fault:
        why = fault.facts.get("why")
        raise WrongShape([(f"line {place}", why if isinstance(why, Wording) else _NO_JSON)]) from fault


def _with_files(upload: Upload, reading: Reading) -> Given:
    """One credential, and the files that it binds."""
    one = shaped(OneIn, upload.field_json("request"), "request")
    kind = find_kind(one.kind)
    paths = list(in_own_names(upload.part("file"), upload.folder / "files"))
    if not paths and upload.files:
        raise WrongShape([("body", _PARTS)])
    with FileBinder(reading.limit) as binder:
        drafted = draft_one(kind, named(kind, one.fields), paths, binder, reading.today)
    return Given(kind, drafted, len(drafted.findings))


def _sheet(upload: Upload, reading: Reading) -> Given:
    sheets, archives = upload.part("sheet"), upload.part("files")
    if len(sheets) != 1 or len(archives) > 1:
        raise WrongShape([("sheet" if len(sheets) != 1 else "files", _ONE_SHEET)])
    kind = find_kind(upload.fields.get("kind") or reading.kind)
    headings = _headings(upload)
    given = SheetInput(sheets[0].path.read_bytes(), sheets[0].name, upload.fields.get("tab", ""), headings)
    with ExitStack() as stack:
        binder = stack.enter_context(FileBinder(reading.limit))
        folder = None
        for path in in_own_names(archives, upload.folder / "archive"):
            folder = stack.enter_context(files_of(path, upload.folder, reading.archive, archives[0].name))
        made = draft_input(kind, given, folder, binder, reading.today, reading.remembered(kind.code))
    return Given(kind, made.drafted, len(made.drafted.findings), made.sheet, headings)


def _headings(upload: Upload) -> dict[str, str]:
    """What the caller says about headings: heading → field, or "" for a column that is not read."""
    value = upload.field_json("headings")
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value.values()):
        raise WrongShape([("headings", _MAPPING)])
    return {heading: str(name) for heading, name in value.items()}


def archive_limits(settings: Settings) -> ArchiveLimits:
    """What archives of one request may hold: four times what may come, and never the disk's last room."""
    total = settings.max_request_bytes
    return ArchiveLimits(file_bytes=total, total_bytes=4 * total, keep_free=settings.min_free_mb << 20)


def in_own_names(files: tuple[UploadedFile, ...], folder: Path) -> Iterator[Path]:
    """Uploaded files under the names that they came with, each in a folder of its own: names may be equal."""
    for at, file in enumerate(files):
        place = folder / str(at)
        place.mkdir(mode=0o700, parents=True)
        path = place / file.name
        path.hardlink_to(file.path)
        yield path


_BODY: Final = Wording("请求内容", "The request's body")
_LINE: Final = Wording("第{line}行", "Line {line}")
_EMPTY: Final = Wording("没有内容", "there is nothing in it")
_ONE_KIND: Final = Wording("一次只能登记同一类别", "all lines are of one kind")
_NO_JSON: Final = Wording("不是可用的 JSON", "it is no usable JSON")
_LONG_LINE: Final = Wording("第{line}行超过 {limit} MiB", "line {line} is longer than {limit} MiB")
_MANY_LINES: Final = Wording("最多 {limit} 行", "there may be {limit} lines at most")
_PARTS: Final = Wording(
    "文件应放在 file 项，表格应放在 sheet 项", "files belong in parts named file, a sheet in a part named sheet"
)
_ONE_SHEET: Final = Wording("应为一份", "there must be one")
_MAPPING: Final = Wording("应为 列名→字段名 的对象", "it must be an object of heading → field name")
