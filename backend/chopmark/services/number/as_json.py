"""The answer to a question about a number, for programs: the same from every face, and nothing that was not typed."""

from __future__ import annotations

from chopmark.core.examine import Examination
from chopmark.services.number.match import NumberMatch
from chopmark.services.verify.as_json import block_json, issuer_json, registered_json, spoken

Json = dict[str, object]


def as_json(match: NumberMatch) -> Json:
    """Verdict, how each typed field stands to the record, and where the record stands on the chain."""
    x = match.examination
    return {
        "verdict": match.verdict.value,
        "verdict_text": spoken(match.verdict.wording),
        "exit_code": match.verdict.exit_code,
        "level": match.level.value,
        "level_text": spoken(match.level.wording),
        "kind": match.kind.code if match.kind else None,
        "fields": [
            {"field": each.name, "label": spoken(each.label), "state": each.state.value} for each in match.fields
        ],
        "attestation": str(x.attestation) if x and x.attestation else None,
        "issuer": issuer_json(x) if x else None,
        "registered": registered_json(x) if x else None,
        "read_at": _read_at(x) if x else None,
        "findings": [finding.as_json() for finding in match.findings],
        "later": [finding.as_json() for finding in x.later] if x else [],
    }


def _read_at(x: Examination) -> Json | None:
    return block_json(x.chain_id, x.read_at) if x.read_at else None
