"""Rules between two fields of one credential: what cannot both be right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from types import MappingProxyType
from typing import Final

from chopmark.core.identifiers import issue_plausible
from chopmark.core.normal import norm_text
from chopmark.kinds.between_dates import effective_dates, project_dates, software_dates, title_dates, training_dates
from chopmark.kinds.between_people import book_parts, hours_sum, identity, list_grade, team_rank
from chopmark.kinds.kind import Claims
from chopmark.kinds.oddity import Cross, Oddity, facts_of, in_order, year_of
from chopmark.wording import Wording

_NUMBER_SAYS: Final = Wording("专利号表明为{kind}", "the number says {kind}")
_GRANT_SAYS: Final = Wording("授权公告号的种类字母表明为{kind}", "the letter of the grant number says {kind}")
_FILED_IN: Final = Wording("专利号表明于{year}年申请", "the number says it was filed in {year}")
_LEVEL_SAYS: Final = Wording("编号表明为{level}", "the number says {level}")
_YEAR_SAYS: Final = Wording("编号中的年份为{year}", "the year in the number is {year}")
_OTHER_YEAR: Final = Wording("年份不同", "the years differ")


def _patent_kind(claims: Claims, today: date) -> Iterator[Oddity]:
    """An applicant who says 发明 with the digit of a utility model has a utility model."""
    declared, number = claims.get("kind"), facts_of("patent", claims.get("number"), today)
    if declared and number and number["kind"] != declared:
        yield Oddity("kind", "number", _NUMBER_SAYS.filled(kind=number["kind"]), refuses=True)
    grant = facts_of("patent_publication", claims.get("grant_number"), today)
    if declared and grant and grant["kind"] != declared:
        yield Oddity("grant_number", "kind", _GRANT_SAYS.filled(kind=grant["kind"]), refuses=False)
    applied = year_of(claims.get("applied_on"))
    # An international application keeps its own date and gets its number later.
    if applied and number and not number["pct"] and number["year"] != applied:
        yield Oddity("applied_on", "number", _FILED_IN.filled(year=number["year"]), refuses=False)


def _patent_dates(claims: Claims, today: date) -> Iterator[Oddity]:
    del today
    yield from in_order(claims, "applied_on", "granted_on", refuses=True)


def _paper_dates(claims: Claims, today: date) -> Iterator[Oddity]:
    """Only hints: an issue may appear, or be dated, in another year than its papers."""
    del today
    yield from in_order(claims, "received_on", "published_on", refuses=False)
    yield from _same_year(claims)


def _same_year(claims: Claims) -> Iterator[Oddity]:
    published, year = year_of(claims.get("published_on")), claims.get("year")
    if published and year and published != year:
        yield Oddity("published_on", "year", _OTHER_YEAR, refuses=False)


def _education_numbers(claims: Claims, today: date) -> Iterator[Oddity]:
    """The numbers of diplomas follow custom, not a standard: hints only."""
    certificate = facts_of("education_certificate", claims.get("certificate_number"), today)
    degree = facts_of("degree_certificate", claims.get("degree_number"), today)
    level, name = claims.get("level"), str(claims.get("degree_name", ""))
    if certificate and level and certificate["level"] != level:
        yield Oddity("level", "certificate_number", _LEVEL_SAYS.filled(level=certificate["level"]), refuses=False)
    graduated = year_of(claims.get("graduation_date"))
    if certificate and graduated and certificate["year"] != graduated:
        yield Oddity(
            "graduation_date", "certificate_number", _YEAR_SAYS.filled(year=certificate["year"]), refuses=False
        )
    if degree and name and str(degree["degree"]) not in name:
        yield Oddity("degree_name", "degree_number", _LEVEL_SAYS.filled(level=degree["degree"]), refuses=False)


def _issue_fits(claims: Claims, today: date) -> Iterator[Oddity]:
    del today
    issue, published = norm_text(str(claims.get("issue", ""))), str(claims.get("published_on", ""))
    # Double issues and supplements have no place in the count.
    if issue.isascii() and issue.isdigit():
        month = int(published[5:7]) if published else None
        why = issue_plausible(str(claims.get("frequency", "")), int(issue), month)
        if why:
            yield Oddity("issue", "frequency", why, refuses=False)
    yield from _same_year(claims)


CROSSES: Final = MappingProxyType(
    {
        "book_parts": Cross(("authors", "contributions", "words"), book_parts),
        "education_numbers": Cross(
            ("certificate_number", "degree_number", "level", "degree_name", "graduation_date"), _education_numbers
        ),
        "effective_dates": Cross(("published_on", "effective_from", "effective_until"), effective_dates),
        "hours_sum": Cross(("hours", "public_hours", "professional_hours"), hours_sum),
        "identity": Cross(("holder_id", "holder_id_type"), identity),
        "issue_plausible": Cross(("frequency", "issue", "published_on", "year"), _issue_fits),
        "list_grade": Cross(("list_type", "grade"), list_grade),
        "paper_dates": Cross(("received_on", "published_on", "year"), _paper_dates),
        "patent_dates": Cross(("applied_on", "granted_on"), _patent_dates),
        "patent_kind": Cross(("number", "kind", "grant_number", "applied_on"), _patent_kind),
        "project_dates": Cross(("started_on", "ended_on", "accepted_on"), project_dates),
        "software_dates": Cross(
            ("registration_number", "completed_on", "published_on", "registered_on"), software_dates
        ),
        "team_rank": Cross(("holder_name", "rank", "team"), team_rank),
        "title_dates": Cross(("decided_on", "issued_on"), title_dates),
        "training_dates": Cross(("year", "started_on", "ended_on", "issued_on"), training_dates),
    }
)
"""Name, as a kind's file uses it → rule."""
