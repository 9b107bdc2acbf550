"""Which file belongs to which bundle."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from chopmark.services.verify.collect import collect
from chopmark.services.verify.match import Index, match
from chopmark.services.verify.materials import FoundBundle, How, Limits, Material
from tests.fixtures import issued

LIMITS = Limits(file_bytes=1 << 20, files=500)
ISSUER = b"\x11" * 32


def _pairs(folder: Path, index: Index | None = None) -> list[tuple[str, str, How]]:
    found = match(collect([folder], LIMITS), index)
    return [(m.file.name if m.file else "", m.bundle.name if m.bundle else "", m.how) for m in found]


def _materials(folder: Path) -> dict[str, Material]:
    return {m.name: m for m in match(collect([folder], LIMITS))}


def test_by_the_bytes_whatever_the_names_say(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"one")
    (tmp_path / "b.pdf").write_bytes(b"two")
    (tmp_path / "a.chopmark.json").write_bytes(issued.lone(files=[b"two"]).data)
    (tmp_path / "b.chopmark.json").write_bytes(issued.lone(files=[b"one"]).data)
    assert _pairs(tmp_path) == [
        ("a.pdf", "b.chopmark.json", How.DIGEST),
        ("b.pdf", "a.chopmark.json", How.DIGEST),
    ]


def test_by_name_a_scan_finds_the_bundle_of_the_original(tmp_path: Path) -> None:
    bundle = issued.lone(files=[b"original"])
    (tmp_path / "王莉.pdf.chopmark.json").write_bytes(bundle.data)
    (tmp_path / "王莉.jpg").write_bytes(b"scan")
    (tmp_path / "王莉.pdf").write_bytes(b"original")
    (tmp_path / "李强.jpg").write_bytes(b"another")
    assert _pairs(tmp_path) == [
        ("李强.jpg", "", How.NONE),
        ("王莉.jpg", "王莉.pdf.chopmark.json", How.NAME),
        ("王莉.pdf", "王莉.pdf.chopmark.json", How.DIGEST),
    ]


def test_a_dot_in_a_name_is_no_suffix(tmp_path: Path) -> None:
    (tmp_path / "张三.论文.chopmark.json").write_bytes(issued.lone().data)
    (tmp_path / "张三.jpg").write_bytes(b"his photograph")
    (tmp_path / "张三.论文.pdf").write_bytes(b"paper")
    assert ("张三.论文.pdf", "张三.论文.chopmark.json", How.NAME) in _pairs(tmp_path)
    assert ("张三.jpg", "", How.NONE) in _pairs(tmp_path)


def test_two_folders_beside_each_other(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "bundles").mkdir()
    (tmp_path / "files" / "a.jpg").write_bytes(b"scan of a")
    (tmp_path / "files" / "b.jpg").write_bytes(b"scan of b")
    (tmp_path / "bundles" / "a.pdf.chopmark.json").write_bytes(issued.lone().data)
    assert _pairs(tmp_path) == [
        ("files/a.jpg", "bundles/a.pdf.chopmark.json", How.NAME),
        ("files/b.jpg", "", How.NONE),
    ]


def test_another_persons_bundle_is_never_taken(tmp_path: Path) -> None:
    for person in ("wang", "li"):
        (tmp_path / person).mkdir()
        (tmp_path / person / "degree.jpg").write_bytes(person.encode())
    (tmp_path / "wang" / "degree.chopmark.json").write_bytes(issued.lone().data)
    assert _pairs(tmp_path) == [
        ("li/degree.jpg", "", How.NONE),
        ("wang/degree.jpg", "wang/degree.chopmark.json", How.NAME),
    ]


def test_the_only_two_belong_together(tmp_path: Path) -> None:
    (tmp_path / "IMG_0001.jpg").write_bytes(b"scan")
    (tmp_path / "105331.chopmark.json").write_bytes(issued.lone().data)
    assert _pairs(tmp_path) == [("IMG_0001.jpg", "105331.chopmark.json", How.ONLY)]
    (tmp_path / "IMG_0002.jpg").write_bytes(b"another")
    assert all(how is How.NONE for *_, how in _pairs(tmp_path))


def test_the_sites_index_is_asked_for_what_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"known")
    (tmp_path / "b.pdf").write_bytes(b"unknown")
    made = issued.lone(files=[b"known"])
    known = {sha256(b"known").digest(): [FoundBundle(None, "index", "", made.data, None)]}

    def index(digests: Sequence[bytes]) -> dict[bytes, list[FoundBundle]]:
        return {digest: known[digest] for digest in digests if digest in known}

    assert _pairs(tmp_path, index) == [("a.pdf", "index", How.INDEX), ("b.pdf", "", How.NONE)]


def test_the_same_file_under_two_names(tmp_path: Path) -> None:
    (tmp_path / "degree.pdf").write_bytes(b"same")
    (tmp_path / "diploma.pdf").write_bytes(b"same")
    (tmp_path / "other.pdf").write_bytes(b"other")
    found = _materials(tmp_path)
    assert found["degree.pdf"].shared == found["diploma.pdf"].shared == ("degree.pdf", "diploma.pdf")
    assert found["other.pdf"].shared == ()


def test_one_file_for_two_items(tmp_path: Path) -> None:
    (tmp_path / "merged.pdf").write_bytes(b"merged")
    (tmp_path / "a.chopmark.json").write_bytes(issued.lone(files=[b"merged"]).data)
    (tmp_path / "b.chopmark.json").write_bytes(issued.lone(files=[b"merged"]).data)
    found = match(collect([tmp_path], LIMITS))
    assert [m.shared for m in found] == [("a.chopmark.json", "b.chopmark.json")] * 2


def test_a_correction_that_binds_the_same_file_is_one_item(tmp_path: Path) -> None:
    old = issued.lone(files=[b"same"])
    new = issued.lone(files=[b"same"], replaces=old.credential.commitment)
    (tmp_path / "c.pdf").write_bytes(b"same")
    (tmp_path / "1.chopmark.json").write_bytes(old.data)
    (tmp_path / "2.chopmark.json").write_bytes(new.data)
    found = match(collect([tmp_path], LIMITS))
    assert [(m.file is not None, m.bundle.name if m.bundle else "", m.shared) for m in found] == [
        (True, "2.chopmark.json", ()),
        (False, "1.chopmark.json", ()),
    ]


def test_a_bundle_handed_in_twice_counts_once(tmp_path: Path) -> None:
    bundle = issued.lone(files=[b"x"])
    (tmp_path / "x.pdf").write_bytes(b"x")
    (tmp_path / "x.chopmark.json").write_bytes(bundle.data)
    (tmp_path / "copy.chopmark.json").write_bytes(bundle.data)
    assert [(m.name, m.shared) for m in match(collect([tmp_path], LIMITS))] == [("x.pdf", ())]


def test_empty_files_are_not_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").touch()
    (tmp_path / "b.pdf").touch()
    assert all(not m.shared for m in match(collect([tmp_path], LIMITS)))


def test_one_file_in_two_persons_folders_of_one_name_is_told(tmp_path: Path) -> None:
    for person in ("a", "b"):
        (tmp_path / person).mkdir()
    (tmp_path / "a" / "x.pdf").write_bytes(b"one")
    (tmp_path / "b" / "x.pdf").hardlink_to(tmp_path / "a" / "x.pdf")
    found = match(collect([tmp_path / "a", tmp_path / "b"], LIMITS))
    both = tuple(str((tmp_path / person / "x.pdf").resolve()) for person in ("a", "b"))
    assert [m.shared for m in found] == [both, both]
