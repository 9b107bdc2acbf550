"""The half of a verification that needs no chain: FORMAT §11 parts A, C and D, and which record is to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chopmark.core.bundle import OpenedBundle, open_bundle, read_bundle
from chopmark.core.fields import FieldComparison, agree, compare_fields, judge_fields, labels_of, labels_to_compare
from chopmark.core.finding import Finding, Place
from chopmark.core.reference import address_text
from chopmark.core.subject import KindShape, Subject
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
    """What is known before a chain is asked.

    ``wanted`` is None if there is nothing to ask or nobody trusted to answer; then ``status`` and ``issuer``
    already say why. ``grounds``: the verdicts for which something speaks so far.
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
        opened = subject.opened or open_bundle(read_bundle(subject.bundle))
    except (FormatError, ProofError) as error:
        return _broken_bundle(subject, error)
    kind = subject.kind_of(opened.payload.kind)
    comparisons = compare_fields(subject, opened, kind)
    match = _match(subject, opened)
    file_state, file_findings, file_grounds = _judge_file(subject, opened, kind, match, comparisons)
    withheld = bool(subject.found_by)
    integrity, holder, field_grounds = judge_fields(kind, comparisons, file_state, file_findings, withheld=withheld)
    wanted, status, issuer, trust_grounds = _seek(subject, opened, kind)
    return Offline(
        subject,
        opened,
        kind,
        wanted,
        match,
        _level(subject, match, comparisons, opened),
        comparisons,
        integrity,
        status,
        issuer,
        holder,
        frozenset(file_grounds | field_grounds | trust_grounds),
    )


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
    elif file.is_scan or not subject.indexed:
        # A scan is in no index; and what nobody looked for is not missing.
        ground = Verdict.CANNOT_CHECK
    else:
        coverage = subject.coverage or _INDEX_KNOWS_NOT
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
    if subject.found_by:
        return _judge_typed(_beyond_number(subject, comparisons))
    if file is None or match is FileMatch.NONE:
        return State.VALID, [], set()
    place = Place(file=file.name)
    if match is FileMatch.EXACT:
        return State.VALID, [Finding("V001", place=place)], set()
    if match is FileMatch.UNREADABLE:
        return State.COULD_NOT_CHECK, [_unreadable(subject)], {Verdict.CANNOT_CHECK}
    findings = [Finding("V021", {"label": FILE_DIGEST}, place)] if match is FileMatch.UNBOUND else []
    same_type = any(bound.media_type == file.media_type for bound in opened.files)
    fields_agree = agree(comparisons)
    if match is FileMatch.OTHER and not file.is_scan and same_type and not fields_agree:
        # A born-digital file of the registered type has no reason to have other bytes.
        facts = {"label": FILE_DIGEST, "declared": file.sha256.hex(), "attested": opened.files[0].sha256.hex()}
        return State.INVALID, [Finding("V003", facts, place)], {Verdict.MISMATCH}
    if fields_agree:
        if match is FileMatch.OTHER:
            findings.append(Finding("V002", {"fields": labels_of(comparisons)}, place))
        return State.VALID, findings, {Verdict.PARTLY_VERIFIED}
    if not any(comparison.equal is False for comparison in comparisons):
        findings.append(Finding("V022", {"fields": labels_to_compare(opened, kind)}, place))
    return State.COULD_NOT_CHECK, findings, {Verdict.MANUAL_REVIEW}


def _judge_typed(typed: Sequence[FieldComparison]) -> tuple[State, list[Finding], set[Verdict]]:
    """What a record found by its number says of a paper that only the asker sees: as much as was typed of it."""
    if agree(typed):
        return State.VALID, [Finding("V024", {"fields": labels_of(typed)})], {Verdict.PARTLY_VERIFIED}
    findings = [] if any(each.equal is False for each in typed) else [Finding("V025")]
    return State.COULD_NOT_CHECK, findings, {Verdict.MANUAL_REVIEW}


def _beyond_number(subject: Subject, comparisons: Sequence[FieldComparison]) -> list[FieldComparison]:
    return [each for each in comparisons if each.name not in subject.found_by]


def _seek(
    subject: Subject, opened: OpenedBundle, kind: KindShape | None
) -> tuple[Wanted | None, Fragment, Fragment, set[Verdict]]:
    """Steps 6 and 7: who is trusted to answer for this anchor, and whether the issuer is of that registry."""
    anchor, payload = opened.bundle.anchor, opened.payload
    found = subject.trust.find(anchor.chain_id, anchor.registry) if subject.trust else None
    if found is None:
        other = _ANCHORED_AT.filled(chain=anchor.chain_id, registry=address_text(anchor.registry))
        finding = Finding("V012", {"other": other, "chain": _trusted(subject)}, Place(file=subject.bundle_name))
        status = Fragment(Part.STATUS, State.COULD_NOT_CHECK, (finding,))
        return None, status, Fragment(Part.ISSUER, State.COULD_NOT_CHECK), {Verdict.CANNOT_CHECK}
    chain, registry = found
    if not payload.issuer.startswith(registry.prefix):
        who = {"issuer": payload.issuer.hex(), "kind": kind.label if kind else payload.kind}
        issuer = Fragment(Part.ISSUER, State.INVALID, (Finding("V008", who),))
        return None, Fragment(Part.STATUS, State.SKIPPED), issuer, {Verdict.ISSUER_NOT_AUTHORISED}
    wanted = Wanted(chain, registry, payload.issuer, payload.kind, anchor.root, opened.bundle.proof.index)
    return wanted, Fragment(Part.STATUS, State.SKIPPED), Fragment(Part.ISSUER, State.SKIPPED), set()


def _level(subject: Subject, match: FileMatch, comparisons: Sequence[FieldComparison], opened: OpenedBundle) -> Level:
    if subject.found_by:
        typed = _beyond_number(subject, comparisons)
        differ = any(each.equal is False for each in typed)
        return Level.FIELDS if agree(typed) else Level.NONE if differ else Level.IDENTIFIER
    if match is FileMatch.EXACT:
        return Level.EXACT
    differ = any(comparison.equal is False for comparison in comparisons)
    disclosed = bool(opened.claims or opened.twins)
    if agree(comparisons) or (match is FileMatch.NONE and disclosed and not differ):
        return Level.FIELDS
    return Level.NONE


def _trusted(subject: Subject) -> Wording | str:
    if subject.trust is None:
        return _NO_TRUST_FILE
    return ", ".join(f"{chain.name} {chain.chain_id}" for chain in subject.trust.chains) or _NO_CHAIN


def _unreadable(subject: Subject) -> Finding:
    assert subject.file is not None  # trouble is a file's
    return Finding("V017", {"why": _TROUBLE[subject.file.trouble]}, Place(file=subject.file.name))


FILE_DIGEST: Final = Wording("文件摘要", "file digest")
_WHERE_WHY: Final = Wording("{where}：{why}", "{where}: {why}")
_ANCHORED_AT: Final = Wording("{chain}（登记合约 {registry}）", "{chain} (registry {registry})")
_NO_TRUST_FILE: Final = Wording("没有信任文件", "there is no trust file")
_NO_CHAIN: Final = Wording("信任文件未列任何链", "the trust file lists no chain")
_INDEX_KNOWS_NOT: Final = Wording("本站索引中没有此文件", "This site's index does not know the file")
_TROUBLE: Final = {
    "empty": Wording("文件为空", "it is empty"),
    "encrypted": Wording("文件已加密", "it is encrypted"),
    "damaged": Wording("文件已损坏", "it is damaged"),
    "too_large": Wording("文件超过大小上限，未读取", "it is larger than the limit and was not read"),
    "unreadable": Wording("文件无法打开", "it cannot be opened"),
}
