"""Everything that people and programs send by mistake or on purpose: refused with place and remedy in both languages, nothing written.

Each line of the lists is one request. What is expected is the status and a code; for all of them alike: one problem, two
languages, a next step, nothing in the database, no file left, no 5xx, and no word of it in the log.
"""

from __future__ import annotations

import io
import json
import re
import stat
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest

from tests.fixtures.paper import certificate_pdf
from tests.fixtures.town import FIELDS, Town, number
from tests.http.conftest import Face, faced

REGISTRATIONS = "/api/v1/registrations"
MARK = "王莉"
"""The name of every person here: it must not get into the log."""
JSON = "application/json"
keys = (f"bad-{n}" for n in count())


@pytest.fixture(scope="module")
def face(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    with faced(town.open(tmp_path_factory.mktemp("bad") / "home"), max_file_mb=2, max_request_mb=8) as made:
        yield made


def tables(face: Face) -> dict[str, int]:
    """Rows of whatever a request may write."""
    names = ("submissions", "submission_items", "repeats", "headings")
    with face.site.store.read() as tx:
        counts = {name: tx.site._number(_count(name)) for name in names}
    return face.office.rows() | counts


def _count(table: str) -> Any:
    from sqlalchemy import text

    return text(f"select count(*) from {table}")


@contextmanager
def nothing_written(face: Face) -> Iterator[None]:
    before = tables(face)
    yield
    assert tables(face) == before
    assert [*(face.site.settings.home / "tmp").glob("*")] == []


def told(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem, once it is whole."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), (
        f"{answer.status_code} {answer.text[:800]}"
    )
    problem: dict[str, Any] = answer.json()
    for language in ("zh", "en"):
        assert problem["message"][language]
        assert problem["remedy"][language]
        assert "…" not in problem["message"][language]
        assert not re.search(r"\{[a-z_]+\}", problem["message"][language])
    return problem


def codes(problem: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in problem.get("findings", [])}


def degree(**changes: Any) -> dict[str, Any]:
    return {"kind": "degree", "credentials": [{"fields": FIELDS | {"certificate_number": number(1)} | changes}]}


def sheet_of(*rows: dict[str, str]) -> bytes:
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    return "\n".join([",".join(headings), *(",".join(row.get(h, "") for h in headings) for row in rows)]).encode()


GOOD = FIELDS | {"certificate_number": number(1)}
ROW = sheet_of(GOOD)


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", method) as archive:
        warnings.simplefilter("ignore")  # a name that comes twice is meant here
        for name, data in entries:
            archive.writestr(name, data)
    return made.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = (stat.S_IFLNK | 0o777) << 16
    return made


def encrypted() -> bytes:
    data = bytearray(zipped(("a.pdf", b"x"), method=zipfile.ZIP_STORED))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def lying() -> bytes:
    """An archive that declares a small entry and holds a large one."""
    data = bytearray(zipped(("a.pdf", b"\0" * (9 << 20))))
    small = (1000).to_bytes(4, "little")
    data[22:26] = small
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = small
    return bytes(data)


ARCHIVES = {
    "leads out": zipped(("../../etc/cron.d/x", b"x")),
    "begins at the root": zipped(("/etc/passwd", b"x")),
    "leads out on Windows": zipped(("..\\..\\x.pdf", b"x")),
    "holds a link": zipped((link("a.pdf"), b"/etc/passwd")),
    "is encrypted": encrypted(),
    "bursts": zipped(("a.pdf", b"\0" * (20 << 20))),
    "lies about sizes": lying(),
    "has one name twice": zipped(("a.pdf", b"1"), ("a.pdf", b"2")),
    "is cut short": zipped(("a.pdf", b"x" * 1000))[:-30],
    "is none": b"PK\x03\x04 and nothing more",
    "has a name that is none": zipped(("a\x01b.pdf", b"x")),
}
"""FAULTS 49: refused before anything is unpacked."""

JSON_BODIES: dict[str, tuple[Any, int, str]] = {
    "nothing": (b"", 422, "E200"),
    "no JSON": (b"{", 422, "E200"),
    "a list": ([], 422, "H422"),
    "null": (b"null", 422, "H422"),
    "no kind": ({"credentials": [{"fields": {}}]}, 422, "H422"),
    "an unknown kind": (degree() | {"kind": "doctor of nothing"}, 404, "E102"),
    "no credentials": ({"kind": "degree", "credentials": []}, 422, "H422"),
    "more": (degree() | {"more": 1}, 422, "H422"),
    "a member twice": (b'{"kind":"degree","kind":"paper","credentials":[]}', 422, "E200"),
    "a fraction": (b'{"kind":"degree","credentials":[{"fields":{"holder_name":1.5}}]}', 422, "E200"),
    "a number too big": (
        b'{"kind":"degree","credentials":[{"fields":{"holder_name":99999999999999999999}}]}',
        422,
        "E200",
    ),
    "half a character": (b'{"kind":"degree","credentials":[{"fields":{"holder_name":"\\ud800"}}]}', 422, "E200"),
    "another encoding": ('{"kind":"degree"}'.encode("utf-16"), 422, "E200"),
    "a mark in front": (b'\xef\xbb\xbf{"kind":"degree","credentials":[]}', 422, "E200"),
    "depth": (b'{"kind":' + b"[" * 40 + b"]" * 40 + b"}", 422, "E200"),
    "fields that are no object": ({"kind": "degree", "credentials": [{"fields": [1]}]}, 422, "H422"),
    "a field of objects": (degree(holder_name={"a": "b"}), 422, "H422"),
    "true": (degree(holder_name=True), 422, "H422"),
    "too many": ({"kind": "degree", "credentials": [{"fields": {}}] * 10_001}, 422, "H422"),
}
FIELDS_THAT_ARE_WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown field": ({"shoe_size": "42"}, "I016"),
    "an empty name": ({"holder_name": ""}, "I010"),
    "blanks for a name": ({"holder_name": " \u3000 "}, "I010"),
    "a day that is none": ({"graduation_date": "2026-02-30"}, "I013"),
    "words for a day": ({"graduation_date": "last summer"}, "I013"),
    "a level that is none": ({"level": "king"}, "I017"),
    "control characters": ({"major": "土木\x00工程"}, "I015"),
    "a turned line": ({"major": "土木\u202e工程"}, "I015"),
    "a very long name": ({"holder_name": MARK * 5_000}, "I014"),
    "a very long number": ({"certificate_number": "1" * 5_000}, "I014"),
}
SHEETS: dict[str, tuple[bytes, str]] = {
    "an empty file": (b"", "I023"),
    "headings alone": (sheet_of(GOOD).splitlines()[0], "I023"),
    "noise": (bytes(range(256)) * 40, "I024"),
    "a PDF": (certificate_pdf(number(1)), "I024"),
    "a workbook that is none": (b"PK\x03\x04" + b"\0" * 200, "I024"),
    "an old workbook that is none": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "I024"),
    "a row twice": (sheet_of(GOOD, GOOD), "I001"),
    "a column twice": (ROW.replace(b"holder_name", b"\xe5\xa7\x93\xe5\x90\x8d,holder_name", 1), "I022"),
    "a column that nobody knows": (sheet_of(GOOD | {"鞋码": "42"}), "I021"),
    "a column that is missing": (sheet_of({k: v for k, v in GOOD.items() if k != "holder_name"}), "I020"),
}


@pytest.mark.parametrize("name", JSON_BODIES)
def test_json_that_is_no_request(face: Face, name: str):
    body, status, code = JSON_BODIES[name]
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with nothing_written(face):
        headers = face.as_(key=next(keys)) | {"Content-Type": "application/json"}
        told(face.client.post(REGISTRATIONS, content=content, headers=headers), status, code)


def test_a_long_number_without_quotes_is_named_and_what_to_do(face: Face):
    """Spreadsheets and scripts write certificate numbers as integers: 18 digits are more than JSON parsers agree on."""
    body = b'{"kind":"degree","credentials":[{"fields":{"certificate_number":105331202605000001}}]}'
    headers = face.as_(key=next(keys))
    problem = told(face.client.post(REGISTRATIONS, content=body, headers=headers | {"Content-Type": JSON}), 422, "E200")
    assert "body.credentials" not in problem["message"]["en"]
    assert "credentials.0.fields.certificate_number" in problem["message"]["en"]
    assert problem["remedy"]["en"] == "Send long numbers as text (in quotes)"
    lines = b'{"kind":"degree","fields":{"certificate_number":105331202605000001}}\n'
    ndjson = {"Content-Type": "application/x-ndjson"}
    problem = told(face.client.post(REGISTRATIONS, content=lines, headers=headers | ndjson), 422, "H422")
    assert "line 1.fields.certificate_number" in problem["message"]["en"]
    asked = b'{"number":"1","fields":{"certificate_number":105331202605000001}}'
    reviewer = face.as_("reviewer") | {"Content-Type": JSON}
    problem = told(face.client.post("/api/v1/matches", content=asked, headers=reviewer), 422, "H422")
    assert problem["errors"][0]["where"] == "body.fields.certificate_number"
    assert "引号" in problem["errors"][0]["message"]["zh"]


def test_a_parameter_that_is_misspelt_registers_nothing(face: Face):
    with nothing_written(face):
        answer = face.client.post(f"{REGISTRATIONS}?dryrun=true", json=degree(), headers=face.as_(key=next(keys)))
        problem = told(answer, 422, "H422")
    assert problem["errors"][0]["where"] == "query.dryrun"
    assert "dry_run" in problem["message"]["en"]
    reviewer = face.as_("reviewer")
    assert face.client.get("/api/v1/me?x", headers=reviewer).status_code == 422
    assert face.client.get("/healthz?verbose=1").status_code == 422
    assert face.client.get("/api/v1/kinds/degree/template?format=csv&lang=en", headers=reviewer).status_code == 200
    assert face.client.get(f"{REGISTRATIONS}?limit=3", headers=face.as_()).status_code == 200
    assert face.client.get("/api/v1/me?dryrun=1").status_code == 401  # whoever may not call learns no parameters


@pytest.mark.parametrize("name", FIELDS_THAT_ARE_WRONG)
def test_fields_that_are_wrong(face: Face, name: str):
    changes, code = FIELDS_THAT_ARE_WRONG[name]
    with nothing_written(face):
        answer = face.client.post(REGISTRATIONS, json=degree(**changes), headers=face.as_(key=next(keys)))
        problem = told(answer, 422, "I000")
        assert code in codes(problem), problem["findings"]
        assert all(finding["message"]["zh"] and finding["message"]["en"] for finding in problem["findings"])
        assert len(answer.content) < 50_000


@pytest.mark.parametrize("name", SHEETS)
def test_sheets_that_are_wrong(face: Face, name: str):
    data, code = SHEETS[name]
    with nothing_written(face):
        files = {"sheet": ("名单.csv", data, "text/csv")}
        path = f"{REGISTRATIONS}?kind=degree"
        answer = face.client.post(path, files=files, headers=face.as_(key=next(keys)))
        problem = answer.json()
        assert answer.status_code == 422, answer.text[:500]
        assert code in codes(problem) | {problem["code"]}, answer.text[:800]
        told(answer, 422, problem["code"])


@pytest.mark.parametrize("name", ARCHIVES)
@pytest.mark.parametrize("path", ["registrations", "verifications"])
def test_archives_that_are_traps(face: Face, name: str, path: str):
    data = ARCHIVES[name]
    files: dict[str, Any] = {"file": ("a.zip", data, "application/zip")}
    if path == "registrations":
        files = {"sheet": ("a.csv", ROW, "text/csv"), "files": ("a.zip", data, "application/zip")}
        who = face.as_(key=next(keys))
    else:
        who = face.as_("reviewer")
    with nothing_written(face):
        answer = face.client.post(
            f"/api/v1/{path}", params={"kind": "degree"} if "sheet" in files else {}, files=files, headers=who
        )
        told(answer, 422, "E105")


def test_requests_of_parts_that_do_not_belong_together(face: Face):
    pdf = ("a.pdf", certificate_pdf(number(1)), "application/pdf")
    request = json.dumps({"kind": "degree", "fields": GOOD})
    wrong: list[tuple[dict[str, Any], dict[str, str]]] = [
        ({"file": pdf}, {}),
        ({"request": (None, "{", "application/json"), "file": pdf}, {}),
        ({"request": (None, "[]", "application/json"), "file": pdf}, {}),
        ({"request": (None, request), "sheet": ("a.csv", ROW)}, {}),
        ({"files": ("a.zip", zipped(("a.pdf", b"x")))}, {"kind": "degree"}),
        ({"sheet": ("a.csv", ROW)}, {}),
        ({"hello": (None, "world")}, {}),
    ]
    for files, params in wrong:
        with nothing_written(face):
            answer = face.client.post(REGISTRATIONS, files=files, params=params, headers=face.as_(key=next(keys)))
            assert answer.status_code in (404, 422), answer.text[:300]  # 404: a kind that is not there
            told(answer, answer.status_code, answer.json()["code"])


def test_lines_that_are_wrong_are_named_by_their_number(face: Face):
    good = json.dumps({"kind": "degree", "fields": GOOD}).encode()
    wrong = [b"", b"\n\n", b"{\n", good + b"\n{]\n", good + b"\n" + good, b"[1]\n", b"x" * (2 << 20)]
    for body in wrong:
        with nothing_written(face):
            headers = face.as_(key=next(keys)) | {"Content-Type": "application/x-ndjson"}
            answer = face.client.post(REGISTRATIONS, content=body, headers=headers)
            assert answer.status_code in (413, 422), answer.text[:300]
            told(answer, answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({}, 415),
        ({"declared": (None, "{}")}, 422),
        ({"file": ("a.pdf", b"%PDF"), "declared": (None, "{")}, 422),
        ({"file": ("a.pdf", b"%PDF"), "declared": (None, "[]")}, 422),
        ({"file": ("a.pdf", b"%PDF"), "declared": (None, '{"other.pdf":{"holder_name":"x"}}')}, 422),
        ({"file": ("a.pdf", b"%PDF"), "kind": (None, "nonsense")}, 404),
        ({"file": ("a.pdf", b"x" * (3 << 20))}, 413),
    ],
)
def test_materials_that_are_no_request(face: Face, files: dict[str, Any], status: int):
    with nothing_written(face):
        answer = face.client.post("/api/v1/verifications", files=files or None, headers=face.as_("reviewer"))
        assert answer.status_code == status, answer.text[:300]
        told(answer, status, answer.json()["code"])


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"%PDF-1.7\n%%EOF", b"PK", b"{}", b'{"format":"chopmark-bundle-1"}', b"<html>"]
)
def test_files_that_are_nothing_are_a_verdict_and_no_error(face: Face, data: bytes):
    with nothing_written(face):
        files = {"file": ("证书.pdf", data, "application/pdf")}
        answer = face.client.post("/api/v1/verifications", files=files, headers=face.as_("reviewer"))
        assert answer.status_code == 200, answer.text
        (material,) = answer.json()["materials"]
        assert material["verdict"] not in ("verified", "partly_verified")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"number": number(1)},
        {"number": number(2), "fields": {}},
        {"number": "", "fields": {"holder_name": "x"}, "kind": "degree"},
        {"number": number(1), "fields": {"shoe_size": "1"}, "kind": "degree"},
        {"number": number(1), "fields": {"holder_name": "x"}, "kind": "nonsense"},
        {"number": "1" * 100_000, "fields": {"holder_name": "x"}, "kind": "degree"},
        {"number": number(1), "fields": {"holder_name": "x"}, "issuer": -1},
        {"number": number(1), "fields": {"holder_name": "x"}, "issuer": "7"},
        {"number": number(1), "fields": "x"},
    ],
)
def test_questions_that_are_none(face: Face, body: dict[str, Any]):
    with nothing_written(face):
        answer = face.client.post("/api/v1/matches", json=body, headers=face.as_("reviewer"))
        assert answer.status_code in (404, 422), answer.text
        told(answer, answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    "path",
    [
        "/registrations/x", "/registrations/reg_", "/registrations/..%2f..", "/credentials/" + "g" * 64,
        "/credentials/" + "A" * 64, "/status-changes/%00", "/signing-requests/sig_" + "é" * 22, "/issuers/-1", "/issuers/1e3",
        "/issuers/" + "9" * 40, "/issuers/x", "/operations/1", "/kinds/" + "x" * 500, "/audit/credentials/x",
        "/audit/issuers/99999999", "/audit/credentials/" + "0" * 64 + "?as_of=yesterday", "/audit/issuers/1?as_of=9999999999999",
        "/credentials?number=" + "x" * 5000, "/credentials?kind=nonsense", "/tokens/x", "/registrations?cursor=x",
    ],
)  # fmt: skip
def test_addresses_of_nothing(face: Face, path: str):
    role = {"/issuers": "reviewer", "/audit": "auditor", "/operat": "authority", "/tokens": "operator"}
    who = next((role[start] for start in role if path.startswith(start)), "registrar")
    place = "edu" if who == "authority" else None
    answer = face.client.get("/api/v1" + path, headers=face.as_(who, place))
    assert answer.status_code in (404, 422), f"{answer.status_code} {answer.text[:200]}"
    told(answer, answer.status_code, answer.json()["code"])


def test_nothing_of_all_that_is_in_the_log(face: Face):
    assert face.lines
    assert MARK not in face.logged
    assert number(1) not in face.logged
    assert "10533120260500000" not in face.logged
    assert [line for line in face.lines if line["event"] == "unexpected"] == []
    assert {line["status"] for line in face.lines if line["event"] == "request"} <= {200, 202, 401, 404, 413, 415, 422}


def test_an_archive_of_more_entries_than_anybody_has_materials(face: Face):
    many = zipped(*((f"{n}", b"") for n in range(20_001)), method=zipfile.ZIP_STORED)
    with nothing_written(face):
        answer = face.client.post(
            "/api/v1/verifications", files={"file": ("a.zip", many)}, headers=face.as_("reviewer")
        )
        told(answer, 422, "E105")
