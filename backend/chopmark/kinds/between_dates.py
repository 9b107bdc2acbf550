"""Dates of one credential that cannot all be right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from chopmark.kinds.kind import Claims
from chopmark.kinds.oddity import Oddity, facts_of, in_order, year_of
from chopmark.wording import Wording

_NUMBER_YEAR: Final = Wording("登记号中的年份为{year}", "the year in the registration number is {year}")
_OTHER_YEAR: Final = Wording("不在该年度之内", "it lies outside that year")


def software_dates(claims: Claims, today: date) -> Iterator[Oddity]:
    """Software is finished before it is registered; the number begins with the year of registration, or the one before."""
    yield from in_order(claims, "completed_on", "registered_on", refuses=True)
    yield from in_order(claims, "completed_on", "published_on", refuses=False)
    number = facts_of("software_registration", claims.get("registration_number"), today)
    registered = year_of(claims.get("registered_on"))
    if number and registered and registered - int(number["year"]) not in (0, 1):
        yield Oddity("registration_number", "registered_on", _NUMBER_YEAR.filled(year=number["year"]), refuses=False)


def title_dates(claims: Claims, today: date) -> Iterator[Oddity]:
    """The paper is printed after the decision."""
    del today
    yield from in_order(claims, "decided_on", "issued_on", refuses=True)


def project_dates(claims: Claims, today: date) -> Iterator[Oddity]:
    """A project begins before it ends; one may be accepted before its term is over, never before it began."""
    del today
    yield from in_order(claims, "started_on", "ended_on", refuses=True)
    yield from in_order(claims, "started_on", "accepted_on", refuses=True)


def training_dates(claims: Claims, today: date) -> Iterator[Oddity]:
    """Hours count for the year in which they were had."""
    del today
    yield from in_order(claims, "started_on", "ended_on", refuses=True)
    yield from in_order(claims, "ended_on", "issued_on", refuses=False)
    year, began, ended = claims.get("year"), year_of(claims.get("started_on")), year_of(claims.get("ended_on"))
    if year and ended and not (began or ended) <= int(str(year)) <= ended:
        yield Oddity("year", "ended_on", _OTHER_YEAR, refuses=False)


def effective_dates(claims: Claims, today: date) -> Iterator[Oddity]:
    """Rules and lists that end before they begin, and such as begin before anybody could know them."""
    del today
    yield from in_order(claims, "effective_from", "effective_until", refuses=True)
    yield from in_order(claims, "published_on", "effective_from", refuses=False)
