"""What is claimed of each thing, under the names of its kind's fields (`chopmark kinds`)."""

from __future__ import annotations

from typing import Final

from _demo.documents import SCHOOL
from _demo.people import Graduate
from _demo.works import Issue, Paper, Patent

MODE: Final = "普通全日制"


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


def paper_fields(issue: Issue, paper: Paper) -> dict[str, str]:
    """A paper's claims."""
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
        "corresponding_author": paper.authors[0],
        "received_on": paper.received.isoformat(),
    }


def issue_fields(issue: Issue) -> dict[str, str]:
    """An issue's claims, its contents one line for each paper."""
    return {
        "journal": issue.journal.zh,
        "cn": issue.journal.cn,
        "issn": issue.journal.issn,
        "year": str(issue.year),
        "volume": str(issue.volume),
        "issue": str(issue.number),
        "published_on": issue.published.isoformat(),
        "frequency": issue.journal.frequency,
        "articles": "\n".join(f"{paper.pages}|{paper.title}|{'、'.join(paper.authors)}" for paper in issue.papers),
    }


def patent_fields(patent: Patent) -> dict[str, str]:
    """A patent's claims."""
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
