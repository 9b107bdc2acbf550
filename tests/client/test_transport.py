"""A site that is down, slow, something else, or somewhere else: each is told apart, and the token stays where it is."""

from __future__ import annotations

import io
import json
import logging
import pickle
import socket
import subprocess
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chopmark.client import SiteClient
from chopmark.client.errors import SiteError, SiteNonsense, SiteRefused, SiteUnreachable, TokenUnusable
from chopmark.client.token import Token, read_token
from chopmark.client.transport import Patience, Transport
from chopmark.errors import UsageError
from chopmark.wording import Language
from tests.client.servers import Asked, Said, Server

TOKEN = "chop_abc_" + "s3cret" * 6
QUICK = Patience(connect=1, silence=0.4, answer=1.0, retry=2.0, limit=10_000)
Serve = Callable[..., Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that answers with these, one after the other; the last one again and again."""
    running: list[Server] = []

    def start(*answers: Said, certificate: Path | None = None) -> Server:
        left = list(answers)
        server = Server(lambda _: left.pop(0) if len(left) > 1 else left[0], certificate).__enter__()
        running.append(server)
        return server

    yield start
    for server in running:
        server.__exit__(None, None, None)


def client(server: Server | str, **options: object) -> SiteClient:
    url = server if isinstance(server, str) else server.url
    return SiteClient(url, TOKEN, **({"patience": QUICK} | options))  # type: ignore[arg-type]


def problem(code: str, status: int = 422, **members: object) -> Said:
    document = {
        "type": f"urn:chopmark:problem:{code}",
        "status": status,
        "code": code,
        "message": {"zh": "名单.csv：格式{不}对", "en": "list.csv: of another {form}"},
        "remedy": {"zh": "请更正", "en": "Correct it"},
    } | members
    return Said(status, json.dumps(document).encode(), "application/problem+json")


# -- what no site answers


def test_a_site_that_is_down_is_said_to_be_unreachable_and_nothing_else() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(SiteUnreachable) as told:
        client(url, patience=Patience(connect=1, retry=0.3)).me()
    assert (told.value.code, told.value.exit_code) == ("E701", 3)
    assert "Connection refused" in told.value.say(Language.EN)


def test_a_site_that_falls_silent_is_not_waited_for_for_ever(serve: Serve) -> None:
    hung = threading.Event()
    with Server(lambda _: (hung.wait(5), Said())[1]) as server, pytest.raises(SiteUnreachable) as told:
        client(server, patience=Patience(silence=0.2, retry=0.1)).me()
    hung.set()
    assert "fell silent" in told.value.say(Language.EN)


def test_a_site_that_answers_a_byte_at_a_time_runs_out_of_time() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n")
        try:
            for _ in range(50):
                connection.sendall(b" ")
                time.sleep(0.05)
        except OSError:
            pass

    threading.Thread(target=drip, daemon=True).start()
    began = time.monotonic()
    with pytest.raises(SiteUnreachable) as told:
        client(f"http://127.0.0.1:{listener.getsockname()[1]}", patience=Patience(answer=0.3, retry=0.1)).me()
    listener.close()
    assert time.monotonic() - began < 2
    assert "not complete" in told.value.say(Language.EN)


def test_a_download_that_drips_comes_to_an_end() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Length: 1000\r\n\r\n")
        try:
            for _ in range(40):
                connection.sendall(b" ")
                time.sleep(0.05)
        except OSError:
            pass

    threading.Thread(target=drip, daemon=True).start()
    began = time.monotonic()
    site = Transport(f"http://127.0.0.1:{listener.getsockname()[1]}", patience=Patience(answer=0.3, retry=0.1))
    with pytest.raises(SiteUnreachable, match=r"too slowly|太慢"):
        site.ask("GET", "/x", accept="application/zip", into=io.BytesIO())
    listener.close()
    assert time.monotonic() - began < 1.5


def test_a_download_may_take_longer_than_an_answer_as_long_as_it_comes(serve: Serve) -> None:
    server = serve(Said(body=b" " * 300_000, content_type="application/zip"))
    into = io.BytesIO()
    Transport(server.url, patience=Patience(answer=0.0, retry=0.1)).ask(
        "GET", "/x", accept="application/zip", into=into
    )
    assert into.tell() == 300_000


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Said(body=b"not json"), "no JSON"),
        (Said(body=b"[]"), "“$”"),
        (Said(body=b'{"name": 5}'), "“name”"),
        (Said(body=b"<html>", content_type="text/html"), "text/html"),
        (Said(body=b" " * 20_000), "longer than 10000"),
        (Said(headers={"Content-Encoding": "gzip"}), "compressed"),
        (Said(302, headers={"Location": "https://elsewhere.example/secret?x"}), "https://elsewhere.example;"),
        (Said(307, headers={"Location": "/api/v2/me"}), "redirects"),
    ],
    ids=["garbage", "a list", "another sort", "a web page", "huge", "packed", "elsewhere", "moved"],
)
def test_an_answer_of_something_else_is_nonsense_and_asked_for_once(serve: Serve, answer: Said, words: str) -> None:
    server = serve(answer)
    with pytest.raises(SiteNonsense) as told:
        client(server).me()
    assert (told.value.code, told.value.exit_code) == ("E702", 3)
    assert words in told.value.say(Language.EN)
    assert "secret" not in str(told.value)
    assert len(server.asked) == 1


def test_a_redirect_never_takes_the_token_elsewhere(serve: Serve) -> None:
    elsewhere = serve(Said())
    with pytest.raises(SiteNonsense):
        client(serve(Said(302, headers={"Location": elsewhere.url}))).me()
    assert elsewhere.asked == []


# -- TLS


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of nobody, with its key, for 127.0.0.1."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
            ),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", path, "-out", f"{path}.crt"),
        ],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


def test_a_certificate_of_nobody_is_refused_before_anything_is_said(serve: Serve, certificate: Path) -> None:
    server = serve(Said(), certificate=certificate)
    with pytest.raises(SiteUnreachable) as told:
        client(server).me()
    assert "certificate" in told.value.say(Language.EN)
    assert server.asked == []


def test_the_authority_that_the_caller_names_is_believed(serve: Serve, certificate: Path) -> None:
    me = {"name": "n", "role": "reviewer", "scopes": ["verify"], "expires_at": "2027-01-01T00:00:00Z"}
    server = serve(Said(body=json.dumps(me).encode()), certificate=certificate)
    assert client(server, ca_file=Path(f"{certificate}.crt")).me().role == "reviewer"


@pytest.mark.parametrize(
    "url",
    [
        "http://site.example",
        "ftp://site.example",
        "https://u:p@site.example",
        "site.example",
        "https://a/?x=1",
        "https://[",
    ],
)
def test_what_is_no_safe_address_is_refused_before_any_connection(url: str) -> None:
    with pytest.raises(UsageError) as told:
        SiteClient(url, TOKEN)
    assert "u:p" not in str(told.value)


# -- problems


def test_a_problem_speaks_with_the_sites_code_sentences_and_findings(serve: Serve) -> None:
    finding = {
        "code": "I011",
        "message": {"zh": "证书编号“1”格式不正确", "en": "number “1” is not well-formed"},
        "next": {"zh": "请对照", "en": "Compare"},
        "place": {"file": "名单.csv", "row": 3, "column": "证书编号"},
    }
    with pytest.raises(SiteRefused) as told:
        client(serve(problem("E101", findings=[finding], instance="req_1"))).register("degree", {"a": "b"})
    fault = told.value
    assert (fault.code, fault.status, fault.exit_code, fault.request) == ("E101", 422, 2, "req_1")
    assert fault.say(Language.ZH) == "名单.csv：格式{不}对"
    assert fault.next_step(Language.EN) == "Correct it"
    (one,) = fault.findings
    assert (one.code, one.say(Language.ZH), one.place.row) == ("I011", "证书编号“1”格式不正确", 3)


def test_a_problem_in_one_language_or_in_none_is_told_as_it_is(serve: Serve) -> None:
    bare = Said(403, json.dumps({"code": "H403", "detail": "no"}).encode(), "application/problem+json")
    with pytest.raises(SiteRefused) as told:
        client(serve(bare)).me()
    assert (told.value.code, told.value.say(Language.ZH)) == ("H403", "no")
    with pytest.raises(SiteRefused) as told:
        client(serve(Said(404, b"<html>", "text/html"))).me()
    assert (told.value.code, told.value.status) == ("E700", 404)
    with pytest.raises(SiteNonsense):
        client(serve(Said(500, b"{", "application/problem+json"))).me()


# -- trying again


def test_a_busy_site_is_asked_again_when_it_says(serve: Serve) -> None:
    busy = problem("H503", 503)
    busy.headers = {"Retry-After": "1"}
    server = serve(busy, Said(body=b'{"kinds": []}'))
    began = time.monotonic()
    assert client(server).kinds() == []
    assert time.monotonic() - began >= 1.0
    assert len(server.asked) == 2


def test_a_site_that_asks_for_too_long_a_wait_is_told_at_once(serve: Serve) -> None:
    throttled = problem("H429", 429, retry_after=600)
    server = serve(throttled)
    with pytest.raises(SiteRefused) as told:
        client(server).me()
    assert (told.value.retry_after, told.value.exit_code, len(server.asked)) == (600, 3, 1)


def test_a_write_whose_answer_was_lost_is_repeated_under_the_same_name(serve: Serve) -> None:
    done = {"id": "chg_1", "state": "queued"}
    server = serve(Said(drop=True), Said(502, b"", "text/html"), Said(202, json.dumps(done).encode()))
    assert client(server).revoke(["1"], "misconduct").id == "chg_1"
    keys = [asked.headers["idempotency-key"] for asked in server.asked]
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert len({asked.body for asked in server.asked}) == 1
    client(server).revoke(["1"], "misconduct")
    assert server.asked[-1].headers["idempotency-key"] != keys[0]


def test_a_write_that_is_still_running_elsewhere_is_waited_for(serve: Serve) -> None:
    running = problem("H409", 409)
    running.headers = {"Retry-After": "0"}
    done = Said(202, json.dumps({"id": "chg_1", "state": "queued"}).encode())
    assert client(serve(running, done)).suspend(["1"], "under-review").state == "queued"
    with pytest.raises(SiteRefused):
        client(serve(problem("H409", 409))).suspend(["1"], "under-review")


def test_what_may_have_been_done_and_has_no_name_is_not_repeated(serve: Serve) -> None:
    server = serve(Said(drop=True))
    with pytest.raises(SiteUnreachable):
        Transport(server.url, patience=QUICK).ask("POST", "/x")
    assert len(server.asked) == 1


# -- the token


def test_the_token_is_in_the_header_and_nowhere_else(
    serve: Serve, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    faults: list[SiteError] = []
    site = client("http://127.0.0.1:9")
    for answer in (Said(drop=True), problem("H401", 401), Said(body=b"no"), Said(302, headers={"Location": "x"})):
        server = serve(answer)
        with pytest.raises(SiteError) as told:
            client(server, patience=Patience(retry=0.1)).me()
        faults.append(told.value)
        assert server.asked[0].headers["authorization"] == f"Bearer {TOKEN}"
    told_all = [
        repr(site),
        repr(vars(site)),
        repr(site._transport),
        str(site._transport),
        repr(Token(TOKEN)),
        repr({"Authorization": Token(TOKEN).header()}),
        repr(Token(TOKEN)._secret),
        caplog.text,
    ]
    told_all += [
        "".join(traceback.format_exception(fault)) + repr(fault) + json.dumps(fault.as_json()) for fault in faults
    ]
    assert not [text for text in told_all if "s3cret" in text]
    with pytest.raises(TypeError):
        pickle.dumps(Token(TOKEN))


def test_a_token_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n", encoding="ascii")
    path.chmod(0o640)
    with pytest.raises(TokenUnusable) as told:
        read_token(path)
    assert "0640" in told.value.say(Language.EN)
    assert "chmod 600" in told.value.next_step(Language.EN)
    path.chmod(0o600)
    assert read_token(path).header() == f"Bearer {TOKEN}"
    for content in ("", "two words", "令牌", "a\nb"):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(TokenUnusable) as told:
            read_token(path)
        assert "two" not in str(told.value)
    with pytest.raises(TokenUnusable):
        read_token(tmp_path / "none")


def test_a_request_says_who_asks_and_in_which_language(serve: Serve) -> None:
    server = serve(Said(body=b'{"kinds": []}'))
    client(server, language=Language.EN).kinds()
    (asked,) = server.asked
    assert asked.path == "/api/v1/kinds"
    assert (asked.headers["accept-language"], asked.headers["accept-encoding"]) == ("en", "identity")
    assert asked.headers["user-agent"].startswith("chopmark-client/")


def test_pages_are_fetched_as_they_are_used_and_never_for_ever(serve: Serve) -> None:
    item = {"id": "a" * 64, "kind": "degree", "label": "王莉"}

    def page(asked: Asked) -> Said:
        following = {"": "two", "two": "three", "three": None}[asked.path.partition("cursor=")[2]]
        return Said(body=json.dumps({"items": [item], "next": following}).encode())

    with Server(page) as server:
        listing = client(server).credentials(number="1/2 &3")
        next(listing)
        assert len(server.asked) == 1
        assert "number=1%2F2+%263" in server.asked[0].path
        assert len(list(listing)) == 2
    with Server(lambda _: Said(body=json.dumps({"items": [item], "next": "same"}).encode())) as server:
        with pytest.raises(SiteNonsense):
            list(client(server).credentials())
        assert len(server.asked) == 2
