"""services.register.sheet: many credentials from a spreadsheet, with the files that its rows name."""

import unicodedata
from dataclasses import replace

import pytest

from chopmark.services.register import FileBinder, draft_sheet
from chopmark.services.sheet import read_sheet
from chopmark.wording import Language
from tests.fixtures.paper import certificate_pdf
from tests.services.register._drafts import DEGREE, PAPER, TODAY
from tests.services.sheet._make import HEADINGS, csv_bytes, graduate


@pytest.fixture(scope="module")
def binder():
    with FileBinder(1 << 20) as opened:
        yield opened


@pytest.fixture
def drafted(binder, tmp_path):
    def draft(rows, headings=HEADINGS, kind=DEGREE, folder=True, own=None):
        sheet = read_sheet(csv_bytes(rows, headings=headings), "名单.csv")
        return draft_sheet(kind, sheet, tmp_path if folder else None, binder, TODAY, own=own)

    return draft


def put(folder, *names):
    """Files of their own content each."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(rb"{\rtf " + name.encode())


def codes(found):
    return [(f.code, f.place.row) for f in found.findings]


def test_rows_and_their_files(drafted, tmp_path):
    put(tmp_path, "000001.pdf.rtf", "二 班/王 莉.rtf")
    found = drafted(
        [graduate(1, 文件名="000001.pdf.rtf"), graduate(2, 文件名="二 班/王 莉.rtf"), graduate(3, 文件名="")]
    )
    assert found.ok
    assert [(d.row, d.label, len(d.files)) for d in found.drafts] == [
        (2, "000001.pdf", 1),
        (3, "王 莉", 1),
        (4, "100011202605000003", 0),
    ]
    assert found.rows == 3


def test_a_row_without_file_and_number_is_called_after_its_row(drafted):
    headings = ["title", "authors", "journal", "year", "issue", "pages"]
    (draft,) = drafted([["x", "甲", "学报", "2026", "3", "1-2"]], headings, PAPER).drafts
    assert draft.label == "学报，2026，3，1-2"
    assert draft.files == ()


def test_all_that_is_wrong_is_said_in_the_order_of_the_rows(drafted, tmp_path):
    put(tmp_path, "000003.pdf")
    (tmp_path / "000001.pdf").write_bytes(b"")
    found = drafted([graduate(1), graduate(2), graduate(3, 毕业日期="2026-02-30")])
    assert codes(found) == [("I031", 2), ("I030", 3), ("I013", 4)]
    assert "000001.pdf" in found.findings[0].say(Language.ZH)


def test_two_rows_with_the_same_bytes_under_two_names(drafted, tmp_path):
    for name in ("000001.pdf", "000002.pdf"):
        (tmp_path / name).write_bytes(certificate_pdf())
    found = drafted([graduate(1), graduate(2)])
    assert codes(found) == [("I032", 3)]
    assert "第2行" in found.findings[0].say(Language.ZH)
    assert "000002.pdf" in found.findings[0].say(Language.EN)


def test_two_rows_of_the_same_content_without_a_number(binder):
    fields = tuple(replace(f, required=False) if f.name == "certificate_number" else f for f in DEGREE.fields)
    unnumbered = replace(DEGREE, fields=fields)
    rows = [graduate(1, 学历证书编号="", 文件名="")] * 2 + [graduate(2, 学历证书编号="", 文件名="")]
    found = draft_sheet(unnumbered, read_sheet(csv_bytes(rows), "名单.csv"), None, binder, TODAY)
    assert codes(found) == [("I001", 3)]
    assert "内容相同" in found.findings[0].say(Language.ZH)
    assert [d.label for d in found.drafts] == ["row-2", "row-4"]


def test_a_folder_packed_with_its_folder(drafted, tmp_path):
    put(tmp_path, "毕业证/张伟.rtf")
    found = drafted([graduate(1, 文件名="张伟.rtf")])
    assert found.ok
    assert [(d.label, d.files[0].name) for d in found.drafts] == [("张伟", "张伟.rtf")]


def test_without_a_folder_a_named_file_is_missed(drafted):
    assert codes(drafted([graduate(1)], folder=False)) == [("I030", 2)]


def test_what_lies_about_in_a_folder_is_not_missed_in_the_sheet(drafted, tmp_path):
    put(tmp_path, "000001.pdf", ".DS_Store", "~$名单.xlsx", "Thumbs.db", "a/.b/c.pdf", "x.chopmark.json", "名单.csv")
    found = drafted([graduate(1)], own=tmp_path / "名单.csv")
    assert found.ok
    assert found.warnings == ()
    put(tmp_path, "000002.pdf")
    assert [w.code for w in drafted([graduate(1)], own=tmp_path / "名单.csv").warnings] == ["I033"]


def test_links_that_lead_out_of_the_folder_are_not_there(drafted, tmp_path):
    put(tmp_path.parent, f"{tmp_path.name}-outside.pdf")
    (tmp_path / "000001.pdf").symlink_to(tmp_path.parent / f"{tmp_path.name}-outside.pdf")
    assert codes(drafted([graduate(1)])) == [("I030", 2)]


def test_names_that_the_file_system_has_taken_apart(drafted, tmp_path):
    put(tmp_path, unicodedata.normalize("NFD", "José.pdf"))
    assert drafted([graduate(1, 文件名="José.pdf")]).ok


def test_a_folder_of_folders(drafted, tmp_path):
    names = [f"班 {n % 10}/{n:06}.rtf" for n in range(1, 101)]
    put(tmp_path, *names)
    found = drafted([graduate(n, 文件名=name) for n, name in enumerate(names, 1)])
    assert len(found.drafts) == 100
    assert found.warnings == ()
