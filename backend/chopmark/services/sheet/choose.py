"""Which worksheet of several is meant, and which of its rows holds the headings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from chopmark.core.normal import norm_name
from chopmark.kinds import Kind
from chopmark.services.sheet.choices import Choices, heading_key
from chopmark.services.sheet.headings import known_keys
from chopmark.services.sheet.sheet import NoSuchTab

TITLES: Final = 20
"""Rows that may hold anything before the headings."""


@dataclass(frozen=True, slots=True, eq=False)
class TabView:
    """A worksheet that holds something: its name and its first rows."""

    name: str
    hidden: bool
    first: Sequence[Sequence[str]]


Choose = Callable[[Sequence[TabView]], TabView | None]
"""Chooses a worksheet; None if none may be read."""


def chooser(kind: Kind | None, tab: str, choices: Choices) -> Choose:
    """By its name; or of the visible ones the first whose headings fit ``kind`` best; without a kind, the first.

    Raises ``NoSuchTab``.
    """

    def choose(views: Sequence[TabView]) -> TabView | None:
        if tab:
            return _named(views, tab)
        visible = [view for view in views if not view.hidden]
        keys = None if kind is None else recognised(kind, choices)
        if keys is None or not visible:
            return visible[0] if visible else None
        return max(visible, key=lambda view: max((score(cells, keys) for cells in view.first), default=0))

    return choose


def _named(views: Sequence[TabView], name: str) -> TabView:
    exact = [view for view in views if view.name == name]
    alike = [view for view in views if norm_name(view.name) == norm_name(name)]
    for found in (exact, alike):
        if len(found) == 1:
            return found[0]
    raise NoSuchTab(name, [view.name for view in views])


def recognised(kind: Kind, choices: Choices) -> dict[str, str]:
    """Every heading that means something for this kind, as it is looked up, with the field that it means."""
    return {**known_keys(kind), **choices.all_keys()}


def heading_position(rows: Sequence[Sequence[str]], keys: dict[str, str]) -> int:
    """Which of the first rows holds the headings: the first of those that hold most of them. The first row if none does."""
    scores = [score(cells, keys) for cells in rows[:TITLES]]
    best = max(scores, default=0)
    return scores.index(best) if best > 1 or (scores and scores[0] == best) else 0


def score(cells: Sequence[str], keys: dict[str, str]) -> int:
    """How many different fields a row's cells would be the headings of."""
    found = {keys[key] for cell in cells if cell and len(cell) < 60 and (key := heading_key(cell)) in keys}
    return len(found)
