"""A folder as a ZIP archive, for a site that cannot look into folders."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from chopmark.errors import InputError
from chopmark.wording import Wording


def zipped(folder: Path, package: Path) -> Path:
    """Pack every regular file below ``folder`` into ``package``; hidden files and links stay out.

    Certificates are compressed already, so nothing is compressed. Raises ``InputError`` for what cannot be read.
    """
    try:
        with zipfile.ZipFile(package, "w", zipfile.ZIP_STORED, strict_timestamps=False) as archive:
            for path in _files(folder):
                archive.write(path, path.relative_to(folder).as_posix())
    except OSError as fault:
        raise InputError(
            place=fault.filename or folder,
            why=Wording("无法读取（{why}）", "it cannot be read ({why})").filled(why=fault.strerror),
            fix_zh="请检查路径",
            fix_en="Check the path",
        ) from fault
    return package


def _files(folder: Path) -> list[Path]:
    found = []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = (Path(here) / name for name in sorted(names) if not name.startswith("."))
        found += [path for path in paths if path.is_file() and not path.is_symlink()]
    return found
