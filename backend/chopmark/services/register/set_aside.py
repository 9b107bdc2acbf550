"""Registering the good rows of a sheet and handing the others back: which are which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from chopmark.core.finding import Finding, Place
from chopmark.services.register.draft import Drafted
from chopmark.services.register.weigh import Weighed


@dataclass(frozen=True, slots=True)
class SetAside:
    """``drafted``, ``weighed``: without the rows set aside. ``rows``: those, by number, with what is wrong with each.

    What is wrong with the sheet as a whole is no row's fault: it stays among the findings of ``drafted``, and refuses everything.
    """

    drafted: Drafted
    weighed: Weighed
    rows: Mapping[int, tuple[Finding, ...]] = field(default_factory=dict)


def set_aside(drafted: Drafted, weighed: Weighed) -> SetAside:
    """Take out every row that has a finding, and every row whose number stands again with other content (I007)."""
    of_sheet = tuple(found for found in drafted.findings if not found.place.row)
    wrong: defaultdict[int, list[Finding]] = defaultdict(list)
    for found in (*drafted.findings, *weighed.findings):
        if found.place.row:
            wrong[found.place.row].append(found)
    for draft in weighed.new:
        if (other := drafted.contested.get(draft.row)) is not None and draft.row not in wrong:
            place = Place(row=draft.row, value=draft.shown)
            wrong[draft.row].append(Finding("I007", {"number": draft.shown, "other": other}, place))
    kept = tuple(draft for draft in weighed.new if draft.row not in wrong)
    rows = {number: tuple(wrong[number]) for number in sorted(wrong)}
    return SetAside(replace(drafted, findings=of_sheet), replace(weighed, new=kept, findings=()), rows)
