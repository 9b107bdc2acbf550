"""Bundles of many credentials, a few at a time: as files of one archive that is written while it is sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Final, Protocol

from chopmark.core.bundle import Bundle, write_bundle
from chopmark.core.ledger import CredentialRow
from chopmark.services.bundles import Kept, opener
from chopmark.services.register.deliver import SUFFIX, BundleFile, file_name

PART: Final = 200
"""Credentials that are read at once."""
PIECE: Final = 1 << 16
"""Bytes of an archive that are sent at once, or a little more."""
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)


class Snapshot(Protocol):
    """Opens a snapshot of the database."""

    def __call__(self) -> AbstractContextManager[Kept]:
        """One snapshot."""


def bundles_in_parts(read: Snapshot, ids: Sequence[int], part: int = PART) -> Iterator[BundleFile]:
    """The bundles of registered credentials in the order given; no snapshot is kept open between two parts.

    What stands in a final block does not change, so several snapshots say the same. Raises as ``bundle_of``.
    """
    openers: dict[int | None, Callable[[CredentialRow], Bundle]] = {}
    for start in range(0, len(ids), part):
        with read() as tx:
            rows = tx.credentials.get_many(ids[start : start + part])
            for batch in {row.batch_id for row in rows.values()} - openers.keys():
                openers[batch] = opener(tx, batch)
        for at in ids[start : start + part]:
            row = rows[at]
            yield BundleFile(row.id, row.label, row.commitment, write_bundle(openers[row.batch_id](row)))


def zipped(bundles: Iterator[BundleFile], time: int) -> Iterator[bytes]:
    """A ZIP archive of bundles, piece by piece. ``time``: of its entries, unix seconds, so that it is the same every time."""
    pipe = _Pipe()
    moment = datetime.fromtimestamp(time, UTC)
    stamp = max(_EARLIEST, (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second))
    taken: set[str] = set()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for bundle in bundles:
            info = zipfile.ZipInfo(_name(bundle, taken), stamp)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(info, bundle.data)
            if pipe.held >= PIECE:
                yield pipe.take()
    yield pipe.take()


def entry_names(labels: Sequence[tuple[str, bytes]]) -> list[str]:
    """The names that ``zipped`` gives to bundles of these labels and commitments, in order."""
    taken: set[str] = set()
    return [_name(BundleFile(0, label, commitment, b""), taken) for label, commitment in labels]


def _name(bundle: BundleFile, taken: set[str]) -> str:
    name = file_name(bundle.label)
    whole = name + SUFFIX
    if whole.casefold() in taken:
        whole = f"{name}-{bundle.commitment.hex()[:8]}{SUFFIX}"
    taken.add(whole.casefold())
    return whole


class _Pipe(io.RawIOBase):
    """A stream that cannot seek: what was written is taken out again."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._at = 0
        self.held = 0
        """Bytes that were written and not taken."""

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._pieces.append(piece)
        self._at += len(piece)
        self.held += len(piece)
        return len(piece)

    def take(self) -> bytes:
        pieces, self._pieces, self.held = self._pieces, [], 0
        return b"".join(pieces)
