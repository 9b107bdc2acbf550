"""What an unknown heading probably means, for a person to confirm: by the words in it, and by what stands below it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from difflib import SequenceMatcher
from typing import Final

from chopmark.core.identifiers import CHECKS
from chopmark.core.normal import norm_date, norm_text
from chopmark.kinds import Field
from chopmark.services.sheet.choices import heading_key

_ALIKE: Final = 0.6
_LOOKED_AT: Final = 30
# Words that registrars exchange for one another; the right ones are those of the kinds' files.
_WORDS: Final = (
    ("名字", "姓名"),
    ("学员", "学生"),
    ("考生", "学生"),
    ("本人", ""),
    ("号码", "编号"),
    ("编码", "编号"),
    ("时间", "日期"),
    ("年月日", "日期"),
    ("大学", "学校"),
    ("院系", "专业"),
    ("证书号", "证书编号"),
    ("证号", "证书编号"),
    ("title", "题名"),
    ("date", "日期"),
    ("name", "姓名"),
)


def suggest(
    heading: str, cells: Sequence[str], free: Sequence[Field], today: date, numbers: Collection[str] = ()
) -> Field | None:
    """The field that a heading looks like, of those that no column holds yet; None if nothing speaks for one.

    ``numbers``: names of the fields that make up the credential's number: of equally likely ones a bare 编号 means these.
    """
    wanted = _plain(heading)
    likely = ((_likeness(wanted, field), field) for field in free)
    ranked = sorted(likely, key=lambda pair: (-pair[0], pair[1].name not in numbers))
    sample = [cell for cell in cells if cell.strip()][:_LOOKED_AT]
    told = [field for field in free if _holds(field, sample, today)]
    if len(told) == 1:
        return told[0]
    for likeness, field in ranked:
        if likeness >= _ALIKE and (not told or field in told):
            return field
    return None


def _likeness(wanted: str, field: Field) -> float:
    names = {_plain(name) for name in (field.zh, field.en, field.name, *field.synonyms)}
    return max((_ratio(wanted, name) for name in names if name), default=0.0)


def _ratio(one: str, other: str) -> float:
    if one and (one in other or other in one) and min(len(one), len(other)) > 1:
        return 0.9
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _plain(heading: str) -> str:
    key = heading_key(heading)
    for word, usual in _WORDS:
        if usual not in key or not usual:
            key = key.replace(word, usual)
    return key


def _holds(field: Field, sample: Sequence[str], today: date) -> bool:
    """Whether every cell of a column is what only this sort of field is."""
    if not sample:
        return False
    if field.type == "date":
        return all(norm_date(cell) for cell in sample)
    if field.choices:
        choices = {norm_text(choice).casefold() for choice in field.choices}
        return all(norm_text(cell).casefold() in choices for cell in sample)
    if field.check in _TELLING:
        return all(CHECKS[field.check](cell, today).ok for cell in sample)
    return False


_TELLING: Final = frozenset(
    {"resident_id", "doi", "issn", "isbn", "cn_serial", "patent", "education_certificate", "degree_certificate"}
)
"""Checks that other columns hardly ever pass by chance."""
