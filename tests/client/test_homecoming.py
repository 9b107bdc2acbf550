"""An archive from a site is a stranger's: whatever is wrong with it is said as such, before it takes memory."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from chopmark.client import SiteNonsense
from chopmark.client.answers import Registration
from chopmark.client.homecoming import ENTRIES, take_home
from chopmark.client.nodes import OwnChains
from chopmark.core.trust import TrustFile

DONE = Registration("reg_x", "degree", 1, "registered", 1, 1, 0, 0, None, (), None, "", {})


def archive(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as package:
        package.writestr("a.chopmark.json", b"{}" * 5_000)
    return made.getvalue()


def torn() -> bytes:
    """Packed bytes that are none."""
    data = bytearray(archive())
    data[45:60] = b"\xff" * 15
    return bytes(data)


def flood() -> bytes:
    """A directory of more entries than any registration has, in 15 MB."""
    entry = struct.pack("<4s24x3H12x", b"PK\x01\x02", 0, 0, 0)
    size = len(entry) * (ENTRIES + 1)
    return entry * (ENTRIES + 1) + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, size, 0, 0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (torn(), "no readable ZIP"),
        (archive(zipfile.ZIP_LZMA), "no readable ZIP"),
        (b"PK\x05\x06", "no readable ZIP"),
        (flood(), "too many bundles"),
    ],
    ids=["torn", "lzma", "cut", "flood"],
)
def test_an_archive_that_is_none(tmp_path: Path, data: bytes, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if len(data) > 1 << 20:
        monkeypatch.setattr(zipfile, "ZipFile", None)  # it must not come so far
    with pytest.raises(SiteNonsense) as told:
        take_home(io.BytesIO(data), DONE, OwnChains(TrustFile(())), tmp_path / "out", "https://site.example")
    assert words in str(told.value)
    assert not (tmp_path / "out").exists()
