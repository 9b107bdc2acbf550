"""Walking what was handed in."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from chopmark.errors import InputError, UsageError
from chopmark.services.files import Trouble
from chopmark.services.verify.collect import collect
from chopmark.services.verify.materials import Limits, Skipped
from tests.fixtures import issued

LIMITS = Limits(file_bytes=1 << 20, files=500)


def test_a_file_a_bundle_and_a_folder(tmp_path: Path) -> None:
    bundle = issued.lone()
    (tmp_path / "b" / "deep").mkdir(parents=True)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 a")
    (tmp_path / "b" / "z.txt").write_bytes(b"z")
    (tmp_path / "b" / "deep" / "x.chopmark.json").write_bytes(bundle.data)
    (tmp_path / "b" / "deep" / "renamed.json").write_bytes(bundle.data)
    (tmp_path / "b" / "other.json").write_bytes(b'{"a": 1}')
    found = collect([tmp_path / "a.pdf", tmp_path / "b"], LIMITS)
    assert [f.name for f in found.files] == ["a.pdf", "other.json", "z.txt"]
    assert found.files[0].digest == sha256(b"%PDF-1.7 a").digest()
    assert found.files[0].media_type == "application/pdf"
    assert [b.name for b in found.bundles] == ["deep/renamed.json", "deep/x.chopmark.json"]
    assert all(b.opened and b.opened.attestation == bundle.attestation for b in found.bundles)


def test_litter_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "~$draft.docx", "kept.txt"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_bytes(b"x")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "y").write_bytes(b"x")
    assert [f.name for f in collect([tmp_path], LIMITS).files] == ["kept.txt"]


def test_links_are_followed_to_files_inside_only(tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_bytes(b"secret")
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "real.txt").write_bytes(b"real")
    (root / "a-inside").symlink_to(root / "real.txt")
    (root / "loop").symlink_to(root)
    (root / "sub" / "up").symlink_to("..")
    (root / "out").symlink_to(tmp_path / "outside.txt")
    (root / "dead").symlink_to(root / "nothing")
    (root / "self").symlink_to(root / "self")
    os.mkfifo(root / "pipe")
    found = collect([root], LIMITS)
    assert [f.name for f in found.files] == ["a-inside", "real.txt"]  # V018 tells that it is one file
    assert dict(found.skipped) == {
        "loop": Skipped.LINK_TO_FOLDER,
        "sub/up": Skipped.LINK_TO_FOLDER,
        "out": Skipped.LINK_OUTSIDE,
        "dead": Skipped.LINK_DEAD,
        "self": Skipped.LINK_DEAD,
        "pipe": Skipped.NOT_A_FILE,
    }


def test_a_named_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_bytes(b"real")
    (tmp_path / "link").symlink_to("real.txt")
    assert [f.name for f in collect([tmp_path / "link"], LIMITS).files] == ["link"]


def test_too_large_and_empty_files_are_told_and_the_others_go_on(tmp_path: Path) -> None:
    with (tmp_path / "big.pdf").open("wb") as stream:
        stream.truncate(LIMITS.file_bytes + 1)  # sparse: nothing is written, nothing may be read
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "fine.txt").write_bytes(b"x")
    found = {f.name: f for f in collect([tmp_path], LIMITS).files}
    assert found["big.pdf"].trouble is Trouble.TOO_LARGE
    assert found["big.pdf"].digest == b""
    assert found["empty.pdf"].trouble is Trouble.EMPTY
    assert found["fine.txt"].trouble is Trouble.NONE


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_access_is_told(tmp_path: Path) -> None:
    (tmp_path / "closed.pdf").write_bytes(b"x")
    (tmp_path / "closed.pdf").chmod(0)
    assert collect([tmp_path], LIMITS).files[0].trouble is Trouble.UNREADABLE


def test_nothing_to_verify_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to verify"):
        collect([tmp_path], LIMITS)


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        collect([tmp_path / "gone.pdf"], LIMITS)


def test_a_pipe_as_an_argument_never_blocks(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="neither a file nor a folder"):
        collect([tmp_path / "pipe"], LIMITS)


def test_more_files_than_the_limit(tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / f"{number}.txt").write_bytes(b"x")
    with pytest.raises(UsageError, match="more than 5 files"):
        collect([tmp_path], Limits(file_bytes=100, files=5))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"format": "chopmark-bundle-1", "format": "chopmark-bundle-1"}',
        b'{"format": NaN}',
        b"[" * 100_000 + b"]" * 100_000,
        b"x" * (1_048_576 + 1),
        b"\xff\xfe",
    ],
)
def test_a_bad_bundle_is_a_bundle_all_the_same(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.chopmark.json").write_bytes(data)
    found = collect([tmp_path], LIMITS)
    assert not found.files
    assert found.bundles[0].opened is None
    assert found.bundles[0].fault is not None


def test_bundles_are_bounded_together_whether_they_open_or_not(tmp_path: Path) -> None:
    data = issued.lone().data
    for n in range(3):
        (tmp_path / f"{n}.chopmark.json").write_bytes(data if n else b"{" * len(data))
    limits = Limits(file_bytes=1 << 20, files=500, bundle_bytes=3 * len(data))
    assert len(collect([tmp_path], limits).bundles) == 3
    with pytest.raises(UsageError, match="larger than"):
        collect([tmp_path], Limits(file_bytes=1 << 20, files=500, bundle_bytes=3 * len(data) - 1))


def test_a_hard_link_is_a_material_and_a_path_named_twice_is_one(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "x.pdf").write_bytes(b"one")
    os.link(tmp_path / "a" / "x.pdf", tmp_path / "b" / "x.pdf")
    assert [f.name for f in collect([tmp_path], LIMITS).files] == ["a/x.pdf", "b/x.pdf"]
    twice = [tmp_path / "a", tmp_path / "a" / "x.pdf", tmp_path / "b" / ".." / "a" / "x.pdf"]
    assert [f.name for f in collect(twice, LIMITS).files] == ["x.pdf"]
