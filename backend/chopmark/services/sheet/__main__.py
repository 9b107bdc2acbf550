"""The child of ``xls``: an old workbook from standard input, its cells as JSON to standard output, under a ceiling of memory."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from typing import Any, Final

from chopmark.services.sheet.biff import Hidden, hidden_and_failed
from chopmark.services.sheet.cells import cell_text, lost_digits
from chopmark.services.sheet.limits import MAX_CELLS, MAX_COLUMNS, MAX_MERGED, MAX_TEXT

MEMORY: Final = 1 << 30


def main() -> None:
    """Read one workbook. A crash ends this process and nothing else."""
    import python_calamine as calamine

    _limit_memory()
    data = sys.stdin.buffer.read()
    try:
        with calamine.load_workbook(io.BytesIO(data)) as book:
            answer = _answer(book, hidden_and_failed(data))
    except calamine.PasswordError:
        answer = {"encrypted": True}
    except calamine.CalamineError:
        sys.exit(1)
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=True, separators=(",", ":")).encode("ascii"))


def _answer(book: Any, aside: dict[str, Hidden]) -> dict[str, Any]:
    tabs, cells, text = [], 0, 0
    for meta in book.sheets_metadata:
        sheet = book.get_sheet_by_name(meta.name)
        cells += sheet.total_height * sheet.total_width
        if cells > MAX_CELLS or sheet.total_width > MAX_COLUMNS:
            return {"too_wide": True}
        if not sheet.height:
            continue
        table = sheet.to_python(skip_empty_area=False)
        text += sum(len(cell) for row in table for cell in row if isinstance(cell, str))
        if text > MAX_TEXT:
            return {"too_wide": True}
        tabs.append(_tab(meta.name, "Visible" not in str(meta.visible), table, sheet, aside.get(meta.name, Hidden())))
    return {"tabs": tabs}


def _tab(name: str, hidden: bool, table: Sequence[Sequence[object]], sheet: Any, aside: Hidden) -> dict[str, Any]:
    areas = [(*first, *last) for first, last in (sheet.merged_cell_ranges or [])[:MAX_MERGED]]
    return {
        "name": name,
        "hidden": hidden,
        "rows": [[_cell(cell, aside.failed.get((r, c))) for c, cell in enumerate(row)] for r, row in enumerate(table)],
        "areas": areas,
        "hidden_rows": sorted(aside.rows),
        "hidden_columns": sorted(aside.columns),
    }


def _cell(cell: object, failed: str | None) -> object:
    """A cell as text; a number that has lost digits as a list with its text."""
    return failed or ([cell_text(cell)] if lost_digits(cell) else cell_text(cell))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # no such limits on this system; the time limit of the parent holds everywhere
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
