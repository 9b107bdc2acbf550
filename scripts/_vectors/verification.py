"""Whole verifications: bundle, file, declared fields and chain facts, and what follows (FORMAT §11).

The verdict, level and codes stand in ``verification_table``, written by hand from FORMAT §11; the generator refuses to write a
case on which the code disagrees. Only the fragments' states are taken from the code.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from _vectors import bundles, trust_files
from _vectors.verification_table import ROWS, Row
from chopmark.core.examine import (
    ChainFacts,
    ChainSilence,
    Examination,
    FileFacts,
    IssuerFacts,
    Subject,
    examine,
)
from chopmark.core.reference import AttestationId
from chopmark.core.transaction import BlockRef
from chopmark.core.trust import TrustFile, read_trust
from chopmark.core.words import BatchRecord, KeyRecord, Role, Standing
from chopmark.wording import Wording

ABOUT = (
    "Verifications (FORMAT §11): what is known of bundle, file, declared fields and chain, and the verdict, level and "
    "codes that follow. 'bundle' is the name of a case in bundles.json. 'codes' are all findings, sorted. 'trust' and "
    "'kind' below hold for all cases, except that 'trusted' false means: there is no trust file."
)
SOURCE = "Own."

KIND: dict[str, Any] = {
    "code": "degree",
    "fields": [
        {"name": "holder_name", "sort": "name"},
        {"name": "school", "sort": "name"},
        {"name": "level", "sort": "text"},
        {"name": "major", "sort": "text"},
        {"name": "graduation_date", "sort": "date"},
        {"name": "certificate_number", "sort": "text"},
    ],
    "holder": ["holder_name"],
    "issued_on": "graduation_date",
}


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    sort: str
    private: bool = False

    @property
    def label(self) -> Wording:
        return Wording(self.name, self.name)


@dataclass(frozen=True, slots=True)
class _Kind:
    code: str
    fields: tuple[_Field, ...]
    holder: tuple[str, ...]
    issued_on: str

    @property
    def label(self) -> Wording:
        return Wording(self.code, self.code)


def kind_of(code: str) -> _Kind | None:
    """The one kind that these vectors know."""
    fields = tuple(_Field(field["name"], field["sort"]) for field in KIND["fields"])
    known = _Kind(KIND["code"], fields, tuple(KIND["holder"]), KIND["issued_on"])
    return known if code == known.code else None


def run(case: Mapping[str, Any], documents: Mapping[str, bytes], trust: TrustFile) -> Examination:
    """Examine a case as it stands in the file; ``documents``: bundles by name."""
    file = case["file"]
    subject = Subject(
        file=FileFacts(**{**file, "sha256": bytes.fromhex(file["sha256"])}) if file else None,
        bundle=documents[case["bundle"]] if case["bundle"] else None,
        declared=case["declared"],
        kind_of=kind_of,
        trust=trust if case["trusted"] else None,
        indexed=case["indexed"],
    )
    return examine(subject, _chain(case["chain"]))


def _chain(chain: Mapping[str, Any] | None) -> ChainFacts | ChainSilence | None:
    if chain is None:
        return None
    if "silence" in chain:
        return ChainSilence(chain["silence"])
    block, batch, key = chain["block"], chain["batch"], chain["key"]
    standing = None if chain["standing"] is None else Standing[chain["standing"].upper()]
    return ChainFacts(
        block=BlockRef(block["number"], bytes.fromhex(block["hash"]), block["time"]),
        batch=BatchRecord(**batch) if batch else None,
        key=KeyRecord(**{**key, "roles": Role(key["roles"])}) if key else None,
        issuer=IssuerFacts(2, standing=standing, since=chain["since"]),
        successor=AttestationId.parse(chain["successor"]) if chain["successor"] else None,
        **{k: chain[k] for k in ("revoked", "suspended", "superseded", "status_reason", "status_time", "trusted_code")},
    )


def trust() -> dict[str, Any]:
    """The trust file of all cases."""
    return trust_files.document()


def cases() -> list[dict[str, object]]:
    """Every row of the table, run. Raises ``AssertionError`` where code and table disagree."""
    documents = {str(c["name"]): b64decode(str(c["bundle_b64"])) for c in bundles.cases()}
    believed = read_trust(json.dumps(trust()).encode())
    return [_case(row, documents, believed) for row in ROWS]


def _case(row: Row, documents: Mapping[str, bytes], believed: TrustFile) -> dict[str, object]:
    file = {"trouble": "", "looks_scanned": False, **row.file} if row.file else None
    case: dict[str, Any] = {"name": row.name, "bundle": row.bundle, "file": file, "declared": row.declared}
    case |= {"trusted": row.trusted, "indexed": row.indexed, "chain": row.chain}
    found = run(case, documents, believed)
    said = (found.verdict.value, found.level.value, sorted(finding.code for finding in found.findings))
    assert said == (row.verdict, row.level, sorted(row.codes.split())), f"{row.name}: {said}"
    case |= {"verdict": row.verdict, "level": row.level}
    case["fragments"] = {fragment.part.value: fragment.state.value for fragment in found.fragments}
    return case | {"codes": said[2]}
