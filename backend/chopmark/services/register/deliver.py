"""Handing out bundles: one file for each credential, whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from chopmark.errors import InputError
from chopmark.wording import Wording

SUFFIX: Final = ".chopmark.json"
_UNSAFE: Final = re.compile(r"[^\w.\-()（）·]+")
_LENGTH: Final = 80


def deliver(bundles: Iterable[tuple[str, bytes, bytes]], folder: Path) -> list[Path]:
    """Write (label, commitment, bundle) into ``folder``; where each went, in order.

    A file that holds the same bundle already is left alone; another one of that name is never overwritten: the commitment's first digits tell
    the two apart. Raises ``InputError`` if the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_write(folder, label, commitment, data) for label, commitment, data in bundles]
    except OSError as fault:
        raise InputError(
            place=folder,
            why=Wording(
                f"无法写入（{fault.strerror}）；登记已完成",
                f"it cannot be written to ({fault.strerror}); the registration stands",
            ),
            fix_zh="请用 --bundles 指定其他文件夹，重跑同一命令即可取得凭证包",
            fix_en="Name another folder with --bundles and run the same command again to get the bundles",
        ) from fault


def _write(folder: Path, label: str, commitment: bytes, data: bytes) -> Path:
    name = _UNSAFE.sub("_", label).strip("._")[:_LENGTH] or "credential"
    path = folder / (name + SUFFIX)
    if path.exists() and path.read_bytes() != data:
        path = folder / f"{name}-{commitment.hex()[:8]}{SUFFIX}"
    if path.exists() and path.read_bytes() == data:
        return path
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)
    return path
