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
from chopmark.core.identifiers.evidence import attestation, sha256_hex
from chopmark.core.identifiers.figures import count, rank
from chopmark.core.identifiers.identity import identity_document
from chopmark.core.identifiers.orcid import orcid
from chopmark.core.identifiers.patent import patent, patent_publication
from chopmark.core.identifiers.periodical import contents_line, issue_plausible, pages, year
from chopmark.core.identifiers.qualification import management_number, skill_certificate, skill_level
from chopmark.core.identifiers.resident_id import resident_id
from chopmark.core.identifiers.serial import isbn, issn
from chopmark.core.identifiers.uscc import organisation_code, uscc
from chopmark.core.identifiers.works import cip, contribution_line, document_number, software_registration

__all__ = ["CHECKS", "Check", "Checked", "issue_plausible", "normal_of"]

CHECKS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        "attestation": attestation,
        "cip": cip,
        "cn_serial": cn_serial,
        "contents_line": contents_line,
        "contribution_line": contribution_line,
        "count": count,
        "degree_certificate": degree_certificate,
        "document_number": document_number,
        "doi": doi,
        "education_certificate": education_certificate,
        "identity_document": identity_document,
        "isbn": isbn,
        "issn": issn,
        "management_number": management_number,
        "orcid": orcid,
        "organisation_code": organisation_code,
        "pages": pages,
        "patent": patent,
        "patent_publication": patent_publication,
        "rank": rank,
        "resident_id": resident_id,
        "sha256": sha256_hex,
        "skill_certificate": skill_certificate,
        "skill_level": skill_level,
        "software_registration": software_registration,
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
