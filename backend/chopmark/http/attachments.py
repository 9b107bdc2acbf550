"""Answers that are files: sent piece by piece, under a name that every browser keeps, never opened in place."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

ZIP = "application/zip"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(data: bytes, name: str, media_type: str) -> Response:
    """A file that is at hand."""
    return Response(data, media_type=media_type, headers=_headers(name))


def streamed(pieces: Iterable[bytes], name: str, media_type: str) -> Response:
    """A file that is made while it is sent.

    The first piece is made before the answer begins, so that what cannot be made is an error and not half a file.
    """
    pieces = iter(pieces)
    first = next(pieces, b"")
    return StreamingResponse(chain((first,), pieces), media_type=media_type, headers=_headers(name))


def _headers(name: str) -> dict[str, str]:
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in name)
    return {"Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"}
