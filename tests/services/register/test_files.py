"""services.register.files: only whole, readable files are bound."""

import os
from hashlib import sha256

import pytest

from chopmark.core.finding import Finding, Place
from chopmark.services.register import FileBinder
from chopmark.services.register.draft import GivenFile
from chopmark.wording import Language
from tests.fixtures.paper import certificate_pdf, encrypted_pdf, scan_jpeg, truncated

LIMIT = 50 << 20


@pytest.fixture(scope="module")
def binder():
    with FileBinder(LIMIT) as opened:
        yield opened


def refused(binder, path, code="I031"):
    found = binder.bind(path)
    assert isinstance(found, Finding)
    assert found.code == code
    assert found.place.file == path.name
    return found.say(Language.ZH) + found.next_step(Language.ZH), found.say(Language.EN) + found.next_step(Language.EN)


def test_a_whole_file_is_bound(binder, tmp_path):
    data = certificate_pdf()
    (tmp_path / "王莉 证书.pdf").write_bytes(data)
    bound = binder.bind(tmp_path / "王莉 证书.pdf")
    assert bound == GivenFile(tmp_path / "王莉 证书.pdf", len(data), sha256(data).digest(), "application/pdf")
    (tmp_path / "a.jpg").write_bytes(scan_jpeg())
    assert binder.bind(tmp_path / "a.jpg").media_type == "image/jpeg"


def test_an_empty_file(binder, tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"")
    zh, en = refused(binder, tmp_path / "a.pdf")
    assert "是空文件" in zh
    assert "is empty" in en


def test_half_a_download(binder, tmp_path):
    (tmp_path / "a.pdf").write_bytes(truncated(certificate_pdf()))
    zh, en = refused(binder, tmp_path / "a.pdf")
    assert "已损坏或不完整" in zh
    assert "not whole" in en


def test_a_file_with_a_password(binder, tmp_path):
    (tmp_path / "a.pdf").write_bytes(encrypted_pdf())
    zh, en = refused(binder, tmp_path / "a.pdf")
    assert "已加密" in zh
    assert "encrypted" in en


def test_a_file_of_60_megabytes_is_not_even_read(binder, tmp_path):
    with (tmp_path / "a.pdf").open("wb") as stream:
        stream.truncate(60 << 20)
    zh, en = refused(binder, tmp_path / "a.pdf")
    assert "过大" in zh
    assert "不超过50MB" in zh
    assert "at most 50 MB" in en


def test_what_is_not_there_or_no_file(binder, tmp_path):
    zh, _ = refused(binder, tmp_path / "nowhere.pdf", "I030")
    assert "nowhere.pdf" in zh
    refused(binder, tmp_path)
    os.mkfifo(tmp_path / "pipe.pdf")
    refused(binder, tmp_path / "pipe.pdf")


def test_the_place_may_be_a_row_of_a_sheet(binder, tmp_path):
    place = Place(file="名单.csv", row=7)
    assert binder.bind(tmp_path / "nowhere.pdf", place).place == place
