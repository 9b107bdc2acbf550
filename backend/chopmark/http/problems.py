"""Every error as RFC 9457 ``application/problem+json``, in the caller's language and, for programs, in both.

One table says which status an error has. Nothing is echoed that the caller sent, except the names of places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from chopmark.core.finding import Finding
from chopmark.errors import ChopmarkError
from chopmark.http.language import chosen
from chopmark.wording import Language, Wording

MEDIA_TYPE: Final = "application/problem+json"
RETRY: Final = 5
"""Seconds after which a request is worth repeating when a database or a node is away."""

STATUS: Final[dict[str, int]] = {
    "E100": 422, "E101": 422, "E102": 404, "E104": 500, "E105": 422,
    "E200": 422, "E201": 422, "E202": 422,
    "E300": 503,
    "E400": 409, "E401": 409,
    "E500": 503, "E501": 503, "E502": 503, "E503": 503, "E504": 409, "E505": 503, "E506": 503, "E507": 500,
    "E600": 503, "E601": 503, "E602": 429, "E603": 409,
    "I000": 422,
}  # fmt: skip
"""HTTP status by an error's code; codes of HTTP itself (``H…``) say their own."""

TITLES: Final[dict[int, Wording]] = {
    400: Wording("请求不完整或有误", "Bad request"),
    401: Wording("未登录", "Not signed in"),
    403: Wording("没有权限", "Not permitted"),
    404: Wording("没有找到", "Not found"),
    405: Wording("不支持的方法", "Method not allowed"),
    406: Wording("无法按所要求的格式答复", "Not acceptable"),
    408: Wording("请求超时", "Request timed out"),
    409: Wording("与现状冲突", "Conflict"),
    413: Wording("请求过大", "Too large"),
    414: Wording("地址过长", "Address too long"),
    415: Wording("不支持的内容类型", "Unsupported media type"),
    422: Wording("内容不可用", "Unusable content"),
    429: Wording("请求过于频繁", "Too many requests"),
    431: Wording("请求头过大", "Headers too large"),
    500: Wording("系统出错", "Internal error"),
    503: Wording("暂时无法服务", "Not available now"),
}
"""Title of a problem by its status; others are said as 400 or 500."""


class HttpError(ChopmarkError):
    """What HTTP itself refuses. ``headers``: further headers of the answer."""

    code = "H400"
    headers: Mapping[str, str] = MappingProxyType({})
    wording = Wording("请求有误：{why}", "Bad request: {why}", "请更正后重发", "Correct it and send it again")


class NotSignedIn(HttpError):
    """No token, or one that does not stand: which of the two is said to nobody."""

    code = "H401"
    headers = MappingProxyType({"WWW-Authenticate": 'Bearer realm="chopmark"'})
    wording = Wording(
        "没有出示有效的令牌",
        "No valid token was shown",
        "请在请求头写 Authorization: Bearer 令牌；令牌由本站管理员签发",
        "Send the header Authorization: Bearer TOKEN; this site's operator issues tokens",
    )


class NotPermitted(HttpError):
    """The token does not have the scope."""

    code = "H403"
    wording = Wording(
        "该令牌没有“{scope}”权限",
        "This token does not have the scope “{scope}”",
        "请使用具有该权限的令牌",
        "Use a token that has it",
    )


class NotFound(HttpError):
    """Nothing there for this caller: one sentence for what does not exist and for what is somebody else's."""

    code = "H404"
    wording = Wording(
        "没有这个地址或编号", "There is nothing at this address", "请检查地址和编号", "Check the address and the id"
    )


class WrongMethod(HttpError):
    """The address has other methods; the header ``Allow`` names them."""

    code = "H405"
    wording = Wording(
        "该地址不支持这个方法",
        "This address does not have this method",
        "可用方法见 Allow 响应头",
        "The header Allow says which it has",
    )


class NotAcceptable(HttpError):
    """The caller accepts nothing that could be sent. ``offered``: what could be."""

    code = "H406"
    wording = Wording(
        "无法按 Accept 所要求的格式答复",
        "Nothing that Accept names can be sent",
        "可用：{offered}",
        "Offered: {offered}",
    )


class TooSlow(HttpError):
    """The body did not come in time."""

    code = "H408"
    headers = MappingProxyType({"Connection": "close"})
    wording = Wording(
        "请求内容传输过慢，已中止",
        "The body came too slowly",
        "请检查网络后重发",
        "Check the network and send it again",
    )


class Conflict(HttpError):
    """It does not go with the state of things."""

    code = "H409"
    wording = Wording("{why}", "{why}", "请查询当前状态", "Look at the present state")


class TooLarge(HttpError):
    """A limit was passed. ``why``: which."""

    code = "H413"
    headers = MappingProxyType({"Connection": "close"})
    wording = Wording("请求超出限制：{why}", "The request passes a limit: {why}", "请分次提交", "Send it in parts")


class LongAddress(HttpError):
    """The URL is too long."""

    code = "H414"
    wording = Wording(
        "地址过长（最多 {limit} 字节）", "The address is longer than {limit} bytes", "请缩短", "Shorten it"
    )


class WrongType(HttpError):
    """The content has a type that this address does not take. ``accepted``: which it takes."""

    code = "H415"
    wording = Wording(
        "该地址不接受这种内容类型",
        "This address does not take content of this type",
        "可用的 Content-Type：{accepted}",
        "Use a Content-Type of: {accepted}",
    )


class WrongShape(HttpError):
    """Content or parameters that are not as described. ``where``: the place; ``why``: the rule, never the value."""

    code = "H422"
    wording = Wording(
        "{where}：{why}", "{where}: {why}", "请对照 /api/v1/openapi.json", "Compare with /api/v1/openapi.json"
    )

    def __init__(self, errors: Sequence[tuple[str, Wording]] = (), **facts: object) -> None:
        self.errors = tuple(errors)
        if self.errors:
            facts = {"where": self.errors[0][0], "why": self.errors[0][1]} | facts
        super().__init__(**facts)


class Throttling(HttpError):
    """Too many failures from one address."""

    code = "H429"
    wording = Wording(
        "失败次数过多", "Too many failed attempts", "请在{seconds}秒后再试", "Try again in {seconds} seconds"
    )


class Crowded(HttpError):
    """One token has as many uploads under way as it may."""

    code = "H429"
    headers = MappingProxyType({"Connection": "close"})
    retry_after = 5
    wording = Wording(
        "该令牌同时上传的请求过多（至多 {limit} 个）",
        "This token has too many uploads under way (at most {limit})",
        "请等前面的请求得到答复后再发",
        "Wait for the answers to those before",
    )


class LargeHeaders(HttpError):
    """The headers are too large."""

    code = "H431"
    wording = Wording("请求头过大（最多 {limit} 字节）", "The headers pass {limit} bytes", "请缩短", "Shorten them")


class Unexpected(HttpError):
    """Something that nobody foresaw. What it was stands in the log under the request's number, and nowhere else."""

    code = "H500"
    wording = Wording(
        "发生意外错误，未作任何确认",
        "Something unexpected went wrong; nothing was acknowledged",
        "请把请求编号告知本站管理员",
        "Tell this site's operator the request's number",
    )


class NotReady(HttpError):
    """It cannot be served just now. ``why``: the reason."""

    code = "H503"
    wording = Wording("暂时无法服务：{why}", "Not available now: {why}", "请稍后重试", "Try again later")


class FindingsError(ChopmarkError):
    """Content was read and found wanting; nothing was written. ``findings``: what is wrong, each with its place."""

    code = "I000"
    wording = Wording(
        "有 {count} 处问题，没有写入任何内容",
        "Nothing was written; things that are wrong: {count}",
        "请按各条说明更正后重新提交",
        "Correct them as each one says and send it again",
    )

    def __init__(self, findings: Sequence[Finding], *, total: int = 0) -> None:
        self.findings = tuple(findings)
        super().__init__(count=max(total, len(self.findings)))


def status_of(fault: ChopmarkError) -> int:
    """The HTTP status of an error. A registry of codes that is silent about one is a fault of ours: 500."""
    if fault.code in STATUS:
        return STATUS[fault.code]
    number = fault.code[1:]
    return int(number) if fault.code.startswith("H") and number.isdigit() else 500


def retry_after(fault: ChopmarkError) -> int | None:
    """Seconds after which the request is worth repeating; None if it is not."""
    own = getattr(fault, "retry_after", None)
    if isinstance(own, int):
        return own
    seconds = fault.facts.get("seconds")
    if isinstance(seconds, int):
        return max(1, seconds)
    return RETRY if status_of(fault) == 503 else None


def title(status: int) -> Wording:
    """The short sentence of a status."""
    return TITLES.get(status) or TITLES[500 if status >= 500 else 400]


def as_problem(fault: ChopmarkError, language: Language, instance: str = "") -> dict[str, Any]:
    """The members of the problem document. ``instance``: the request's number."""
    status = status_of(fault)
    problem: dict[str, Any] = {
        "type": f"urn:chopmark:problem:{fault.code}",
        "title": title(status).fact(language, {}),
        "status": status,
        "detail": fault.say(language),
        "code": fault.code,
        "next": fault.next_step(language),
        "message": {each.value: fault.say(each) for each in Language},
        "remedy": {each.value: fault.next_step(each) for each in Language},
    }
    if instance:
        problem["instance"] = instance
    if isinstance(fault, FindingsError):
        problem["findings"] = [finding.as_json() for finding in fault.findings]
    if isinstance(fault, WrongShape) and fault.errors:
        problem["errors"] = [
            {"where": where, "message": {each.value: why.fact(each, {}) for each in Language}}
            for where, why in fault.errors
        ]
    seconds = retry_after(fault)
    if seconds is not None:
        problem["retry_after"] = seconds
    return problem


def problem_response(fault: ChopmarkError, request: Request) -> Response:
    """The answer that tells an error."""
    language = chosen(request.headers.get("accept-language", ""))
    problem = as_problem(fault, language, getattr(request.state, "request_id", ""))
    headers = {"Content-Language": language.value, **getattr(fault, "headers", {})}
    if "retry_after" in problem:
        headers["Retry-After"] = str(problem["retry_after"])
    return Response(orjson.dumps(problem), problem["status"], headers, MEDIA_TYPE)
