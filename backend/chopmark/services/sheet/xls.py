"""Sheets as XLS (BIFF8 in a compound file), read in a child process under a ceiling of memory.

An old workbook cannot be looked through as cheaply as a new one, and its reader lays out every sheet at once, as large as its cells
claim. So a child reads it; one that asks for too much ends the child alone, and the workbook is refused.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from chopmark.services.sheet.choose import Choose, TabView
from chopmark.services.sheet.sheet import Area, Record, Tab, Unreadable
from chopmark.services.sheet.workbook import SAMPLE, Workbook

SECONDS: Final = 60
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_STREAMS: Final = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
_LOCKED: Final = ("已加密", "it is encrypted")
_OTHER: Final = ("是其他格式的Office文件，不是工作簿", "it is an Office file of another sort and no workbook")
_DAMAGED: Final = ("文件已损坏、不完整或过大", "the file is damaged, incomplete or too large")


def read_xls(data: bytes, choose: Choose) -> Workbook:
    """The sheet that ``choose`` chooses of those that hold anything; ``Unreadable`` as ``read_workbook``, and if it is encrypted."""
    if _ENCRYPTED in data:  # an XLSX with a password is wrapped in the same sort of file
        raise Unreadable(*_LOCKED)
    if not any(name in data for name in _STREAMS):
        raise Unreadable(*_OTHER)
    tabs = _asked(data)
    views = [TabView(tab["name"], tab["hidden"], [_texts(row) for row in tab["rows"][:SAMPLE]]) for tab in tabs]
    hidden = tuple(view.name for view in views if view.hidden)
    chosen = choose(views)
    if chosen is None:
        return Workbook(hidden=hidden)
    others = tuple(view.name for view in views if view is not chosen and not view.hidden)
    tab = tabs[views.index(chosen)]
    return Workbook(_tab(tab), others, tuple(name for name in hidden if name != chosen.name))


def _asked(data: bytes) -> list[Mapping[str, Any]]:
    """The child's answer."""
    environment = {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "PATH": os.environ.get("PATH", "")}
    try:
        child = subprocess.run(  # noqa: S603  (our own interpreter and module)
            [sys.executable, "-m", __package__],
            input=data,
            capture_output=True,
            env=environment,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(*_DAMAGED) from None
    if child.returncode:
        raise Unreadable(*_DAMAGED)
    answer = json.loads(child.stdout)
    if answer.get("encrypted"):
        raise Unreadable(*_LOCKED)
    if answer.get("too_wide"):
        raise Unreadable.too_wide()
    tabs: list[Mapping[str, Any]] = answer["tabs"]
    return tabs


def _tab(tab: Mapping[str, Any]) -> Tab:
    records = tuple(
        Record(at, _texts(row), frozenset(i for i, cell in enumerate(row) if not isinstance(cell, str)))
        for at, row in enumerate(tab["rows"], 1)
    )
    areas = tuple(Area(*corners) for corners in tab["areas"])
    return Tab(
        tab["name"], records, tab["hidden"], areas, frozenset(tab["hidden_rows"]), frozenset(tab["hidden_columns"])
    )


def _texts(row: Sequence[Any]) -> list[str]:
    return [cell if isinstance(cell, str) else cell[0] for cell in row]
