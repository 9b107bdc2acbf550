"""Every way in which a node can fail to answer is one error, within its time, and shows no secret."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chopmark.chain.rpc import BATCH, Rpc, RpcError, TooLarge
from chopmark.errors import Unreachable, UsageError
from chopmark.wording import Language
from tests.fixtures.devchain import free_port
from tests.fixtures.proxy import Dropped, Proxy


@contextmanager
def listener(*chunks: bytes, pause: float = 0.0) -> Iterator[str]:
    """A real socket that takes connections and sends these bytes, one chunk after each pause, whatever it is asked."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

        def talk(connection: socket.socket) -> None:
            with connection:
                connection.recv(65536)
                for chunk in chunks:
                    if over.wait(pause):
                        return
                    try:
                        connection.sendall(chunk)
                    except OSError:
                        return
                over.wait(30 if pause or not chunks else 0)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        over.set()


def http(body: bytes, status: str = "200 OK", kind: str = "application/json") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def test_a_node_that_is_down() -> None:
    with pytest.raises(Unreachable) as caught:
        Rpc(f"http://127.0.0.1:{free_port()}").call("eth_chainId")
    assert "无法连接" in caught.value.say(Language.ZH)
    assert caught.value.exit_code == 3


def test_a_host_that_has_no_address() -> None:
    with pytest.raises(Unreachable):
        Rpc("http://no-such-host.invalid:8545").call("eth_chainId")


def test_a_node_that_takes_the_connection_and_never_answers() -> None:
    with listener() as url:
        began = time.monotonic()
        with pytest.raises(Unreachable) as caught:
            Rpc(url, timeout=0.5).call("eth_chainId")
        assert time.monotonic() - began < 3
    assert "0.5 秒内没有答复" in caught.value.say(Language.ZH)


def test_a_node_that_drips_its_answer() -> None:
    """Each byte is in time and the whole never is."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    with listener(head, *[b"x"] * 100, pause=0.2) as url:
        began = time.monotonic()
        with pytest.raises(Unreachable):
            Rpc(url, timeout=0.6).call("eth_chainId")
        assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "answer",
    [
        http(b"<html><body>502 Bad Gateway</body></html>", "502 Bad Gateway", "text/html"),
        http(b"<html>login first</html>", kind="text/html"),
        http(b"{}"),
        http(b"[]"),
        http(b"null"),
        http(b""),
        http(b'{"jsonrpc":"2.0","id":99,"result":"0x1"}'),
        http(b'{"jsonrpc":"2.0","id":1}'),
        http(b'{"jsonrpc":"2.0","id":1,"result":"0x'),
        http(b'{"jsonrpc":"2.0","id":1,"result":"0x1"}', "500 Internal Server Error"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{",
        b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"",
    ],
    ids=[
        "bad gateway", "html", "no result", "list", "null", "empty", "other id", "neither result nor error", "half a JSON",
        "result with status 500", "broken off", "redirect", "another protocol", "hung up",
    ],
)  # fmt: skip
def test_an_answer_that_is_no_answer(answer: bytes) -> None:
    with listener(answer) as url, pytest.raises(Unreachable):
        Rpc(url, timeout=1).call("eth_chainId")


def test_an_error_is_an_error_whatever_the_http_status() -> None:
    body = b'{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"header not found","data":"0x"}}'
    with listener(http(body, "400 Bad Request")) as url, pytest.raises(RpcError) as caught:
        Rpc(url).call("eth_call")
    assert (caught.value.number, caught.value.message, caught.value.data) == (-32000, "header not found", "0x")


@pytest.mark.parametrize("error", ["nope", 5, {"message": None}, {"code": "x"}, []])
def test_an_error_of_any_shape(error: object) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "error": error}).encode()
    with listener(http(body)) as url, pytest.raises(RpcError):
        Rpc(url).call("eth_call")


def test_an_answer_without_end_is_cut_off() -> None:
    with listener(http(b'"' + b"x" * 200_000 + b'"')) as url, pytest.raises(TooLarge):
        Rpc(url, limit=100_000).call("eth_chainId")


def test_a_connection_that_the_node_closed_meanwhile_is_opened_anew(anvil: Rpc) -> None:
    with Proxy(anvil.address) as proxy:
        rpc = Rpc(proxy.url)
        rpc.call("eth_chainId")
        drops = iter([True])

        def once(body: bytes) -> None:
            if next(drops, False):
                raise Dropped

        proxy.http_before = once
        assert rpc.call("eth_chainId") == "0x7a69"
        assert proxy.posts == 3


def test_many_questions_go_in_few_requests(anvil: Rpc) -> None:
    with Proxy(anvil.address) as proxy:
        answers = Rpc(proxy.url).many([("eth_chainId", ()), ("web3_sha3", ("0x",))] * BATCH)
        assert proxy.posts == 2
    assert answers == ["0x7a69", "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"] * BATCH


def test_answers_of_a_batch_may_come_in_any_order(anvil: Rpc) -> None:
    with Proxy(anvil.address) as proxy:

        def backwards(body: bytes) -> tuple[int, bytes]:
            asked = json.loads(body)
            return 200, json.dumps(
                [{"jsonrpc": "2.0", "id": q["id"], "result": q["params"][0]} for q in asked][::-1]
            ).encode()

        proxy.http_before = backwards
        assert Rpc(proxy.url).many([("echo", (n,)) for n in range(5)]) == [0, 1, 2, 3, 4]


def test_a_node_that_knows_no_batches_is_asked_one_by_one(anvil: Rpc) -> None:
    with Proxy(anvil.address) as proxy:

        def no_batches(body: bytes) -> tuple[int, bytes] | None:
            refusal = b'{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch not supported"}}'
            return (200, refusal) if body.startswith(b"[") else None

        proxy.http_before = no_batches
        rpc = Rpc(proxy.url)
        assert rpc.many([("eth_chainId", ())] * 3) == ["0x7a69"] * 3
        assert rpc.many([("eth_chainId", ())] * 3) == ["0x7a69"] * 3
        assert proxy.posts == 1 + 3 + 3  # it is not tried again


def test_a_batch_with_an_answer_missing(anvil: Rpc) -> None:
    with Proxy(anvil.address) as proxy:
        proxy.http_before = lambda body: (200, json.dumps([{"jsonrpc": "2.0", "id": 1, "result": "0x1"}]).encode())
        with pytest.raises(Unreachable):
            Rpc(proxy.url).many([("eth_chainId", ())] * 2)


@pytest.mark.parametrize(
    "url", ["", "localhost:8545", "ftp://host/", "http://", "ws://127.0.0.1:8546", "http://h:99999"]
)
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(UsageError):
        Rpc(url)


def test_keys_of_hosted_nodes_are_never_shown() -> None:
    url = f"http://user:pa55word@127.0.0.1:{free_port()}/v3/0123456789abcdef?key=s3cret"
    rpc = Rpc(url)
    with pytest.raises(Unreachable) as caught:
        rpc.call("eth_chainId")
    told = [repr(rpc), rpc.shown, str(caught.value), json.dumps(caught.value.as_json()), repr(caught.value.__context__)]
    for text in told:
        assert not any(secret in text for secret in ("pa55word", "0123456789abcdef", "s3cret"))


def test_user_and_password_of_an_address_reach_the_node() -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                heard.append(connection.recv(65536))
                connection.sendall(http(b'{"jsonrpc":"2.0","id":1,"result":"0x1"}'))

        threading.Thread(target=serve, daemon=True).start()
        port = server.getsockname()[1]
        assert Rpc(f"http://user:pa55word@127.0.0.1:{port}/").call("eth_chainId") == "0x1"
    assert b"authorization: basic dxnlcjpwytu1d29yza==" in heard[0].lower()
