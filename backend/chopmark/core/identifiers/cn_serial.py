"""GB/T 9999: the Chinese serial number (国内统一连续出版物号), ``CN37-1000/TP``."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from chopmark.core.identifiers.checked import Checked, refused
from chopmark.core.identifiers.regions import CN_REGIONS
from chopmark.core.normal import norm_text
from chopmark.wording import Wording

_FORM: Final = re.compile(r"(?:CN[:\s]*)?([0-9]{2}) ?- ?([0-9]{4})(?: ?/ ?([A-Z]{1,2}[0-9-]*))?")
_ABROAD: Final = re.compile(r"\((?:HK|MO|TW)\)|HK|NR")
PRINTED: Final = "印刷版期刊"
# Last serial number of each range, in order.
_RANGES: Final = (
    (999, "报纸", "newspapers"),
    (5999, PRINTED, "printed periodicals"),
    (8999, "网络连续出版物", "online serials"),
    (9999, "电子连续出版物", "serials on electronic media"),
)


def cn_serial(text: str, today: date) -> Checked:
    """Check region, serial number and form; the normal form leaves out the subject class: ``CN37-1000``.

    Facts: ``region``, ``medium`` (from the range of the serial number), ``subject``. A serial number outside the range
    of printed periodicals warns: reported counterfeits print one from the online range on paper.
    """
    del today
    number = norm_text(text).upper()
    if _ABROAD.search(number):
        return refused("不是国内统一刊号，如CN(HK)", "this is not a domestic serial number, as CN(HK)")
    match = _FORM.fullmatch(number)
    if not match:
        return refused("应为 CN XX-XXXX/分类号", "the form is CN XX-XXXX/class")
    region, serial = match[1], int(match[2])
    if region not in CN_REGIONS:
        return refused(f"地区号{region}不存在", f"there is no region {region}")
    if serial == 0:
        return refused("序号不可为0000", "the serial number cannot be 0000")
    zh, en = next((zh, en) for last, zh, en in _RANGES if serial <= last)
    facts = {"region": CN_REGIONS[region], "medium": zh, "subject": match[3] or ""}
    warnings = () if zh == PRINTED else (_other_medium(match[2], zh, en),)
    return Checked(ok=True, normal=f"CN{region}-{match[2]}", warnings=warnings, facts=facts)


def _other_medium(serial: str, zh: str, en: str) -> Wording:
    return Wording(
        f"序号{serial}属于{zh}号段，不是{PRINTED}",
        f"serial number {serial} is of the range of {en}, not printed periodicals",
    )
