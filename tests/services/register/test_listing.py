"""services.register.listing: a folder or an archive, whichever the registrar has."""

import os
import zipfile

import pytest

from chopmark.errors import InputError, UnsafeArchive
from chopmark.services.register import files_of
from chopmark.services.register.listing import listing


def test_a_folder_stays_where_it_is(tmp_path):
    with files_of(tmp_path) as folder:
        assert folder == tmp_path


def test_an_archive_is_unpacked_for_as_long_as_it_is_needed(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("二班/a.pdf", b"%PDF")
        archive.writestr("__MACOSX/二班/._a.pdf", b"x")
        archive.writestr(".DS_Store", b"x")
    scratch = tmp_path / "scratch"
    with files_of(tmp_path / "a.zip", scratch) as folder:
        assert list(listing(folder)) == ["二班/a.pdf"]
        assert folder.is_relative_to(scratch)
    assert list(scratch.iterdir()) == []


def test_nothing_is_left_of_a_bad_one(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("ok.pdf", b"x")
        archive.writestr("../a.pdf", b"x")
    with pytest.raises(UnsafeArchive), files_of(tmp_path / "a.zip", tmp_path / "scratch"):
        pytest.fail("it was unpacked")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_what_a_killed_run_left_is_removed_a_day_later(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.pdf", b"x")
    old, fresh = tmp_path / "files-old", tmp_path / "files-fresh"
    for left in (old, fresh):
        left.mkdir()
    os.utime(old, (0, 0))
    with files_of(tmp_path / "a.zip", tmp_path):
        assert (old.exists(), fresh.exists()) == (False, True)


@pytest.mark.parametrize("name", ["nowhere", "a.txt"])
def test_what_is_neither(tmp_path, name):
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(InputError), files_of(tmp_path / name):
        pytest.fail("there is nothing to open")


def test_an_error_names_the_part_and_no_path_of_the_server(tmp_path):
    (tmp_path / "part-00001").write_text("x")
    with pytest.raises(InputError) as caught, files_of(tmp_path / "part-00001", name="材料.zip"):
        pytest.fail("there is nothing to open")
    assert caught.value.facts["place"] == "材料.zip"
    assert str(tmp_path) not in str(caught.value)


def test_links_inside_the_folder_count_and_links_out_of_it_do_not(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "a.pdf").write_bytes(b"x")
    (inside / "b.pdf").symlink_to(inside / "a.pdf")
    (inside / "c.pdf").symlink_to(outside / "a.pdf")
    (inside / "d").symlink_to(outside)
    (inside / "e.pdf").symlink_to(inside / "nowhere")
    assert list(listing(inside)) == ["a.pdf", "b.pdf"]
    assert list(listing(inside, own=inside / "a.pdf")) == []
