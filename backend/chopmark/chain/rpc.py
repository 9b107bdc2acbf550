"""JSON-RPC over keep-alive HTTP: asks one node, and turns every way of not answering into one error.

urllib3 is the transport: light, in the lock, and its pool keeps connections open (0.3 ms a call against 3.5 through
web3.py). It is imported with the first call, so that commands which need no chain do not pay for it.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

import orjson

from chopmark.errors import Unreachable, UsageError
from chopmark.wording import Wording

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

Question: TypeAlias = tuple[str, Sequence[Any]]
"""A method's name and its parameters."""

BATCH = 100
"""Calls in one HTTP request. Public nodes refuse more than 100 to 1,000."""

CHUNK = 1 << 16


class RpcError(Unreachable):
    """The node says no: ``number`` and ``message`` are its own words, ``data`` what a contract said.

    For whoever reads it is a way of not answering; whoever sends looks inside (``refusals``, ``rejections``).
    """

    code = "E505"
    wording = Wording(
        "节点拒绝了 {method}：{message}",
        "The node refuses {method}: {message}",
        "请检查节点的日志与设置",
        "See the node's log and settings",
    )

    def __init__(self, *, method: str, number: int, message: str, data: object = None) -> None:
        self.method = method
        self.number = number
        self.message = message
        self.data = data
        super().__init__(method=method, message=message[:500])


class TooLarge(Unreachable):
    """The answer is longer than the limit: ask for less at a time."""

    code = "E506"


class Rpc:
    """One node's JSON-RPC address.

    ``timeout``: seconds for one HTTP request, from connecting to the last byte. ``limit``: bytes of one answer.
    Safe to share between threads. Raises ``UsageError`` if ``url`` is no http(s) address.
    """

    def __init__(self, url: str, timeout: float = 10.0, limit: int = 64 << 20) -> None:
        self.address = url
        self._timeout = timeout
        self._limit = limit
        self._ids = itertools.count(1)
        self._pool: PoolManager | None = None
        self._batches = True
        self.shown = _without_secrets(url)
        """The address as people may see it: paths and passwords of hosted nodes hold access keys."""

    def __repr__(self) -> str:
        return f"Rpc({self.shown})"

    def call(self, method: str, *params: Any) -> Any:
        """What the node answers to one question.

        Raises ``Unreachable`` if there is no answer or it is nonsense; ``RpcError`` if the node says no.
        """
        number = next(self._ids)
        answer = self._post(_request(number, method, params))
        return self._result(answer, number, method)

    def many(self, questions: Sequence[Question]) -> list[Any]:
        """Answers to many questions, in their order, in as few HTTP requests as the node allows.

        A node may change between two answers: whoever needs one state names the block in every question.
        Raises as ``call`` does, for the first question that fails.
        """
        answers: list[Any] = []
        for start in range(0, len(questions), BATCH):
            answers += self._batch(questions[start : start + BATCH])
        return answers

    def _batch(self, questions: Sequence[Question]) -> list[Any]:
        if len(questions) == 1 or not self._batches:
            return [self.call(method, *params) for method, params in questions]
        numbers = [next(self._ids) for _ in questions]
        requests = [_request(n, method, params) for n, (method, params) in zip(numbers, questions, strict=True)]
        answer = self._post(requests)
        if isinstance(answer, dict) and "error" in answer:  # one error for the whole: this node knows no batches
            self._batches = False
            return self._batch(questions)
        if not isinstance(answer, list):
            raise self._nonsense("a batch was answered by no list")
        found = {item.get("id"): item for item in answer if isinstance(item, dict)}
        methods = [method for method, _ in questions]
        return [self._result(found.get(n), n, method) for n, method in zip(numbers, methods, strict=True)]

    def _result(self, answer: Any, number: int, method: str) -> Any:
        if not isinstance(answer, dict) or answer.get("id") not in (number, None):
            raise self._nonsense(f"no answer to {method}")
        error = answer.get("error")
        if error is not None:
            raise _refusal(method, error)
        if answer.get("id") is None or "result" not in answer:
            raise self._nonsense(f"neither result nor error for {method}")
        return answer["result"]

    def _post(self, body: Any) -> Any:
        status, data = self._exchange(orjson.dumps(body))
        try:
            answer = orjson.loads(data)
        except orjson.JSONDecodeError:
            raise self._nonsense(f"HTTP {status}, {len(data)} bytes that are no JSON") from None
        if status >= 300 and not (isinstance(answer, dict) and "error" in answer):
            raise self._nonsense(f"HTTP {status}")
        return answer

    def _exchange(self, body: bytes) -> tuple[int, bytes]:
        """Sends ``body``; a connection that the node had closed meanwhile is opened anew, once.

        Sending twice is harmless: questions change nothing, and a transaction has one hash however often it is sent.
        """
        from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError
        from urllib3.exceptions import TimeoutError as TooSlow

        until = time.monotonic() + self._timeout
        for again in (True, False):
            try:
                return self._request(body, until)
            except NewConnectionError as fault:  # before TooSlow, which is its base for history's sake
                raise self._unreachable(_refused_connection(fault)) from None
            except TooSlow:
                raise self._slow() from None
            except ProtocolError as fault:
                if not again:
                    raise self._unreachable(_broken_off(fault)) from None
            except HTTPError as fault:
                raise self._unreachable(_broken_off(fault)) from None
        raise AssertionError("unreachable")

    def _request(self, body: bytes, until: float) -> tuple[int, bytes]:
        from urllib3 import Timeout

        left = max(until - time.monotonic(), 0.001)
        response = self._manager().request(
            "POST",
            self.address,
            body=body,
            timeout=Timeout(total=left),
            retries=False,
            redirect=False,
            preload_content=False,
        )
        try:
            return response.status, self._read(response, until)
        except BaseException:
            response.close()  # a half-read connection must not go back to the pool
            raise
        finally:
            response.release_conn()

    def _read(self, response: BaseHTTPResponse, until: float) -> bytes:
        parts, size = [], 0
        while part := response.read1(CHUNK):
            size += len(part)
            if size > self._limit:
                why = Wording("答复超过 {limit} 字节", "the answer is longer than {limit} bytes")
                raise TooLarge(url=self.shown, why=why.filled(limit=self._limit))
            if time.monotonic() > until:
                raise self._slow()
            parts.append(part)
        return b"".join(parts)

    def _manager(self) -> PoolManager:
        if self._pool is None:
            from urllib3 import PoolManager
            from urllib3.util import make_headers

            headers = {"Content-Type": "application/json", "Accept": "application/json"}
            login = urlsplit(self.address)
            if login.username:
                headers |= make_headers(basic_auth=f"{login.username}:{login.password or ''}")
            self._pool = PoolManager(headers=headers, maxsize=8)
        return self._pool

    def _unreachable(self, why: Wording) -> Unreachable:
        return Unreachable(url=self.shown, why=why)

    def _slow(self) -> Unreachable:
        why = Wording("{seconds} 秒内没有答复", "no answer within {seconds} s")
        return self._unreachable(why.filled(seconds=f"{self._timeout:g}"))

    def _nonsense(self, what: str) -> Unreachable:
        why = Wording("答复不是 JSON-RPC（{what}）", "the answer is not JSON-RPC ({what})")
        return self._unreachable(why.filled(what=what))


def _request(number: int, method: str, params: Sequence[Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}


def _refusal(method: str, error: Any) -> RpcError:
    known = error if isinstance(error, dict) else {}
    number = known.get("code")
    return RpcError(
        method=method,
        number=number if isinstance(number, int) else 0,
        message=str(known.get("message") or error),
        data=known.get("data"),
    )


def _without_secrets(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(
            why=Wording("节点地址须为 http:// 或 https:// 开头", "a node's address begins with http:// or https://")
        )
    return f"{parts.scheme}://{parts.hostname}" + (f":{port}" if port else "")


def _refused_connection(fault: Exception) -> Wording:
    return Wording("无法连接（{reason}）", "no connection ({reason})").filled(reason=_reason(fault))


def _broken_off(fault: Exception) -> Wording:
    return Wording("连接中断（{reason}）", "the connection broke off ({reason})").filled(reason=_reason(fault))


def _reason(fault: BaseException) -> str:
    """The innermost cause in words; the outer ones repeat the address with its secrets."""
    while inner := fault.__cause__ or fault.__context__:
        fault = inner
    text = getattr(fault, "strerror", None) or type(fault).__name__
    return str(text)
