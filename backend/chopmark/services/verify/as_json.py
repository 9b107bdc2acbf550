"""One verified material as JSON: what ``verify --json`` prints, a line each.

It lands in logs and other systems, so fields that their kind calls private (identity numbers) are masked; whether they agree is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from chopmark.core.disclosure import ClaimValue
from chopmark.core.examine import Examination, FieldComparison, IssuerFacts
from chopmark.core.reference import AttestationId
from chopmark.core.transaction import BlockRef
from chopmark.core.verdict import Fragment
from chopmark.kinds import Field, all_kinds
from chopmark.kinds.values import shown as printed
from chopmark.services.verify.declared import private_field
from chopmark.services.verify.materials import FoundFile
from chopmark.services.verify.verify import Verified
from chopmark.wording import Language, Wording

Json = dict[str, object]


def as_json(verified: Verified) -> Json:
    """Everything that was found about one material, sentences in both languages."""
    material, examination = verified.material, verified.examination
    private = _private(examination.kind)
    return {
        "material": material.name,
        "verdict": examination.verdict.value,
        "verdict_text": spoken(examination.verdict.wording),
        "exit_code": examination.verdict.exit_code,
        "level": examination.level.value,
        "file": _file(material.file) if material.file else None,
        "bundle": material.bundle.name if material.bundle else None,
        "matched_by": material.how.value,
        "shared_with": list(material.shared),
        "kind": examination.kind or None,
        "fragments": [_fragment(fragment) for fragment in examination.fragments],
        "comparisons": [_comparison(each, private) for each in examination.comparisons],
        "attested": {
            name: _masked(_value(value), private.get(name)) for name, value in (examination.attested or {}).items()
        },
        "attestation": str(examination.attestation) if examination.attestation else None,
        "issuer": issuer_json(examination),
        "registered": registered_json(examination),
        "read_at": block_json(examination.chain_id, examination.read_at) if examination.read_at else None,
        "later": [finding.as_json() for finding in examination.later],
    }


def spoken(wording: Wording) -> dict[str, str]:
    """A sentence in both languages."""
    return {language.value: wording.fact(language, {}) for language in Language}


def _file(file: FoundFile) -> Json:
    digest = file.digest.hex() if file.digest else None
    return {"bytes": file.size, "mediaType": file.media_type, "sha-256": digest, "trouble": file.trouble.value or None}


def _fragment(fragment: Fragment) -> Json:
    findings = [finding.as_json() for finding in fragment.findings]
    return {"part": fragment.part.value, "state": fragment.state.value, "findings": findings}


def _private(kind: str) -> Mapping[str, Field]:
    """The fields of a kind whose values are nobody else's business."""
    known = next((each for each in all_kinds() if each.code == kind), None)
    return {field.name: field for field in known.fields if field.private} if known else {}


def _masked(value: object, private: Field | None) -> object:
    return printed(private, str(value)) if private else value


def _comparison(each: FieldComparison, private: Mapping[str, Field]) -> Json:
    # What could not be compared may be a private field of a kind that the bundle is not of.
    field = private.get(each.name) or private_field(each.name, all_kinds())
    return {
        "field": each.name,
        "label": spoken(each.label),
        "declared": _masked(each.declared, field),
        "attested": _masked(each.attested, field) if each.equal is not None else None,
        "equal": each.equal,
        "hint": spoken(each.hint) if each.hint else None,
    }


def _value(value: ClaimValue) -> object:
    return list(value) if isinstance(value, tuple) else value


def issuer_json(examination: Examination) -> Json | None:
    """Who issued it, as far as is known; None if nobody can be named."""
    if examination.issuer_id is None:
        return None
    facts = examination.issuer or IssuerFacts(int.from_bytes(examination.issuer_id[24:], "big"))
    return {
        "id": examination.issuer_id.hex(),
        "number": facts.serial,
        "name": {"zh": facts.name_zh, "en": facts.name_en} if facts.name_zh or facts.name_en else None,
        "uscc": facts.uscc or None,
        "site": web_address(facts.site) or None,
        "standing_now": facts.standing.name.lower() if facts.standing is not None else None,
    }


def web_address(site: str) -> str:
    """An issuer's site if it is a plain web address, else nothing: on the chain it may be any text, a false name too."""
    try:
        parts = urlsplit(site)
        plain = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return ""
    return site if plain and site.isprintable() and not any(c.isspace() or c in "（）()，," for c in site) else ""


def registered_json(examination: Examination) -> Json | None:
    """Block and time of the registration; None if they were not read."""
    at = examination.registered_at
    return {"block": at.block, "time": at.time} if at else None


def block_json(chain_id: int | None, block: BlockRef) -> Json:
    """A block at which something was read."""
    return {"chainId": chain_id, "block": block.number, "hash": "0x" + block.hash.hex(), "time": block.time}


def successor_of(examination: Examination) -> AttestationId | None:
    """The attestation that supersedes this one, where the chain names it."""
    found = (finding.facts.get("id") for finding in examination.findings if finding.code == "V006")
    return next((each for each in found if isinstance(each, AttestationId)), None)
