"""Numbers of identity documents: the resident ID, and what people have who have none.

Only numbers of 18 characters have a check digit. Whatever looks like one of those with a typing error is refused rather
than taken for some passport; what has no check digit is taken with a warning, so that somebody looks twice.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from chopmark.core.identifiers.checked import Checked, refused
from chopmark.core.identifiers.resident_id import resident_id
from chopmark.core.normal import norm_text
from chopmark.wording import Wording

RESIDENT: Final = "居民身份证"
RESIDENCE_PERMIT: Final = "港澳台居民居住证"
HOME_PERMIT: Final = "港澳居民来往内地通行证"
TAIWAN_PERMIT: Final = "台湾居民来往大陆通行证"
FOREIGN_RESIDENCE: Final = "外国人永久居留身份证"
PASSPORT: Final = "护照"

_CHECKED_LENGTH: Final = 18
# 810000, 820000 and 830000 stand where a resident ID has its county; 9 begins the foreigners' card of 2023.
_CHECKED_SORTS: Final = ((re.compile(r"8[123]0000"), RESIDENCE_PERMIT), (re.compile("9"), FOREIGN_RESIDENCE))
_UNCHECKED: Final = (
    (re.compile(r"[HM](?:[0-9]{8}|[0-9]{10})"), HOME_PERMIT, "Hong Kong or Macao permit"),
    (re.compile(r"[0-9]{8}"), TAIWAN_PERMIT, "Taiwan permit"),
    (re.compile(r"[A-Z]{3}[0-9]{12}"), FOREIGN_RESIDENCE, "foreigners' residence card before 2023"),
    # Nine digits, or letters with at least five: other digits alone are more likely an identity number that lost some.
    (re.compile(r"[0-9]{9}|[A-Z]{1,3}[0-9]{5,9}|[0-9]{2}[A-Z]{2}[0-9]{5}"), PASSPORT, "passport"),
)


def identity_document(text: str, today: date) -> Checked:
    """Check the number of an identity document of any sort; the normal form has capitals and neither spaces nor hyphens.

    Facts: ``document``, the sort that it looks like, one of the names in this module. Nothing is told of the person.
    """
    number = re.sub(r"[\s-]", "", norm_text(text).upper())
    if len(number) == _CHECKED_LENGTH or re.fullmatch(r"[0-9]{13,}[0-9X]?", number):
        checked = resident_id(number, today)
        if not checked.ok:
            return checked
        sort = next((sort for form, sort in _CHECKED_SORTS if form.match(number)), RESIDENT)
        return Checked(ok=True, normal=number, facts={"document": sort})
    for form, sort, en in _UNCHECKED:
        if form.fullmatch(number):
            warning = Wording(f"看作{sort}，其号码没有校验位", f"taken for a {en}, whose number has no check digit")
            return Checked(ok=True, normal=number, warnings=(warning,), facts={"document": sort})
    return refused(
        "不是身份证、通行证、永久居留证或护照的号码", "it is no number of an identity card, a permit or a passport"
    )
