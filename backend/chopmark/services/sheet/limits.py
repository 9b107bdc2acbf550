"""How large a spreadsheet may be: enough for a province's graduates, too little to hurt whoever reads it."""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_UNPACKED: Final = 512 * 1024 * 1024
MAX_ROWS: Final = 200_000
MAX_COLUMNS: Final = 200
# Readers lay a sheet out as a full rectangle before they hand over a row of it.
MAX_CELLS: Final = 4_000_000
# Merged areas of one sheet.
MAX_MERGED: Final = 100_000
# Characters in all cells together: texts are kept once and copied into each cell.
MAX_TEXT: Final = 128 * 1024 * 1024
# Spreadsheet XML packs 10 to 60 times; only a bomb is large and packs better than this.
MAX_RATIO: Final = 200
SMALL: Final = 16 * 1024 * 1024
"""Below this many unpacked bytes the ratio says nothing."""
