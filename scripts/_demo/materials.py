"""The folder of demonstration material: what is registered, and what a reviewer is handed."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from _demo import documents
from _demo.documents import SCHOOL, Document
from _demo.institutions import PATENT_OFFICE, PUBLISHER, UNIVERSITY, Institution
from _demo.people import Graduate, graduates
from _demo.render import pdf
from _demo.scan import scan
from _demo.works import ISSUE, PATENTS, Issue, Paper, Patent

MODE: Final = "普通全日制"
GRADUATES: Final = 1000
PRINTED: Final = 12
"""So many of the sheet's rows have a PDF file; the others are registered by their fields."""

_SEED: Final = 20260630
_HEADINGS: Final = {
    "姓名": "name",
    "身份证号": "resident_id",
    "层次": "level",
    "专业": "major",
    "学位": "degree",
    "毕业日期": "graduated",
    "学历证书编号": "certificate_number",
    "学位证书编号": "degree_number",
}


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

    ``sheet`` and ``files``: the registrar's list and its PDF files, ``rows[i]`` standing in row ``i + 2``. ``items``:
    what is registered one by one. ``scan``: a scan of the first graduate's certificate; ``stranger``: a certificate that
    nobody registered; both are for reviewers and not registered.
    """

    sheet: Path
    files: Path
    rows: tuple[Graduate, ...]
    items: tuple[Item, ...]
    scan: Path
    stranger: Path

    def printed(self, row: int) -> Path:
        """The PDF file of a row (0 to ``PRINTED - 1``)."""
        return self.files / file_name(self.rows[row])


def file_name(graduate: Graduate) -> str:
    """How the registrar names a certificate's file."""
    return f"毕业证书-{graduate.certificate_number}.pdf"


def make(folder: Path, count: int = GRADUATES) -> Materials:
    """Write everything into ``folder``; ``count`` rows in the sheet. The same call writes the same bytes."""
    files = folder / "毕业证书"
    files.mkdir(parents=True, exist_ok=True)
    rows = graduates(count, _SEED)
    for graduate in rows[:PRINTED]:
        (files / file_name(graduate)).write_bytes(_pdf(documents.graduation(graduate)))
    made = Materials(
        sheet=folder / "毕业生名单-2026.csv",
        files=files,
        rows=rows,
        items=(*_university(folder), *_publisher(folder, ISSUE), *_patents(folder)),
        scan=folder / "待核验" / "毕业证书-扫描件.jpg",
        stranger=folder / "待核验" / "毕业证书-未登记.pdf",
    )
    made.scan.parent.mkdir(exist_ok=True)
    made.sheet.write_bytes(sheet(rows))
    made.scan.write_bytes(scan(documents.graduation(rows[0]), seed=1))
    made.stranger.write_bytes(_pdf(documents.graduation(graduates(1, _SEED + 1, year=2021)[0])))
    return made


def sheet(rows: Sequence[Graduate]) -> bytes:
    """The registrar's list: CSV as a Chinese office program saves it, UTF-8 with a byte order mark and CRLF."""
    import io

    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*_HEADINGS, "学校名称", "学习形式", "文件名"])
    for number, graduate in enumerate(rows):
        cells = asdict(graduate)
        name = file_name(graduate) if number < PRINTED else ""
        writer.writerow([*(cells[key] for key in _HEADINGS.values()), SCHOOL, MODE, name])
    return out.getvalue().encode("utf-8-sig")


def _pdf(document: Document) -> bytes:
    return pdf(document.template, document.data)


def degree_fields(graduate: Graduate) -> dict[str, str]:
    """A graduate's claims."""
    return {
        "holder_name": graduate.name,
        "holder_id": graduate.resident_id,
        "school": SCHOOL,
        "level": graduate.level,
        "mode": MODE,
        "major": graduate.major,
        "degree_name": graduate.degree,
        "graduation_date": graduate.graduated.isoformat(),
        "certificate_number": graduate.certificate_number,
        "degree_number": graduate.degree_number,
    }


def _university(folder: Path) -> list[Item]:
    """A master's two certificates as one credential, and an old certificate of which only an archive's scan is left."""
    master = next(g for g in graduates(40, _SEED + 2, year=2019) if g.level == "硕士")
    both = (folder / f"毕业证书-{master.name}-2019.pdf", folder / f"学位证书-{master.name}-2019.pdf")
    for path, document in zip(both, (documents.graduation(master), documents.degree(master)), strict=True):
        path.write_bytes(_pdf(document))
    old = next(g for g in graduates(40, _SEED + 3, year=2003) if g.level == "本科")
    archive = folder / f"毕业证书-{old.name}-2003-存档扫描件.jpg"
    archive.write_bytes(scan(documents.graduation(old), seed=2))
    return [
        _item(UNIVERSITY, "degree", both, degree_fields(master)),
        _item(UNIVERSITY, "degree", (archive,), degree_fields(old)),
    ]


def _publisher(folder: Path, issue: Issue) -> list[Item]:
    """The first three papers and the contents of the whole issue."""
    items = []
    for paper in issue.papers[:3]:
        path = folder / f"论文-{paper.title}.pdf"
        path.write_bytes(_pdf(documents.paper(issue, paper)))
        items.append(_item(PUBLISHER, "paper", (path,), _paper_fields(issue, paper)))
    path = folder / f"目次-{issue.journal.zh}-{issue.year}年第{issue.number}期.pdf"
    path.write_bytes(_pdf(documents.contents(issue)))
    return [*items, _item(PUBLISHER, "issue", (path,), _issue_fields(issue))]


def _paper_fields(issue: Issue, paper: Paper) -> dict[str, str]:
    return {
        "title": paper.title,
        "authors": "；".join(paper.authors),
        "journal": issue.journal.zh,
        "cn": issue.journal.cn,
        "issn": issue.journal.issn,
        "doi": paper.doi,
        "year": str(issue.year),
        "volume": str(issue.volume),
        "issue": str(issue.number),
        "pages": paper.pages,
        "published_on": issue.published.isoformat(),
        "received_on": paper.received.isoformat(),
        "corresponding_author": paper.authors[0],
    }


def _issue_fields(issue: Issue) -> dict[str, str]:
    return {
        "journal": issue.journal.zh,
        "cn": issue.journal.cn,
        "issn": issue.journal.issn,
        "year": str(issue.year),
        "volume": str(issue.volume),
        "issue": str(issue.number),
        "published_on": issue.published.isoformat(),
        "frequency": issue.journal.frequency,
        "articles": "\n".join(f"{paper.pages}|{paper.title}|{'，'.join(paper.authors)}" for paper in issue.papers),
    }


def _patents(folder: Path) -> list[Item]:
    items = []
    for patent in PATENTS:
        path = folder / f"{patent.kind}专利证书-{patent.number}.pdf"
        path.write_bytes(_pdf(documents.patent(patent)))
        items.append(_item(PATENT_OFFICE, "patent", (path,), _patent_fields(patent)))
    return items


def _patent_fields(patent: Patent) -> dict[str, str]:
    return {
        "number": patent.number,
        "title": patent.title,
        "kind": patent.kind,
        "inventors": "；".join(patent.inventors),
        "owners": "；".join(patent.owners),
        "applied_on": patent.applied.isoformat(),
        "granted_on": patent.granted.isoformat(),
        "grant_number": patent.grant_number,
    }


def _item(issuer: Institution, kind: str, files: tuple[Path, ...], fields: dict[str, str]) -> Item:
    return Item(issuer.alias, kind, files, fields)
