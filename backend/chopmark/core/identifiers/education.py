"""Numbers on Chinese diplomas. No published standard binds every school: what is odd here is a hint, never a refusal.

学历证书编号: school 5, type 1, year 4, level 2, serial 6 (5 before 2002).
学位证书编号: unit 5, level 1, year 4, serial 6, with one letter more for some sorts of degree.
Self-study diplomas (自考) follow yet another layout.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from chopmark.core.identifiers.checked import Checked, refused
from chopmark.core.normal import norm_text

_TYPES: Final = {"1": "普通", "5": "成人", "6": "自考", "7": "网络"}
_LEVELS: Final = {"01": "博士", "02": "硕士", "04": "第二学士学位", "05": "本科", "06": "专科"}
_DEGREES: Final = {"2": "博士", "3": "硕士", "4": "学士"}
_CERTIFICATE: Final = re.compile(r"([0-9]{5})([0-9])([0-9]{4})([0-9]{2})[0-9]{5,6}")
_DEGREE: Final = re.compile(r"([0-9]{5})([0-9])([0-9]{4})[0-9]{6}")
_EXPANSION: Final = 1949


def education_certificate(text: str, today: date) -> Checked:
    """Read a 学历证书编号 of 18 digits (17 before 2002).

    Facts: ``school`` (five digits), ``study`` (普通, 成人, …), ``year``, ``level``.
    """
    number = norm_text(text).upper().replace(" ", "")
    match = _CERTIFICATE.fullmatch(number)
    if not match:
        return refused(
            "学历证书编号通常为18位数字（2002年以前为17位）", "such a number usually has 18 digits (17 before 2002)"
        )
    school, study, year, level = match.groups()
    if study not in _TYPES or level not in _LEVELS:
        return refused(
            "第6位或第11、12位不是常见的类别、层次代码", "digit 6 or digits 11-12 are no usual code of type or level"
        )
    if not _EXPANSION <= int(year) <= today.year:
        return refused(f"第7至10位“{year}”不是合理的年份", f"digits 7-10, “{year}”, are no likely year")
    facts = {"school": school, "study": _TYPES[study], "year": int(year), "level": _LEVELS[level]}
    return Checked(ok=True, normal=number, facts=facts)


def degree_certificate(text: str, today: date) -> Checked:
    """Read a 学位证书编号 of 16 digits, or 17 characters with one letter C, Z, S or E.

    Facts: ``school`` (five digits), ``year``, ``degree`` (博士, 硕士, 学士).
    """
    number = norm_text(text).upper().replace(" ", "")
    match = _DEGREE.fullmatch(re.sub(r"[CZSE]", "", number, count=1))
    if not match:
        return refused(
            "学位证书编号通常为16位数字，或另加1个字母", "such a number usually has 16 digits, or one letter more"
        )
    school, level, year = match.groups()
    if level not in _DEGREES:
        return refused("第6位不是常见的学位代码", "digit 6 is no usual code of a degree")
    if not _EXPANSION <= int(year) <= today.year:
        return refused(f"第7至10位“{year}”不是合理的年份", f"digits 7-10, “{year}”, are no likely year")
    return Checked(ok=True, normal=number, facts={"school": school, "year": int(year), "degree": _DEGREES[level]})
