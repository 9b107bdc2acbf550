"""Everything that is wrong with what somebody filled in for one credential, at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from chopmark.core.finding import Finding, Place
from chopmark.kinds.crosses import CROSSES
from chopmark.kinds.kind import Claims, Kind, Value, text_of
from chopmark.kinds.oddity import Oddity
from chopmark.kinds.values import Given, printable, read_value, shown
from chopmark.wording import Wording

_AHEAD: Final = Wording("晚于今天", "it lies ahead of today")
_WRONG_WAY: Final = Wording("先后颠倒", "they are the wrong way round")


@dataclass(frozen=True, slots=True)
class ExaminedClaims:
    """The claims that could be read, what refuses them, and what a human should look at although it may stand."""

    claims: Claims
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Nothing refuses them."""
        return not self.findings


def examine_claims(kind: Kind, given: Mapping[str, Given], today: date) -> ExaminedClaims:
    """Examine every field and every rule between fields; never stop at the first fault.

    Claims hold only what was given and readable: an absent field is absent. Findings name their field in ``place``.
    """
    claims: dict[str, Value] = {}
    findings = _unknown(kind, given)
    warnings: list[Finding] = []
    for field in kind.fields:
        reading = read_value(field, given.get(field.name, ""), today)
        findings += reading.findings
        warnings += reading.warnings
        if reading.value is not None:
            claims[field.name] = reading.value
    for oddity in _oddities(kind, claims, today):
        (findings if oddity.refuses else warnings).append(_between(kind, claims, oddity))
    warnings += _issued_ahead(kind, claims, today)
    return ExaminedClaims(claims, tuple(findings), tuple(warnings))


def _unknown(kind: Kind, given: Mapping[str, Given]) -> list[Finding]:
    known = {field.name for field in kind.fields}
    names = "、".join(field.name for field in kind.fields)
    return [
        Finding("I016", {"value": printable(name), "kind": kind.label, "fields": names}, Place(field=printable(name)))
        for name in given
        if name not in known
    ]


def _oddities(kind: Kind, claims: Claims, today: date) -> list[Oddity]:
    found = [oddity for cross in kind.crosses for oddity in CROSSES[cross].run(claims, today)]
    if (
        kind.issued_on
        and kind.valid_until
        and str(claims.get(kind.valid_until, "9999")) < str(claims.get(kind.issued_on, ""))
    ):
        found.append(Oddity(kind.valid_until, kind.issued_on, _WRONG_WAY, refuses=True))
    return found


def _between(kind: Kind, claims: Claims, oddity: Oddity) -> Finding:
    field, other = kind.field(oddity.field), kind.field(oddity.other)
    value = shown(field, text_of(claims[field.name]))
    facts = {
        "label": field.label,
        "value": value,
        "other": other.label,
        "other_value": shown(other, text_of(claims[other.name])),
        "why": oddity.why,
    }
    return Finding("I019", facts, Place(field=field.name, value=value))


def _issued_ahead(kind: Kind, claims: Claims, today: date) -> list[Finding]:
    day = str(claims.get(kind.issued_on, ""))
    if day <= today.isoformat():
        return []
    field = kind.field(kind.issued_on)
    return [Finding("I018", {"label": field.label, "value": day, "why": _AHEAD}, Place(field=field.name, value=day))]
