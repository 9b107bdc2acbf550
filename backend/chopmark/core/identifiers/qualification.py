"""Numbers and levels of vocational certificates. Their layouts are told by secondary sources only: hints, never refusals."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from chopmark.core.identifiers.checked import Checked, refused
from chopmark.core.normal import norm_text

_SKILL: Final = re.compile(r"[0-9]{16}|[A-Z][0-9]{21}")
_MANAGEMENT: Final = re.compile(r"[0-9A-Z]{8,40}")
_FEWEST_DIGITS: Final = 6
_SKILL_LEVELS: Final = {
    "学徒工": ("学徒",),
    "五级": ("初级工", "初级", "5"),
    "四级": ("中级工", "中级", "4"),
    "三级": ("高级工", "高级", "3"),
    "二级": ("技师", "2"),
    "一级": ("高级技师", "1"),
    "特级技师": ("特级",),
    "首席技师": ("首席",),
}
_LEVEL_OF: Final = {word: level for level, words in _SKILL_LEVELS.items() for word in (level, *words)}


def management_number(text: str, today: date) -> Checked:
    """Look at a 管理号 of a professional qualification: letters and digits, mostly digits, without a check digit."""
    del today
    number = re.sub(r"[\s-]", "", norm_text(text).upper())
    if not _MANAGEMENT.fullmatch(number) or sum(map(str.isdigit, number)) < _FEWEST_DIGITS:
        return refused("通常为8至40位数字或字母", "usually 8 to 40 digits or letters")
    return Checked(ok=True, normal=number)


def skill_certificate(text: str, today: date) -> Checked:
    """Look at the number of a 职业技能等级证书: 22 characters (a letter, 21 digits), or 16 digits in the old form."""
    del today
    number = re.sub(r"[\s-]", "", norm_text(text).upper())
    if not _SKILL.fullmatch(number):
        return refused(
            "通常为1个字母加21位数字，旧证为16位数字", "usually a letter and 21 digits, or 16 digits in the old form"
        )
    return Checked(ok=True, normal=number)


def skill_level(text: str, today: date) -> Checked:
    """Read a level by any of its names: ``三级``, ``高级工``, ``三级/高级工`` and ``三级（高级工）`` are one; normal form ``三级``."""
    del today
    words = [word for word in re.split(r"[/、()\s]+", norm_text(text)) if word]
    levels = {_LEVEL_OF.get(word.removesuffix("级") if word[0].isdigit() else word) for word in words}
    if len(levels) != 1 or None in levels:
        return refused("不是职业技能等级，例如 三级/高级工", "it is no level of skill, as 三级/高级工")
    return Checked(ok=True, normal=str(levels.pop()))
