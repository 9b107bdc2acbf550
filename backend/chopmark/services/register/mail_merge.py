"""The list that a mail-merge is made from: whose bundle is which."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from chopmark.wording import Language, Wording

SUFFIX: Final = ".mail-merge.csv"
"""Behind the name of the sheet, so that the lists of two sheets stand beside each other."""
_COLUMNS: Final = (Wording("姓名", "name"), Wording("编号", "number"))
_LAST: Final = (
    Wording("凭证包文件", "bundle file"),
    Wording("存证编号", "attestation id"),
    Wording("核验方法", "how to verify"),
)
_HINT: Final = Wording(
    "请妥善保存凭证包，与证书文件一并提交；核验方可用 chopmark verify 或签发机构的核验网页查验",
    "Keep the bundle and hand it in together with the certificate; it is checked with chopmark verify or on the issuer's page",
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet program take a text for something to carry out; under Chinese and Japanese settings in full width, too."""


@dataclass(frozen=True, slots=True)
class MergeLine:
    """One holder: name and number as registered, ``extra`` columns of the sheet, the bundle's file name, the attestation's id."""

    holder: str
    number: str
    extra: tuple[str, ...]
    bundle: str
    attestation: str


def mail_merge(lines: Iterable[MergeLine], language: Language, extra: Sequence[str] = ()) -> bytes:
    """CSV in UTF-8 with its mark, as spreadsheet and text programs open it. ``extra``: headings of the further columns.

    A cell that a spreadsheet program would carry out as a formula gets an apostrophe before it.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    said = [wording.fact(language, {}) for wording in (*_COLUMNS, *_LAST)]
    writer.writerow([*said[:2], *map(_harmless, extra), *said[2:]])
    hint = _HINT.fact(language, {})
    for line in lines:
        cells = (line.holder, line.number, *line.extra, line.bundle, line.attestation, hint)
        writer.writerow([_harmless(cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return "'" + cell if cell.lstrip().startswith(_FORMULA) or cell.startswith(_FORMULA) else cell
