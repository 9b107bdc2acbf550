"""The headings that mean a field of a kind, without anybody saying so."""

from __future__ import annotations

from functools import cache
from typing import Final

from chopmark.kinds import Field, Kind
from chopmark.services.sheet.choices import FILE_FIELD, IGNORED, heading_key
from chopmark.wording import Wording

FILE_HEADINGS: Final = ("file", "文件", "文件名", "文件名称", "附件", "file name")
FILE_LABEL: Final = Wording("文件名", "file name")
ERRORS: Final = Wording("需更正（登记时忽略此列）", "To be corrected (this column is ignored)")
"""The heading over what was wrong with a row, in a sheet of rows that were set aside."""
EXPLANATION: Final = Wording("填写说明", "How to fill in")
"""The worksheet of a template that explains the other one."""
_UNREAD: Final = ("序号", "行号", "no.", "no", "#", "index", ERRORS.zh, ERRORS.en)
"""Columns that every list has and that say nothing: they are passed over without a word."""


@cache
def named_keys(kind: Kind) -> dict[str, Field]:
    """Names and labels of fields, as they are looked up."""
    return {heading_key(heading): field for field in kind.fields for heading in (field.name, field.zh, field.en)}


@cache
def synonym_keys(kind: Kind) -> dict[str, Field]:
    """Other headings of fields, as they are looked up."""
    return {heading_key(heading): field for field in kind.fields for heading in field.synonyms}


@cache
def known_keys(kind: Kind) -> dict[str, str]:
    """Heading, as it is looked up → field name, ``FILE_FIELD`` or ``IGNORED``."""
    keys = dict.fromkeys(map(heading_key, _UNREAD), IGNORED)
    keys |= dict.fromkeys(map(heading_key, FILE_HEADINGS), FILE_FIELD)
    keys |= {key: field.name for key, field in synonym_keys(kind).items()}
    return keys | {key: field.name for key, field in named_keys(kind).items()}


def known_headings(kind: Kind) -> tuple[str, ...]:
    """The headings to put on a sheet of this kind, in Chinese, the column of file names last."""
    return (*(field.zh for field in kind.fields), FILE_LABEL.zh)
