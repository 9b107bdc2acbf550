"""What is seen inside real files, good and broken."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from chopmark.services.files import Anatomy, Sandbox, Trouble, media_type
from chopmark.services.files.anatomy import dissect
from tests.fixtures import paper

PDF, JPEG = "application/pdf", "image/jpeg"


def _ofd(entry: str = "OFD.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(entry, "<ofd/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind", "expected"),
    [
        (paper.certificate_pdf(), PDF, Anatomy()),
        (paper.scan_pdf(), PDF, Anatomy(scanned=True)),
        (paper.recognised_scan_pdf(), PDF, Anatomy(scanned=True)),
        (paper.encrypted_pdf(), PDF, Anatomy(Trouble.ENCRYPTED)),
        (paper.truncated(paper.certificate_pdf()), PDF, Anatomy(Trouble.DAMAGED)),
        (b"%PDF-1.7\n" + b"nothing at all" + b"\n%%EOF", PDF, Anatomy(Trouble.DAMAGED)),
        (paper.scan_jpeg(), JPEG, Anatomy(scanned=True)),
        (paper.truncated(paper.scan_jpeg()), JPEG, Anatomy(Trouble.DAMAGED, scanned=True)),
        (_ofd(), "application/ofd", Anatomy()),
        (_ofd()[:-10], "application/ofd", Anatomy(Trouble.DAMAGED)),
        (_ofd("Encryptions.xml"), "application/ofd", Anatomy(Trouble.ENCRYPTED)),
        (b"plain", "text/plain", Anatomy()),
    ],
)
def test_anatomy(tmp_path: Path, data: bytes, kind: str, expected: Anatomy) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    assert dissect(path, kind) == expected
    with Sandbox() as sandbox:
        assert sandbox.dissect(path, kind) == expected


def test_one_child_answers_for_many_files_and_a_lost_one_is_replaced(tmp_path: Path) -> None:
    good = tmp_path / "good.pdf"
    good.write_bytes(paper.certificate_pdf())
    with Sandbox() as sandbox:
        assert sandbox.dissect(good, PDF) == Anatomy()
        first = sandbox._child
        assert sandbox.dissect(good, PDF) == Anatomy()
        assert sandbox._child is first is not None
        first.kill()
        first.wait()
        assert sandbox.dissect(good, PDF) == Anatomy()
        assert sandbox._child is not first


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_not(tmp_path: Path) -> None:
    good = tmp_path / "good.pdf"
    good.write_bytes(paper.certificate_pdf())
    with Sandbox(seconds=0) as sandbox:
        assert sandbox.dissect(good, PDF).trouble is Trouble.UNREADABLE
        assert sandbox._child is None
        sandbox._seconds = 30
        assert sandbox.dissect(good, PDF) == Anatomy()


def test_when_the_time_is_over_nothing_more_is_looked_into(tmp_path: Path) -> None:
    good = tmp_path / "good.pdf"
    good.write_bytes(paper.certificate_pdf())
    with Sandbox(until=time.monotonic() + 30) as sandbox:
        assert sandbox.dissect(good, PDF) == Anatomy()
        sandbox._until = time.monotonic()
        child = sandbox._child
        assert sandbox.dissect(good, PDF).trouble is Trouble.UNREADABLE
        assert sandbox._child is child  # it was not even asked


def test_a_picture_bomb_is_refused(tmp_path: Path) -> None:
    """Some bytes that promise 3.6 gigapixels."""
    path = tmp_path / "bomb.png"
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(b"")))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    with Sandbox() as sandbox:
        assert sandbox.dissect(path, "image/png").trouble is Trouble.UNREADABLE


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"%PDF-1.7", "x.jpg", PDF),
        (b"GIF89a%PDF-1.4", "x.gif", PDF),  # a polyglot opens as a PDF in every reader
        (b"\xff\xd8\xff\xe0", "x.pdf", JPEG),
        (b"PK\x03\x04" + b"..OFD.xml", "x.zip", "application/ofd"),
        (b"PK\x03\x04....", "x.OFD", "application/ofd"),
        (b"PK\x03\x04....", "x.zip", "application/zip"),
        (b"", "x.pdf", "application/octet-stream"),
        (b"\x00\x01\x02", "x", "application/octet-stream"),
    ],
)
def test_media_type_goes_by_the_bytes(head: bytes, name: str, expected: str) -> None:
    assert media_type(head, name) == expected


def test_postscript_behind_a_pictures_first_bytes_starts_no_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pillow hands PostScript to Ghostscript; this file bears WebP's mark where it is looked for, and is PostScript."""
    started: list[object] = []
    monkeypatch.setattr("PIL.EpsImagePlugin.Ghostscript", lambda *a, **k: started.append(a))
    data = b"%!PSaaaaWEBP\n%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n%%EOF\n"
    path = tmp_path / "file.webp"
    path.write_bytes(data)
    assert media_type(data) == "image/webp"
    assert dissect(path, "image/webp") == Anatomy(Trouble.UNREADABLE, scanned=True)
    assert started == []
