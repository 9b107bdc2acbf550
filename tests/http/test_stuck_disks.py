"""A full disk and a locked database: 503 in bounded time, nothing acknowledged, and on again as soon as it goes (FAULTS 25, 26)."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.fixtures.town import Office, Town
from tests.http.conftest import Face, faced

AT = "/api/v1/test/facts"
BODY = {"name": "abc"}


@pytest.fixture
def office(town: Town, tmp_path: Path) -> Office:
    """An office whose database is a file, whatever others use."""
    return town.open(tmp_path / "home")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of three mebibytes: the empty tables with their journal take two."""
    at = tmp_path / "disk"
    at.mkdir()
    options = ["-t", "tmpfs", "-o", "size=3m,mode=0700"]
    done = subprocess.run(["mount", *options, "tmpfs", str(at)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("only root may mount a file system")
    try:
        yield at
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


def value(face: Face) -> int:
    with face.site.store.read() as tx:
        return int(tx.site.get("test") or "0")


def test_a_full_disk_is_said_nothing_is_acknowledged_and_room_helps(office, small_disk: Path):
    database = small_disk / "site.db"
    with contextlib.closing(sqlite3.connect(office.home / "site.db")) as whole:
        whole.execute("vacuum into ?", (str(database),))
    with faced(office, small=True, database=f"sqlite:///{database}") as face:
        headers = face.as_("registrar")
        answer = face.client.post(AT, json=BODY, headers=headers | {"Idempotency-Key": "first"})
        assert answer.status_code == 201
        with contextlib.suppress(OSError), (small_disk / "ballast").open("wb", buffering=0) as ballast:
            while True:
                ballast.write(b"\0" * 4096)
        codes = [201]
        while codes[-1] == 201 and len(codes) < 60:  # pages that the journal has already are still to be had
            answer = face.client.post(AT, json=BODY, headers=headers | {"Idempotency-Key": f"k{len(codes)}"})
            codes.append(answer.status_code)
        assert codes[-1] == 503
        assert answer.json()["code"] == "E600"
        assert int(answer.headers["retry-after"]) >= 1
        assert "磁盘" in answer.json()["message"]["zh"]
        assert face.client.get("/healthz").status_code == 200
        acknowledged = codes.count(201)
        assert value(face) == acknowledged
        (small_disk / "ballast").unlink()
        again = face.client.post(AT, json=BODY, headers=headers | {"Idempotency-Key": f"k{len(codes) - 1}"})
        assert (again.status_code, "idempotency-replayed" in again.headers) == (201, False)
        assert value(face) == acknowledged + 1
    with contextlib.closing(sqlite3.connect(database)) as looked:
        assert looked.execute("pragma integrity_check").fetchone() == ("ok",)


def test_uploads_do_not_fit_on_a_full_disk(office, small_disk: Path):
    """Room is looked at first; what is taken meanwhile by others shows while the files come."""
    (office.home / "tmp").symlink_to(small_disk)
    with faced(office, small=True) as face:
        files = {"file": ("a.bin", os.urandom(4 << 20))}
        answer = face.client.post("/api/v1/test/files", files=files, headers=face.as_("reviewer"))
        assert (answer.status_code, answer.json()["code"]) == (503, "H503")
        assert [*small_disk.iterdir()] == []
        chunks = (os.urandom(1 << 19) for _ in range(8))
        headers = face.as_("reviewer") | {"Content-Type": "application/x-ndjson"}
        answer = face.client.post("/api/v1/test/files", content=chunks, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (503, "H503")
        assert "磁盘空间不足" in answer.json()["message"]["zh"]
        assert [*small_disk.iterdir()] == []
        assert str(small_disk) not in face.logged
        files = {"file": ("a.bin", b"small")}
        assert face.client.post("/api/v1/test/files", files=files, headers=face.as_("reviewer")).status_code == 200


def test_a_locked_database_keeps_writers_waiting_for_a_while_and_readers_not_at_all(office):
    with faced(office, small=True, database_wait=0.4) as face:
        headers = face.as_("registrar")
        assert face.client.get("/api/v1/me", headers=headers).status_code == 200  # its first use of the day is kept
        with contextlib.closing(sqlite3.connect(office.home / "site.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            began = time.monotonic()
            answer = face.client.post(AT, json=BODY, headers=headers | {"Idempotency-Key": "k1"})
            assert 0.3 < time.monotonic() - began < 5
            assert (answer.status_code, answer.json()["code"]) == (503, "E600")
            assert int(answer.headers["retry-after"]) >= 1
            assert "占用" in answer.json()["message"]["zh"]
            began = time.monotonic()
            assert face.client.get("/api/v1/me", headers=headers).status_code == 200
            assert time.monotonic() - began < 0.3
            with ThreadPoolExecutor(20) as pool:
                sent = [
                    pool.submit(face.client.post, AT, json=BODY, headers=headers | {"Idempotency-Key": f"p{n}"})
                    for n in range(20)
                ]
            assert {each.result().status_code for each in sent} == {503}
            other.execute("ROLLBACK")
        assert value(face) == 0
        assert face.client.post(AT, json=BODY, headers=headers | {"Idempotency-Key": "k1"}).status_code == 201


def test_whoever_waits_gets_a_turn_when_the_other_one_ends(office):
    with faced(office, small=True, database_wait=10) as face:
        headers = face.as_("registrar", key="k1")
        other = sqlite3.connect(office.home / "site.db", isolation_level=None, check_same_thread=False)
        other.execute("BEGIN EXCLUSIVE")
        timer = threading.Timer(0.5, other.rollback)
        timer.start()
        assert face.client.post(AT, json=BODY, headers=headers).status_code == 201
        timer.join()
        other.close()
