"""Rows that are no records: totals, signatures, the headings once more. Named with their row, never registered, never dropped unseen."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from chopmark.core.normal import norm_text
from chopmark.services.sheet.choices import heading_key
from chopmark.services.sheet.sheet import Row

_FOOTER: Final = re.compile(
    r"(?:合 ?计|总 ?计|共 ?计|小 ?计|累 ?计|制 ?表|填 ?表|审 ?核|复 ?核|校 ?对|经 ?办|负 ?责 ?人|主 ?管|单位[(盖公]|[(]?盖章"
    r"|备 ?注|说 ?明|注 ?[:：]|以下空白|打印|日 ?期 ?[:：]|共 ?[0-9]+ ?[人条项页]|第 ?[0-9]+ ?页"
    r"|total\b|sum\b|prepared by|checked by|note:|page [0-9])",
    re.IGNORECASE,
)


def is_footer(row: Row, numbers: Collection[int], required: Collection[int]) -> bool:
    """Whether a row is a total or a signature line: it begins like one, has no number and at most half of what is required.

    ``numbers``: the columns of the credential's number. ``required``: those of required fields. A row that merely lacks something is
    none: it is examined, and refused with what it lacks.
    """
    filled = [at for at, cell in enumerate(row.cells) if cell.strip()]
    if not filled or not _FOOTER.match(norm_text(row.cells[filled[0]])):
        return False
    return not any(at in numbers for at in filled[1:]) and sum(at in required for at in filled) <= max(
        1, len(required) // 2
    )


def repeats_headings(row: Row, headings: Sequence[str]) -> bool:
    """Whether a row is the headings once more, as printed pages and lists pasted together have them."""
    filled = [at for at, cell in enumerate(row.cells) if cell.strip()]
    return bool(filled) and all(heading_key(row.cells[at]) == heading_key(headings[at]) for at in filled)
