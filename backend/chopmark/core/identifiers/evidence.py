"""What points at other evidence: digests of documents, and attestations."""

from __future__ import annotations

import re
from datetime import date

from chopmark.core.identifiers.checked import Checked, refused
from chopmark.core.normal import norm_text
from chopmark.core.reference import AttestationId
from chopmark.errors import FormatError


def sha256_hex(text: str, today: date) -> Checked:
    """Check a SHA-256 in 64 hex digits, with or without 0x; the normal form is lower case without."""
    del today
    digits = re.sub(r"\s", "", norm_text(text).lower()).removeprefix("sha-256:").removeprefix("0x")
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        return refused("应为64位十六进制的 SHA-256", "64 hex digits of a SHA-256 are needed")
    return Checked(ok=True, normal=digits)


def attestation(text: str, today: date) -> Checked:
    """Check the name of an attested leaf (FORMAT §8.4)."""
    del today
    try:
        return Checked(ok=True, normal=str(AttestationId.parse(norm_text(text))))
    except FormatError:
        return refused(
            "应为存证编号，例如 eip155:链:合约:根/序号",
            "an attestation id is needed, as eip155:chain:registry:root/index",
        )
