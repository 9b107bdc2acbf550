"""Declared fields beside disclosed claims: FORMAT §11 part D.

Equality in normal form and nothing else: nothing is mapped from one character to another silently, and what the bundle
does not disclose is neither equal nor different.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chopmark.core.bundle import OpenedBundle
from chopmark.core.compare import same
from chopmark.core.disclosure import ClaimValue
from chopmark.core.finding import Finding, Place
from chopmark.core.subject import FieldShape, KindShape, Subject
from chopmark.core.verdict import Fragment, Part, State, Verdict
from chopmark.wording import Wording


@dataclass(frozen=True, slots=True)
class FieldComparison:
    """One declared field beside its claim, both as given; ``attested`` is empty where it is not to be told.

    ``equal`` is None if the bundle does not disclose it. ``hint``: how they differ, where that helps and the field is
    not private: it names characters.
    """

    name: str
    label: Wording
    declared: str
    attested: str
    equal: bool | None
    hint: Wording | None = None


def shown(value: ClaimValue | None) -> str:
    """A claim as one line of text."""
    return "；".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def compare_fields(subject: Subject, opened: OpenedBundle, kind: KindShape | None) -> tuple[FieldComparison, ...]:
    """Each declared field beside its claim, or its twin where only that is disclosed (part D)."""
    fields = {field.name: field for field in kind.fields} if kind else {}
    return tuple(_compare_one(subject, fields.get(name), name, opened) for name in subject.declared)


def _compare_one(subject: Subject, field: FieldShape | None, name: str, opened: OpenedBundle) -> FieldComparison:
    declared = subject.declared[name]
    attested = opened.claims.get(name, opened.twins.get(name))
    label = field.label if field else Wording("{name}", "{name}").filled(name=name)
    if field is None or attested is None:
        return FieldComparison(name, label, shown(declared), "", None)
    outcome = same(field.sort, declared, attested)
    if subject.found_by:
        return FieldComparison(name, label, shown(declared), "", outcome.equal)
    hint = None if field.private else outcome.hint
    return FieldComparison(name, label, shown(declared), shown(attested), outcome.equal, hint)


def judge_fields(
    kind: KindShape | None,
    comparisons: Sequence[FieldComparison],
    file_state: State,
    file_findings: list[Finding],
    *,
    withheld: bool = False,
) -> tuple[Fragment, Fragment, set[Verdict]]:
    """The integrity fragment (file and fields) and the holder fragment, and what the fields are grounds for.

    ``withheld``: findings do not repeat what is attested.
    """
    holder_names = frozenset(kind.holder) if kind else frozenset()
    private = frozenset(field.name for field in kind.fields if field.private) if kind else frozenset()
    grounds: set[Verdict] = set()
    findings: dict[bool, list[Finding]] = {True: [], False: []}
    for comparison in comparisons:
        holder = comparison.name in holder_names
        finding = _finding(comparison, holder, comparison.name in private, withheld)
        if finding:
            findings[holder].append(finding)
            grounds.add(Verdict.MANUAL_REVIEW if comparison.equal is None else Verdict.MISMATCH)
    of_holder = [c for c in comparisons if c.name in holder_names]
    others = [c for c in comparisons if c.name not in holder_names]
    state = _worst([file_state, *(_state(c) for c in others)])
    integrity = Fragment(Part.INTEGRITY, state, (*file_findings, *findings[False]))
    held = _worst([_state(c) for c in of_holder]) if of_holder else State.SKIPPED
    return integrity, Fragment(Part.HOLDER, held, tuple(findings[True])), grounds


def _finding(comparison: FieldComparison, holder: bool, private: bool, withheld: bool) -> Finding | None:
    if comparison.equal:
        return None
    place = Place(field=comparison.name)
    if comparison.equal is None:
        return Finding("V026" if withheld else "V021", {"label": comparison.label}, place)
    declared: object = _WITHHELD if private else comparison.declared
    attested: object = _WITHHELD if private or withheld else comparison.attested
    facts = {"label": comparison.label, "declared": declared, "attested": attested}
    return Finding("V007" if holder else "V003", facts, place)


def agree(comparisons: Sequence[FieldComparison]) -> bool:
    """Whether some declared field was compared and none differs."""
    return any(c.equal for c in comparisons) and all(c.equal is not False for c in comparisons)


def _state(comparison: FieldComparison) -> State:
    if comparison.equal is None:
        return State.COULD_NOT_CHECK
    return State.VALID if comparison.equal else State.INVALID


def _worst(states: Sequence[State]) -> State:
    return next((s for s in (State.INVALID, State.COULD_NOT_CHECK) if s in states), State.VALID)


def labels_of(comparisons: Sequence[FieldComparison]) -> Wording:
    """The labels of the fields that were found equal."""
    return _listed([comparison.label for comparison in comparisons if comparison.equal])


def labels_to_compare(opened: OpenedBundle, kind: KindShape | None) -> Wording:
    """The disclosed fields' labels, in the kind's order."""
    if kind is None:
        return _listed([Wording("{name}", "{name}").filled(name=name) for name in opened.claims])
    return _listed([field.label for field in kind.fields if field.name in opened.claims])


def _listed(labels: Sequence[Wording]) -> Wording:
    if not labels:
        return _NONE_DISCLOSED
    return Wording("、".join(label.zh for label in labels), ", ".join(label.en for label in labels))


_WITHHELD: Final = Wording("（不显示）", "(not shown)")
_NONE_DISCLOSED: Final = Wording("（未披露任何字段）", "(no field is disclosed)")
