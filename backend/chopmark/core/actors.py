"""Who did it: the addresses behind the key indices that events carry, as of the time of each event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chopmark.core.directory import NEW_CONTROLLER, Directory, address_of
from chopmark.core.reference import PREFIX_LENGTH, issuer_id, serial
from chopmark.core.transaction import Logged
from chopmark.core.words import KeyRecord, Op


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: a node, the index of the key used (0 = its controller, or the root authority), the address if known.

    ``via``: index of the DELEGATE key through which the signer acted; 0 = directly.
    """

    node: bytes
    key: int
    address: bytes = b""
    via: int = 0


def with_actors(logged: Iterable[Logged]) -> Iterable[tuple[Logged, Actor]]:
    """Each event with who did it. Addresses come from the events before it, so they are those of that time."""
    controllers: dict[bytes, bytes] = {}
    keys: dict[tuple[bytes, int], bytes] = {}
    for each in logged:
        event = each.event
        if event.registry == "issuer":
            node = issuer_id(event.node[:PREFIX_LENGTH], event.party)
            yield each, Actor(node, event.key, _address(each, node, controllers, keys))
            _learn(each, controllers, keys)
        else:
            yield each, Actor(event.node, event.key, keys.get((event.node, event.key), b""), event.party)


def _address(
    each: Logged, node: bytes, controllers: Mapping[bytes, bytes], keys: Mapping[tuple[bytes, int], bytes]
) -> bytes:
    event = each.event
    if event.op in (Op.CONTROLLER_ACCEPTED, Op.AUTHORITY_ACCEPTED):
        return address_of(event.x)  # who accepts is the one to whom it was offered
    return keys.get((node, event.key), b"") if event.key else controllers.get(node, b"")


def _learn(each: Logged, controllers: dict[bytes, bytes], keys: dict[tuple[bytes, int], bytes]) -> None:
    event = each.event
    if event.op in NEW_CONTROLLER:
        controllers[event.node] = address_of(event.x)
    elif event.op is Op.KEY_ADDED and (key := KeyRecord.decode(int.from_bytes(event.d, "big"))):
        keys[event.node, key.index] = address_of(event.x)


def parties(logged: Iterable[Logged]) -> frozenset[int]:
    """Serials of the nodes that the issuer registry's events name as actors, parents and subjects."""
    found: set[int] = set()
    for each in logged:
        found.add(serial(each.event.node))
        if each.event.registry == "issuer":
            found.add(each.event.party)
    for state in Directory.replay(logged).nodes.values():
        found.update(grant.parent for grant in state.grants.values())
    return frozenset(found)
