"""Numbers of books, software and decisions. What is written of their forms is weak, so kinds use them as hints."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from chopmark.core.identifiers.checked import Checked, refused
from chopmark.core.normal import norm_text

_SOFTWARE: Final = re.compile(r"([0-9]{4})SR([0-9]{6,7})")
_SOFTWARE_LABEL: Final = re.compile(r"^登记号[:\s]*")
_FIRST_SOFTWARE: Final = 1992
_CIP: Final = re.compile(r"(?:中国版本图书馆)?(?:CIP数据核字|CIP核字)?\(?([0-9]{4})\)?(?:第|-)?([0-9]{5,6})号?")
_DOCUMENT: Final = re.compile(r"(.*[^\s0-9(\[〔【])[(\[〔【]([12][0-9]{3})[)\]〕】](?:第)?([0-9]{1,5})号")
_CONTRIBUTION: Final = re.compile(r"[|｜]")


def software_registration(text: str, today: date) -> Checked:
    """Check a 计算机软件著作权登记号 such as ``2024SR0123456``: year, SR, seven digits (six before about 2020).

    Facts: ``year``. Numbers of the first years are shorter.
    """
    number = re.sub(r"\s", "", _SOFTWARE_LABEL.sub("", norm_text(text).upper()))
    match = _SOFTWARE.fullmatch(number)
    if not match:
        return refused(
            "通常为年份、SR和6至7位数字，例如 2024SR0123456", "usually a year, SR and 6 or 7 digits, as 2024SR0123456"
        )
    year = int(match[1])
    if not _FIRST_SOFTWARE <= year <= today.year:
        return refused(f"“{year}”不是合理的年份", f"“{year}” is no likely year")
    return Checked(ok=True, normal=number, facts={"year": year})


def cip(text: str, today: date) -> Checked:
    """Check a CIP 核字号, ``中国版本图书馆CIP数据核字（2024）第012345号``; the normal form is ``2024-012345``. Facts: ``year``."""
    match = _CIP.fullmatch(re.sub(r"\s", "", norm_text(text).upper()))
    if not match or int(match[1]) > today.year + 1:
        return refused("通常为 CIP数据核字（年份）第6位数字号", "usually CIP数据核字 (year) 第 six digits 号")
    return Checked(ok=True, normal=f"{match[1]}-{match[2].zfill(6)}", facts={"year": int(match[1])})


def document_number(text: str, today: date) -> Checked:
    """Check the number of an official document (发文字号), ``鲁人社字〔2026〕12号``; all brackets are 〔〕 in the normal form.

    Facts: ``year``.
    """
    match = _DOCUMENT.fullmatch(re.sub(r"\s", "", norm_text(text)))
    if not match or int(match[2]) > today.year + 1:
        return refused(
            "通常为 机关代字〔年份〕序号，例如 鲁人社字〔2026〕12号",
            "usually body〔year〕serial, as 鲁人社字〔2026〕12号",
        )
    normal = f"{match[1].casefold()}〔{match[2]}〕{int(match[3])}号"
    return Checked(ok=True, normal=normal, facts={"year": int(match[2])})


def contribution_line(text: str, today: date) -> Checked:
    """One person's part in a book, ``name|role|part|characters``; part and number of characters may be empty.

    Facts: ``name``, ``role``, ``words`` (0 if it is not said).
    """
    del today
    parts = [part.strip() for part in _CONTRIBUTION.split(text)]
    if len(parts) != 4 or not parts[0] or not parts[1]:
        return refused("应为“姓名|角色|章节|字数”", "the form is “name|role|part|characters”")
    digits = norm_text(parts[3]).replace(",", "").removesuffix("字")
    if digits and not re.fullmatch(r"[0-9]{1,9}", digits):
        return refused("字数应为整数", "the number of characters is a whole number")
    normal = "|".join([*map(norm_text, parts[:3]), digits])
    return Checked(ok=True, normal=normal, facts={"name": parts[0], "role": parts[1], "words": int(digits or 0)})
