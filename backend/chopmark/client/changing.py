"""Seeing for oneself that a change of status stands on the chain: which leaf a bundle names, and what its bits say."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from chopmark.client.nodes import Node, OwnChains
from chopmark.client.proving import Proof, ask_own, examine_bundles, open_proof, refutations, status_of, unproven
from chopmark.core.finding import Finding
from chopmark.core.reference import AttestationId
from chopmark.core.transaction import BlockRef
from chopmark.core.trust import TrustedRegistry
from chopmark.core.verdict import Part, State, Verdict
from chopmark.core.words import Plane
from chopmark.services.verify.collect import opened_or_fault
from chopmark.wording import Language, Wording

Said: TypeAlias = Literal["revoke", "suspend", "resume", "supersede"]
"""What was said about a credential."""
SLICE: Final = 200
"""Bundles that are examined at once."""
UNNAMED: Final = 5.0
PAUSE: Final = 0.5
"""Seconds between two looks at a node of one's own that is behind the site's."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf whose bundle was opened: its name on the chain, the issuer (32 bytes), the commitment (hex)."""

    attestation: AttestationId
    issuer: bytes
    commitment: str


def prove_change(
    chains: OwnChains, said: Said, held: Sequence[tuple[str, bytes]], *, block: int = 0, timeout: float = 30.0
) -> Proof:
    """Whether the chain says of these credentials what a site says that it carried out. Never raises.

    ``held``: commitment (hex) and bundle of each; the bundle tells which leaf it is, and nobody's word does. ``block``: up to
    which the site says that it was done; a node of one's own may need until ``timeout`` (seconds) to come there.
    """
    leaves: list[Leaf] = []
    for start in range(0, len(held), SLICE):
        found = _leaves(chains, held[start : start + SLICE])
        if isinstance(found, Proof):
            return found
        leaves += found
    # Where the site names no block, any node might be behind it; then a contradiction waits a little, too.
    until = time.monotonic() + (timeout if block else min(timeout, UNNAMED))
    while True:
        proof = _folded(_at_each(chains, said, leaves, block))
        lags = proof.read_at is not None and (
            proof.state is State.COULD_NOT_CHECK or (proof.state is State.INVALID and not block)
        )
        if not lags or time.monotonic() + PAUSE > until:
            return proof
        time.sleep(PAUSE)


def _leaves(chains: OwnChains, held: Sequence[tuple[str, bytes]]) -> list[Leaf] | Proof:
    """The leaves of bundles that are those of the credentials, or why they are not."""
    examined = examine_bundles(chains, held)
    wrong = [*refutations(examined)]
    leaves = []
    for commitment, data in held:
        opened, _ = opened_or_fault(data)
        if opened is None:
            continue  # refuted already
        if opened.commitment.hex() != commitment:
            wrong.append(Finding("S018", {"why": _OTHER.filled(id=opened.commitment.hex())}))
        leaves.append(Leaf(opened.attestation, opened.payload.issuer, commitment))
    if wrong:
        return Proof(State.INVALID, tuple(wrong))
    if (silent := unproven(examined)) is not None:
        found = next(iter(silent.fragment(Part.STATUS).findings), Finding("V011"))
        return open_proof(Wording("{zh}", "{en}").filled(zh=found.say(Language.ZH), en=found.say(Language.EN)))
    return leaves


def _at_each(chains: OwnChains, said: Said, leaves: Sequence[Leaf], block: int) -> Iterator[Proof]:
    """One look for each registry, at its own final block."""
    by_registry: dict[tuple[int, bytes], list[Leaf]] = defaultdict(list)
    for leaf in leaves:
        by_registry[leaf.attestation.chain_id, leaf.attestation.registry].append(leaf)
    for (chain_id, registry), those in by_registry.items():

        def look(node: Node, at: BlockRef, _: TrustedRegistry, those: Sequence[Leaf] = those) -> Proof:
            wrong = [*_wrong(node, at, said, those)]
            if wrong and at.number < block:  # a node of one's own may be behind the site's
                return open_proof(_BEHIND.filled(block=block, own=at.number), at)
            return Proof(State.INVALID if wrong else State.VALID, tuple(wrong), at)

        yield ask_own(chains, chain_id, registry, look)


def _wrong(node: Node, at: BlockRef, said: Said, leaves: Sequence[Leaf]) -> Iterator[Finding]:
    queries = []
    for leaf in leaves:
        word = leaf.attestation.index // 256
        queries += [(leaf.issuer, leaf.attestation.root, word, int(plane)) for plane in Plane]
    words = iter(node.status_words(queries, at))
    for leaf in leaves:
        bit = leaf.attestation.index % 256
        planes = {plane: bool(next(words) >> bit & 1) for plane in Plane}
        if not _is_so(said, planes):
            own = status_of(planes)
            facts = {
                "what": _STATUS.filled(id=leaf.commitment),
                "theirs": _SAID[said],
                "own": own.wording if own else _FREE,
            }
            yield Finding("S002", facts)


def _is_so(said: Said, planes: dict[Plane, bool]) -> bool:
    """Whether the bits are as after this; what was suspended may have been revoked since, which takes nothing back."""
    if said == "resume":
        return not any(planes.values())
    if said == "suspend":
        return planes[Plane.SUSPENDED] or planes[Plane.REVOKED]
    return planes[Plane.REVOKED if said == "revoke" else Plane.SUPERSEDED]


def _folded(proofs: Iterator[Proof]) -> Proof:
    """One of several: whatever is refuted counts first, then what nobody could see."""
    each = [*proofs]
    for state in (State.INVALID, State.COULD_NOT_CHECK):
        if found := [proof for proof in each if proof.state is state]:
            return Proof(state, tuple(one for proof in found for one in proof.findings), found[0].read_at)
    return each[0] if each else Proof(State.SKIPPED)


_OTHER: Final = Wording("它属于另一凭证 {id}", "it is that of another credential, {id}")
_STATUS: Final = Wording("凭证 {id} 的状态", "status of the credential {id}")
_FREE: Final = Wording("有效", "in force")
_BEHIND: Final = Wording(
    "变更应在区块 {block}，本方节点目前只到 {own}",
    "it is said to stand in block {block}, and one's own node is at {own}",
)
_SAID: Final[dict[Said, Wording]] = {
    "revoke": Verdict.REVOKED.wording,
    "suspend": Verdict.SUSPENDED.wording,
    "resume": _FREE,
    "supersede": Verdict.SUPERSEDED.wording,
}
