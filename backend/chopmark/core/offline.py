"""The half of a verification that needs no chain: FORMAT §11 parts A, C and D, and which record is to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chopmark.core.bundle import OpenedBundle, open_bundle, read_bundle
from chopmark.core.compare import same
from chopmark.core.disclosure import ClaimValue
from chopmark.core.finding import Finding, Place
from chopmark.core.subject import FieldShape, KindShape, Subject
from chopmark.core.trust import TrustedChain, TrustedRegistry
from chopmark.core.verdict import Fragment, Level, Part, State, Verdict
from chopmark.errors import FormatError, ProofError
from chopmark.wording import Wording


class FileMatch(StrEnum):
    """How a file's bytes stand to a good bundle."""

    NONE = "none"
    """There is no file."""
    EXACT = "exact"
    OTHER = "other"
    UNBOUND = "unbound"
    """The bundle discloses no file's digest."""
    UNREADABLE = "unreadable"
    """Other bytes, and its content cannot be seen."""


@dataclass(frozen=True, slots=True)
class FieldComparison:
    """One declared field beside its claim, both as given. ``equal`` is None if the bundle does not disclose it.
    ``hint``: how they differ, where that helps.
    """

    name: str
    label: Wording
    declared: str
    attested: str
    equal: bool | None
    hint: Wording | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The record that has to be read from a chain: where, and of which leaf."""

    chain: TrustedChain
    registry: TrustedRegistry
    issuer: bytes
    kind: str
    root: bytes
    index: int


@dataclass(frozen=True, slots=True)
class Offline:
    """What is known before a chain is asked. ``wanted`` is None if there is nothing to ask or nobody trusted to answer;
    then ``status`` and ``issuer`` already say why. ``grounds``: the verdicts for which something speaks so far.
    """

    subject: Subject
    opened: OpenedBundle | None
    kind: KindShape | None
    wanted: Wanted | None
    match: FileMatch
    level: Level
    comparisons: tuple[FieldComparison, ...]
    integrity: Fragment
    status: Fragment
    issuer: Fragment
    holder: Fragment
    grounds: frozenset[Verdict]


def examine_offline(subject: Subject) -> Offline:
    """Check bundle, file and declared fields. Never raises for what was handed in: everything becomes a finding."""
    if subject.bundle is None:
        return _without_bundle(subject)
    try:
        opened = open_bundle(read_bundle(subject.bundle))
    except (FormatError, ProofError) as error:
        return _broken_bundle(subject, error)
    kind = subject.kind_of(opened.payload.kind)
    comparisons = tuple(_compare(subject, opened, kind))
    match = _match(subject, opened)
    file_state, file_findings, file_grounds = _judge_file(subject, opened, kind, match, comparisons)
    integrity, holder, field_grounds = _judge_fields(subject, kind, comparisons, file_state, file_findings)
    wanted, status, issuer, trust_grounds = _seek(subject, opened, kind)
    return Offline(
        subject,
        opened,
        kind,
        wanted,
        match,
        _level(match, comparisons),
        comparisons,
        integrity,
        status,
        issuer,
        holder,
        frozenset(file_grounds | field_grounds | trust_grounds),
    )


def shown(value: ClaimValue | None) -> str:
    """A claim as one line of text."""
    return "；".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def _without_bundle(subject: Subject) -> Offline:
    """A file alone. Its digest was looked up where there is an index; its fields have nothing to be compared with."""
    file = subject.file
    assert file is not None  # a subject without bundle has a file
    place = Place(file=file.name)
    findings = [Finding("V014", place=place)]
    status = Fragment(Part.STATUS, State.SKIPPED)
    if file.trouble:
        findings.insert(0, _unreadable(subject))
        ground = Verdict.CANNOT_CHECK
    elif file.is_scan:
        ground = Verdict.CANNOT_CHECK
    else:
        coverage = subject.coverage or (_INDEX_KNOWS_NOT if subject.indexed else _NO_INDEX)
        status = Fragment(Part.STATUS, State.NOT_FOUND, (Finding("V004", {"coverage": coverage}, place),))
        ground = Verdict.NOT_REGISTERED
    integrity = Fragment(Part.INTEGRITY, State.COULD_NOT_CHECK, tuple(findings))
    return _nothing_opened(subject, integrity, status, ground)


def _broken_bundle(subject: Subject, error: FormatError | ProofError) -> Offline:
    why = error.facts["why"] if "where" not in error.facts else _WHERE_WHY.filled(**error.facts)
    finding = Finding("V013", {"why": why}, Place(file=subject.bundle_name))
    integrity = Fragment(Part.INTEGRITY, State.INVALID, (finding,))
    return _nothing_opened(subject, integrity, Fragment(Part.STATUS, State.SKIPPED), Verdict.MISMATCH)


def _nothing_opened(subject: Subject, integrity: Fragment, status: Fragment, ground: Verdict) -> Offline:
    return Offline(
        subject,
        None,
        None,
        None,
        FileMatch.NONE,
        Level.NONE,
        (),
        integrity,
        status,
        Fragment(Part.ISSUER, State.SKIPPED),
        Fragment(Part.HOLDER, State.SKIPPED),
        frozenset({ground}),
    )


def _compare(subject: Subject, opened: OpenedBundle, kind: KindShape | None) -> list[FieldComparison]:
    """Each declared field beside its claim, or its twin where only that is disclosed (part D)."""
    fields = {field.name: field for field in kind.fields} if kind else {}
    return [_compare_one(fields.get(name), name, declared, opened) for name, declared in subject.declared.items()]


def _compare_one(field: FieldShape | None, name: str, declared: ClaimValue, opened: OpenedBundle) -> FieldComparison:
    attested = opened.claims.get(name, opened.twins.get(name))
    label = field.label if field else Wording("{name}", "{name}").filled(name=name)
    if field is None or attested is None:
        return FieldComparison(name, label, shown(declared), "", None)
    outcome = same(field.sort, declared, attested)
    return FieldComparison(name, label, shown(declared), shown(attested), outcome.equal, outcome.hint)


def _match(subject: Subject, opened: OpenedBundle) -> FileMatch:
    """Part C. The digest is asked first: an encrypted original is the original all the same."""
    file = subject.file
    if file is None:
        return FileMatch.NONE
    if any(bound.sha256 == file.sha256 for bound in opened.files):
        return FileMatch.EXACT
    if file.trouble:
        return FileMatch.UNREADABLE
    return FileMatch.OTHER if opened.files else FileMatch.UNBOUND


def _judge_file(
    subject: Subject,
    opened: OpenedBundle,
    kind: KindShape | None,
    match: FileMatch,
    comparisons: Sequence[FieldComparison],
) -> tuple[State, list[Finding], set[Verdict]]:
    """What the file's bytes say, given how the fields compare."""
    file = subject.file
    if file is None or match is FileMatch.NONE:
        return State.VALID, [], set()
    place = Place(file=file.name)
    if match is FileMatch.EXACT:
        return State.VALID, [Finding("V001", place=place)], set()
    if match is FileMatch.UNREADABLE:
        return State.COULD_NOT_CHECK, [_unreadable(subject)], {Verdict.CANNOT_CHECK}
    findings = [Finding("V021", {"label": FILE_DIGEST}, place)] if match is FileMatch.UNBOUND else []
    same_type = any(bound.media_type == file.media_type for bound in opened.files)
    agree = _agree(comparisons)
    if match is FileMatch.OTHER and not file.is_scan and same_type and not agree:
        # A born-digital file of the registered type has no reason to have other bytes.
        facts = {"label": FILE_DIGEST, "declared": file.sha256.hex(), "attested": opened.files[0].sha256.hex()}
        return State.INVALID, [Finding("V003", facts, place)], {Verdict.MISMATCH}
    if agree:
        if match is FileMatch.OTHER:
            findings.append(Finding("V002", {"fields": _labels(comparisons)}, place))
        return State.VALID, findings, {Verdict.PARTLY_VERIFIED}
    findings.append(Finding("V022", {"fields": _by_eye(opened, kind)}, place))
    return State.COULD_NOT_CHECK, findings, {Verdict.MANUAL_REVIEW}


def _judge_fields(
    subject: Subject,
    kind: KindShape | None,
    comparisons: Sequence[FieldComparison],
    file_state: State,
    file_findings: list[Finding],
) -> tuple[Fragment, Fragment, set[Verdict]]:
    """The integrity fragment (file and fields) and the holder fragment, and what the fields are grounds for."""
    holder_names = frozenset(kind.holder) if kind else frozenset()
    private = frozenset(field.name for field in kind.fields if field.private) if kind else frozenset()
    grounds: set[Verdict] = set()
    findings: dict[bool, list[Finding]] = {True: [], False: []}
    for comparison in comparisons:
        holder = comparison.name in holder_names
        finding = _finding(comparison, holder, comparison.name in private)
        if finding:
            findings[holder].append(finding)
            grounds.add(Verdict.MANUAL_REVIEW if comparison.equal is None else Verdict.MISMATCH)
    of_holder = [c for c in comparisons if c.name in holder_names]
    others = [c for c in comparisons if c.name not in holder_names]
    state = _worst([file_state, *(_state(c) for c in others)])
    integrity = Fragment(Part.INTEGRITY, state, (*file_findings, *findings[False]))
    held = _worst([_state(c) for c in of_holder]) if of_holder else State.SKIPPED
    return integrity, Fragment(Part.HOLDER, held, tuple(findings[True])), grounds


def _finding(comparison: FieldComparison, holder: bool, private: bool) -> Finding | None:
    if comparison.equal:
        return None
    place = Place(field=comparison.name)
    if comparison.equal is None:
        return Finding("V021", {"label": comparison.label}, place)
    declared, attested = (_WITHHELD, _WITHHELD) if private else (comparison.declared, comparison.attested)
    facts = {"label": comparison.label, "declared": declared, "attested": attested}
    return Finding("V007" if holder else "V003", facts, place)


def _seek(
    subject: Subject, opened: OpenedBundle, kind: KindShape | None
) -> tuple[Wanted | None, Fragment, Fragment, set[Verdict]]:
    """Steps 6 and 7: who is trusted to answer for this anchor, and whether the issuer is of that registry."""
    anchor, payload = opened.bundle.anchor, opened.payload
    found = subject.trust.find(anchor.chain_id, anchor.registry) if subject.trust else None
    if found is None:
        finding = Finding("V012", {"other": anchor.chain_id, "chain": _trusted(subject)}, Place(file=subject.bundle_name))
        status = Fragment(Part.STATUS, State.COULD_NOT_CHECK, (finding,))
        return None, status, Fragment(Part.ISSUER, State.COULD_NOT_CHECK), {Verdict.CANNOT_CHECK}
    chain, registry = found
    if not payload.issuer.startswith(registry.prefix):
        facts = {"issuer": payload.issuer.hex(), "kind": kind.label if kind else payload.kind}
        issuer = Fragment(Part.ISSUER, State.INVALID, (Finding("V008", facts),))
        return None, Fragment(Part.STATUS, State.SKIPPED), issuer, {Verdict.ISSUER_NOT_AUTHORISED}
    wanted = Wanted(chain, registry, payload.issuer, payload.kind, anchor.root, opened.bundle.proof.index)
    return wanted, Fragment(Part.STATUS, State.SKIPPED), Fragment(Part.ISSUER, State.SKIPPED), set()


def _level(match: FileMatch, comparisons: Sequence[FieldComparison]) -> Level:
    if match is FileMatch.EXACT:
        return Level.EXACT
    differ = any(comparison.equal is False for comparison in comparisons)
    if _agree(comparisons) or (match is FileMatch.NONE and not differ):
        return Level.FIELDS
    return Level.NONE


def _agree(comparisons: Sequence[FieldComparison]) -> bool:
    """Whether some declared field was compared and none differs."""
    return any(c.equal for c in comparisons) and all(c.equal is not False for c in comparisons)


def _state(comparison: FieldComparison) -> State:
    if comparison.equal is None:
        return State.COULD_NOT_CHECK
    return State.VALID if comparison.equal else State.INVALID


def _worst(states: Sequence[State]) -> State:
    return next((s for s in (State.INVALID, State.COULD_NOT_CHECK) if s in states), State.VALID)


def _labels(comparisons: Sequence[FieldComparison]) -> Wording:
    return _listed([comparison.label for comparison in comparisons if comparison.equal])


def _by_eye(opened: OpenedBundle, kind: KindShape | None) -> Wording:
    """The disclosed fields' labels, in the kind's order."""
    if kind is None:
        return _listed([Wording("{name}", "{name}").filled(name=name) for name in opened.claims])
    return _listed([field.label for field in kind.fields if field.name in opened.claims])


def _listed(labels: Sequence[Wording]) -> Wording:
    if not labels:
        return _NONE_DISCLOSED
    return Wording("、".join(label.zh for label in labels), ", ".join(label.en for label in labels))


def _trusted(subject: Subject) -> Wording | str:
    if subject.trust is None:
        return _NO_TRUST_FILE
    return ", ".join(f"{chain.name} {chain.chain_id}" for chain in subject.trust.chains) or _NO_CHAIN


def _unreadable(subject: Subject) -> Finding:
    assert subject.file is not None  # trouble is a file's
    return Finding("V017", {"why": _TROUBLE[subject.file.trouble]}, Place(file=subject.file.name))


FILE_DIGEST: Final = Wording("文件摘要", "file digest")
_WITHHELD: Final = Wording("（不显示）", "(not shown)")
_WHERE_WHY: Final = Wording("{where}：{why}", "{where}: {why}")
_NO_TRUST_FILE: Final = Wording("没有信任文件", "there is no trust file")
_NO_CHAIN: Final = Wording("信任文件未列任何链", "the trust file lists no chain")
_NONE_DISCLOSED: Final = Wording("（未披露任何字段）", "(no field is disclosed)")
_INDEX_KNOWS_NOT: Final = Wording("本站索引中没有此文件", "This site's index does not know the file")
_NO_INDEX: Final = Wording("没有凭证包，也没有可查的站点索引", "There is no bundle, and no site's index was asked")
_TROUBLE: Final = {
    "empty": Wording("文件为空", "it is empty"),
    "encrypted": Wording("文件已加密", "it is encrypted"),
    "damaged": Wording("文件已损坏", "it is damaged"),
}
