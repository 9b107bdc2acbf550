"""What strangers wrote, made safe to print: a file's name or a claim never moves the cursor nor turns a line around."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.terminal import plain, width

__all__ = ["BOLD", "DIM", "GREEN", "INDENT", "RED", "YELLOW", "columns", "line", "paint", "plain"]

INDENT: Final = "    "
GREEN, YELLOW, RED, BOLD, DIM = "32", "33", "31", "1", "2"


def paint(text: str, *styles: str) -> str:
    """Plain text in colour, on a terminal that shows it (https://no-color.org)."""
    text = plain(text)
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{';'.join(styles)}m{text}\033[0m"


def line(zh: str, en: str | None = None) -> None:
    """An indented line of the answer."""
    T.out(INDENT + plain(T.text(zh, zh if en is None else en)))


def columns(rows: Sequence[Sequence[str]]) -> None:
    """Aligned, indented columns; Chinese characters count two."""
    cleaned = [[plain(cell) for cell in row] for row in rows]
    widths = [max(width(row[at]) for row in cleaned) for at in range(len(cleaned[0]))] if cleaned else []
    for row in cleaned:
        cells = (cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True))
        T.out(f"{INDENT}{'  '.join(cells)}".rstrip())
