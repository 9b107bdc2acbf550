"""Identifiers and their typing checks (格式正确, well-formed; never genuine). Pure: today arrives as an argument."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from chopmark.core.identifiers.checked import Check, Checked
from chopmark.core.identifiers.cn_serial import cn_serial
from chopmark.core.identifiers.doi import doi
from chopmark.core.identifiers.education import degree_certificate, education_certificate
from chopmark.core.identifiers.orcid import orcid
from chopmark.core.identifiers.patent import patent, patent_publication
from chopmark.core.identifiers.periodical import contents_line, issue_plausible, pages, year
from chopmark.core.identifiers.resident_id import resident_id
from chopmark.core.identifiers.serial import isbn, issn
from chopmark.core.identifiers.uscc import organisation_code, uscc

__all__ = ["CHECKS", "Check", "Checked", "issue_plausible", "normal_of"]

CHECKS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        "cn_serial": cn_serial,
        "contents_line": contents_line,
        "degree_certificate": degree_certificate,
        "doi": doi,
        "education_certificate": education_certificate,
        "isbn": isbn,
        "issn": issn,
        "orcid": orcid,
        "organisation_code": organisation_code,
        "pages": pages,
        "patent": patent,
        "patent_publication": patent_publication,
        "resident_id": resident_id,
        "uscc": uscc,
        "year": year,
    }
)
"""Name, as a kind's file uses it → check."""


def normal_of(check: str, text: str) -> str:
    """The normal form of an identifier, or "" if it is not well-formed (or ``check`` is no check's name).

    Which number it is does not depend on the day, so no date is asked for.
    """
    checker = CHECKS.get(check)
    return checker(text, date.max).normal if checker else ""
