"""http.api.registrations: from a request to the chain and back, and everything that is refused with nothing written."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chopmark.core.bundle import open_bundle, read_bundle
from chopmark.core.digest import sha256
from chopmark.http.intake import archive_limits
from chopmark.kinds import find_kind
from tests.fixtures.paper import certificate_pdf, truncated
from tests.fixtures.town import UNIVERSITY, number
from tests.http.api.conftest import OTHER, REGISTRATIONS, degree, degrees, items, registered, same_nothing, tables
from tests.http.conftest import Face

ABSENT = f"{REGISTRATIONS}/reg_{'A' * 22}"
MULTIPART = "multipart/form-data"


def codes(problem: Any) -> list[str]:
    return [finding["code"] for finding in problem["findings"]]


@contextmanager
def nothing_written(face: Face) -> Iterator[None]:
    before = tables(face)
    yield
    assert tables(face) == before
    assert not list((face.office.home / "tmp").glob("*"))


def lines(*rows: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def ndjson(face: Face, body: bytes, key: str, **query: str) -> Any:
    headers = face.as_(key=key) | {"Content-Type": "application/x-ndjson"}
    return face.client.post(REGISTRATIONS, content=body, headers=headers, params=query)


def csv_of(*rows: dict[str, str]) -> bytes:
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    return "\n".join([",".join(headings), *(",".join(row.get(h, "") for h in headings) for row in rows)]).encode()


def zip_of(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


# -- what is right


@pytest.mark.both_databases
def test_a_list_is_acknowledged_registered_and_handed_out(two: Face):
    answer = two.client.post(REGISTRATIONS, json=degrees(1, 2, 3), headers=two.as_(key="list"))
    assert answer.status_code == 202, answer.text
    made = answer.json()
    assert (made["state"], made["count"], made["known"], made["registered"]) == ("queued", 3, 0, 0)
    assert answer.headers["location"] == f"{REGISTRATIONS}/{made['id']}"
    early = two.client.get(f"{REGISTRATIONS}/{made['id']}/bundles", headers=two.as_())
    assert (early.status_code, early.json()["code"]) == (409, "H409")

    two.drain()
    told = two.client.get(answer.headers["location"], headers=two.as_()).json()
    assert (told["state"], told["registered"], told["trouble"]) == ("registered", 3, None)
    assert told["batches"][0]["size"] == 3
    assert told["batches"][0]["transaction"].startswith("0x")

    archive = two.client.get(f"{REGISTRATIONS}/{made['id']}/bundles", headers=two.as_())
    assert archive.headers["content-type"] == "application/zip"
    assert "attachment" in archive.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(archive.content)) as opened:
        bundles = [open_bundle(read_bundle(opened.read(name))) for name in opened.namelist()]
    listed = items(two, told["credentials"])
    assert [each["id"] for each in listed] == [bundle.commitment.hex() for bundle in bundles]
    assert [each["number"] for each in listed] == [number(1), number(2), number(3)]
    assert {each["status"] for each in listed} == {"valid"}


def test_one_credential_with_its_files_is_found_by_their_digest(two: Face):
    paper = certificate_pdf("eleven")
    request = json.dumps({"kind": "degree", "fields": degree(11, holder_name="张伟")}, ensure_ascii=False)
    answer = two.client.post(
        REGISTRATIONS,
        data={"request": request},
        files={"file": ("张伟 学位证书.pdf", paper, "application/pdf")},
        headers=two.as_(key="files"),
    )
    assert answer.status_code == 202, answer.text
    two.drain()
    (credential,) = items(two, answer.json()["credentials"])
    assert credential["label"] == "张伟 学位证书"
    bundle = two.client.get(f"/api/v1/credentials/{credential['id']}/bundle", headers=two.as_())
    assert [file.sha256 for file in open_bundle(read_bundle(bundle.content)).files] == [sha256(paper)]
    assert "filename*=UTF-8''%E5%BC%A0%E4%BC%9F" in bundle.headers["content-disposition"]


@pytest.mark.both_databases
def test_a_sheet_with_an_archive_of_files(two: Face):
    papers = {f"证书/{n}.pdf": certificate_pdf(str(n)) for n in (21, 22)}
    rows = [degree(n) | {"file": f"证书/{n}.pdf"} for n in (21, 22)]
    answer = two.client.post(
        REGISTRATIONS,
        params={"kind": "degree"},
        files={
            "sheet": ("2026届.csv", csv_of(*rows), "text/csv"),
            "files": ("证书.zip", zip_of(papers), "application/zip"),
        },
        headers=two.as_(key="sheet"),
    )
    assert answer.status_code == 202, answer.text
    two.drain()
    listed = items(two, answer.json()["credentials"])
    assert [each["number"] for each in listed] == [number(21), number(22)]
    for n, each in zip((21, 22), listed, strict=True):
        data = two.client.get(f"/api/v1/credentials/{each['id']}/bundle", headers=two.as_()).content
        assert open_bundle(read_bundle(data)).files[0].sha256 == sha256(papers[f"证书/{n}.pdf"])


def test_lines_are_one_registration(two: Face):
    rows = [{"kind": "degree", "fields": degree(n), "label": f"第{n}号"} for n in range(31, 36)]
    answer = ndjson(two, lines(*rows), "lines")
    assert (answer.status_code, answer.json()["count"]) == (202, 5)
    two.drain()
    assert [each["label"] for each in items(two, answer.json()["credentials"])] == [f"第{n}号" for n in range(31, 36)]


def test_labels_of_fields_will_do_as_names(two: Face):
    given = {
        "姓名": "李雷",
        "Institution": "东方理工大学",
        "level": "本科",
        "专业": "土木工程",
        "学位证书编号": number(41),
    }
    body = {"kind": "degree", "credentials": [{"fields": given | {"graduation_date": "2026-06-30"}}]}
    answer = two.client.post(REGISTRATIONS, params={"dry_run": "true"}, json=body, headers=two.as_())
    told = answer.json()
    assert answer.status_code == 200
    assert all(finding["code"] != "I016" or finding["place"]["field"] == "Institution" for finding in told["findings"])


@pytest.mark.both_databases
def test_the_same_content_again_is_known_and_not_registered_twice(two: Face):
    first = registered(two, 51, 52)
    again = two.client.post(REGISTRATIONS, json=degrees(52, 53), headers=two.as_(key="again")).json()
    assert (again["count"], again["known"], again["registered"], again["state"]) == (2, 1, 1, "queued")
    two.drain()
    told = two.client.get(f"{REGISTRATIONS}/{again['id']}", headers=two.as_()).json()
    assert (told["state"], told["registered"], len(told["batches"])) == ("registered", 2, 2)
    assert items(two, first["credentials"])[1]["id"] == items(two, again["credentials"])[0]["id"]


@pytest.mark.both_databases
def test_registrations_are_listed_newest_first_page_by_page(two: Face):
    made = [registered(two, n)["id"] for n in (61, 62, 63)]
    first = two.client.get(REGISTRATIONS, params={"limit": 2}, headers=two.as_()).json()
    assert [each["id"] for each in first["items"]] == made[:0:-1]
    second = two.client.get(REGISTRATIONS, params={"limit": 2, "cursor": first["next"]}, headers=two.as_()).json()
    assert second["items"][0]["id"] == made[0]


# -- dry runs


@pytest.mark.parametrize("rows", [[{}, {}], [{"major": ""}, {"holder_name": ""}]], ids=["good", "bad"])
def test_a_dry_run_says_what_the_command_line_says(two: Face, rows: list[dict[str, str]]):
    data = csv_of(*(degree(70 + at, **changes) for at, changes in enumerate(rows)))
    path = two.office.file("dry.csv", data)
    command = two.office.run(
        "register", "--kind", "degree", "--sheet", path, "--issuer", UNIVERSITY, "--dry-run", "--json"
    ).json
    with nothing_written(two):
        answer = two.client.post(
            REGISTRATIONS,
            params={"kind": "degree", "dry_run": "true"},
            files={"sheet": ("dry.csv", data, "text/csv")},
            headers=two.as_(),
        )
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert {name: told[name] for name in command} == command
    assert told["dry_run"] is True
    assert {match["field"] for match in told["headings"]} == set(degree(0))


def test_a_dry_run_needs_no_chain_and_a_registration_does(two: Face, monkeypatch: pytest.MonkeyPatch):
    from chopmark.errors import Unreachable

    def silent(*_: object) -> None:
        raise Unreachable(url="http://node", why="no answer")

    monkeypatch.setattr(two.site.chain, "verify_identity", silent)
    dry = two.client.post(REGISTRATIONS, params={"dry_run": "true"}, json=degrees(80), headers=two.as_())
    assert (dry.status_code, dry.json()["chain"]["code"]) == (200, "E501")
    with nothing_written(two):
        answer = two.client.post(REGISTRATIONS, json=degrees(80), headers=two.as_(key="silent"))
    assert (answer.status_code, answer.json()["code"]) == (503, "E501")
    assert answer.headers["retry-after"]


# -- once


@pytest.mark.both_databases
def test_a_repeated_request_has_one_effect_and_one_answer(two: Face):
    first = two.client.post(REGISTRATIONS, json=degrees(91), headers=two.as_(key="once"))
    before = tables(two)
    second = two.client.post(REGISTRATIONS, json=degrees(91), headers=two.as_(key="once"))
    assert second.content == first.content
    assert second.status_code == first.status_code == 202
    assert second.headers["idempotency-replayed"] == "true"
    assert second.headers["location"] == first.headers["location"]
    assert tables(two) == before


@pytest.mark.both_databases
def test_one_key_is_for_one_content(two: Face):
    two.client.post(REGISTRATIONS, json=degrees(92), headers=two.as_(key="other"))
    with nothing_written(two):
        answer = two.client.post(REGISTRATIONS, json=degrees(93), headers=two.as_(key="other"))
    assert (answer.status_code, answer.json()["code"]) == (409, "H409")


def test_what_writes_needs_a_key(two: Face):
    with nothing_written(two):
        answer = two.client.post(REGISTRATIONS, json=degrees(94), headers=two.as_())
    assert (answer.status_code, answer.json()["code"]) == (400, "H400")


# -- what is refused


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"holder_name": ""}, "I010"), ({"graduation_date": "2026-02-30"}, "I013"), ({"height": "180"}, "I016")],
)
def test_what_is_wrong_is_said_with_its_place_and_nothing_is_written(two: Face, changes: dict[str, str], code: str):
    body = {"kind": "degree", "credentials": [{"fields": degree(101)}, {"fields": degree(102, **changes)}]}
    with nothing_written(two):
        answer = two.client.post(REGISTRATIONS, json=body, headers=two.as_(key=f"wrong-{code}"))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "I000")
    found = next(finding for finding in problem["findings"] if finding["code"] == code)
    assert (found["place"]["row"], found["place"]["field"]) == (2, next(iter(changes)))
    assert found["message"]["zh"]
    assert found["message"]["en"]


def test_a_number_that_stands_twice_is_refused(two: Face):
    answer = two.client.post(REGISTRATIONS, json=degrees(103, 103), headers=two.as_(key="twice"))
    assert codes(answer.json()) == ["I001"]


def test_a_number_registered_with_other_content_is_refused(two: Face):
    registered(two, 104)
    with nothing_written(two):
        answer = two.client.post(REGISTRATIONS, json=degrees(104, major="化学"), headers=two.as_(key="taken"))
    assert codes(answer.json()) == ["I005"]


def test_a_kind_that_the_institution_may_not_attest_is_refused(two: Face):
    paper = {
        "title": "一篇论文",
        "authors": ["王莉"],
        "journal": "东方学报",
        "year": 2026,
        "issue": "3",
        "pages": "1-9",
    }
    body = {"kind": "paper", "credentials": [{"fields": paper}]}
    with nothing_written(two):
        answer = two.client.post(REGISTRATIONS, json=body, headers=two.as_(institution=OTHER, key="kind"))
    assert answer.status_code == 422, answer.text
    assert "I003" in codes(answer.json()), answer.text


def test_the_first_thousand_findings_of_many_lines_are_told_and_all_are_counted(two: Face):
    rows = [{"kind": "degree", "fields": {"holder_name": str(n)}} for n in range(400)]
    with nothing_written(two):
        answer = ndjson(two, lines(*rows), "many")
    problem = answer.json()
    assert answer.status_code == 422
    assert len(problem["findings"]) == 1_000
    missing = len([field for field in find_kind("degree").fields if field.required]) - 1
    assert str(400 * missing) in problem["detail"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b'{"kind":"degree","fields":{}}\nnot json\n', "line 2"),
        (b'{"kind":"degree","fields":{}}\n{"kind":"paper","fields":{}}\n', "line 2.kind"),
        (b'{"kind":"degree","fields":{"a":1,"a":2}}\n', "line 1"),
        (b'{"kind":"degree","fields":{"a":1.5}}\n', "line 1"),
        (b'{"fields":{}}\n', "line 1.kind"),
        (b"[]\n", "line 1"),
        (b"\n\n", "body"),
        (b"", "body"),
    ],
)
def test_a_line_that_is_no_credential_is_named(two: Face, body: bytes, where: str):
    with nothing_written(two):
        answer = ndjson(two, body, f"line-{sha256(body).hex()}")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "H422"), problem
    assert problem["errors"][0]["where"] == where


def test_a_line_without_end_is_refused(two: Face):
    with nothing_written(two):
        answer = ndjson(two, b'{"kind":"degree","fields":{"a":"' + b"x" * (1 << 20) + b'"}}', "long")
    assert (answer.status_code, answer.json()["code"]) == (413, "H413")


def test_more_lines_than_one_transaction_takes_are_refused(two: Face, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("chopmark.http.intake.MOST_LINES", 3)
    with nothing_written(two):
        answer = ndjson(two, lines(*({"kind": "degree", "fields": degree(n)} for n in range(140, 144))), "too-many")
    assert (answer.status_code, answer.json()["code"]) == (413, "H413")


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "degree", "credentials": []},
        {"kind": "degree"},
        {"credentials": [{"fields": {}}]},
        {"kind": "degree", "credentials": [{"fields": {"a": {"b": "c"}}}]},
        {"kind": "degree", "credentials": [{"fields": {"a": True}}]},
        {"kind": "degree", "credentials": [{"fields": {}, "secret": "13800000000"}]},
        [],
    ],
)
def test_a_body_of_another_shape_is_refused_without_repeating_it(two: Face, body: Any):
    answer = two.client.post(REGISTRATIONS, json=body, headers=two.as_(key="shape"))
    assert (answer.status_code, answer.json()["code"]) == (422, "H422")
    assert "13800000000" not in answer.text


def test_a_kind_that_is_not_there_is_not_found(two: Face):
    answer = two.client.post(REGISTRATIONS, json=degrees(1) | {"kind": "diploma-mill"}, headers=two.as_(key="none"))
    assert (answer.status_code, answer.json()["code"]) == (404, "E102")


def test_a_damaged_file_is_refused(two: Face):
    request = json.dumps({"kind": "degree", "fields": degree(111)})
    with nothing_written(two):
        answer = two.client.post(
            REGISTRATIONS,
            data={"request": request},
            files={"file": ("a.pdf", truncated(certificate_pdf("a")), "application/pdf")},
            headers=two.as_(key="damaged"),
        )
    assert codes(answer.json()) == ["I031"]


def test_an_archive_that_leads_out_is_refused_before_it_is_unpacked(two: Face, tmp_path: Path):
    with nothing_written(two):
        answer = two.client.post(
            REGISTRATIONS,
            params={"kind": "degree"},
            files={
                "sheet": ("a.csv", csv_of(degree(112)), "text/csv"),
                "files": ("a.zip", zip_of({"../../evil.pdf": b"x"}), "application/zip"),
            },
            headers=two.as_(key="slip"),
        )
    assert (answer.status_code, answer.json()["code"]) == (422, "E105")
    assert not list(two.office.home.rglob("evil.pdf"))


def with_archive(face: Face, archive: tuple[str, bytes], key: str) -> Any:
    name, data = archive
    files = {"sheet": ("a.csv", csv_of(degree(113)), "text/csv"), "files": (name, data, "application/zip")}
    return face.client.post(REGISTRATIONS, params={"kind": "degree"}, files=files, headers=face.as_(key=key))


def test_what_is_no_archive_is_called_as_its_sender_calls_it(two: Face):
    with nothing_written(two):
        answer = with_archive(two, ("证书.zip", b"no archive"), "no-archive")
    assert (answer.status_code, answer.json()["code"]) == (422, "E101")
    assert "证书.zip" in answer.json()["message"]["zh"]
    assert str(two.office.home) not in answer.text
    assert "part-0" not in answer.text


def test_an_archive_of_files_has_the_limits_of_this_site(two: Face, monkeypatch: pytest.MonkeyPatch):
    settings = two.site.settings
    limits = archive_limits(settings)
    assert (limits.file_bytes, limits.total_bytes) == (settings.max_request_bytes, 4 * settings.max_request_bytes)
    assert archive_limits(settings.model_copy(update={"min_free_mb": 7})).keep_free == 7 << 20
    monkeypatch.setattr("chopmark.http.api.registrations.archive_limits", lambda _: replace(limits, total_bytes=9))
    with nothing_written(two):
        answer = with_archive(two, ("证书.zip", zip_of({"a.pdf": b"0123456789"})), "limits")
    assert (answer.status_code, answer.json()["code"]) == (422, "E105")


@pytest.mark.both_databases
def test_somebody_elses_registration_is_as_if_it_were_not_there(two: Face):
    mine = registered(two, 121)["id"]
    for rest in ("", "/credentials", "/bundles", "/mail-merge", "/rejected"):
        same_nothing(two, f"{REGISTRATIONS}/{mine}{rest}", ABSENT + rest)
    listed = two.client.get(REGISTRATIONS, headers=two.as_(institution=OTHER)).json()
    assert mine not in [each["id"] for each in listed["items"]]


@pytest.mark.both_databases
def test_two_institutions_may_use_one_key_and_one_number(two: Face):
    for institution in (None, OTHER):
        answer = two.client.post(
            REGISTRATIONS, json=degrees(131), headers=two.as_(institution=institution, key="shared")
        )
        assert (answer.status_code, answer.json()["known"]) == (202, 0)
        assert "idempotency-replayed" not in answer.headers
