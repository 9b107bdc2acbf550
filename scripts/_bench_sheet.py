"""How long a registrar waits for the dry run of a year's graduates: 6,000 rows in GB18030, a small PDF each, 17 rows wrong."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from chopmark.services.register import DraftedSheet

Made = TypeVar("Made")

ROWS = 6_000
ISSUER = bytes(32)
HEADINGS = {"学员名字": "holder_name", "邮箱": ""}


def main() -> None:
    """Measure each part once, alone, and the whole; seconds by the clock and of computing, the children's included."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from chopmark.kinds import find_kind
    from chopmark.services.register import FileBinder, SheetInput, compose_drafts, draft_input, rejected_sheet
    from chopmark.services.sheet import Choices, examine_sheet, read_sheet
    from chopmark.wording import Language
    from tests.stories._graduates import year

    kind, today = find_kind("degree"), date(2026, 11, 22)
    with tempfile.TemporaryDirectory() as folder:
        graduates = year(Path(folder), ROWS)
        data = graduates.sheet.read_bytes()
        choices = Choices(HEADINGS)
        sheet = timed("read the sheet", lambda: read_sheet(data, "a.csv", kind, choices=choices))
        timed("examine every row", lambda: examine_sheet(kind, sheet, None, today, choices))

        def draft() -> DraftedSheet:
            with FileBinder(64 << 20) as binder:
                return draft_input(kind, SheetInput(data, "a.csv", headings=HEADINGS), graduates.files, binder, today)

        drafted = timed("the whole dry run, files looked into", draft)
        found = drafted.drafted.findings
        wrong = {each.place.row: [each] for each in found}
        print(f"{'':2}{len(wrong)} rows wrong, {len(drafted.drafted.drafts)} good")
        timed("hand the wrong rows back", lambda: rejected_sheet(sheet, wrong, Language.ZH))
        timed("blind the good rows", lambda: list(compose_drafts(kind, ISSUER, drafted.drafted.drafts, 0)))


def timed(what: str, work: Callable[[], Made]) -> Made:
    """Do it and tell how long it took."""
    before, begun = sum(os.times()[:4]), time.perf_counter()
    made = work()
    clock, computing = time.perf_counter() - begun, sum(os.times()[:4]) - before
    print(f"{what:44} {clock:6.2f} s   {computing:6.2f} s of computing")
    return made
