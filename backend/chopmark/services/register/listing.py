"""The files that a sheet's rows may mean: a folder, or a ZIP archive unpacked for as long as it is needed."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from chopmark.errors import InputError
from chopmark.services.files import ArchiveLimits, is_archive, unpack
from chopmark.wording import Wording

MOST_FILES: Final = 200_000
"""Files of a folder that are looked at."""
_NOT_MATERIAL: Final = (".chopmark.json", "thumbs.db", "desktop.ini")
"""What lies in such folders and is no credential: our own bundles, and what desktops leave behind."""
_PREFIX: Final = "files-"
_DAY: Final = 86_400
_HIDDEN: Final = (".", "~$", "__MACOSX")


@contextmanager
def files_of(
    given: Path, scratch: Path | None = None, limits: ArchiveLimits | None = None, name: str = ""
) -> Iterator[Path]:
    """The folder of the files: ``given`` itself, or a ZIP archive unpacked under ``scratch`` and removed at the end.

    ``name``: what errors call it, where its path is nothing that the caller gave. Raises ``InputError`` if it is neither,
    ``UnsafeArchive`` as ``unpack``.
    """
    try:
        packed = given.is_file() and is_archive(given)
    except OSError as fault:
        raise _unusable(
            name or given, Wording("无法读取（{why}）", "it cannot be read ({why})").filled(why=fault.strerror)
        ) from fault
    if not packed:
        if not given.is_dir():
            raise _unusable(name or given, _NEITHER)
        yield given
        return
    if scratch is not None:
        scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(scratch)
    made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=scratch))
    try:
        unpack(given, made / "unpacked", limits)
        yield made / "unpacked"
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _sweep(scratch: Path) -> None:
    """Remove what a run that was killed left unpacked a day ago or longer; what others are at work with stays."""
    for left in scratch.glob(_PREFIX + "*"):
        with suppress(OSError):
            if left.stat().st_mtime < time.time() - _DAY:
                shutil.rmtree(left, ignore_errors=True)


def listing(folder: Path, own: Path | None = None) -> dict[str, Path]:
    """Every regular file under ``folder`` by its name relative to it; links that lead out of it are not there.

    ``own``: a file that is not meant, the sheet itself. Names are in Unicode's composed form, as sheets have them; some file systems
    take them apart.
    """
    root = folder.resolve()
    itself = own.resolve() if own else None
    found: dict[str, Path] = {}
    for name, entry in _walked(str(folder), ""):
        if len(found) >= MOST_FILES:
            break
        path = Path(entry.path)
        if entry.is_symlink():
            there = path.resolve()
            if not there.is_relative_to(root) or not there.is_file() or there == itself:
                continue
        elif not entry.is_file() or (itself is not None and entry.name == itself.name and path.resolve() == itself):
            continue
        found[unicodedata.normalize("NFC", name)] = path
    return dict(sorted(found.items()))


def _walked(folder: str, above: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Everything under a folder that could be a credential's file, by its name relative to it. Links to folders are not followed."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(_HIDDEN) or entry.name.lower().endswith(_NOT_MATERIAL):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walked(entry.path, f"{above}{entry.name}/")
            else:
                yield above + entry.name, entry


def _unusable(path: Path | str, why: Wording) -> InputError:
    return InputError(place=path, why=why, fix_zh="请检查路径", fix_en="Check the path")


_NEITHER: Final = Wording("不是文件夹，也不是ZIP压缩包", "it is not a folder, nor a ZIP archive")
