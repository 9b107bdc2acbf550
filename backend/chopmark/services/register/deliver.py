"""Handing out bundles: one file for each credential, whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chopmark.core.bundle import write_bundle
from chopmark.core.digest import sha256
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

    ``credential``: its row number. ``label``: what its file is called after; ``data``: its exact bytes; ``attestation``: its id.
    """

    credential: int
    label: str
    commitment: bytes
    data: bytes
    attestation: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A bundle that was handed out, and where it lies."""

    label: str
    commitment: bytes
    path: Path
    attestation: str = ""


def bundle_files(tx: Kept, ids: Iterable[int]) -> Iterator[BundleFile]:
    """The bundles of registered credentials (by row number), each batch's tree made once, one batch after the other.

    Raises as ``bundle_of``, at once.
    """
    wanted = dict.fromkeys(ids)
    batches = tx.credentials.batch_ids(list(wanted))
    if None in batches:
        for row in tx.credentials.get_many(wanted).values():
            if row.batch_id is None:
                bundle_of(tx, row)
    made = [bundles_of_batch(tx, batch) for batch in sorted(at for at in batches if at is not None)]
    return (
        BundleFile(row.id, row.label, row.commitment, write_bundle(bundle), str(bundle.attestation))
        for batch in made
        for row, bundle in batch
        if row.id in wanted
    )


def deliver(bundles: Iterable[BundleFile], folder: Path) -> dict[int, Delivered]:
    """Write bundles into ``folder``; where each went, by the credential's row number.

    A file that holds the same bundle already is left alone. Another one of that name is never overwritten: the first digits of
    the commitment tell the two apart. Raises ``InputError`` if the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return {
            each.credential: Delivered(each.label, each.commitment, _write(folder, each), each.attestation)
            for each in bundles
        }
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
    return write_new(folder, file_name(bundle.label), SUFFIX, bundle.data, bundle.commitment.hex())


def write_new(folder: Path, name: str, suffix: str, data: bytes, digits: str = "") -> Path:
    """Write a file, whole or not at all, and never over another one: where it lies.

    A file of these bytes is left alone; beside another one of that name the first eight of ``digits`` (by default of the bytes'
    SHA-256) tell the two apart. Raises ``OSError``.
    """
    path = folder / (name + suffix)
    if (there := _there(path)) is not None and there != data:
        path = folder / f"{name}-{(digits or sha256(data).hex())[:8]}{suffix}"
        there = _there(path)
    if there != data:
        write_over(path, data)
    return path


def write_over(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all, over what was there. Raises ``OSError``."""
    part = path.with_name(f".{sha256(path.name.encode()).hex()[:16]}.{os.getpid()}.part")
    # Salts open every claim, and lists hold names: these are for whoever hands them on, not for everybody on the machine.
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _there(path: Path) -> bytes | None:
    """What a file holds; None if there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
