"""ORCID iD: sixteen characters in the ISNI form (ISO 27729), check character by ISO/IEC 7064 MOD 11-2."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from chopmark.core.identifiers.checked import Checked, mistyped, refused
from chopmark.core.identifiers.digits import mod11_2
from chopmark.core.normal import norm_text

_ADDRESS: Final = re.compile(r"^(?:HTTPS?://)?(?:WWW\.)?ORCID\.ORG/")


def orcid(text: str, today: date) -> Checked:
    """Check an iD with or without its address; normal form ``0000-0002-1825-0097``."""
    del today
    digits = re.sub(r"[\s-]", "", _ADDRESS.sub("", norm_text(text).upper()))
    if not re.fullmatch(r"[0-9]{15}[0-9X]", digits):
        return refused("应为4组4位，例如 0000-0002-1825-0097", "four groups of four are needed, as 0000-0002-1825-0097")
    if mod11_2(digits[:15]) != digits[15]:
        return mistyped()
    return Checked(ok=True, normal="-".join(digits[i : i + 4] for i in range(0, 16, 4)))
