"""Who may attest what, replayed from the issuer registry's events: nodes, keys, accreditations, at any block or time.

The contract answers the same questions for now; the replay answers them for then, and without a node to ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self

from chopmark.core.reference import MAX_SERIAL, PREFIX_LENGTH, issuer_id, serial
from chopmark.core.transaction import Logged
from chopmark.core.words import GrantFlag, GrantRecord, KeyRecord, Op, Role, Standing

ACCREDITATIONS: Final = frozenset(
    {
        Op.ACCREDITATION_GRANTED,
        Op.ACCREDITATION_SUSPENDED,
        Op.ACCREDITATION_LIFTED,
        Op.ACCREDITATION_REVOKED,
    }
)
KEY_CHANGES: Final = frozenset({Op.KEY_ADDED, Op.KEY_RETIRED, Op.KEY_REPORTED_COMPROMISED})
NEW_CONTROLLER: Final = frozenset(
    {Op.NODE_REGISTERED, Op.CONTROLLER_ACCEPTED, Op.CONTROLLER_RECOVERED, Op.AUTHORITY_ACCEPTED}
)
_DEEPEST: Final = 16
"""Twice what the contract allows: a replay of broken events ends all the same."""


@dataclass(frozen=True, slots=True)
class NodeState:
    """One node of the registry at one time.

    ``controller``: address of its cold key, of the root authority for serial 0. ``registrar``: serial of the node that
    registered it. ``profile``: digest of its profile document. ``registered_at``: block and block time.
    """

    id: bytes
    controller: bytes
    registrar: int = 0
    profile: bytes = b""
    site: str = ""
    registered_at: tuple[int, int] = (0, 0)
    keys: Mapping[bytes, KeyRecord] = field(default_factory=dict)
    grants: Mapping[str, GrantRecord] = field(default_factory=dict)

    @property
    def serial(self) -> int:
        """Its number in the registry; 0 is the root authority."""
        return serial(self.id)


@dataclass(frozen=True, slots=True)
class Accreditation:
    """Whether a node's accreditation for a kind counts, with all that it depends on.

    ``since``: from when on it does not, in unix seconds (0: live, or unknown). ``at``: the node whose own accreditation
    fails; ``b""`` when live.
    """

    standing: Standing
    since: int = 0
    at: bytes = b""

    @property
    def is_live(self) -> bool:
        """Whether it counts."""
        return self.standing is Standing.LIVE


def walk(
    node: bytes,
    grant_of: Callable[[bytes], GrantRecord | None],
    time: int,
    needed: GrantFlag = GrantFlag.ATTEST,
) -> Accreditation:
    """How a node's accreditation stands at ``time``, up to the root authority, as the contract judges.

    Of several failures the nearest counts, but a suspension only if nothing harder stands above it.
    """
    suspended = Accreditation(Standing.LIVE)
    for _ in range(_DEEPEST):
        grant = grant_of(node)
        standing = grant.standing(needed, time) if grant else Standing.NOT_GRANTED
        if grant is None or standing not in (Standing.LIVE, Standing.SUSPENDED):
            return Accreditation(standing, _since(grant, standing), node)
        if standing is Standing.SUSPENDED and suspended.is_live:
            suspended = Accreditation(standing, grant.suspended, node)
        if not grant.parent:
            return suspended
        node, needed = issuer_id(node[:PREFIX_LENGTH], grant.parent), GrantFlag.ACCREDIT
    return Accreditation(Standing.NOT_GRANTED, 0, node)


def _since(grant: GrantRecord | None, standing: Standing) -> int:
    if grant is None:
        return 0
    return {Standing.REVOKED: grant.revoked, Standing.EXPIRED: grant.until, Standing.NOT_STARTED: grant.start}.get(
        standing, 0
    )


@dataclass(frozen=True, slots=True)
class Directory:
    """The registry at one time. ``nodes``: by id, in the order of their registration."""

    nodes: Mapping[bytes, NodeState]

    @classmethod
    def replay(cls, logged: Iterable[Logged], upto_block: int | None = None, upto_time: int | None = None) -> Self:
        """The registry after the events up to and including a block, and a time in unix seconds; events in chain order.

        Events of the attestation registry are passed over. A part of all events gives a part of the registry.
        """
        nodes: dict[bytes, NodeState] = {}
        for each in logged:
            event = each.event
            if upto_block is not None and event.block > upto_block:
                break
            if upto_time is not None and event.time > upto_time:
                break
            if event.registry == "issuer":
                nodes[event.node] = _after(nodes.get(event.node), each)
        return cls(nodes)

    def node(self, node: bytes) -> NodeState | None:
        """The node of this id."""
        return self.nodes.get(node)

    def by_serial(self, number: int) -> NodeState | None:
        """The node of this serial."""
        if not 0 <= number <= MAX_SERIAL:
            return None
        return next((node for node in self.nodes.values() if node.serial == number), None)

    @property
    def authority(self) -> bytes:
        """Address of the root authority; empty if its events are not among those replayed."""
        root = self.by_serial(0)
        return root.controller if root else b""

    def acting(self, address: bytes) -> tuple[bytes, ...]:
        """The nodes as which an address can accredit: whose controller it is, or whose live ACCREDIT key."""
        return tuple(node.id for node in self.nodes.values() if _acts(node, address))

    def key_by_index(self, node: bytes, index: int) -> tuple[bytes, KeyRecord] | None:
        """Address and record of a node's key by its index (from 1)."""
        found = self.nodes.get(node)
        keys = found.keys.items() if found else ()
        return next(((address, key) for address, key in keys if key.index == index), None)

    def standing(self, node: bytes, kind: str, time: int, needed: GrantFlag = GrantFlag.ATTEST) -> Accreditation:
        """Whether a node's accreditation for a kind counts at ``time``, given what is known here."""
        return walk(node, lambda at: self._grant(at, kind), time, needed)

    def above(self, node: bytes, kind: str) -> tuple[bytes, ...]:
        """The nodes on which a node's accreditation for a kind depends, nearest first, the root authority last."""
        found: list[bytes] = []
        while (grant := self._grant(node, kind)) and len(found) < _DEEPEST:
            node = issuer_id(node[:PREFIX_LENGTH], grant.parent)
            found.append(node)
        return tuple(found)

    def _grant(self, node: bytes, kind: str) -> GrantRecord | None:
        found = self.nodes.get(node)
        return found.grants.get(kind) if found else None


def kind_of(x: bytes) -> str:
    """The kind's code in the X of an accreditation's event."""
    return x[:8].rstrip(b"\0").decode("latin-1")


def address_of(x: bytes) -> bytes:
    """The address in the X of a key's or controller's event."""
    return x[-20:]


def _acts(node: NodeState, address: bytes) -> bool:
    key = node.keys.get(address)
    return node.controller == address or (key is not None and key.is_live and Role.ACCREDIT in key.roles)


def _after(node: NodeState | None, logged: Logged) -> NodeState:
    """A node after one more event. A first event that is no registration makes a node of which little is known."""
    event = logged.event
    node = node or NodeState(event.node, b"", event.party, registered_at=(event.block, event.time))
    if event.op in ACCREDITATIONS:
        grant = GrantRecord.decode(int.from_bytes(event.d, "big"))
        return replace(node, grants={**node.grants, kind_of(event.x): grant}) if grant else node
    if event.op in KEY_CHANGES:
        key = KeyRecord.decode(int.from_bytes(event.d, "big"))
        return replace(node, keys={**node.keys, address_of(event.x): key}) if key else node
    if event.op in NEW_CONTROLLER:
        node = replace(node, controller=address_of(event.x))
    if event.op is Op.NODE_REGISTERED:
        digest = bytes.fromhex(str(logged.detail["profileDigest"]).removeprefix("0x"))
        return replace(node, profile=digest, site=str(logged.detail["site"]))
    if event.op is Op.PROFILE_SET:
        return replace(node, profile=event.x, site=str(logged.detail["site"]))
    return node
