"""Handing out bundles: one file for each credential, whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chopmark.core.bundle import write_bundle
from chopmark.errors import InputError
from chopmark.services.bundles import Kept, bundle_of, bundles_of_batch
from chopmark.wording import Wording

SUFFIX: Final = ".chopmark.json"
_UNSAFE: Final = re.compile(r"[^\w.\-()（）·]+")
_LENGTH: Final = 80


@dataclass(frozen=True, slots=True)
class BundleFile:
    """A bundle about to be handed out. ``label``: what its file is called after; ``data``: its exact bytes."""

    label: str
    commitment: bytes
    data: bytes


def bundle_files(tx: Kept, ids: Iterable[int]) -> list[BundleFile]:
    """The bundles of registered credentials (by row number), each batch's tree made once. Raises as ``bundle_of``."""
    wanted = set(ids)
    rows = tx.credentials.get_many(wanted)
    batches = sorted({row.batch_id for row in rows.values() if row.batch_id is not None})
    if any(row.batch_id is None for row in rows.values()):
        bundle_of(tx, next(row for row in rows.values() if row.batch_id is None))
    made = (pair for batch in batches for pair in bundles_of_batch(tx, batch))
    return [BundleFile(row.label, row.commitment, write_bundle(bundle)) for row, bundle in made if row.id in wanted]


def deliver(bundles: Iterable[BundleFile], folder: Path) -> list[Path]:
    """Write bundles into ``folder``; where each went, in order.

    A file that holds the same bundle already is left alone. Another one of that name is never overwritten: the first digits of
    the commitment tell the two apart. Raises ``InputError`` if the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_write(folder, bundle) for bundle in bundles]
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


def _write(folder: Path, bundle: BundleFile) -> Path:
    data = bundle.data
    name = _UNSAFE.sub("_", bundle.label).strip("._")[:_LENGTH] or "credential"
    path = folder / (name + SUFFIX)
    if path.exists() and path.read_bytes() != data:
        path = folder / f"{name}-{bundle.commitment.hex()[:8]}{SUFFIX}"
    if path.exists() and path.read_bytes() == data:
        return path
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)
    return path
