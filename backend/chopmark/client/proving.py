"""Seeing for oneself that what a site calls registered stands on the chain: batches, leaves, bundles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from chopmark.client.nodes import Node, OwnChains
from chopmark.core.examine import Examination
from chopmark.core.finding import Finding
from chopmark.core.reference import AttestationId, issuer_id
from chopmark.core.transaction import BlockRef
from chopmark.core.trust import TrustedChain, TrustedRegistry
from chopmark.core.verdict import State, Verdict
from chopmark.core.words import Plane
from chopmark.errors import ChainError, TrustError
from chopmark.kinds import all_kinds
from chopmark.services.verify.collect import opened_or_fault
from chopmark.services.verify.materials import FoundBundle, Material
from chopmark.services.verify.verify import Verified, Verifier
from chopmark.wording import Language, Wording

T = TypeVar("T")
REFUTED: Final = frozenset({Verdict.MISMATCH, Verdict.ISSUER_NOT_AUTHORISED, Verdict.NOT_REGISTERED})
"""Verdicts after which a bundle is no registered credential. A revoked or expired one is: its status is another matter."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What one's own look at the chain came to. ``read_at``: the pinned block, None if no chain was read.

    ``valid``: it is as the site says. ``invalid``: it is not. ``could_not_check``: nobody knows; ``findings`` say why.
    """

    state: State
    findings: tuple[Finding, ...] = ()
    read_at: BlockRef | None = None


@dataclass(frozen=True, slots=True)
class NamedBatch:
    """A batch as a site names it. ``issuer``: its serial; ``root``: 32 bytes; ``block``, ``time``: of its registration."""

    issuer: int
    kind: str
    root: bytes
    size: int
    block: int
    time: int


def prove_batches(chains: OwnChains, batches: Sequence[NamedBatch], chain_id: int, registry: bytes) -> Proof:
    """Whether these batches stand in final blocks of the chain, as the site says. Never raises.

    ``chain_id``, ``registry``: where the site says that it registers; only what the trust file has is asked.
    """

    def look(node: Node, at: BlockRef, entry: TrustedRegistry) -> Proof:
        early = [each for each in batches if each.block > at.number]
        if early:
            return open_proof(_NOT_FINAL.filled(block=early[0].block, own=at.number), at)
        records = node.batches([(issuer_id(entry.registry_id, each.issuer), each.root) for each in batches], at)
        wrong = []
        for told, found in zip(batches, records, strict=True):
            if found is None:
                wrong.append(Finding("S015", {"what": _BATCH.filled(root=told.root.hex())}))
            elif (found.kind, found.size, found.block) != (told.kind, told.size, told.block):
                own = f"{found.kind}, {found.size}, {found.block}"
                theirs = f"{told.kind}, {told.size}, {told.block}"
                wrong.append(Finding("S002", {"what": _RECORD, "theirs": theirs, "own": own}))
        return Proof(State.INVALID if wrong else State.VALID, tuple(wrong), at)

    return ask_own(chains, chain_id, registry, look)


def prove_leaf(chains: OwnChains, leaf: AttestationId, issuer: bytes, verdict: Verdict) -> Proof:
    """Whether a leaf that a site names is on the chain, with the status that the site's verdict tells. Never raises.

    That it is this very credential's leaf nobody can see without the bundle.
    """

    def look(node: Node, at: BlockRef, _: TrustedRegistry) -> Proof:
        (batch,) = node.batches([(issuer, leaf.root)], at)
        if batch is None or leaf.index >= batch.size:
            return Proof(State.INVALID, (Finding("S015", {"what": str(leaf)}),), at)
        word, bit = divmod(leaf.index, 256)
        words = node.status_words([(issuer, leaf.root, word, int(plane)) for plane in Plane], at)
        planes = {plane: bool(bits >> bit & 1) for plane, bits in zip(Plane, words, strict=True)}
        own = status_of(planes)
        theirs = verdict if verdict in _OF_STATUS else None
        if own is not theirs and (own is not None or theirs is not None) and verdict not in _ABOVE_STATUS:
            said = own.wording if own else _IN_FORCE
            return Proof(State.INVALID, (Finding("S001", {"theirs": verdict.wording, "own": said}),), at)
        return Proof(State.VALID, (), at)

    return ask_own(chains, leaf.chain_id, leaf.registry, look)


def examine_bundles(chains: OwnChains, bundles: Sequence[tuple[str, bytes]]) -> list[Verified]:
    """Each bundle (name, bytes) opened and read against the chain, all at one block of each chain."""
    materials = []
    for name, data in bundles:
        opened, fault = opened_or_fault(data)
        materials.append(Material(None, FoundBundle(None, name, "", data, opened, fault)))
    kinds = {each.code: each for each in all_kinds()}
    verifier = Verifier(chains.trust, chains.nodes, kinds, {}, lambda _: {})
    return verifier.verify(materials, [{}] * len(materials))


def refutations(examined: Iterable[Verified]) -> Iterator[Finding]:
    """For each bundle that is no registered credential, why."""
    for each in examined:
        x = each.examination
        if x.verdict in REFUTED:
            why = next((found for found in x.findings if found.code in ("V013", "V008", "V004")), None)
            said = Wording("{zh}", "{en}").filled(zh=why.say(Language.ZH), en=why.say(Language.EN)) if why else "…"
            if x.verdict is Verdict.NOT_REGISTERED:
                yield Finding("S015", {"what": each.material.name})
            else:
                yield Finding("S006", {"name": each.material.name, "why": said})


def unproven(examined: Iterable[Verified]) -> Examination | None:
    """The first that could not be looked up, None if all could."""
    return next((x for each in examined if (x := each.examination).read_at is None), None)


def ask_own(
    chains: OwnChains, chain_id: int, registry: bytes, look: Callable[[Node, BlockRef, TrustedRegistry], Proof]
) -> Proof:
    """``look`` at the newest final block of the first trusted node that answers; why not, if none does. Never raises."""
    try:
        chain, entry = _trusted(chains, chain_id, registry)
    except TrustError as fault:
        return open_proof(_said(fault))
    why: Wording = _NO_NODE
    for node in chains.nodes(chain, entry):
        try:
            at = node.final()
            node.verify_identity(at)
            return look(node, at, entry)
        except ChainError as fault:
            why = _said(fault)
    return open_proof(why)


def _trusted(chains: OwnChains, chain_id: int, registry: bytes) -> tuple[TrustedChain, TrustedRegistry]:
    found = chains.trust.find(chain_id, registry) if chains.trust else None
    if found is None:
        why = _NO_TRUST if chains.trust is None else _NOT_TRUSTED.filled(chain=chain_id, registry="0x" + registry.hex())
        raise TrustError(why=why)
    return found


def status_of(planes: Mapping[Plane, bool]) -> Verdict | None:
    """What a leaf's bits say; None: nothing was said about it."""
    if planes[Plane.SUPERSEDED]:
        return Verdict.SUPERSEDED
    if planes[Plane.REVOKED]:
        return Verdict.REVOKED
    return Verdict.SUSPENDED if planes[Plane.SUSPENDED] else None


def open_proof(why: Wording, at: BlockRef | None = None) -> Proof:
    """Nobody knows, and why. ``at``: the block of one's own that does not tell."""
    return Proof(State.COULD_NOT_CHECK, (Finding("S019", {"why": why}),), at)


def _said(fault: ChainError | TrustError) -> Wording:
    return Wording("{zh}", "{en}").filled(zh=fault.say(Language.ZH), en=fault.say(Language.EN))


_OF_STATUS: Final = frozenset({Verdict.REVOKED, Verdict.SUPERSEDED, Verdict.SUSPENDED})
# Verdicts that outrank a status, or say that the site itself could not look: they tell nothing about it.
_ABOVE_STATUS: Final = frozenset({Verdict.MISMATCH, Verdict.ISSUER_NOT_AUTHORISED, Verdict.CANNOT_CHECK})
_BATCH: Final = Wording("批次 {root}", "The batch {root}")
_RECORD: Final = Wording("批次记录（类别、数量、区块）", "record of the batch (kind, size, block)")
_IN_FORCE: Final = Wording("有效", "in force")
_NOT_FINAL: Final = Wording(
    "区块 {block} 在本方节点尚未最终确认（目前 {own}）", "block {block} is not final yet at one's own node (now {own})"
)
_NO_TRUST: Final = Wording("没有给出信任文件", "no trust file was given")
_NOT_TRUSTED: Final = Wording(
    "链 {chain} 的合约 {registry} 不在其中", "it does not have the registry {registry} of chain {chain}"
)
_NO_NODE: Final = Wording("信任文件没有节点地址", "the trust file names no node")
