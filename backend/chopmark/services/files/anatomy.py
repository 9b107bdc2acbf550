"""What is inside a file that did not match by its bytes: whether it opens, whether it is a picture of a page.

Runs in a limited child (``sandbox``): these parsers meet whatever somebody uploads. Nothing here decides about
genuineness.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pikepdf import Object, Page, Pdf

_PAGES_LOOKED_AT: Final = 12
_FORMS_DEEP: Final = 3
_TAIL: Final = 2048
_SHOWS_TEXT: Final = ("Tj", "TJ", "'", '"')
_FORMATS: Final = ("JPEG", "PNG", "GIF", "TIFF", "BMP", "WEBP")
"""What ``media_type`` knows by its first bytes and Pillow reads by itself. Others are not tried: for PostScript it would start
Ghostscript with whatever somebody uploaded, behind any first bytes."""
_INVISIBLE: Final = 3
"""Text rendering mode of what a scanner's recognition lays under its picture (ISO 32000-1, 9.3.6)."""


class Trouble(StrEnum):
    """Why a file cannot be looked into."""

    NONE = ""
    EMPTY = "empty"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Anatomy:
    """``trouble``: why it does not open, if so. ``scanned``: its pages are pictures, without text of their own."""

    trouble: Trouble = Trouble.NONE
    scanned: bool = False


def opens(path: Path, media_type: str) -> Anatomy:
    """Look into a file only as far as to know that it opens: ``scanned`` is not asked. Never raises for what a file holds."""
    return _pdf_opens(path) if media_type == "application/pdf" else dissect(path, media_type)


def dissect(path: Path, media_type: str) -> Anatomy:
    """Look into a file. Never raises for what a file holds."""
    look = _LOOKS.get(media_type) or (_image if media_type.startswith("image/") else None)
    return look(path) if look else Anatomy()


def _pdf_opens(path: Path) -> Anatomy:
    return _pdf(path, lambda _: False)


def _pdf(path: Path, is_scanned: Callable[[Pdf], bool] | None = None) -> Anatomy:
    import pikepdf

    # A reader repairs a half download silently, pages missing. Every writer ends with the marker, so its absence tells.
    if b"%%EOF" not in _tail(path):
        return Anatomy(Trouble.DAMAGED)
    try:
        with pikepdf.open(path) as document:
            if not len(document.pages):
                return Anatomy(Trouble.DAMAGED)
            return Anatomy(scanned=(is_scanned or _is_scanned)(document))
    except pikepdf.PasswordError:
        return Anatomy(Trouble.ENCRYPTED)
    except _broken():
        return Anatomy(Trouble.DAMAGED)


def _broken() -> tuple[type[Exception], ...]:
    """What pikepdf raises for hostile documents: its own error, and what its C++ side throws through the binding."""
    from pikepdf import PdfError

    return PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError


def _tail(path: Path) -> bytes:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _TAIL))
        return stream.read()


def _is_scanned(document: Pdf) -> bool:
    """Every page looked at shows a picture and no text (text laid invisibly under the picture does not count)."""
    try:
        seen = [_page_shows(page) for page in document.pages[:_PAGES_LOOKED_AT]]
    except _broken():
        return False  # it opens, but somebody altered its drawing: that is no scanner's work
    return all(picture and not text for picture, text in seen)


def _page_shows(page: Page) -> tuple[bool, bool]:
    import pikepdf

    resources = page.obj.get("/Resources", page.get("/Resources", pikepdf.Dictionary()))
    return _content_shows(page.obj, resources, _FORMS_DEEP)


def _content_shows(content: Object, resources: Object, deep: int) -> tuple[bool, bool]:
    """Whether a content stream paints (a picture, visible text)."""
    import pikepdf

    picture = text = False
    mode = 0
    modes: list[int] = []
    wanted = "q Q Tr Tj TJ ' \" Do BI ID EI"
    for instruction in pikepdf.parse_content_stream(content, wanted):
        name = str(instruction.operator)
        if name == "q":
            modes.append(mode)
        elif name == "Q":
            mode = modes.pop() if modes else 0
        elif name == "Tr":
            mode = int(instruction.operands[0])
        elif name == "INLINE IMAGE":
            picture = True
        elif name in _SHOWS_TEXT:
            text = text or mode != _INVISIBLE
        elif name == "Do" and deep:
            inner = _painted(resources, str(instruction.operands[0]), deep)
            picture, text = picture or inner[0], text or inner[1]
        if text:
            break
    return picture, text


def _painted(resources: Object, name: str, deep: int) -> tuple[bool, bool]:
    pictures = resources.get("/XObject")
    found = pictures.get(name) if pictures is not None else None
    if found is None:
        return False, False
    subtype = str(found.get("/Subtype", ""))
    if subtype == "/Form":
        return _content_shows(found, found.get("/Resources", resources), deep - 1)
    return subtype == "/Image", False


def _image(path: Path) -> Anatomy:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=_FORMATS) as picture:
            picture.load()  # decodes every pixel: verify() alone lets a truncated JPEG pass
    except (UnidentifiedImageError, Image.DecompressionBombError):
        return Anatomy(Trouble.UNREADABLE, scanned=True)
    except (OSError, SyntaxError, ValueError, IndexError):
        return Anatomy(Trouble.DAMAGED, scanned=True)
    return Anatomy(scanned=True)


def _archive(path: Path) -> Anatomy:
    """An OFD or office document: its directory is read, nothing is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return Anatomy(Trouble.DAMAGED)
    names = {entry.filename.lstrip("/") for entry in entries}
    locked = any(entry.flag_bits & 1 for entry in entries) or "Encryptions.xml" in names
    return Anatomy(Trouble.ENCRYPTED if locked else Trouble.NONE)


_LOOKS: Final[dict[str, Callable[[Path], Anatomy]]] = {
    "application/pdf": _pdf,
    "application/ofd": _archive,
    "application/zip": _archive,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _archive,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _archive,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": _archive,
}
