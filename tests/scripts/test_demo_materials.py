"""The demonstration material: readable, repeatable, well-numbered, and only of invented people."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
import typst
from PIL import Image

from _demo import documents
from _demo.claims import degree_fields
from _demo.institutions import INSTITUTIONS
from _demo.materials import PRINTED, Materials, make
from _demo.people import graduates
from _demo.render import pdf
from _demo.scan import scan
from _demo.works import ISSUE, PATENTS
from chopmark.core.identifiers import CHECKS
from chopmark.kinds import examine_claims, find_kind
from chopmark.services.sheet import examine_sheet, read_sheet

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Materials:
    return make(tmp_path_factory.mktemp("materials"), count=40)


def words(path: Path) -> str:
    """All text of a PDF file, without white space."""
    with pypdfium2.PdfDocument(path) as document:
        assert len(document) == 1, f"{path.name} has more than one page"
        return "".join(document[0].get_textpage().get_text_range().split())


def test_every_row_with_a_file_has_its_certificate_with_name_and_number(made: Materials) -> None:
    for row in range(PRINTED):
        text = words(made.printed(row))
        assert made.rows[row].name in text
        assert made.rows[row].certificate_number in text
        assert "准予毕业" in text
        assert "均为虚构" in text


def test_every_pdf_shows_what_is_registered_with_it(made: Materials) -> None:
    printed = {"holder_name", "title", "number", "doi", "grant_number", "cn", "certificate_number"}
    for item in made.items:
        shown = "".join(words(path) for path in item.files if path.suffix == ".pdf")
        for name in printed | {"degree_number"} if shown else ():
            assert item.fields.get(name, "") in shown, f"{name} is not in {item.files[0].name}"
    for sheet in made.sheets:
        rows = examine_sheet(
            find_kind(sheet.kind), read_sheet(sheet.path.read_bytes(), sheet.path.name), None, TODAY
        ).rows
        for row in rows:
            for name in printed & set(row.claims) if row.file_name else ():
                assert str(row.claims[name]) in words(sheet.files / row.file_name), f"{name} is not in {row.file_name}"


def test_a_character_that_the_font_lacks_is_refused(made: Materials) -> None:
    document = documents.graduation(made.rows[0])
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        pdf(document.template, {**document.data, "name": "\U00020bb7丽"})


def test_the_same_call_writes_the_same_bytes(made: Materials, tmp_path: Path) -> None:
    make(tmp_path, count=40)
    files = sorted(path.relative_to(made.folder) for path in made.folder.rglob("*") if path.is_file())
    assert len(files) == PRINTED + 14
    for name in files:
        assert (made.folder / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_a_scan_is_a_jpeg_of_a_whole_page_and_differs_by_seed(made: Materials) -> None:
    document = documents.graduation(made.rows[0])
    with Image.open(io.BytesIO(scan(document, seed=1))) as image:
        assert image.format == "JPEG"
        assert image.width > 1200
    assert scan(document, seed=1) != scan(document, seed=2)
    assert scan(document, seed=1) == made.scan.read_bytes()


def test_numbers_are_unique_and_well_formed() -> None:
    rows = graduates(1000, seed=5)
    assert len({graduate.resident_id for graduate in rows}) == len(rows)
    assert len({graduate.certificate_number for graduate in rows}) == len(rows)
    assert len({graduate.degree_number for graduate in rows}) == len(rows)
    for graduate in rows:
        assert CHECKS["resident_id"](graduate.resident_id, TODAY).ok
        assert graduate.resident_id.startswith("3799")


def test_institutions_and_works_have_well_formed_numbers() -> None:
    for institution in INSTITUTIONS:
        checked = CHECKS["uscc"](institution.uscc, TODAY)
        assert checked.ok, institution.uscc
        assert not checked.warnings, institution.uscc
    assert CHECKS["issn"](ISSUE.journal.issn, TODAY).ok
    assert CHECKS["cn_serial"](ISSUE.journal.cn, TODAY).ok
    for patent in PATENTS:
        assert CHECKS["patent"](patent.number, TODAY).ok
        assert CHECKS["patent_publication"](patent.grant_number, TODAY).ok


def test_every_item_passes_its_kinds_examination_without_a_warning(made: Materials) -> None:
    claims = [(item.kind, item.fields) for item in made.items] + [("degree", degree_fields(row)) for row in made.rows]
    for kind, fields in claims:
        examined = examine_claims(find_kind(kind), fields, TODAY)
        assert not examined.findings, examined.findings
        assert not examined.warnings, examined.warnings


def test_every_sheet_is_read_without_a_finding(made: Materials) -> None:
    for sheet in made.sheets:
        files = {path.name for path in sheet.files.iterdir()}
        read = read_sheet(sheet.path.read_bytes(), sheet.path.name)
        report = examine_sheet(find_kind(sheet.kind), read, files, TODAY)
        assert not report.findings, report.findings
        assert len(report.rows) == (40 if sheet.kind == "degree" else len(read.rows))


def test_the_graduates_sheet_is_what_a_chinese_office_program_saves(made: Materials) -> None:
    data = made.sheets[0].path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == 41
    assert made.sheets[2].path.read_bytes().decode("gb18030").startswith("专利号,")
