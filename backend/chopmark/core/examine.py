"""Examining one material: everything there is to say about it, and one verdict (FORMAT §11).

``examine_offline`` says which record of which chain has to be read; ``conclude`` takes what was read. Nothing here
reads: the same bytes, facts and trust always give the same examination.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from chopmark.core.bundle import OpenedBundle
from chopmark.core.calendar import day, full_years
from chopmark.core.digest import Algorithm
from chopmark.core.disclosure import ClaimValue
from chopmark.core.facts import ChainFacts, ChainSilence, IssuerFacts
from chopmark.core.fields import FieldComparison, shown
from chopmark.core.finding import Finding, Place
from chopmark.core.offline import FileMatch, Offline, Wanted, examine_offline
from chopmark.core.reasons import reason_wording
from chopmark.core.reference import AttestationId, serial
from chopmark.core.subject import FieldShape, FileFacts, KindShape, Subject
from chopmark.core.transaction import BlockRef
from chopmark.core.verdict import Fragment, Level, Part, State, Verdict, settle
from chopmark.core.words import BatchRecord, KeyRecord, Standing
from chopmark.wording import Wording

__all__ = [
    "ChainFacts",
    "ChainSilence",
    "Examination",
    "FieldComparison",
    "FieldShape",
    "FileFacts",
    "FileMatch",
    "IssuerFacts",
    "KindShape",
    "Offline",
    "RegisteredAt",
    "Subject",
    "Wanted",
    "conclude",
    "examine",
    "examine_offline",
    "shown",
]


@dataclass(frozen=True, slots=True)
class RegisteredAt:
    """The block (number) and the time (unix seconds) at which a batch was attested."""

    block: int
    time: int


@dataclass(frozen=True, slots=True)
class Examination:
    """What came out.

    ``fragments``: all six, in order. ``attested``: the disclosed claims. ``read_at``: the pinned block, None if no
    chain was read. ``later``: what happened after registration and changes nothing about it.
    """

    subject: Subject
    verdict: Verdict
    level: Level
    match: FileMatch
    fragments: tuple[Fragment, ...]
    comparisons: tuple[FieldComparison, ...] = ()
    attested: Mapping[str, ClaimValue] | None = None
    kind: str = ""
    attestation: AttestationId | None = None
    registered_at: RegisteredAt | None = None
    issuer_id: bytes | None = None
    issuer: IssuerFacts | None = None
    read_at: BlockRef | None = None
    chain_id: int | None = None
    later: tuple[Finding, ...] = ()

    def fragment(self, part: Part) -> Fragment:
        """One of the six."""
        return next(fragment for fragment in self.fragments if fragment.part is part)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that was found, in the order of the fragments; then what came later."""
        return tuple(finding for fragment in self.fragments for finding in fragment.findings) + self.later


@dataclass(frozen=True, slots=True)
class _Reading:
    """What part B comes to."""

    status: Fragment
    issuer: Fragment
    grounds: frozenset[Verdict] = frozenset()
    broken: Finding | None = None
    later: tuple[Finding, ...] = ()


def examine(subject: Subject, chain: ChainFacts | ChainSilence | None = None) -> Examination:
    """Both halves at once, for who knows already what to read."""
    return conclude(examine_offline(subject), chain)


def conclude(offline: Offline, chain: ChainFacts | ChainSilence | None = None) -> Examination:
    """Join what was read from the chain to what was known without it.

    ``chain`` is ignored if ``offline.wanted`` is None. If something was wanted and nothing was read, the answer is
    *could not check*.
    """
    if offline.wanted is None or offline.opened is None:
        reading = _Reading(offline.status, offline.issuer)
        facts = None
    elif isinstance(chain, ChainFacts):
        facts = chain
        reading = _read(offline, offline.opened, chain)
    else:
        facts = None
        reading = _silent(chain.why if chain else _NOT_ASKED)
    return _examination(offline, reading, facts)


def _examination(offline: Offline, reading: _Reading, facts: ChainFacts | None) -> Examination:
    integrity, grounds = offline.integrity, offline.grounds | reading.grounds
    if reading.broken:
        integrity = replace(integrity, state=State.INVALID, findings=(*integrity.findings, reading.broken))
    rules, risk = Fragment(Part.RULES, State.SKIPPED), Fragment(Part.RISK, State.SKIPPED)
    opened = offline.opened
    batch = facts.batch if facts else None
    return Examination(
        subject=offline.subject,
        verdict=settle(grounds),
        level=offline.level,
        match=offline.match,
        fragments=(integrity, reading.status, reading.issuer, offline.holder, rules, risk),
        comparisons=offline.comparisons,
        attested=opened.claims if opened else None,
        kind=opened.payload.kind if opened else "",
        attestation=opened.attestation if opened else None,
        registered_at=RegisteredAt(batch.block, batch.time) if batch else None,
        issuer_id=opened.payload.issuer if opened else None,
        issuer=facts.issuer if facts else None,
        read_at=facts.block if facts else None,
        chain_id=opened.bundle.anchor.chain_id if opened else None,
        later=reading.later,
    )


def _read(offline: Offline, opened: OpenedBundle, facts: ChainFacts) -> _Reading:
    """Steps 8 to 14."""
    if not facts.trusted_code:
        return _silent(_OTHER_CODE)
    batch = facts.batch
    if batch is None:
        coverage = offline.subject.coverage or _NO_RECORD.filled(block=facts.block.number)
        status = Fragment(Part.STATUS, State.NOT_FOUND, (Finding("V004", {"coverage": coverage}),))
        return _Reading(status, Fragment(Part.ISSUER, State.SKIPPED), frozenset({Verdict.NOT_REGISTERED}))
    if (batch.kind, batch.algorithm, batch.size) != (opened.payload.kind, Algorithm.SHA256, opened.bundle.proof.size):
        broken = Finding("V013", {"why": _OTHER_RECORD}, Place(file=offline.subject.bundle_name))
        skipped = (Fragment(Part.STATUS, State.SKIPPED), Fragment(Part.ISSUER, State.SKIPPED))
        return _Reading(*skipped, frozenset({Verdict.MISMATCH}), broken)
    status, status_grounds = _status(offline, opened, facts, batch)
    issuer, issuer_grounds = _issuer(facts.key, batch)
    return _Reading(status, issuer, frozenset(status_grounds | issuer_grounds), None, _later(facts))


def _silent(why: Wording | str) -> _Reading:
    status = Fragment(Part.STATUS, State.COULD_NOT_CHECK, (Finding("V011", {"why": why}),))
    return _Reading(status, Fragment(Part.ISSUER, State.COULD_NOT_CHECK), frozenset({Verdict.CANNOT_CHECK}))


def _issuer(key: KeyRecord | None, batch: BatchRecord) -> tuple[Fragment, set[Verdict]]:
    """Step 11. The record itself proves that key and accreditation were good at its block (FORMAT §8.3)."""
    if key is None or key.index != batch.key_index:
        finding = Finding("V011", {"why": _NO_KEY})
        return Fragment(Part.ISSUER, State.COULD_NOT_CHECK, (finding,)), {Verdict.CANNOT_CHECK}
    if key.compromised_since and key.compromised_since <= batch.time:
        # The block's time decides and never a date that the credential claims.
        finding = Finding("V010", {"date": day(key.reported), "since": day(key.compromised_since)})
        return Fragment(Part.ISSUER, State.COULD_NOT_CHECK, (finding,)), {Verdict.MANUAL_REVIEW}
    return Fragment(Part.ISSUER, State.VALID), set()


def _status(
    offline: Offline, opened: OpenedBundle, facts: ChainFacts, batch: BatchRecord
) -> tuple[Fragment, set[Verdict]]:
    """Steps 12 and 13: the leaf's bits, then the credential's own end."""
    grounds: set[Verdict] = set()
    findings: list[Finding] = []
    change = _change(facts, opened.payload.issuer)
    if facts.superseded:
        grounds.add(Verdict.SUPERSEDED)
        findings.append(Finding("V006", change | ({"id": facts.successor} if facts.successor else {})))
    elif facts.revoked:
        grounds.add(Verdict.REVOKED)
        findings.append(Finding("V005", change))
    if facts.suspended and not facts.revoked:
        grounds.add(Verdict.SUSPENDED)
        findings.append(Finding("V020", change))
    until = opened.payload.valid_until
    if until is not None and until < facts.block.time:
        grounds.add(Verdict.EXPIRED)
        findings.append(Finding("V019", {"date": day(until)}))
    state = State.INVALID if grounds else State.VALID
    late = _back_registration(offline, opened, batch)
    return Fragment(Part.STATUS, state, (*findings, *late)), grounds


def _change(facts: ChainFacts, issuer: bytes) -> dict[str, object]:
    """What is known about the last change of status; what is not known leaves its place open in the sentence."""
    known: dict[str, object] = {"issuer": facts.issuer.name if facts.issuer else f"No. {serial(issuer)}"}
    if facts.status_time is not None:
        known["date"] = day(facts.status_time)
    if facts.status_reason is not None:
        known["reason"] = reason_wording(facts.status_reason)
    return known


def _back_registration(offline: Offline, opened: OpenedBundle, batch: BatchRecord) -> tuple[Finding, ...]:
    """V016, information only: the chain cannot know what the paper says about its own date."""
    name = offline.kind.issued_on if offline.kind else ""
    if offline.subject.found_by and not any(each.name == name and each.equal for each in offline.comparisons):
        return ()  # the finding names the date, which whoever asks did not name
    try:
        issued = date.fromisoformat(str(opened.claims.get(name, "")))
    except ValueError:
        return ()
    registered = day(batch.time)
    years = full_years(issued, registered)
    if years < 1:
        return ()
    return (Finding("V016", {"years": years, "issued_on": issued, "registered_on": registered}),)


def _later(facts: ChainFacts) -> tuple[Finding, ...]:
    """V009 and step 14: told beside the verdict."""
    findings = []
    if facts.key and facts.key.retired:
        findings.append(Finding("V009", {"date": day(facts.key.retired)}))
    issuer = facts.issuer
    if issuer and issuer.standing is not None and issuer.standing is not Standing.LIVE:
        known: dict[str, object] = {"date": day(issuer.since)} if issuer.since else {}
        findings.append(Finding("V023", known | {"standing": _STANDINGS[issuer.standing]}))
    return tuple(findings)


_NOT_ASKED: Final = Wording("没有查询链", "the chain was not asked")
_OTHER_CODE: Final = Wording(
    "合约代码与信任文件所列不同", "the contracts' code is not the code that the trust file names"
)
_NO_KEY: Final = Wording("未能取得签发密钥的记录", "the record of the signing key could not be had")
_NO_RECORD: Final = Wording(
    "截至区块{block}，链上没有这一登记", "As of block {block} the chain holds no such attestation"
)
_OTHER_RECORD: Final = Wording(
    "链上记录的类别、算法或数量与凭证包不同", "kind, algorithm or size on the chain are not those of the bundle"
)
_STANDINGS: Final = {
    Standing.NOT_GRANTED: Wording("未获授权", "not accredited"),
    Standing.NOT_STARTED: Wording("尚未生效", "not yet in force"),
    Standing.EXPIRED: Wording("已到期", "expired"),
    Standing.REVOKED: Wording("已撤销", "revoked"),
    Standing.UNFLAGGED: Wording("不含签发权", "without the right to attest"),
    Standing.SUSPENDED: Wording("已中止", "suspended"),
}
