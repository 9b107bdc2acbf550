"""What a file is, by its first bytes. Names lie; a name only decides between things that begin alike."""

from __future__ import annotations

from typing import Final

OCTETS: Final = "application/octet-stream"
"""What is said of bytes that nothing recognises."""

HEAD: Final = 4096
"""How many first bytes :func:`media_type` wants to see."""

# What reviewers meet every day, so that none of it depends on how a library ranks its guesses.
_MAGIC: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"BM", "image/bmp"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
)
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
# All of these are ZIP archives; which one is told by the name, and nothing that is decided hangs on it.
_ZIP_SUFFIXES: Final = {
    "ofd": "application/ofd",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "pptx": f"{_OFFICE}.presentationml.presentation",
}
# Readers look for the header in the first KiB, so a file that hides a PDF behind other bytes counts as one.
_PDF_WINDOW: Final = 1024


def media_type(head: bytes, name: str = "") -> str:
    """The media type of a file that begins with ``head`` (``HEAD`` bytes or all of it); ``OCTETS`` if unknown."""
    if b"%PDF-" in head[:_PDF_WINDOW]:
        return "application/pdf"
    for offset, magic, found in _MAGIC:
        if head.startswith(magic, offset):
            return found
    suffix = name.rpartition(".")[2].lower()
    if head.startswith(_ZIP):
        # An OFD's first entry is by custom OFD.xml, uncompressed name in the clear.
        return "application/ofd" if b"OFD.xml" in head else _ZIP_SUFFIXES.get(suffix, "application/zip")
    return _by_library(head) if head else OCTETS


def _by_library(head: bytes) -> str:
    import puremagic

    try:
        guesses = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError, IndexError):
        return OCTETS
    return next((str(g.mime_type) for g in guesses if g.mime_type and g.confidence >= _SURE), OCTETS)


_SURE: Final = 0.3
