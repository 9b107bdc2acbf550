"""GB 32100-2015: the unified social credit code (统一社会信用代码); GB 11714: the organisation code inside it."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from chopmark.core.identifiers.checked import Checked, Facts, mistyped, refused
from chopmark.core.identifiers.digits import digit_or_x
from chopmark.core.normal import norm_text
from chopmark.wording import Wording

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS: Final = tuple(pow(3, i, 31) for i in range(17))
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
# Characters 1 and 2 (registrar, class) may be letters: python-stdnum refuses those, and with them every village
# collective. Only the region, 3 to 8, is digits.
_FORM: Final = re.compile(rf"[{_ALPHABET}]{{2}}[0-9]{{6}}[{_ALPHABET}]{{10}}")
_SEPARATORS: Final = str.maketrans("", "", " -")

_ORGANISATION_DIFFERS: Final = Wording(
    "第9至17位的组织机构代码校验位不符", "the check digit of the organisation code in characters 9 to 17 does not match"
)


def uscc(text: str, today: date) -> Checked:
    """Check alphabet (no I O S V Z), region digits and the MOD 31 check character.

    Facts: ``organisation_code`` and ``public_body`` (prefix 11 or 12). A wrong check digit of the embedded organisation
    code only warns: codes given before the standard do not all have a right one.
    """
    del today
    code = norm_text(text).upper().translate(_SEPARATORS)
    if len(code) != 18:
        return refused(f"应为18位，现为{len(code)}位", f"18 characters are needed, there are {len(code)}")
    if not all(c in _ALPHABET for c in code):
        return refused("含有不使用的字符（I、O、S、V、Z不用）", "it has characters outside the code (no I, O, S, V, Z)")
    if not _FORM.fullmatch(code):
        return refused("第3至8位应为数字", "characters 3 to 8 must be digits")
    if code[17] != uscc_check_character(code[:17]):
        return mistyped()
    organisation = f"{code[8:16]}-{code[16]}"
    warnings = () if organisation_check_digit(code[8:16]) == code[16] else (_ORGANISATION_DIFFERS,)
    facts: Facts = {"organisation_code": organisation, "public_body": code[:2] in ("11", "12")}
    return Checked(ok=True, normal=code, warnings=warnings, facts=facts)


def organisation_code(text: str, today: date) -> Checked:
    """Check a GB 11714 organisation code (组织机构代码): eight characters and a check digit, written ``M000100Y-4``."""
    del today
    code = norm_text(text).upper().translate(_SEPARATORS)
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code):
        return refused("应为8位本体代码加1位校验码", "eight characters and a check digit are needed")
    if organisation_check_digit(code[:8]) != code[8]:
        return mistyped()
    return Checked(ok=True, normal=f"{code[:8]}-{code[8]}")


def uscc_check_character(first17: str) -> str:
    """The 18th character for 17 characters of the alphabet (GB 32100-2015, 31 minus the weighted sum mod 31)."""
    total = sum(_ALPHABET.index(c) * weight for c, weight in zip(first17, _WEIGHTS, strict=True))
    return _ALPHABET[-total % 31]


def organisation_check_digit(first8: str) -> str:
    """The ninth character for eight of ``0-9A-Z`` (GB 11714, weights 3 7 9 10 5 8 4 2 mod 11)."""
    total = sum(int(c, 36) * weight for c, weight in zip(first8, _ORGANISATION_WEIGHTS, strict=True))
    return digit_or_x(-total % 11)
