"""Reading a chain once for many materials: one pinned block, a handful of batched requests, whatever their number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from chopmark.core.directory import Accreditation, address_of, walk
from chopmark.core.examine import ChainFacts, IssuerFacts, Wanted
from chopmark.core.lifeline import WORD_BITS, LeafRef, LeafStatus, leaf_status, life_of_leaf
from chopmark.core.profile import Profile
from chopmark.core.reference import PREFIX_LENGTH, AttestationId, issuer_id, serial
from chopmark.core.transaction import BlockRef, Logged
from chopmark.core.words import BatchRecord, GrantRecord, KeyRecord, Op, Plane
from chopmark.errors import Unreachable
from chopmark.services.verify.ports import ChainReader, KeyBook
from chopmark.wording import Wording

MAX_DEPTH: Final = 8
"""Levels below the root authority that the contract allows (``MAX_DEPTH`` in ``contracts/types/Grant.sol``)."""

Batches = Mapping[tuple[bytes, bytes], BatchRecord | None]
Bits = Mapping[tuple[bytes, bytes, int, int], int]
Profiles = Callable[[bytes], Profile | None]
"""A profile by its digest, if it is at hand."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one chain told: the pinned block and the facts of every leaf that was asked for."""

    block: BlockRef
    facts: Mapping[Wanted, ChainFacts]


def read(reader: ChainReader, wanted: Iterable[Wanted], profiles: Profiles, key_book: KeyBook) -> Reading:
    """Everything about these leaves, all of one pair of registries, at its newest final block.

    Raises ``ChainError`` if the node is unreachable, or serves another chain.
    """
    leaves = list(dict.fromkeys(wanted))
    at = reader.final()
    reader.verify_identity(at)
    session = _Session(reader, at, leaves[0].registry.from_block, profiles, key_book)
    batches = session.batches(leaves)
    known = [leaf for leaf in leaves if batches[leaf.issuer, leaf.root]]
    bits = session.bits(known)
    keys = session.signing_keys(known, batches)
    issuers = session.issuers(known)
    facts = {leaf: _facts(session, leaf, batches, bits, keys, issuers) for leaf in leaves}
    return Reading(at, facts)


Keys = Mapping[tuple[bytes, int], KeyRecord]
Issuers = Mapping[tuple[bytes, str], IssuerFacts]


def _facts(session: _Session, leaf: Wanted, batches: Batches, bits: Bits, keys: Keys, issuers: Issuers) -> ChainFacts:
    batch = batches[leaf.issuer, leaf.root]
    if batch is None:
        return ChainFacts(session.at, None)
    word, bit = divmod(leaf.index, WORD_BITS)
    planes = {plane: bool(bits[leaf.issuer, leaf.root, word, plane] >> bit & 1) for plane in Plane}
    status = session.status(leaf) if any(planes.values()) else LeafStatus()
    return ChainFacts(
        block=session.at,
        batch=batch,
        key=keys.get((leaf.issuer, batch.key_index)),
        revoked=planes[Plane.REVOKED],
        suspended=planes[Plane.SUSPENDED],
        superseded=planes[Plane.SUPERSEDED],
        status_reason=status.reason if status.since else None,
        status_time=status.since or None,
        successor=_attestation(leaf, status.successor),
        issuer=issuers[leaf.issuer, leaf.kind],
    )


def _attestation(leaf: Wanted, successor: LeafRef | None) -> AttestationId | None:
    if successor is None:
        return None
    return AttestationId(leaf.chain.chain_id, leaf.registry.attestation_registry, successor.root, successor.index)


@dataclass(frozen=True, slots=True)
class _Session:
    reader: ChainReader
    at: BlockRef
    from_block: int
    profiles: Profiles
    key_book: KeyBook
    told: dict[tuple[bytes, bytes], list[Logged]] = field(default_factory=dict)

    def batches(self, leaves: Sequence[Wanted]) -> Batches:
        pairs = list(dict.fromkeys((leaf.issuer, leaf.root) for leaf in leaves))
        return dict(zip(pairs, self.reader.batches(pairs, self.at), strict=True))

    def bits(self, leaves: Sequence[Wanted]) -> Bits:
        """The status words of all leaves; many leaves share one."""
        queries = list(
            dict.fromkeys(
                (leaf.issuer, leaf.root, leaf.index // WORD_BITS, int(plane)) for leaf in leaves for plane in Plane
            )
        )
        return dict(zip(queries, self.reader.status_words(queries, self.at), strict=True)) if queries else {}

    def signing_keys(self, leaves: Sequence[Wanted], batches: Batches) -> Keys:
        """Present records of the keys that attested. Their addresses are in the issuers' events."""
        indices = dict.fromkeys(
            (leaf.issuer, batch.key_index) for leaf in leaves if (batch := batches[leaf.issuer, leaf.root])
        )
        addresses = {issuer: self._addresses(issuer, [i for n, i in indices if n == issuer]) for issuer, _ in indices}
        places = {(n, i): (n, addresses[n][i]) for n, i in indices if i in addresses[n]}
        if not places:
            return {}
        records = self.reader.keys(list(places.values()), self.at)
        return {place: record for place, record in zip(places, records, strict=True) if record is not None}

    def _addresses(self, issuer: bytes, indices: Sequence[int]) -> dict[int, bytes]:
        known = self.key_book(issuer)
        if all(index in known for index in indices):
            return known
        added = (
            each
            for each in self.reader.logs(self.from_block, self.at.number, node=issuer, registry="issuer")
            if each.event.op is Op.KEY_ADDED
        )
        found = ((KeyRecord.decode(int.from_bytes(each.event.d, "big")), address_of(each.event.x)) for each in added)
        return {record.index: address for record, address in found if record is not None}

    def issuers(self, leaves: Sequence[Wanted]) -> Issuers:
        """Each issuer as it presents itself, and how its accreditation stands at the pinned block."""
        if not leaves:
            return {}
        wanted = list(dict.fromkeys((leaf.issuer, leaf.kind) for leaf in leaves))
        grants = self._grants(wanted)
        profiles = {issuer: self.reader.profile(issuer, self.at) for issuer in dict.fromkeys(i for i, _ in wanted)}
        return {
            (issuer, kind): _issuer(
                issuer, self.profiles, profiles[issuer], walk(issuer, _of_kind(grants, kind), self.at.time)
            )
            for issuer, kind in wanted
        }

    def _grants(self, wanted: Sequence[tuple[bytes, str]]) -> Mapping[tuple[bytes, str], GrantRecord | None]:
        """The accreditations of these, of those who accredited them, and so on up: one request a level.

        Raises ``Unreachable`` if there are more levels than the contract allows: a node that makes them up never ends.
        """
        found: dict[tuple[bytes, str], GrantRecord | None] = {}
        level = list(wanted)
        for _ in range(MAX_DEPTH):
            found.update(zip(level, self.reader.grants(level, self.at), strict=True))
            above = (
                (issuer_id(node[:PREFIX_LENGTH], grant.parent), kind)
                for node, kind in level
                if (grant := found[node, kind]) is not None and grant.parent
            )
            level = [place for place in dict.fromkeys(above) if place not in found]
            if not level:
                return found
        raise Unreachable(url="", why=_TOO_DEEP.filled(limit=MAX_DEPTH))

    def status(self, leaf: Wanted) -> LeafStatus:
        """Why and when a leaf's status changed, and in whose favour: told by events, not by bits."""
        batch = leaf.issuer, leaf.root
        if batch not in self.told:
            self.told[batch] = self.reader.logs(self.from_block, self.at.number, node=leaf.issuer, root=leaf.root)
        return leaf_status(life_of_leaf(self.told[batch], LeafRef(leaf.issuer, leaf.root, leaf.index)))


def _of_kind(
    grants: Mapping[tuple[bytes, str], GrantRecord | None], kind: str
) -> Callable[[bytes], GrantRecord | None]:
    return lambda node: grants.get((node, kind))


def _issuer(
    issuer: bytes, profiles: Profiles, published: tuple[bytes, str], accreditation: Accreditation
) -> IssuerFacts:
    digest, site = published
    profile = profiles(digest)
    return IssuerFacts(
        serial=serial(issuer),
        name_zh=profile.name_zh if profile else "",
        name_en=profile.name_en if profile else "",
        uscc=profile.uscc if profile else "",
        site=site,
        standing=accreditation.standing,
        since=accreditation.since,
    )


_TOO_DEEP: Final = Wording(
    "回答不合规范：授权超过{limit}级", "it answered nonsense: accreditations on more than {limit} levels"
)
