"""services.register.pack: an archive that is written while it is sent, a few bundles in memory at a time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from chopmark.core.digest import sha256
from chopmark.services.register.deliver import BundleFile
from chopmark.services.register.pack import PIECE, entry_names, zipped


def bundles(count: int, label: str = "", size: int = 10_000) -> Iterator[BundleFile]:
    for n in range(count):
        yield BundleFile(n, label or f"凭证{n}", sha256(b"%d" % n), (b"%d" % n).ljust(size, b"x"))


def test_what_comes_out_is_an_archive_of_all_of_them() -> None:
    data = b"".join(zipped(bundles(7), 1_700_000_000))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [f"凭证{n}.chopmark.json" for n in range(7)]
        assert archive.read("凭证3.chopmark.json").startswith(b"3xxx")


def test_it_is_the_same_every_time() -> None:
    first, second = (b"".join(zipped(bundles(3), 1_700_000_000)) for _ in range(2))
    assert first == second


def test_equal_labels_are_told_apart_and_named_alike_in_lists() -> None:
    data = b"".join(zipped(bundles(3, "毕业证"), 0))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
    assert len(set(names)) == 3
    assert names == entry_names([(each.label, each.commitment) for each in bundles(3, "毕业证")])


def test_pieces_come_before_the_last_bundle_is_made() -> None:
    made = 0

    def counted() -> Iterator[BundleFile]:
        nonlocal made
        import os

        for bundle in bundles(200):
            made += 1
            yield BundleFile(bundle.credential, bundle.label, bundle.commitment, os.urandom(10_000))

    pieces = zipped(counted(), 0)
    assert len(next(pieces)) >= PIECE
    assert made < 20
    assert all(len(piece) < 2 * PIECE for piece in list(pieces)[:-1])
