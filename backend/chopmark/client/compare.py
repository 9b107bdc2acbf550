"""A site's word beside one's own check: where they contradict each other, and what stays hearsay.

A *difference* is something that an honest and present site would not say. A *remark* is worth knowing and accuses nobody:
that the site could not be asked, that it is right about a moment that has passed, that its word could not be checked here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from chopmark.client.nodes import OwnChains
from chopmark.client.word import SiteBlock, SiteWord
from chopmark.core.examine import Examination
from chopmark.core.finding import Finding
from chopmark.core.reference import address_text
from chopmark.core.transaction import BlockRef
from chopmark.core.verdict import Verdict
from chopmark.errors import ChainError
from chopmark.services.verify.materials import FoundBundle
from chopmark.wording import Wording

Again = Callable[[BlockRef], Examination | None]
"""One's own check of the same material as of another block; None if that cannot be had."""

_NEEDS_BUNDLE: Final = frozenset(Verdict) - {Verdict.CANNOT_CHECK, Verdict.NOT_REGISTERED, Verdict.MANUAL_REVIEW}
"""Verdicts to which nobody comes by a file alone."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What came out of comparing."""

    differences: tuple[Finding, ...]
    remarks: tuple[Finding, ...] = ()


def compare(word: SiteWord, own: Examination, chains: OwnChains, again: Again, stale_after: int) -> Compared:
    """A site's word about one material beside one's own examination of it.

    ``stale_after``: seconds that a site's block may be older than one's own. Never raises: what cannot be compared
    is a remark.
    """
    differences = [*_facts(word, own)]
    remarks: list[Finding] = []
    at = _block(word.read_at, own, chains, stale_after)
    differences += at.differences
    if word.verdict is not own.verdict:
        told = _verdict(word, own, again, at.known)
        (remarks if told.code in _REMARKS else differences).append(told)
    return Compared(tuple(differences), tuple(remarks))


def bundle_trouble(bundle: FoundBundle, digest: bytes, chains: OwnChains) -> Iterator[Finding]:
    """What is wrong with a bundle that a site gives for the file of this SHA-256."""
    opened = bundle.opened
    if opened is None:
        why = bundle.fault.facts.get("why", "…") if bundle.fault else "…"
        yield Finding("S006", {"name": bundle.name, "why": why})
        return
    if all(bound.sha256 != digest for bound in opened.files):
        yield Finding("S007", {"name": bundle.name})
        return
    anchor = opened.bundle.anchor
    if chains.trust is not None and chains.trust.find(anchor.chain_id, anchor.registry) is None:
        where = f"eip155:{anchor.chain_id}:{address_text(anchor.registry)}"
        yield Finding("S008", {"name": bundle.name, "registry": where})


def usable(troubles: Sequence[Finding]) -> bool:
    """Whether a site's bundle may be looked at further: one of a stranger's registry says what it is by itself."""
    return all(trouble.code == "S008" for trouble in troubles)


@dataclass(frozen=True, slots=True)
class _Block:
    """The site's block as one's own node has it: ``known`` only if number and hash are right."""

    differences: tuple[Finding, ...] = ()
    known: BlockRef | None = None


def _block(named: SiteBlock | None, own: Examination, chains: OwnChains, stale_after: int) -> _Block:
    if named is None or chains.trust is None:
        return _Block()
    chain = chains.find(named.chain_id)
    if chain is None or own.chain_id not in (None, named.chain_id):
        expected = own.chain_id or ", ".join(str(each.chain_id) for each in chains.trust.chains)
        return _Block((Finding("S005", {"theirs": named.chain_id, "own": expected}),))
    try:
        found = chains.block(chain, named.number)
    except ChainError:
        return _Block()  # one's own check says so already
    if found is None or (found.hash, found.time) != (named.hash, named.time):
        return _Block((Finding("S004", {"block": named.number, "hash": _short(named.hash)}),))
    age = own.read_at.time - found.time if own.read_at else 0
    if own.read_at is not None and age > stale_after:
        late = {"block": named.number, "own": own.read_at.number, "seconds": age}
        return _Block((Finding("S003", late),), found)
    return _Block((), found)


def _verdict(word: SiteWord, own: Examination, again: Again, known: BlockRef | None) -> Finding:
    """Two verdicts that differ: a contradiction, a change in between, or nothing that was checked here."""
    facts: dict[str, object] = {"theirs": word.said, "own": own.verdict.wording}
    if own.verdict is Verdict.CANNOT_CHECK:
        unsupported = own.attestation is None and own.subject.bundle is None and word.verdict in _NEEDS_BUNDLE
        return Finding("S012" if unsupported and word.bundle is None else "S013", facts)
    if word.verdict is Verdict.CANNOT_CHECK:
        return Finding("S020", facts)
    if known is not None and own.read_at is not None and known != own.read_at:
        then = again(known)
        if then is not None and then.verdict is word.verdict:
            return Finding("S014", facts | {"block": known.number, "own_block": own.read_at.number})
    return Finding("S001", facts)


def _facts(word: SiteWord, own: Examination) -> Iterator[Finding]:
    """What stands beside the verdict and is the same for everybody: which leaf, registered when."""
    ours = str(own.attestation) if own.attestation else ""
    if word.attestation and ours and word.attestation != ours:
        yield Finding("S002", {"what": _ATTESTATION, "theirs": word.attestation, "own": ours})
    at = own.registered_at
    if word.registered and at and word.registered != (at.block, at.time):
        yield Finding("S002", {"what": _REGISTERED, "theirs": word.registered[0], "own": at.block})
    digest = own.subject.file.sha256 if own.subject.file else b""
    if word.sha256 and digest and word.sha256 != digest:
        yield Finding("S002", {"what": _DIGEST, "theirs": _short(word.sha256), "own": _short(digest)})


def _short(digest: bytes) -> str:
    return f"0x{digest.hex()[:8]}…{digest.hex()[-8:]}"


_REMARKS: Final = frozenset({"S013", "S014", "S020"})
_ATTESTATION: Final = Wording("存证编号", "attestation id")
_REGISTERED: Final = Wording("登记区块", "block of registration")
_DIGEST: Final = Wording("文件摘要（SHA-256）", "digest of the file (SHA-256)")
