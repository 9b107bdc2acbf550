"""Where a paper stands: year, pages, a line of an issue's contents, and whether an issue number fits its frequency."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from chopmark.core.identifiers.checked import Checked, refused
from chopmark.core.normal import norm_text
from chopmark.wording import Wording

ISSUES_A_YEAR: Final = {
    "年刊": 1,
    "半年刊": 2,
    "季刊": 4,
    "双月刊": 6,
    "月刊": 12,
    "半月刊": 24,
    "旬刊": 36,
    "周刊": 52,
}
"""Frequency → issues a year."""
_ANY_MONTH: Final = ("年刊", "半年刊", "周刊")
_FIRST_JOURNAL: Final = 1665
_PAGES_LABEL: Final = re.compile(r"^(?:第|PAGES?|PP?\.?)\s*|\s*页$")
_SPAN: Final = re.compile(r"([A-Z]{0,2})([0-9]{1,7})(?: ?- ?([A-Z]{0,2})([0-9]{1,7}))?")


def year(text: str, today: date) -> Checked:
    """A year of publication: four digits, from the first journal on, at most one ahead (issues are dated forward)."""
    digits = norm_text(text).removesuffix("年").strip()
    if not re.fullmatch(r"[0-9]{4}", digits) or not _FIRST_JOURNAL <= int(digits) <= today.year + 1:
        return refused("应为4位年份", "a year of four digits is needed")
    return Checked(ok=True, normal=digits)


def pages(text: str, today: date) -> Checked:
    """Pages such as ``12-18``, ``12``, ``e013``, ``12-18, 25``; normal form ``12-18,25``, without label or 页.

    Facts: ``first``, the first page as printed.
    """
    del today
    bare = _PAGES_LABEL.sub("", norm_text(text).upper())
    spans = [_SPAN.fullmatch(part.strip()) for part in re.split(r"[,、;+]", bare)]
    found = [span for span in spans if span]
    if len(found) != len(spans):
        return refused("应为页码，例如 12-18", "page numbers are needed, as 12-18")
    if any(span[4] and span[1] == span[3] and int(span[2]) > int(span[4]) for span in found):
        return refused("起始页大于结束页", "the first page is after the last")
    normal = ",".join(_page(span[1], span[2]) + ("-" + _page(span[3], span[4]) if span[4] else "") for span in found)
    return Checked(ok=True, normal=normal, facts={"first": found[0][1] + found[0][2]})


def _page(letters: str, digits: str) -> str:
    return letters + digits if letters else str(int(digits))


def contents_line(text: str, today: date) -> Checked:
    """One line of a table of contents, ``pages|title|authors``; authors may be empty (editorials have none).

    Facts: ``pages``, ``title``, ``authors`` as given, outer spaces removed.
    """
    parts = [part.strip() for part in re.split(r"[|｜]", text)]
    if len(parts) != 3 or not parts[1]:
        return refused("应为“页码|题名|作者”", "the form is “pages|title|authors”")
    at = pages(parts[0], today)
    if not at.ok:
        return at
    normal = "|".join([at.normal, norm_text(parts[1]), norm_text(parts[2])])
    return Checked(ok=True, normal=normal, facts=dict(zip(("pages", "title", "authors"), parts, strict=True)))


def issue_plausible(frequency: str, issue: int, month: int | None = None) -> Wording | None:
    """Whether a periodical of this frequency has such an issue in such a month; None if so, else what is odd.

    An unknown frequency has nothing odd. A month is compared for regular frequencies only, with one period's grace.
    Counterfeit editions print issues that the real periodical cannot have: this is a reason to ask, not a verdict.
    """
    most = ISSUES_A_YEAR.get(frequency)
    if most is None:
        return None
    if not 1 <= issue <= most:
        return Wording(
            f"{frequency}全年至多{most}期，填报为第{issue}期",
            f"a {frequency} has at most {most} issues a year, given is {issue}",
        )
    expected = (issue * 12 + most - 1) // most
    if month is None or frequency in _ANY_MONTH or abs(expected - month) <= max(1, 12 // most):
        return None
    return Wording(
        f"{frequency}第{issue}期通常在{expected}月前后，填报为{month}月",
        f"issue {issue} of a {frequency} usually appears about month {expected}, given is {month}",
    )
