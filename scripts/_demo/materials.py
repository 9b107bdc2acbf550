"""The folder of demonstration material: what is registered, and what a reviewer is handed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from _demo import documents, sheets
from _demo.claims import degree_fields, issue_fields, paper_fields, patent_fields
from _demo.documents import Document
from _demo.institutions import PATENT_OFFICE, PUBLISHER, UNIVERSITY
from _demo.people import Graduate, graduates
from _demo.render import pdf
from _demo.scan import scan
from _demo.works import ISSUE, PATENTS, Issue

GRADUATES: Final = 1000
PRINTED: Final = 12
"""So many of the sheet's rows have a PDF file; the others are registered by their fields."""

_SEED: Final = 20260630


@dataclass(frozen=True, slots=True)
class Sheet:
    """A registrar's list of credentials of one kind, and the folder of the files that it names."""

    issuer: str
    kind: str
    path: Path
    files: Path


@dataclass(frozen=True, slots=True)
class Item:
    """One credential that is registered by itself. ``fields``: as `chopmark register --field` takes them."""

    issuer: str
    kind: str
    files: tuple[Path, ...]
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Materials:
    """The made folder.

    ``sheets`` and ``items``: what is registered; ``sheets[0]`` lists the graduates, ``rows[i]`` standing in its row
    ``i + 2``. ``scan``: a scan of the first graduate's certificate, ``stranger``: a certificate that nobody registered;
    both are what reviewers are handed.
    """

    folder: Path
    sheets: tuple[Sheet, ...]
    items: tuple[Item, ...]
    rows: tuple[Graduate, ...]
    scan: Path
    stranger: Path

    def printed(self, row: int) -> Path:
        """The PDF file of a row (0 to ``PRINTED - 1``)."""
        return self.sheets[0].files / file_name(self.rows[row])


def file_name(graduate: Graduate) -> str:
    """How the registrar names a certificate's file."""
    return f"毕业证书-{graduate.certificate_number}.pdf"


def make(folder: Path, count: int = GRADUATES) -> Materials:
    """Write what is not there yet into ``folder``; ``count`` graduates. The same call writes the same bytes."""
    rows = graduates(count, _SEED)
    university, press, office, review = (folder / name for name in ("大学", "期刊社", "专利局", "待核验"))
    for place in (university, press, office, review):
        place.mkdir(parents=True, exist_ok=True)
    made = Materials(
        folder=folder,
        sheets=(graduate_sheet(university, rows), _paper_sheet(press, ISSUE), _patent_sheet(office)),
        items=(*_university_items(university), _issue_item(press, ISSUE)),
        rows=rows,
        scan=review / "毕业证书-扫描件.jpg",
        stranger=review / "毕业证书-未登记.pdf",
    )
    _write(made.scan, lambda: scan(documents.graduation(rows[0]), seed=1))
    _print(made.stranger, documents.graduation(graduates(1, _SEED + 1, year=2021)[0]))
    return made


def graduate_sheet(folder: Path, rows: tuple[Graduate, ...], printed: int = PRINTED) -> Sheet:
    """The year's list with the certificates of its first rows."""
    files = folder / "毕业证书"
    files.mkdir(exist_ok=True)
    for graduate in rows[:printed]:
        _print(files / file_name(graduate), documents.graduation(graduate))
    names = [file_name(graduate) for graduate in rows[:printed]]
    path = folder / f"毕业生名单-{rows[0].graduated.year}.csv"
    _write(path, lambda: sheets.csv("degree", [degree_fields(graduate) for graduate in rows], names))
    return Sheet(UNIVERSITY.alias, "degree", path, files)


def _university_items(folder: Path) -> list[Item]:
    """A master's two certificates as one credential, and an old certificate of which only an archive's scan is left."""
    master = next(g for g in graduates(40, _SEED + 2, year=2019) if g.level == "硕士")
    both = (folder / f"毕业证书-{master.name}-2019.pdf", folder / f"学位证书-{master.name}-2019.pdf")
    for path, document in zip(both, (documents.graduation(master), documents.degree(master)), strict=True):
        _print(path, document)
    old = next(g for g in graduates(40, _SEED + 3, year=2003) if g.level == "本科")
    archive = folder / f"毕业证书-{old.name}-2003-存档扫描件.jpg"
    _write(archive, lambda: scan(documents.graduation(old), seed=2))
    return [
        Item(UNIVERSITY.alias, "degree", both, degree_fields(master)),
        Item(UNIVERSITY.alias, "degree", (archive,), degree_fields(old)),
    ]


def _paper_sheet(folder: Path, issue: Issue) -> Sheet:
    """The first three papers of the issue, as a workbook."""
    papers = issue.papers[:3]
    names = [f"论文-{paper.title}.pdf" for paper in papers]
    for name, paper in zip(names, papers, strict=True):
        _print(folder / name, documents.paper(issue, paper))
    path = folder / f"论文登记表-{issue.year}年第{issue.number}期.xlsx"
    _write(path, lambda: sheets.workbook("paper", [paper_fields(issue, paper) for paper in papers], names))
    return Sheet(PUBLISHER.alias, "paper", path, folder)


def _issue_item(folder: Path, issue: Issue) -> Item:
    path = folder / f"目次-{issue.journal.zh}-{issue.year}年第{issue.number}期.pdf"
    _print(path, documents.contents(issue))
    return Item(PUBLISHER.alias, "issue", (path,), issue_fields(issue))


def _patent_sheet(folder: Path) -> Sheet:
    """The patents, as CSV in the encoding that older office programs write."""
    names = [f"{patent.kind}专利证书-{patent.number}.pdf" for patent in PATENTS]
    for name, patent in zip(names, PATENTS, strict=True):
        _print(folder / name, documents.patent(patent))
    path = folder / "专利授权登记表.csv"
    fields = [patent_fields(patent) for patent in PATENTS]
    _write(path, lambda: sheets.csv("patent", fields, names, encoding="gb18030"))
    return Sheet(PATENT_OFFICE.alias, "patent", path, folder)


def _print(path: Path, document: Document) -> None:
    _write(path, lambda: pdf(document.template, document.data))


def _write(path: Path, content: Callable[[], bytes]) -> None:
    """Make a file unless it is there; an interrupted run leaves none by halves."""
    if path.exists():
        return
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(content())
    fresh.replace(path)
