"""services.files.archive: ZIP archives from anywhere (FAULTS 49): refused before unpacking, or unpacked whole."""

import errno
import io
import shutil
import stat
import struct
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chopmark.errors import UnsafeArchive
from chopmark.services.files import Allowance, ArchiveLimits, is_archive, unpack
from chopmark.wording import Language


def zipped(*entries, compression=zipfile.ZIP_DEFLATED):
    """An archive of (name or ZipInfo, content)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def info(name, *, mode=0, flags=0, compression=zipfile.ZIP_STORED):
    made = zipfile.ZipInfo(name)
    made.create_system = 3
    made.external_attr = mode << 16
    made.compress_type = compression
    made.flag_bits |= flags
    return made


def renamed(data, old, new):
    """The same archive with a name of the same length changed in both places."""
    assert len(old) == len(new)
    assert data.count(old) == 2
    return data.replace(old, new)


def flagged(data, bits):
    """The first entry's general-purpose bits set in both headers."""
    data = bytearray(data)
    struct.pack_into("<H", data, 6, struct.unpack_from("<H", data, 6)[0] | bits)
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<H", data, at + 8, struct.unpack_from("<H", data, at + 8)[0] | bits)
    return bytes(data)


@pytest.fixture
def opened(tmp_path):
    def open_(data, **limits):
        path = tmp_path / "材料.zip"
        path.write_bytes(data)
        return unpack(path, tmp_path / "out", ArchiveLimits(**limits) if limits else None)

    return open_


@pytest.fixture
def refused(opened, tmp_path):
    def refuse(data, rule, entry=None, **limits):
        with pytest.raises(UnsafeArchive) as caught:
            opened(data, **limits)
        fault = caught.value
        assert fault.rule == rule
        assert not (tmp_path / "out").exists(), "nothing is left behind"
        for language in Language:
            assert "材料.zip" in fault.say(language)
            assert entry is None or entry in fault.say(language)
            assert fault.next_step(language)
        return fault

    return refuse


def test_folders_and_files(opened, tmp_path):
    made = opened(zipped(("班/", b""), ("班/王莉.pdf", b"%PDF"), ("a.txt", b"")))
    assert [(each.name, each.size) for each in made] == [("班/王莉.pdf", 4), ("a.txt", 0)]
    assert made[0].path.read_bytes() == b"%PDF"
    assert stat.S_IMODE((tmp_path / "out" / "班").stat().st_mode) == 0o700


def test_archives_inside_are_files_like_others(opened):
    (made,) = opened(zipped(("inner.zip", zipped(("../x", b"x")))))
    assert is_archive(made.path)


# -- names


def test_names_of_chinese_windows_are_read_as_gb18030(opened):
    data = renamed(zipped(("XXXXXXXX.pdf", b"1")), b"XXXXXXXX.pdf", "王莉毕业".encode("gbk") + b".pdf")
    assert [each.name for each in opened(data)] == ["王莉毕业.pdf"]


def test_unmarked_names_that_are_utf8_are_read_as_that(opened):
    data = renamed(zipped(("XXXXXX.pdf", b"1")), b"XXXXXX.pdf", "王莉".encode() + b".pdf")
    assert [each.name for each in opened(data)] == ["王莉.pdf"]


def test_a_unicode_name_beside_the_old_one_counts_if_it_belongs_to_it(opened):
    made = zipfile.ZipInfo("a.pdf")
    name = "王莉.pdf".encode()
    field = b"\x01" + struct.pack("<L", zlib.crc32(b"a.pdf")) + name
    made.extra = struct.pack("<HH", 0x7075, len(field)) + field
    assert [each.name for each in opened(zipped((made, b"1")))] == ["王莉.pdf"]


def test_a_unicode_name_of_another_name_does_not(opened):
    made = zipfile.ZipInfo("a.pdf")
    field = b"\x01\0\0\0\0" + "王莉.pdf".encode()
    made.extra = struct.pack("<HH", 0x7075, len(field)) + field
    assert [each.name for each in opened(zipped((made, b"1")))] == ["a.pdf"]


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/passwd", "..\\a", "C:\\a", "C:a", "a/..", "\\\\host\\a"])
def test_names_that_lead_out(refused, name):
    refused(zipped(("ok.pdf", b"1"), (name, b"x")), "leads-out")


@pytest.mark.parametrize("name", ["a//b", "./a", "a\nb", "a\u202eb", "a|b", "x/" * 40 + "y", "长" * 90 + ".pdf"])
def test_names_that_cannot_be_used(refused, name):
    refused(zipped((name, b"x")), "name")


def test_a_name_with_a_zero_byte_that_readers_cut_off(refused):
    refused(renamed(zipped(("aXb.pdf", b"x")), b"aXb.pdf", b"a\0b.pdf"), "name")


def test_names_in_no_encoding(refused):
    refused(renamed(zipped(("XX.pdf", b"x")), b"XX.pdf", b"\xff\xff.pdf"), "name")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_name_twice(refused):
    refused(zipped(("a", b"1"), ("a", b"2")), "twice", "a")
    refused(zipped(("Jose\u0301", b"1"), ("Jos\u00e9", b"2")), "twice")


def test_a_file_that_is_a_folder_too(refused):
    refused(zipped(("a", b"1"), ("a/b", b"2")), "twice", "a/b")


# -- what an entry is


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_and_devices(refused, mode):
    refused(
        zipped((info("ok", mode=stat.S_IFREG | 0o644), b"1"), (info("evil", mode=mode), b"/etc/passwd")), "link", "evil"
    )


def test_encrypted_entries(refused):
    refused(flagged(zipped(("a.pdf", b"x")), 1), "encrypted", "a.pdf")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_may_ask_for_any_memory(refused, method):
    refused(zipped((info("a", compression=method), b"x" * 100)), "method", "a")


# -- sizes


def test_a_bomb_by_what_it_declares(refused):
    refused(zipped(("a", bytes(32 << 20))), "bomb")
    refused(zipped(("a", bytes(2 << 20))), "too-large", "a", file_bytes=1 << 20)
    refused(zipped(("a", bytes(600_000)), ("b", bytes(600_000))), "too-large", "b", total_bytes=1_000_000)


def test_a_bomb_that_declares_little(refused):
    data = bytearray(zipped(("a", bytes(4 << 20))))
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<L", data, at + 24, 100)
    refused(bytes(data), "damaged")


def test_too_many_entries_are_counted_before_they_are_read(refused, monkeypatch):
    data = zipped(*((f"{n}", b"") for n in range(50)))
    monkeypatch.setattr(zipfile, "ZipFile", None)
    refused(data, "entries", entries=49)


def test_a_count_that_lies_changes_nothing(refused):
    data = bytearray(zipped(*((f"{n}", b"") for n in range(50))))
    at = data.rindex(b"PK\x05\x06")
    struct.pack_into("<HH", data, at + 8, 1, 1)
    refused(bytes(data), "entries", entries=49)


# -- what is broken


@pytest.mark.parametrize("keep", [0, 3, 21, 60, -1, -10, -30])
def test_half_an_archive(refused, keep):
    refused(zipped(("a.pdf", b"x" * 500), compression=zipfile.ZIP_STORED)[:keep], "damaged")


def test_a_changed_byte_of_content(refused):
    data = bytearray(zipped(("ok.pdf", b"1"), ("a.pdf", b"x" * 500), compression=zipfile.ZIP_STORED))
    data[data.index(b"xxx") + 5] ^= 1
    refused(bytes(data), "damaged")


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 400), bit=st.integers(0, 7))
def test_one_bit_changed_anywhere_is_refused_or_stays_inside(tmp_path_factory, at, bit):
    folder = tmp_path_factory.mktemp("z")
    data = bytearray(zipped(("班/王莉.pdf", b"%PDF" * 20), ("b.pdf", b"y")))
    data[at % len(data)] ^= 1 << bit
    (folder / "a.zip").write_bytes(data)
    try:
        for each in unpack(folder / "a.zip", folder / "out"):
            assert each.path.resolve().is_relative_to(folder / "out")
    except UnsafeArchive:
        assert not (folder / "out").exists()


# --- several archives of one request, and a disk that fills


def one_after_another(tmp_path, archives, **limits):
    allowance = Allowance(ArchiveLimits(**limits))
    for at, data in enumerate(archives):
        path = tmp_path / f"{at}.zip"
        path.write_bytes(data)
        allowance.unpack(path, tmp_path / f"out{at}")


@pytest.mark.parametrize(("limits", "rule"), [({"entries": 5}, "entries"), ({"total_bytes": 50}, "too-large")])
def test_the_limits_hold_for_all_archives_together(tmp_path, limits, rule):
    data = zipped(("a.txt", b"x" * 10), ("b.txt", b"y" * 10), ("empty/", b""))
    one_after_another(tmp_path, [data], **limits)
    shutil.rmtree(tmp_path / "out0")
    with pytest.raises(UnsafeArchive) as caught:
        one_after_another(tmp_path, [data] * 3, **limits)
    assert caught.value.rule == rule


def test_room_on_the_disk_is_looked_at_while_unpacking(tmp_path, monkeypatch):
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(("a.bin", b"x" * 10), ("b.bin", b"y" * 10)))
    free = iter([100, 100, 100, 99])
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=next(free)))
    with pytest.raises(OSError, match="space") as caught:
        unpack(path, tmp_path / "out", ArchiveLimits(keep_free=100))
    assert caught.value.errno == errno.ENOSPC
    assert not (tmp_path / "out").exists()
