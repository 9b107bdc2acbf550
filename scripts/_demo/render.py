"""Templates and data into PDF files and page images, by typst."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import typst

_TEMPLATES: Final = Path(__file__).parent / "templates"
_FONTS: Final = Path(__file__).parents[2] / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"


def pdf(template: str, data: Mapping[str, object]) -> bytes:
    """A PDF/A-2b file: the same data give the same bytes.

    Plain PDF would drop a character that the font lacks without a word; PDF/A forbids that, so typst refuses it.

    Raises:
        typst.TypstError: the template is wrong, or the font lacks a character.
        FileNotFoundError: the font is not installed.
    """
    made = _compiler(template).compile(format="pdf", sys_inputs=_inputs(data), pdf_standards="a-2b")
    assert isinstance(made, bytes)
    return made


def page(template: str, data: Mapping[str, object], dots_per_inch: float) -> bytes:
    """The one page of a document as a PNG image."""
    made = _compiler(template).compile(format="png", sys_inputs=_inputs(data), ppi=dots_per_inch)
    if not isinstance(made, bytes):
        raise ValueError(f"{template} gave more than one page")
    return made


@cache
def _compiler(template: str) -> typst.Compiler:
    """One compiler for a template: reading the font is most of the work."""
    if not _FONTS.is_dir():
        raise FileNotFoundError(f"the font is missing: {_FONTS}; run scripts/setup.py")
    return typst.Compiler(
        str(_TEMPLATES / f"{template}.typ"), root=str(_TEMPLATES), font_paths=[str(_FONTS)], ignore_system_fonts=True
    )


def _inputs(data: Mapping[str, object]) -> dict[str, str]:
    return {"data": json.dumps(data, ensure_ascii=False)}
