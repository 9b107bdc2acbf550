"""http.uploads: what lies on disk while it comes: bounded as it grows, in number, and swept after a killed process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chopmark.http.crowd import Crowd
from chopmark.http.service import UPLOADS
from chopmark.http.uploads import BLOCK, PREFIX, sweep
from tests.fixtures.town import Office
from tests.http.conftest import Face, faced, serving

FILES = "/api/v1/test/files"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "tmp").mkdir()
    return tmp_path


def left(home: Path) -> set[str]:
    return {each.name for each in (home / "tmp").iterdir()}


def test_what_a_killed_process_left_goes_whatever_its_number_was(home: Path):
    """In a container each start has the same process number."""
    for name in (f"{PREFIX}{os.getpid()}-abc", f"{PREFIX}1-abc", f"{PREFIX}abc"):
        (home / "tmp" / name).mkdir()
        (home / "tmp" / name / "part-00001").write_bytes(b"x")
    (home / "tmp" / "other").mkdir()
    sweep(home)
    assert left(home) == {"other"}


def test_what_another_process_works_with_stays(home: Path):
    code = "import sys; from pathlib import Path; from chopmark.http.uploads import _own_folder\n"
    code += "made = _own_folder(Path(sys.argv[1])); print(made[0].name, flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(home / "tmp")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        sweep(home)
        assert left(home) == {name}
        other.kill()
        other.wait(10)
    sweep(home)
    assert left(home) == set()


def test_room_is_looked_at_again_while_a_body_comes(office: Office, monkeypatch: pytest.MonkeyPatch):
    usage = shutil.disk_usage(office.home)
    with faced(office, small=True, min_free_mb=1) as face:
        headers = face.as_("reviewer")
        for options in ({"files": {"file": ("a.bin", bytes(3 * BLOCK))}}, {"content": pieces()}):
            free = iter([10 << 20])  # enough at first; then others fill the disk
            monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: usage._replace(free=next(free, 0)))
            more = NDJSON if "content" in options else {}
            answer = face.client.post(FILES, headers=headers | more, **options)
            assert (answer.status_code, answer.json().get("code")) == (503, "H503")
            assert left(office.home) == set()


NDJSON = {"Content-Type": "application/x-ndjson"}


def pieces() -> Iterator[bytes]:
    return (bytes(BLOCK // 2) for _ in range(8))


def test_one_token_has_some_uploads_at_once_and_others_have_theirs(office: Office):
    with serving(office, small=True, worker=False, body_seconds=20) as served:
        mine, other = served.as_("reviewer"), served.as_("auditor")
        service = served.app.state.service
        go_on = threading.Event()

        def slow() -> Iterator[bytes]:
            yield b"{}\n"
            go_on.wait(20)
            yield b"{}\n"

        with ThreadPoolExecutor(UPLOADS) as pool:
            running = [
                pool.submit(served.client.post, FILES, content=slow(), headers=mine | NDJSON) for _ in range(UPLOADS)
            ]
            try:
                owner = served.client.get("/api/v1/me", headers=mine).json()["id"]
                while service.uploads._present[owner] < UPLOADS:
                    assert not any(each.done() for each in running)
                answer = served.client.post(FILES, content=b"{}\n", headers=mine | NDJSON)
                assert (answer.status_code, answer.json()["code"]) == (429, "H429")
                assert int(answer.headers["retry-after"]) >= 1
                assert served.client.post(FILES, content=b"{}\n", headers=other | NDJSON).status_code == 200
            finally:
                go_on.set()
            assert {each.result().status_code for each in running} == {200}
        assert served.client.post(FILES, content=b"{}\n", headers=mine | NDJSON).status_code == 200
        assert not service.uploads._present


def test_nobody_in_particular_is_not_counted():
    crowd = Crowd(1)
    assert crowd.enter("a")
    assert not crowd.enter("a")
    assert crowd.enter("")
    assert crowd.enter("")
    crowd.leave("a")
    assert crowd.enter("a")


def test_a_refused_type_is_not_counted(bench: Face):
    for _ in range(UPLOADS + 2):
        headers = bench.as_("reviewer") | {"Content-Type": "text/plain"}
        assert bench.client.post(FILES, content=b"x", headers=headers).status_code == 415
    answer = bench.client.post(FILES, content=b"{}", headers=bench.as_("reviewer") | NDJSON)
    assert answer.status_code == 200
