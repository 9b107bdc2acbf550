"""What is printed on each document: a template's name and its data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from _demo.institutions import PATENT_OFFICE, PUBLISHER
from _demo.people import Graduate
from _demo.works import Issue, Paper, Patent

SCHOOL: Final = "澜城大学"
_PRESIDENT: Final = "顾维桢"
_DIRECTOR: Final = "申怀远"
_YEARS: Final = {3: "三", 4: "四"}
_RANKS: Final = {"本科": ("学士", "bachelor's"), "硕士": ("硕士", "master's"), "博士": ("博士", "doctoral")}
_PATENT_KINDS: Final = {
    "发明": ("invention", "发明名称"),
    "实用新型": ("utility model", "实用新型名称"),
    "外观设计": ("design", "外观设计名称"),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A page to be made."""

    template: str
    data: Mapping[str, object]


def graduation(graduate: Graduate) -> Document:
    """毕业证书."""
    years = graduate.graduated.year - graduate.entered.year
    number = {"number": graduate.certificate_number, "years": _YEARS[years]}
    return Document("graduation", _person(graduate) | number)


def degree(graduate: Graduate) -> Document:
    """学位证书."""
    rank, rank_en = _RANKS[graduate.level]
    words = {"number": graduate.degree_number, "degree": graduate.degree, "rank": rank, "rank-en": rank_en}
    return Document("degree", _person(graduate) | words)


def _person(graduate: Graduate) -> dict[str, object]:
    return {
        "name": graduate.name,
        "gender": "女" if graduate.woman else "男",
        "born": graduate.born.isoformat(),
        "entered": graduate.entered.isoformat(),
        "graduated": graduate.graduated.isoformat(),
        "major": graduate.major,
        "level": graduate.level,
        "school": SCHOOL,
        "issuer": SCHOOL,
        "president": _PRESIDENT,
    }


def paper(issue: Issue, one: Paper) -> Document:
    """The first page of a paper."""
    first, last = (int(page) for page in one.pages.split("-"))
    words: dict[str, object] = {
        "title": one.title,
        "title-en": one.title_en,
        "authors": one.authors,
        "affiliation": one.affiliation,
        "abstract": one.abstract,
        "keywords": one.keywords,
        "doi": one.doi,
        "received": one.received.isoformat(),
        "month": issue.published.month,
        "month-en": f"{issue.published:%b}",
        "first-page": str(first),
        "number-padded": f"{issue.number:02d}",
        "first-page-padded": f"{first:04d}",
        "length-padded": f"{last - first + 1:02d}",
    }
    return Document("paper", _issue(issue) | words)


def contents(issue: Issue) -> Document:
    """The contents page of an issue."""
    papers = [{"title": p.title, "title-en": p.title_en, "authors": p.authors, "pages": p.pages} for p in issue.papers]
    total = (issue.volume - 1) * 12 + issue.number
    words = {"papers": papers, "frequency": issue.journal.frequency, "total": str(total)}
    return Document("contents", _issue(issue) | words)


def _issue(issue: Issue) -> dict[str, object]:
    return {
        "journal": issue.journal.zh,
        "journal-en": issue.journal.en,
        "cn": issue.journal.cn,
        "issn": issue.journal.issn,
        "volume": issue.volume,
        "number": issue.number,
        "year": issue.year,
        "published": issue.published.isoformat(),
        "issuer": PUBLISHER.zh.removesuffix("（演示）"),
    }


def patent(one: Patent) -> Document:
    """A patent certificate."""
    kind_en, title_label = _PATENT_KINDS[one.kind]
    words = {
        "kind": one.kind,
        "kind-en": kind_en,
        "title-label": title_label,
        "title": one.title,
        "number": one.number,
        "serial": one.grant_number[2:9],
        "inventors": one.inventors,
        "owners": one.owners,
        "applied": one.applied.isoformat(),
        "granted": one.granted.isoformat(),
        "grant": one.grant_number,
        "director": _DIRECTOR,
        "issuer": PATENT_OFFICE.zh,
    }
    return Document("patent", words)
