"""What a request may cost: sizes, parts, names, times. Refused early, with memory bounded and nothing left on disk."""

from __future__ import annotations

import json
import socket
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from chopmark.http import server
from chopmark.http.limits import ADDRESS, HEADERS
from tests.fixtures.town import Town
from tests.http.conftest import Face, Served, faced, serving

FILES = "/api/v1/test/files"
THINGS = "/api/v1/test/things"


@pytest.fixture(scope="module")
def served(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    office = town.open(tmp_path_factory.mktemp("limits") / "home")
    options: dict[str, Any] = {"max_request_mb": 4, "max_file_mb": 1, "max_json_mb": 1, "max_parts": 20}
    with serving(office, small=True, worker=False, body_seconds=0.5, **options) as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_left(served: Served) -> Iterator[None]:
    yield
    end = time.monotonic() + 5
    while left := [*(served.site.settings.home / "tmp").glob("*")]:
        assert time.monotonic() < end, left
        time.sleep(0.02)


def head(served: Served, path: str, *lines: str, method: str = "POST", role: str = "reviewer") -> bytes:
    token = served.as_(role)["Authorization"]
    whole = [f"{method} {path} HTTP/1.1", "Host: service.test", f"Authorization: {token}", *lines, "", ""]
    return "\r\n".join(whole).encode()


def read(door: socket.socket) -> tuple[int, dict[str, Any]]:
    """Status and problem of what comes back until the connection ends."""
    got = b""
    while piece := door.recv(65536):
        got += piece
    first, _, rest = got.partition(b"\r\n")
    body = rest.partition(b"\r\n\r\n")[2]
    return int(first.split()[1]), json.loads(body)


def send(served: Served, *pieces: bytes) -> tuple[int, dict[str, Any]]:
    with served.connect() as door:
        try:
            for piece in pieces:
                door.sendall(piece)
        except OSError:
            pass  # refused and closed while we were sending: what it said is still to be read
        return read(door)


def upload(served: Face, *files: tuple[str, Any], headers: dict[str, str] | None = None):
    return served.client.post(FILES, files=list(files), headers=served.as_("reviewer") | (headers or {}))


# --- what may be


def test_files_come_with_name_size_and_digest_in_a_folder_that_is_private(served: Served):
    answer = upload(
        served,
        ("file", ("王莉 “证书”.pdf", b"abc", "application/pdf")),
        ("file", ("C:\\documents\\a b.txt", b"", "text/plain")),
        ("declared", (None, '{"*":{}}', "application/json")),
    )
    assert answer.status_code == 200, answer.text
    told = answer.json()
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert told["files"][0] == ["file", "王莉 “证书”.pdf", 3, abc, "application/pdf"]
    assert told["files"][1][:3] == ["file", "a b.txt", 0]
    assert told["fields"] == {"declared": '{"*":{}}'}
    assert told["modes"][0] == "0o700"


def test_lines_are_taken_as_they_are(served: Served):
    headers = served.as_("reviewer") | {"Content-Type": "application/x-ndjson"}
    answer = served.client.post(FILES, content=b'{"a":1}\n{"b":2}\n', headers=headers)
    assert answer.json()["lines"] == 2


# --- sizes


def test_what_announces_to_be_too_large_is_refused_before_it_is_read(served: Served):
    for size in (4 << 20) + 1, 10**17:
        begun = head(served, FILES, f"Content-Length: {size}", "Content-Type: multipart/form-data; boundary=b")
        status, problem = send(served, begun)
        assert (status, problem["code"]) == (413, "H413")
        assert "4 MiB" in problem["detail"]


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "9" * 30, "0x10"])
def test_a_length_that_is_none(served: Served, length):
    status, _ = send(served, head(served, FILES, f"Content-Length: {length}"))
    assert status in (400, 422)


@pytest.mark.parametrize("path", [FILES, THINGS])
def test_chunks_without_end_are_cut_off_and_take_no_memory(served: Served, path):
    kind = "multipart/form-data; boundary=b" if path == FILES else "application/json"
    begin = head(served, path, "Transfer-Encoding: chunked", f"Content-Type: {kind}")
    opening = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    tracemalloc.start()
    try:
        status, problem = send(served, begin, b"%x\r\n%s\r\n" % (len(opening), opening), *[chunk] * 400)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (status, problem["code"]) == (413, "H413")
    assert peak < 12 << 20


def test_many_files_that_are_small_enough_each_are_too_large_together(served: Served):
    begin = head(served, FILES, "Transfer-Encoding: chunked", "Content-Type: multipart/form-data; boundary=b")
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + b"a" * 900_000 + b"\r\n"
    status, problem = send(served, begin, *[b"%x\r\n%s\r\n" % (len(part), part)] * 8)
    assert (status, problem["code"]) == (413, "H413")
    assert "4 MiB" in problem["detail"]


def test_ten_thousand_parts_are_refused_and_take_no_memory(served: Served):
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\nx\r\n'
    body = part * 10_000 + b"--b--\r\n"
    begin = head(served, FILES, f"Content-Length: {len(body)}", "Content-Type: multipart/form-data; boundary=b")
    tracemalloc.start()
    try:
        status, problem = send(served, begin, body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (status, problem["code"]) == (413, "H413")
    assert "20" in problem["detail"]
    assert peak < 10 << 20


def test_each_limit_says_which_it_is(served: Served):
    big = b"x" * ((1 << 20) + 1)
    for file, said in (
        (("file", ("a.pdf", big)), "a file may be 1 MiB"),
        (("declared", (None, big)), "without a file name"),
    ):
        answer = upload(served, file)
        assert (answer.status_code, answer.json()["code"]) == (413, "H413")
        assert said in answer.json()["detail"]
    headers = served.as_("reviewer") | {"Content-Type": "application/json"}
    answer = served.client.post(THINGS, content=b'{"name":"' + big + b'"}', headers=headers)
    assert (answer.status_code, "JSON may be 1 MiB" in answer.json()["detail"]) == (413, True)
    headers = served.as_("reviewer") | {"Content-Type": "application/x-ndjson"}
    answer = served.client.post(FILES, content=big * 4, headers=headers)
    assert answer.status_code == 413


def test_addresses_and_heads_have_limits(served: Served):
    answer = served.client.get("/healthz?" + "a" * ADDRESS)
    assert (answer.status_code, answer.json()["code"]) == (414, "H414")
    answer = served.client.get("/healthz", headers={"X-Long": "a" * HEADERS})
    assert (answer.status_code, answer.json()["code"]) == (431, "H431")
    begin = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * (60 << 10)
    status, problem = send(served, begin)
    assert (status, problem["code"], problem["status"]) == (400, "H400", 400)


# --- contents


@pytest.mark.parametrize(
    ("kind", "body", "where"),
    [
        ("multipart/form-data", b"", "header.content-type"),
        ("multipart/form-data; boundary=" + "b" * 300, b"", "header.content-type"),
        ("multipart/form-data; boundary=b", b"", "body"),
        ("multipart/form-data; boundary=b", b"hello", "body"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nxy', "body"),
        ("multipart/form-data; boundary=b", b"--b\r\nX: y\r\n\r\nxy\r\n--b--\r\n", "body"),
        ("multipart/form-data; boundary=b", b"--b\r\n" + b"X: y\r\n" * 20 + b"\r\n\r\n--b--\r\n", "body"),
        ("multipart/form-data; boundary=b", b"--b\r\nX: " + b"y" * 9000, "body"),
    ],
)  # fmt: skip
def test_multipart_that_is_none(served: Served, kind, body, where):
    headers = served.as_("reviewer") | {"Content-Type": kind, "Accept-Language": "zh"}
    answer = served.client.post(FILES, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "H422"), answer.text
    assert answer.json()["errors"][0]["where"] == where


@pytest.mark.parametrize("name", ["..", ".", "a/", "\\", "a\tb.pdf", "a\u202eb.pdf", "名" * 90 + ".pdf"])
def test_names_that_no_file_may_have(served: Served, name):
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\nx\r\n--b--\r\n' % name.encode()
    headers = served.as_("reviewer") | {"Content-Type": "multipart/form-data; boundary=b"}
    answer = served.client.post(FILES, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "H422"), answer.text


def test_names_that_lead_elsewhere_lead_nowhere(served: Served):
    answer = upload(served, ("file", ("../../../etc/passwd", b"x")), ("file", ("/etc/shadow", b"y")))
    assert [file[1] for file in answer.json()["files"]] == ["passwd", "shadow"]


def test_text_that_is_none_and_fields_that_come_twice(served: Served):
    assert upload(served, ("declared", (None, b"\xff\xfe"))).status_code == 422
    assert upload(served, ("a", (None, b"1")), ("a", (None, b"2"))).status_code == 422


def test_content_of_another_type(served: Served):
    for kind in ("application/zip", "text/html", ""):
        answer = served.client.post(FILES, content=b"x", headers=served.as_("reviewer") | {"Content-Type": kind})
        assert (answer.status_code, answer.json()["code"]) == (415, "H415")
        assert "multipart/form-data" in answer.json()["next"]


# --- times


def test_a_body_that_does_not_come_is_not_waited_for(served: Served):
    began = time.monotonic()
    for path, kind in ((THINGS, "application/json"), (FILES, "multipart/form-data; boundary=b")):
        with served.connect() as door:
            door.sendall(head(served, path, "Content-Length: 1000", f"Content-Type: {kind}") + b"{")
            status, problem = read(door)
            assert (status, problem["code"]) == (408, "H408")
    assert time.monotonic() - began < 8


def test_a_body_that_drips_is_not_waited_for_either(served: Served):
    with served.connect() as door:
        door.sendall(head(served, THINGS, "Content-Length: 100000", "Content-Type: application/json") + b'{"name":"')
        began = time.monotonic()
        try:
            while time.monotonic() - began < 10:
                door.sendall(b"a" * 10)
                time.sleep(0.05)
        except OSError:
            pass
        assert time.monotonic() - began < 8


def test_a_head_that_does_not_come_is_not_waited_for(served: Served, monkeypatch):
    monkeypatch.setattr(server.Protocol, "head_seconds", 0.3)
    for piece in (b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"):
        with served.connect() as door:
            began = time.monotonic()
            door.sendall(piece)
            assert door.recv(10) == b""
            assert time.monotonic() - began < 5
    # A second request on the same connection has its own time.
    with served.connect() as door:
        for _ in range(3):
            door.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            got = b""
            while not got.endswith(b'{"status":"ok"}'):
                got += door.recv(4096)
            time.sleep(0.2)
        door.sendall(b"GET /heal")
        assert door.recv(10) == b""


def test_what_is_no_http_is_refused_as_a_problem(served: Served):
    for said in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"hello\r\n\r\n", b"GET  HTTP/1.1\r\n\r\n"):
        status, problem = send(served, said)
        assert (status, problem["code"]) == (400, "H400")
    assert served.client.get("/healthz").status_code == 200


# --- tokens in addresses, disks


def test_a_token_in_an_address_is_refused_and_not_logged(served: Served):
    token = served.token("reviewer")
    for query in (f"access_token={token}", f"x={token}", f"a=1&token={token}", "api_key=abc"):
        answer = served.client.get(f"/api/v1/me?{query}", headers=served.as_("reviewer"))
        assert (answer.status_code, answer.json()["code"]) == (400, "H400")
    assert token not in served.logged


def test_with_too_little_room_on_disk_nothing_is_taken_in(office):
    with faced(office, small=True, min_free_mb=1 << 30) as face:
        answer = upload(face, ("file", ("a", b"x")))
        assert (answer.status_code, answer.json()["code"]) == (503, "H503")
        assert "retry-after" in answer.headers
        assert face.client.get("/readyz").json()["disk"] == "failed"
