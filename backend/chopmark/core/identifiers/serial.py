"""ISO 3297: the ISSN of a serial. ISO 2108: the ISBN of a book.

The arithmetic is four lines each and is compared with python-stdnum in the tests. That library itself stays out of this
room: importing it brings in sockets, and its ISBN check takes nine digits for an old number with its zero left off.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from chopmark.core.identifiers.checked import Checked, mistyped, refused
from chopmark.core.identifiers.digits import digit_or_x, weighted
from chopmark.core.normal import norm_text

_ISSN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2)
_EAN_WEIGHTS: Final = (1, 3) * 6
_ISBN10_WEIGHTS: Final = (10, 9, 8, 7, 6, 5, 4, 3, 2)
_ISSN_LABEL: Final = re.compile(r"^(?:P-?|E-?)?ISSN(?:-L)?[:\s]*")
_ISBN_LABEL: Final = re.compile(r"^ISBN(?:-?1[03](?![0-9]))?[:\s]*")


def issn(text: str, today: date) -> Checked:
    """Check an ISSN, with or without its label; normal form ``1000-9825``.

    ``0000-0000`` satisfies the arithmetic and is refused by name. In China an ISSN without a CN says nothing of lawful
    publication; that is a rule's affair, not the number's.
    """
    del today
    digits = re.sub(r"[\s-]", "", _ISSN_LABEL.sub("", norm_text(text).upper()))
    if not re.fullmatch(r"[0-9]{7}[0-9X]", digits):
        return refused("应为8位，例如 1000-9825", "eight characters are needed, as 1000-9825")
    if digits == "00000000":
        return refused("0000-0000不是刊号", "0000-0000 is nobody's number")
    if digit_or_x(-weighted(digits[:7], _ISSN_WEIGHTS) % 11) != digits[7]:
        return mistyped()
    return Checked(ok=True, normal=f"{digits[:4]}-{digits[4:]}")


def isbn(text: str, today: date) -> Checked:
    """Check an ISBN of 13 digits, or of 10 (books before 2007); the normal form has 13 and no hyphens."""
    del today
    digits = re.sub(r"[\s-]", "", _ISBN_LABEL.sub("", norm_text(text).upper()))
    if re.fullmatch(r"97[89][0-9]{10}", digits):
        return Checked(ok=True, normal=digits) if digits[12] == _ean_check(digits[:12]) else mistyped()
    if re.fullmatch(r"[0-9]{9}[0-9X]", digits):
        right = digits[9] == digit_or_x(-weighted(digits[:9], _ISBN10_WEIGHTS) % 11)
        longer = "978" + digits[:9]
        return Checked(ok=True, normal=longer + _ean_check(longer)) if right else mistyped()
    return refused("应为13位（978或979开头）或10位", "13 digits beginning 978 or 979, or 10 characters, are needed")


def _ean_check(first12: str) -> str:
    return str(-weighted(first12, _EAN_WEIGHTS) % 10)
