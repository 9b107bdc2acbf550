"""Histories folded from logs alone, in Python, from the description of the format and not from the contracts' code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak

Entry = tuple[int, int, int, int, int, bytes, bytes]
"""op, reason, key index, party, sequence number, X, D."""


def _topic(signature: str) -> bytes:
    return keccak(text=signature)


def _attested(topics: list[bytes], data: bytes) -> Entry:
    word, via = decode(["uint256", "uint16"], data)
    return 1, 0, word >> 128 & 0xFFFF, via, word >> 96 & 0xFFFFFFFF, topics[2], word.to_bytes(32, "big")


def _status_changed(topics: list[bytes], data: bytes) -> Entry:
    op, reason, key, via, seq, changes = decode(
        ["uint8", "uint8", "uint16", "uint16", "uint32", "(uint256,uint256)[]"], data
    )
    pairs = b"".join(number.to_bytes(32, "big") for change in changes for number in change)
    return op, reason, key, via, seq, topics[2], keccak(pairs)


def _superseded(topics: list[bytes], data: bytes) -> Entry:
    old, new, reason, key, via, seq = decode(["uint40", "uint40", "uint8", "uint16", "uint16", "uint32"], data)
    return 5, reason, key, via, seq, topics[2], keccak(encode(["uint40", "bytes32", "uint40"], [old, topics[3], new]))


def _node_registered(topics: list[bytes], data: bytes) -> Entry:
    party, key, seq, profile, site = decode(["uint64", "uint16", "uint32", "bytes32", "string"], data)
    return 16, 0, key, party, seq, topics[2], keccak(encode(["bytes32", "string"], [profile, site]))


def _profile_set(_topics: list[bytes], data: bytes) -> Entry:
    party, key, seq, profile, site = decode(["uint64", "uint16", "uint32", "bytes32", "string"], data)
    return 24, 0, key, party, seq, profile, keccak(text=site)


def _plain(op: int, *, reason: bool = False, word: bool = False) -> Callable[[list[bytes], bytes], Entry]:
    types = ["uint64", "uint16", "uint32", *(["uint8"] if reason else []), *(["bytes32"] if word else [])]

    def read(topics: list[bytes], data: bytes) -> Entry:
        fields = decode(types, data)
        party, key, seq = fields[:3]
        return op, fields[3] if reason else 0, key, party, seq, topics[2], fields[-1] if word else bytes(32)

    return read


_ACTED = "uint64,uint16,uint32"
READERS: dict[bytes, Callable[[list[bytes], bytes], Entry]] = {
    _topic("Attested(bytes32,bytes32,bytes8,uint256,uint16)"): _attested,
    _topic("StatusChanged(bytes32,bytes32,uint8,uint8,uint16,uint16,uint32,(uint256,uint256)[])"): _status_changed,
    _topic("Superseded(bytes32,bytes32,bytes32,uint40,uint40,uint8,uint16,uint16,uint32)"): _superseded,
    _topic(f"NodeRegistered(bytes32,address,{_ACTED},bytes32,string)"): _node_registered,
    _topic(f"AccreditationGranted(bytes32,bytes8,{_ACTED},uint256)"): _plain(17, word=True),
    _topic(f"AccreditationSuspended(bytes32,bytes8,{_ACTED},uint8,uint256)"): _plain(18, reason=True, word=True),
    _topic(f"AccreditationLifted(bytes32,bytes8,{_ACTED},uint8,uint256)"): _plain(19, reason=True, word=True),
    _topic(f"AccreditationRevoked(bytes32,bytes8,{_ACTED},uint8,uint256)"): _plain(20, reason=True, word=True),
    _topic(f"KeyAdded(bytes32,address,{_ACTED},uint256)"): _plain(21, word=True),
    _topic(f"KeyRetired(bytes32,address,{_ACTED},uint256)"): _plain(22, word=True),
    _topic(f"KeyReportedCompromised(bytes32,address,{_ACTED},uint8,uint256)"): _plain(23, reason=True, word=True),
    _topic(f"ProfileSet(bytes32,{_ACTED},bytes32,string)"): _profile_set,
    _topic(f"ControllerOffered(bytes32,address,{_ACTED})"): _plain(25),
    _topic(f"ControllerAccepted(bytes32,address,{_ACTED})"): _plain(26),
    _topic(f"ControllerRecovered(bytes32,address,{_ACTED})"): _plain(27),
    _topic(f"AuthorityOffered(bytes32,address,{_ACTED})"): _plain(28),
    _topic(f"AuthorityAccepted(bytes32,address,{_ACTED})"): _plain(29),
}


def start(chain_id: int, registry: str, node: bytes) -> bytes:
    """The head before anything happened."""
    return keccak(encode(["uint256", "address", "bytes32"], [chain_id, registry, node]))[:28] + bytes(4)


def fold(
    chain_id: int, registry: str, logs: Iterable[Any], times: dict[int, int]
) -> tuple[dict[bytes, bytes], set[int]]:
    """Every node's head after these logs of one registry, and which operations were among them."""
    heads: dict[bytes, bytes] = defaultdict(bytes)
    ops = set()
    for log in logs:
        topics = [bytes(topic) for topic in log["topics"]]
        op, reason, key, party, seq, x, d = READERS[topics[0]](topics, bytes(log["data"]))
        node, block = topics[1], log["blockNumber"]
        head = heads[node] or start(chain_id, registry, node)
        assert seq == int.from_bytes(head[28:], "big") + 1, "an entry is missing, doubled or out of order"
        w = op << 248 | reason << 240 | key << 224 | party << 160 | seq << 128 | block << 64 | times[block]
        heads[node] = keccak(head + w.to_bytes(32, "big") + x + d)[:28] + seq.to_bytes(4, "big")
        ops.add(op)
    return dict(heads), ops
