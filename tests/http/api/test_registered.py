"""http.api.registered: bundles, the mail-merge list, and the rows that were set aside."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from tests.fixtures.town import number
from tests.http.api.conftest import REGISTRATIONS, degree, items, registered
from tests.http.api.test_registrations import csv_of
from tests.http.conftest import Face


def test_the_mail_merge_names_the_bundles_of_the_archive(two: Face):
    made = registered(two, 201, 202, holder_name="王莉")
    answer = two.client.get(f"{REGISTRATIONS}/{made['id']}/mail-merge", headers=two.as_() | {"Accept-Language": "zh"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[:2] for row in rows[1:]] == [["王莉", number(201)], ["王莉", number(202)]]
    archive = two.client.get(f"{REGISTRATIONS}/{made['id']}/bundles", headers=two.as_()).content
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert [row[2] for row in rows[1:]] == opened.namelist()
    attestations = [each["attestation"] for each in items(two, made["credentials"])]
    assert [row[3] for row in rows[1:]] == attestations


def test_bundles_of_one_label_get_names_of_their_own(two: Face):
    body = {"kind": "degree", "credentials": [{"fields": degree(n), "label": "毕业证"} for n in (211, 212)]}
    answer = two.client.post(REGISTRATIONS, json=body, headers=two.as_(key="label"))
    two.drain()
    archive = two.client.get(answer.headers["location"] + "/bundles", headers=two.as_()).content
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        first, second = opened.namelist()
    assert first == "毕业证.chopmark.json"
    assert second.startswith("毕业证-")


@pytest.mark.both_databases
def test_bad_rows_are_set_aside_and_can_be_sent_again_corrected(two: Face):
    rows = [degree(n) for n in (221, 222, 223)]
    rows[1] |= {"graduation_date": "2026-13-01"}
    answer = two.client.post(
        REGISTRATIONS,
        params={"kind": "degree", "skip_invalid": "true"},
        files={"sheet": ("2026.csv", csv_of(*rows), "text/csv")},
        headers=two.as_(key="aside"),
    )
    assert answer.status_code == 202, answer.text
    assert (answer.json()["count"], answer.json()["rejected"]) == (2, 1)
    two.drain()
    back = two.client.get(answer.headers["location"] + "/rejected", headers=two.as_())
    assert back.headers["content-type"].endswith("spreadsheetml.sheet")
    cells = CalamineWorkbook.from_filelike(io.BytesIO(back.content)).get_sheet_by_index(0).to_python()
    assert number(222) in [str(cell) for cell in cells[1]]
    refused = two.client.post(
        REGISTRATIONS,
        params={"kind": "degree", "dry_run": "true"},
        files={"sheet": ("rejected.xlsx", back.content, back.headers["content-type"])},
        headers=two.as_(),
    ).json()
    assert [finding["code"] for finding in refused["findings"]] == ["I013"]


def test_a_sheet_without_a_good_row_registers_nothing(two: Face):
    answer = two.client.post(
        REGISTRATIONS,
        params={"kind": "degree", "skip_invalid": "true"},
        files={"sheet": ("2026.csv", csv_of(degree(231, holder_name="")), "text/csv")},
        headers=two.as_(key="all-aside"),
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "I000")


def test_only_sheets_have_rows_to_be_set_aside(two: Face):
    made = registered(two, 241)
    answer = two.client.get(f"{REGISTRATIONS}/{made['id']}/rejected", headers=two.as_())
    assert (answer.status_code, answer.json()["code"]) == (404, "H404")
    wrong = {"kind": "degree", "credentials": [{"fields": {}}]}
    refused = two.client.post(
        REGISTRATIONS, params={"skip_invalid": "true"}, json=wrong, headers=two.as_(key="no-sheet")
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "H422")
