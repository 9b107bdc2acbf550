"""Every error is one problem: status by one table, both languages, what to do, and nothing that should stay inside."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from chopmark.core.finding import Finding
from chopmark.errors import ChopmarkError, Refused
from chopmark.http.problems import (
    MEDIA_TYPE,
    STATUS,
    TITLES,
    FindingsError,
    HttpError,
    WrongShape,
    as_problem,
    retry_after,
    status_of,
    title,
)
from chopmark.http.server import Protocol  # noqa: F401  (its errors count, too)
from chopmark.http.validation import place, wrong_shape
from chopmark.wording import Language, Wording
from tests.http._routes import SECRET
from tests.http.conftest import Face

ZH = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def every_error() -> list[type[ChopmarkError]]:
    """All classes of errors, of all rooms that a request can reach."""
    for room in ("services", "core", "chain", "store", "keys", "http"):
        package = importlib.import_module(f"chopmark.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"chopmark.{room}."):
            if "__main__" not in module.name and "migrations" not in module.name:
                importlib.import_module(module.name)
    found: set[type[ChopmarkError]] = set()
    left: list[type[ChopmarkError]] = [ChopmarkError]
    while left:
        below = left.pop().__subclasses__()
        left += below
        found |= set(below)
    return sorted((one for one in found if one.__module__.startswith("chopmark.")), key=lambda one: one.__name__)


def test_every_error_has_a_status_that_was_chosen_for_it():
    for error in every_error():
        if error.__module__.startswith(("chopmark.cli", "chopmark.client")) or error.code == "E000":
            continue
        assert error.code in STATUS or (error.code[0] == "H" and error.code[1:].isdigit()), error
        assert status_of(error.__new__(error)) in TITLES


@pytest.mark.parametrize("header", [{}, ZH], ids=["en", "zh"])
@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "H404"),
        ("GET", "/api/v1/nothing", 404, "H404"),
        ("GET", "/healthz/", 404, "H404"),
        ("GET", "/api/v1/../healthz%00", 404, "H404"),
        ("POST", "/healthz", 405, "H405"),
        ("TRACE", "/healthz", 405, "H405"),
        ("BREW", "/healthz", 405, "H405"),
        ("GET", "/api/v1/me", 401, "H401"),
        ("GET", "/api/v1/test/fault", 500, "H500"),
        ("GET", "/api/v1/test/fault?kind=disk", 503, "H503"),
        ("GET", "/api/v1/me?access_token=x", 400, "H400"),
        ("GET", "/api/v1/" + "a" * 9000, 414, "H414"),
    ],
)
def test_whatever_goes_wrong_is_a_problem_in_the_callers_language(bench: Face, header, method, path, status, code):
    answer = bench.client.request(method, path, headers=header)
    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA_TYPE
    problem = answer.json()
    lang = "zh" if header else "en"
    assert (problem["code"], problem["status"], problem["type"]) == (code, status, f"urn:chopmark:problem:{code}")
    assert problem["detail"] == problem["message"][lang]
    assert problem["next"] == problem["remedy"][lang]
    assert problem["title"] == title(status).fact(Language(lang), {})
    assert problem["remedy"]["zh"]
    assert problem["remedy"]["en"]
    assert answer.headers["content-language"] == lang
    assert "accept-language" in answer.headers["vary"].lower()
    assert problem["instance"] == answer.headers["x-request-id"]
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "server" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers
    assert (status == 503) == ("retry-after" in answer.headers)


def test_what_nobody_foresaw_is_told_to_the_log_and_not_to_the_caller(bench: Face):
    answer = bench.client.get("/api/v1/test/fault")
    assert SECRET not in answer.text
    assert "KeyError" not in answer.text
    told = next(line for line in bench.lines if line.get("request") == answer.headers["x-request-id"])
    assert (told["event"], told["error"]) == ("unexpected", "KeyError")
    assert any("_routes.py" in step and "fault" in step for step in told["way"])
    assert SECRET not in bench.logged
    bench.client.get("/api/v1/test/fault?kind=disk")
    assert "/secret/path" not in bench.logged


def test_methods_are_named_by_allow_for_the_address_as_a_whole(bench: Face):
    at = "/api/v1/test/things/7"
    refused = bench.client.put(at)
    assert refused.status_code == 405
    assert refused.headers["allow"] == "DELETE, GET, HEAD, OPTIONS"
    asked = bench.client.options(at, headers={"Origin": "https://other.test", "Access-Control-Request-Method": "GET"})
    assert (asked.status_code, asked.headers["allow"], asked.content) == (204, "DELETE, GET, HEAD, OPTIONS", b"")
    assert not [name for name in asked.headers if name.startswith("access-control")]
    assert bench.client.options("/api/v1/nothing").status_code == 404
    head = bench.client.head("/healthz")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == bench.client.get("/healthz").headers["content-length"]
    assert bench.client.head("/api/v1/test/files").status_code == 405


@pytest.mark.parametrize(
    ("body", "where", "zh"),
    [
        (b"{}", "body.name", "缺少该项"),
        (b'{"name":"abc","more":1}', "body.more", "没有这一项"),
        (b'{"name":"a"}', "body.name", "至少 2 个字符"),
        (b'{"name":"secret-value"}', "body.name", "最多 5 个字符"),
        (b'{"name":7}', "body.name", "应为文本"),
        (b'{"name":"abc","count":77}', "body.count", "应不大于 9"),
        (b'{"name":"abc","count":"x"}', "body.count", "应为整数"),
        (b"[1]", "body", "应为对象"),
        (b'{"name":"abc","name":"abd"}', "body", "出现两次"),
        (b'{"name":"abc","count":1.5}', "body", "小数"),
        (b'{"name":NaN}', "body", ""),
        (b"{" * 40, "body", ""),
        (b'{"name":' + b"[" * 33 + b"]" * 33 + b"}", "body", ""),
        (b'{"name":"\\ud800"}', "body", ""),
        (b"\xff\xfe{}", "body", ""),
        (b"", "body", "缺少该项"),
    ],
)
def test_a_body_of_the_wrong_shape_says_where_and_what_and_echoes_no_value(bench: Face, body, where, zh):
    headers = bench.as_("reviewer") | {"Content-Type": "application/json"} | ZH
    answer = bench.client.post("/api/v1/test/things", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "H422"), answer.text
    first = answer.json()["errors"][0]
    assert first["where"] == where
    assert zh in first["message"]["zh"]
    assert "secret-value" not in answer.text
    assert "…" not in answer.text


def test_parameters_of_the_wrong_shape(bench: Face):
    answer = bench.client.get("/api/v1/test/things/1?limit=x", headers=bench.as_())
    assert answer.json()["errors"] == [
        {"where": "query.limit", "message": {"zh": "应为整数", "en": "it must be a whole number"}}
    ]


def test_content_of_another_type_is_not_read(bench: Face):
    for sent in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""):
        headers = bench.as_("reviewer") | {"Content-Type": sent}
        answer = bench.client.post("/api/v1/test/things", content=b'{"name":"abc"}', headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "H415")
        assert "application/json" in answer.json()["next"]
    headers = bench.as_("reviewer") | {"Content-Type": "application/json; charset=utf-8"}
    assert bench.client.post("/api/v1/test/things", content=b'{"name":"abc"}', headers=headers).status_code == 200


def test_unknown_rules_and_long_places_are_told_without_values():
    error = {"type": "value_error", "loc": ("body", "名" * 300, 3), "msg": "secret", "ctx": {"error": "secret"}}
    told = as_problem(wrong_shape([error] * 300), Language.ZH)
    assert "secret" not in str(told)
    assert len(told["errors"]) == 100
    assert len(told["errors"][0]["where"]) == 120
    assert place(("body", "a\x1b[31m")) == "body.a?[31m"


def test_findings_come_with_their_places():
    problem = as_problem(FindingsError([Finding("I010", {"label": "姓名"})], total=3), Language.EN, "abc")
    assert (problem["status"], problem["code"], problem["instance"]) == (422, "I000", "abc")
    assert problem["detail"] == "Nothing was written; things that are wrong: 3"
    assert problem["findings"][0]["code"] == "I010"


def test_when_it_is_worth_repeating():
    refused = Refused(why=Wording("不可", "no"), fix_zh="", fix_en="")
    assert (status_of(refused), retry_after(refused)) == (409, None)
    assert retry_after(HttpError(why="x", seconds=0)) == 1
    assert retry_after(WrongShape([("a", Wording("甲", "a"))])) is None
