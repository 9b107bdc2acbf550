"""Whole numbers with a meaning: how many, and which place."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from chopmark.core.identifiers.checked import Checked, refused
from chopmark.core.normal import norm_text

_COUNT: Final = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9})\s*(?:个?学时|条|字|个|人)?")
_RANK: Final = re.compile(r"(?:第\s*)?([0-9]{1,3}|[一二三四五六七八九十])\s*(?:位|名|完成人|/\s*[0-9]{1,3})?")
_HAN_DIGITS: Final = "一二三四五六七八九十"


def count(text: str, today: date) -> Checked:
    """How many there are: from 0 to 999,999,999, with or without separators and a unit (学时, 字, 条, 人)."""
    del today
    match = _COUNT.fullmatch(norm_text(text))
    if not match:
        return refused("应为不带小数的数目", "a whole number is needed, not below zero")
    return Checked(ok=True, normal=str(int(match[1].replace(",", ""))))


def rank(text: str, today: date) -> Checked:
    """A place in an order, counted from 1: ``2``, ``第2位``, ``第二``, ``2/7``."""
    del today
    match = _RANK.fullmatch(norm_text(text))
    place = 0 if not match else _HAN_DIGITS.find(match[1]) + 1 or _plain(match[1])
    if place < 1:
        return refused("应为位次，从1起，例如 2", "a place counted from 1 is needed, as 2")
    return Checked(ok=True, normal=str(place))


def _plain(digits: str) -> int:
    return int(digits) if digits.isascii() else 0
