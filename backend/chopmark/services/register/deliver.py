"""Handing out bundles: one file for each credential, whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chopmark.core.bundle import write_bundle
from chopmark.errors import InputError
from chopmark.services.bundles import Kept, bundle_of, bundles_of_batch
from chopmark.wording import Wording

SUFFIX: Final = ".chopmark.json"
NAME_LIMIT: Final = 180
"""Bytes of a bundle's name before the suffix: file systems take 255, and a collision adds some digits."""
_UNSAFE: Final = re.compile(r"[^\w.\-()（）·]+")


@dataclass(frozen=True, slots=True)
class BundleFile:
    """A bundle about to be handed out.

    ``credential``: its row number. ``label``: what its file is called after; ``data``: its exact bytes.
    """

    credential: int
    label: str
    commitment: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Delivered:
    """A bundle that was handed out, and where it lies."""

    label: str
    commitment: bytes
    path: Path


def bundle_files(tx: Kept, ids: Iterable[int]) -> Iterator[BundleFile]:
    """The bundles of registered credentials (by row number), each batch's tree made once, one batch after the other.

    Raises as ``bundle_of``, at once.
    """
    rows = tx.credentials.get_many(dict.fromkeys(ids))
    for row in rows.values():
        if row.batch_id is None:
            bundle_of(tx, row)
    batches = sorted({row.batch_id for row in rows.values() if row.batch_id is not None})
    made = [bundles_of_batch(tx, batch) for batch in batches]
    return (
        BundleFile(row.id, row.label, row.commitment, write_bundle(bundle))
        for batch in made
        for row, bundle in batch
        if row.id in rows
    )


def deliver(bundles: Iterable[BundleFile], folder: Path) -> dict[int, Delivered]:
    """Write bundles into ``folder``; where each went, by the credential's row number.

    A file that holds the same bundle already is left alone. Another one of that name is never overwritten: the first digits of
    the commitment tell the two apart. Raises ``InputError`` if the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return {each.credential: Delivered(each.label, each.commitment, _write(folder, each)) for each in bundles}
    except OSError as fault:
        raise InputError(
            place=folder,
            why=Wording(
                "凭证包无法写入（{why}）；登记已完成",
                "bundles cannot be written there ({why}); the registration stands",
            ).filled(why=fault.strerror),
            fix_zh="请用 --bundles 指定其他文件夹，重跑同一命令即可取得凭证包",
            fix_en="Name another folder with --bundles and run the same command again to get the bundles",
        ) from fault


def file_name(label: str) -> str:
    """A label as the name of a file on any system; never empty, never hidden."""
    name = _UNSAFE.sub("_", label).strip("._").encode("utf-8", "ignore")[:NAME_LIMIT].decode("utf-8", "ignore")
    return name or "credential"


def _write(folder: Path, bundle: BundleFile) -> Path:
    data = bundle.data
    name = file_name(bundle.label)
    path = folder / (name + SUFFIX)
    if path.exists() and path.read_bytes() != data:
        path = folder / f"{name}-{bundle.commitment.hex()[:8]}{SUFFIX}"
    if path.exists() and path.read_bytes() == data:
        return path
    part = folder / f".{bundle.commitment.hex()[:16]}.{os.getpid()}.part"
    try:
        # Salts open every claim: a bundle is for whoever hands it on, not for everybody on the machine.
        part.touch(mode=0o600)
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path
