"""GB 11643: the resident identity number (公民身份号码), 18 characters."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from chopmark.core.identifiers.checked import Checked, mistyped, refused
from chopmark.core.identifiers.digits import mod11_2
from chopmark.core.normal import norm_text

_FORM: Final = re.compile(r"[1-9][0-9]{16}[0-9X]")
_FIRST_BIRTH: Final = date(1900, 1, 1)


def resident_id(text: str, today: date) -> Checked:
    """Check form, date of birth (not after ``today``) and the ISO 7064 MOD 11-2 check character.

    No facts are returned: sex, birthday and birthplace are nobody's business here. The table of counties that
    python-stdnum consults is not used, because it refuses every county younger than itself.
    """
    number = norm_text(text).upper().replace(" ", "")
    if re.fullmatch(r"[1-9][0-9]{14}", number):
        return refused("15位旧号已停用，应为18位", "the old number of 15 digits is no longer in use, 18 are needed")
    if not _FORM.fullmatch(number):
        return refused("应为17位数字加1位校验码", "17 digits and a check character are needed")
    if not _born(number, today):
        return refused("其中的出生日期不存在", "the date of birth in it is not possible")
    if mod11_2(number[:17]) != number[17]:
        return mistyped()
    return Checked(ok=True, normal=number)


def _born(number: str, today: date) -> bool:
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return _FIRST_BIRTH <= born <= today
