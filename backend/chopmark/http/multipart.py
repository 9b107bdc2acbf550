"""Reading ``multipart/form-data`` (RFC 7578) as it comes: files to disk, fields to memory, everything counted.

Nothing here grows with what a sender chooses: the parts are limited in number, their headers and fields in length, and a
file's bytes go straight to disk.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from chopmark.http.problems import TooLarge, WrongShape
from chopmark.wording import Wording

FIELD: Final = 1 << 20
"""Bytes of one part without a file name."""
NAME: Final = 255
"""Bytes of a file's name, as file systems have it; and of a field's."""
HEADERS: Final = 8
"""Headers of one part; each may have 4 KiB."""


class Part:
    """One part. ``part``: the name of its field; ``name``: the file's name, None for a field; ``digest``: SHA-256."""

    def __init__(self, part: str, name: str | None, media_type: str, path: Path) -> None:
        self.part = part
        self.file_name = name
        self.media_type = media_type
        self.path = path
        self.size = 0
        self.data = bytearray()
        self._hash = sha256()

    @property
    def name(self) -> str:
        """The file's name; empty for a field."""
        return self.file_name or ""

    @property
    def digest(self) -> bytes:
        """SHA-256 of its bytes."""
        return self._hash.digest()

    def take(self, data: bytes) -> None:
        """Count some of its bytes."""
        self.size += len(data)
        self._hash.update(data)


class MultipartReader:
    """Reads one body. ``folder``: where files go; ``parts``: how many parts, ``file_mb``: MiB of one file."""

    def __init__(self, content_type: str, folder: Path, parts: int, file_mb: int) -> None:
        self.files: list[Part] = []
        self.fields: list[tuple[str, str]] = []
        self._folder, self._parts, self._file_mb = folder, parts, file_mb
        self._seen = 0
        self._ended = False
        self._headers: dict[str, bytes] = {}
        self._name, self._value = bytearray(), bytearray()
        self._part: Part | None = None
        self._file: BinaryIO | None = None
        self._whole = sha256()
        boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
        try:
            self._parser = MultipartParser(
                boundary or _no_boundary(),
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_name,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._open,
                    "on_part_data": self._data,
                    "on_part_end": self._finish,
                    "on_end": self._end,
                },
                max_header_count=HEADERS,
            )
        except FormParserError as fault:
            raise WrongShape([("header.content-type", _BOUNDARY)]) from fault

    def feed(self, data: bytes) -> None:
        """Some of the body. Raises ``TooLarge``, ``WrongShape``, ``OSError`` if the disk takes no more."""
        try:
            self._parser.write(data)
        except FormParserError as fault:
            raise WrongShape([("body", _MALFORMED)]) from fault

    def end(self) -> None:
        """The body is over. Raises ``WrongShape`` if it broke off."""
        if not self._ended:
            raise WrongShape([("body", _BROKEN_OFF)])

    def close(self) -> None:
        """Let go of the file that is being written, if there is one."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def digest(self) -> bytes:
        """Over names, types and bytes of all parts in their order; the boundary does not count."""
        return self._whole.digest()

    # -- called by the parser

    def _begin(self) -> None:
        self._seen += 1
        if self._seen > self._parts:
            raise TooLarge(why=_PARTS.filled(limit=self._parts))
        self._headers = {}

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[bytes(self._name).decode("latin-1").lower()] = bytes(self._value)
        self._name, self._value = bytearray(), bytearray()

    def _open(self) -> None:
        sort, options = parse_options_header(self._headers.get("content-disposition"))
        if sort != b"form-data" or b"name" not in options:
            raise WrongShape([("body", _NO_NAME)])
        named = options.get(b"filename")
        name = None if named is None else _file_name(named)
        path = self._folder / f"part-{self._seen:05}"
        media = self._headers.get("content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
        self._part = Part(_text(options[b"name"]), name, media, path)
        if name is not None:
            self._file = path.open("xb")

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        assert part is not None
        piece = data[start:end]
        part.take(piece)
        if self._file is None:
            if part.size > FIELD:
                raise TooLarge(why=_FIELD)
            part.data += piece
            return
        if part.size > self._file_mb << 20:
            raise TooLarge(why=_FILE.filled(limit=self._file_mb))
        self._file.write(piece)

    def _finish(self) -> None:
        part = self._part
        assert part is not None
        self._part = None
        head = f"{part.part}\0{part.name}\0{part.media_type}".encode()
        self._whole.update(len(head).to_bytes(8, "big") + head + part.digest)
        if part.file_name is not None:
            self.close()
            self.files.append(part)
            return
        if part.part in dict(self.fields):
            raise WrongShape([(f"body.{part.part}", _TWICE)])
        try:
            self.fields.append((part.part, part.data.decode()))
        except UnicodeDecodeError:
            raise WrongShape([(f"body.{part.part}", _NO_TEXT)]) from None

    def _end(self) -> None:
        self._ended = True


def _file_name(raw: bytes) -> str:
    """The last component of a file's name: a browser may send the path in a folder, and nobody's path is obeyed here."""
    name = _text(raw).replace("\\", "/").rpartition("/")[2]
    if name in ("", ".", ".."):
        raise WrongShape([("body.filename", _BAD_NAME)])
    return name


def _text(raw: bytes) -> str:
    # Browsers write a quote and a line break in a name as %22, %0D, %0A (WHATWG); nothing else is escaped.
    try:
        text = raw.decode().replace("%22", '"')
    except UnicodeDecodeError:
        raise WrongShape([("body.filename", _NO_TEXT)]) from None
    if len(raw) > NAME or not text.isprintable():
        raise WrongShape([("body.filename", _BAD_NAME)])
    return text


def _no_boundary() -> bytes:
    raise WrongShape([("header.content-type", _BOUNDARY)])


_BOUNDARY: Final = Wording("缺少可用的 boundary 参数", "it has no usable boundary")
_MALFORMED: Final = Wording("不是完好的 multipart 内容", "it is no well-formed multipart content")
_BROKEN_OFF: Final = Wording("内容不完整，缺少结尾", "it broke off before its end")
_NO_NAME: Final = Wording("有一部分没有名称", "a part has no name")
_NO_TEXT: Final = Wording("不是 UTF-8 文本", "it is no UTF-8 text")
_BAD_NAME: Final = Wording(
    "名称不可用（最多 255 字节，不含控制字符）", "the name cannot be used (255 bytes at most, no control characters)"
)
_TWICE: Final = Wording("该项出现两次", "it comes twice")
_PARTS: Final = Wording("最多 {limit} 个部分", "at most {limit} parts")
_FIELD: Final = Wording("不带文件名的部分最多 1 MiB", "a part without a file name may be 1 MiB at most")
_FILE: Final = Wording("单个文件最多 {limit} MiB", "a file may be {limit} MiB at most")
