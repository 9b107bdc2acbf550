"""The language of an answer, by what the caller accepts (RFC 9110 §12.5.4)."""

from __future__ import annotations

from typing import Final

from chopmark.wording import Language

LONGEST: Final = 1000
"""Characters of a header that are looked at; nobody prefers that many languages."""


def chosen(accept: str) -> Language:
    """The language that an ``Accept-Language`` header prefers: Chinese for any ``zh``, English otherwise.

    ``*`` and a language that we do not have are English; a weight of 0 means never.
    """
    best, found = 0.0, Language.EN
    for part in accept[:LONGEST].split(","):
        tag, _, rest = part.partition(";")
        weight = _weight(rest)
        language = Language.ZH if tag.strip().lower().split("-")[0] == "zh" else Language.EN
        if tag.strip() and weight > best:
            best, found = weight, language
    return found


def _weight(rest: str) -> float:
    """The ``q`` of a part; 1 without one, 0 if it is none."""
    name, _, value = rest.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
