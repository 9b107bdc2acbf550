"""ISO 26324: the digital object identifier."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from chopmark.core.identifiers.checked import Checked, refused
from chopmark.core.normal import norm_text

_ADDRESS: Final = re.compile(r"^(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:? ?)", re.IGNORECASE)
_FORM: Final = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/\S+")


def doi(text: str, today: date) -> Checked:
    """Check a DOI, with or without its address; the normal form is bare and lower case, since DOIs have no case.

    Facts: ``prefix``. Which agency registered it cannot be told from here: many Chinese DOIs are CNKI's or ISTIC's, so
    one that Crossref does not know is not thereby wrong.
    """
    del today
    bare = _ADDRESS.sub("", norm_text(text)).lower()
    if not _FORM.fullmatch(bare):
        return refused(
            "应为 10.前缀/后缀，例如 10.13328/j.cnki.jos.006543",
            "the form is 10.prefix/suffix, as 10.13328/j.cnki.jos.006543",
        )
    return Checked(ok=True, normal=bare, facts={"prefix": bare.partition("/")[0]})
