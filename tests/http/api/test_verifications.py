"""http.api.verifications: materials in, one answer for each, nothing kept; and matching by number."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import Any

import pytest

from chopmark.core.bundle import open_bundle, read_bundle
from chopmark.core.digest import sha256
from tests.fixtures.paper import certificate_pdf, one_byte_changed, scan_pdf
from tests.fixtures.town import number
from tests.http.api.conftest import REGISTRATIONS, degree, items
from tests.http.api.test_registrations import zip_of
from tests.http.conftest import Face

URL = "/api/v1/verifications"


@pytest.fixture(scope="module")
def issued(two: Face) -> tuple[bytes, bytes]:
    """A certificate and its bundle."""
    paper = certificate_pdf("verify")
    request = json.dumps({"kind": "degree", "fields": degree(701)})
    two.client.post(
        REGISTRATIONS,
        data={"request": request},
        files={"file": ("王莉.pdf", paper, "application/pdf")},
        headers=two.as_(key="issued"),
    )
    two.drain()
    (found,) = items(two, f"/api/v1/credentials?number={number(701)}")
    return paper, two.client.get(f"/api/v1/credentials/{found['id']}/bundle", headers=two.as_()).content


def verify(face: Face, *files: tuple[str, bytes], accept: str = "application/json", **parts: str) -> Any:
    given = [("file", (name, data, "application/octet-stream")) for name, data in files]
    headers = face.as_("reviewer") | {"Accept": accept}
    return face.client.post(URL, files=given, data=parts, headers=headers)


def test_a_file_with_its_bundle_is_verified(two: Face, issued: tuple[bytes, bytes]):
    paper, bundle = issued
    told = verify(two, ("王莉.pdf", paper), ("王莉.chopmark.json", bundle)).json()
    (material,) = told["materials"]
    assert (material["verdict"], material["material"], material["matched_by"]) == ("verified", "王莉.pdf", "digest")
    assert material["bundle_data"] is None
    assert told["summary"] == {"verified": 1}
    assert told["read_at"] == material["read_at"]
    assert list((two.office.home / "tmp").glob("*")) == []


def test_a_file_alone_is_found_in_the_index_and_its_bundle_goes_with_the_answer(two: Face, issued: tuple[bytes, bytes]):
    paper, bundle = issued
    (material,) = verify(two, ("renamed.pdf", paper)).json()["materials"]
    assert (material["verdict"], material["matched_by"]) == ("verified", "index")
    data = base64.b64decode(material["bundle_data"])
    assert open_bundle(read_bundle(data)).files[0].sha256 == sha256(paper)
    assert data == bundle


ID = "11010519491231002X"


def bundles_in(answer: Any) -> list[Any]:
    return [open_bundle(read_bundle(base64.b64decode(each["bundle_data"]))) for each in answer.json()["materials"]]


def registered_with(face: Face, paper: bytes, n: int, **fields: str) -> None:
    request = json.dumps({"kind": "degree", "fields": degree(n, **fields)})
    files = {"file": ("paper.pdf", paper, "application/pdf")}
    headers = face.as_(key=f"with-{n}")
    answer = face.client.post(REGISTRATIONS, data={"request": request}, files=files, headers=headers)
    assert answer.status_code == 202, answer.text
    face.drain()


def test_what_the_answer_masks_is_not_in_the_bundle_either(two: Face):
    paper = certificate_pdf("private")
    registered_with(two, paper, 711, holder_id=ID)
    answer = verify(two, ("x.pdf", paper), declared=json.dumps({"*": {"holder_id": ID}}))
    (bundle,) = bundles_in(answer)
    assert bundle.claims["holder_name"] == "王莉"
    assert "holder_id" not in {*bundle.claims, *bundle.twins}
    (material,) = answer.json()["materials"]
    assert "holder_id" not in material["attested"]
    assert [each["equal"] for each in material["comparisons"]] == [None]
    assert ID not in answer.text

    files = [("file", ("x.pdf", paper, "application/octet-stream"))]
    (own,) = bundles_in(two.client.post(URL, files=files, headers=two.as_()))
    assert own.claims["holder_id"] == ID
    (strange,) = bundles_in(two.client.post(URL, files=files, headers=two.as_(institution="western")))
    assert "holder_id" not in strange.claims


def test_a_file_in_common_opens_nobodys_fields(two: Face):
    paper = certificate_pdf("in common")
    registered_with(two, paper, 721)
    registered_with(two, paper, 722, holder_name="李伟")
    answer = verify(two, ("x.pdf", paper))
    bundles = bundles_in(answer)
    assert [(dict(each.claims), dict(each.twins), each.files[0].sha256) for each in bundles] == [
        ({}, {}, sha256(paper))
    ] * 2
    assert not any(name in answer.text for name in ("王莉", "李伟", number(721), number(722)))
    files = [("file", ("x.pdf", paper, "application/octet-stream"))]
    own = bundles_in(two.client.post(URL, files=files, headers=two.as_()))
    assert {each.claims["holder_name"] for each in own} == {"王莉", "李伟"}


def test_an_altered_file_and_a_stranger_are_told_apart(two: Face, issued: tuple[bytes, bytes]):
    paper, bundle = issued
    altered = one_byte_changed(paper)
    told = verify(
        two, ("王莉.pdf", altered), ("王莉.chopmark.json", bundle), ("other.pdf", certificate_pdf("other"))
    ).json()
    verdicts = {each["material"]: each["verdict"] for each in told["materials"]}
    assert verdicts == {"王莉.pdf": "mismatch", "other.pdf": "not_registered"}


@pytest.mark.parametrize(("holder", "verdict"), [("王莉", "verified"), ("张三", "mismatch")])
def test_declared_fields_are_compared(two: Face, issued: tuple[bytes, bytes], holder: str, verdict: str):
    declared = json.dumps({"*": {"holder_name": holder}, "王莉.pdf": {"major": "土木工程"}})
    (material,) = verify(two, ("王莉.pdf", issued[0]), declared=declared, kind="degree").json()["materials"]
    assert material["verdict"] == verdict
    assert {each["field"] for each in material["comparisons"]} == {"holder_name", "major"}


def test_an_archive_counts_as_a_folder(two: Face, issued: tuple[bytes, bytes]):
    paper, bundle = issued
    data = zip_of({"申报/王莉.pdf": paper, "申报/王莉.chopmark.json": bundle, "申报/扫描.pdf": scan_pdf("x")})
    told = verify(two, ("材料.zip", data)).json()
    assert {each["material"] for each in told["materials"]} == {"申报/王莉.pdf", "申报/扫描.pdf"}


def test_json_lines_end_with_the_summary(two: Face, issued: tuple[bytes, bytes]):
    answer = verify(two, ("a.pdf", issued[0]), ("b.pdf", certificate_pdf("b")), accept="application/x-ndjson")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    *materials, end = [json.loads(line) for line in answer.text.splitlines()]
    assert [each["material"] for each in materials] == ["a.pdf", "b.pdf"]
    assert sum(end["summary"].values()) == 2


def test_all_are_read_at_one_block(two: Face, issued: tuple[bytes, bytes]):
    paper, bundle = issued
    told = verify(two, *[(f"{n}.pdf", paper) for n in range(5)], ("x.chopmark.json", bundle)).json()
    assert len({json.dumps(each["read_at"]) for each in told["materials"] if each["read_at"]}) == 1


def test_a_silent_chain_is_a_verdict_and_no_error(
    two: Face, issued: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
):
    from chopmark.chain.client import ChainClient
    from chopmark.errors import Unreachable

    def silent(*_: object) -> None:
        raise Unreachable(url="http://node", why="no answer")

    monkeypatch.setattr(ChainClient, "final", silent)
    answer = verify(two, ("王莉.pdf", issued[0]))
    assert answer.status_code == 200
    assert answer.json()["materials"][0]["verdict"] == "cannot_check"
    assert answer.json()["read_at"] is None


@pytest.mark.parametrize(
    ("files", "parts", "status", "code"),
    [
        ([("a.pdf", b"%PDF-1.4")], {"declared": "[]"}, 422, "H422"),
        ([("a.pdf", b"%PDF-1.4")], {"declared": '{"*": {"a": {}}}'}, 422, "H422"),
        ([("a.pdf", b"%PDF-1.4")], {"declared": "not json"}, 422, "E200"),
        ([("a.pdf", b"%PDF-1.4")], {"declared": '{"nobody.pdf": {"holder_name": "x"}}'}, 422, "E101"),
        ([("a.pdf", b"%PDF-1.4")], {"kind": "nothing"}, 404, "E102"),
        ([("a.zip", zip_of({"/etc/passwd": b"x"}))], {}, 422, "E105"),
        ([("a.zip", b"PK\x03\x04 not really")], {}, 422, "E105"),
    ],
)
def test_what_cannot_be_asked_is_refused(two: Face, files: list[Any], parts: dict[str, str], status: int, code: str):
    answer = verify(two, *files, **parts)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert list((two.office.home / "tmp").glob("*")) == []


def test_without_a_file_there_is_nothing_to_verify(two: Face):
    answer = two.client.post(URL, files={"declared": (None, "{}")}, headers=two.as_("reviewer"))
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "file")


def test_a_bomb_is_refused(two: Face):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.pdf", b"\0" * (64 << 20))
    answer = verify(two, ("bomb.zip", made.getvalue()))
    assert (answer.status_code, answer.json()["code"]) == (422, "E105")


def test_archives_are_bounded_together(two: Face, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("chopmark.http.api.verifications.ZIP_ENTRIES", 3)
    archives = [(f"{n}.zip", zip_of({"a.txt": b"a", "b.txt": b"b"})) for n in range(2)]
    assert verify(two, archives[0]).status_code == 200
    answer = verify(two, *archives)
    assert (answer.status_code, answer.json()["code"]) == (422, "E105")
    assert list((two.office.home / "tmp").glob("*")) == []


def test_bundles_are_bounded_together(two: Face, issued: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch):
    _, bundle = issued
    monkeypatch.setattr("chopmark.http.api.verifications.BUNDLE_BYTES", len(bundle) + 10)
    assert verify(two, ("a.chopmark.json", bundle)).status_code == 200
    answer = verify(two, ("a.chopmark.json", bundle), ("b.chopmark.json", b"{" * 20))
    assert (answer.status_code, answer.json()["code"]) == (422, "E100")


def test_what_there_was_no_time_for_is_told_as_such(two: Face, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("chopmark.http.api.verifications.SECONDS", 0.0)
    (material,) = verify(two, ("x.pdf", certificate_pdf("late"))).json()["materials"]
    assert (material["verdict"], material["file"]["bytes"] > 0) == ("cannot_check", True)


def test_whoever_accepts_neither_form_is_told_which_there_are(two: Face, issued: tuple[bytes, bytes]):
    answer = verify(two, ("a.pdf", issued[0]), accept="text/html")
    assert (answer.status_code, answer.json()["code"]) == (406, "H406")


# -- by number


def match(face: Face, body: dict[str, Any]) -> Any:
    return face.client.post("/api/v1/matches", json=body, headers=face.as_("reviewer"))


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"holder_name": "王莉", "major": "土木工程"}, "partly_verified"),
        ({"holder_name": "王莉", "major": "化学"}, "mismatch"),
        ({"holder_name": "张三"}, "not_registered"),
    ],
)
def test_a_number_is_matched_without_telling_what_is_recorded(
    two: Face, issued: tuple[bytes, bytes], fields: dict[str, str], verdict: str
):
    assert issued
    answer = match(two, {"kind": "degree", "number": number(701), "fields": fields})
    assert answer.status_code == 200, answer.text
    assert answer.json()["verdict"] == verdict
    told = json.dumps({**answer.json(), "issuer": None}, ensure_ascii=False)
    assert not any(value in told for value in ("王莉", "土木工程"))


def test_a_question_that_cannot_be_is_refused(two: Face):
    assert match(two, {"number": number(701), "unknown": 1}).json()["code"] == "H422"
    assert match(two, {"number": number(701), "kind": "nothing"}).status_code == 404
    assert match(two, {"kind": "degree"}).json()["code"] == "E101"
