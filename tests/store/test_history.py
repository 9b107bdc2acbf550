"""The copy of the chain's events."""

from __future__ import annotations

import os

import pytest

from chopmark.core.history import Event, RegistryName
from chopmark.core.transaction import BlockRef, Logged
from chopmark.core.words import Op
from chopmark.errors import StoreError
from chopmark.store import Store
from chopmark.store.history import KEPT_BLOCKS

NODE, OTHER = b"\x01" * 32, b"\x02" * 32


def _block(number: int) -> BlockRef:
    return BlockRef(number, number.to_bytes(32, "big"), 1_790_000_000 + number)


def _logged(block: int, index: int, seq: int, **other: object) -> Logged:
    registry: RegistryName = "attestation"
    values: dict[str, object] = {
        "registry": registry,
        "node": NODE,
        "op": Op.ATTESTED,
        "reason": 0,
        "key": 3,
        "party": 2**64 - 1,
        "seq": seq,
        "block": block,
        "time": _block(block).time,
        "x": os.urandom(32),
        "d": os.urandom(32),
    }
    event = Event(**(values | other))  # type: ignore[arg-type]
    detail: dict[str, int | str | list[tuple[int, int]]] = {
        "size": 2**255,
        "kind": "degree",
        "changes": [(0, 2**256 - 1), (7, 1)],
    }
    return Logged(event, bytes([block]) * 32, index, _block(block).hash, detail)


def test_events_come_back_whole_and_in_order(store: Store) -> None:
    logs = [_logged(3, 0, 1), _logged(3, 2, 2), _logged(5, 1, 3)]
    with store.begin() as tx:
        assert tx.history.cursor() is None
        assert tx.history.append(logs, [11, 12, 2**256 - 1], _block(9), None)
    with store.read() as tx:
        assert tx.history.cursor() == _block(9)
        assert tx.history.events() == logs
        assert tx.history.heads() == {("attestation", NODE): 2**256 - 1}
        assert tx.history.heads("issuer") == {}
        assert tx.history.of_transaction(b"\x03" * 32) == logs[:2]
        assert tx.history.attested(NODE, logs[2].event.x) == logs[2]
        assert tx.history.attested(OTHER, logs[2].event.x) is None


def test_events_are_chosen(store: Store) -> None:
    logs = [
        _logged(3, 0, 1),
        _logged(4, 0, 2, op=Op.REVOKED),
        _logged(5, 0, 1, node=OTHER),
        _logged(6, 0, 1, registry="issuer", op=Op.NODE_REGISTERED, node=OTHER),
    ]
    with store.begin() as tx:
        tx.history.append(logs, [1, 2, 3, 4], _block(9), None)
    with store.read() as tx:
        history = tx.history
        assert history.events(registry="issuer") == logs[3:]
        assert history.events(node=NODE) == logs[:2]
        assert history.events(root=logs[1].event.x) == logs[1:2]
        assert history.events(ops=[Op.REVOKED, Op.NODE_REGISTERED]) == [logs[1], logs[3]]
        assert history.events(from_block=4, upto_block=5) == logs[1:3]
        assert history.events(upto_time=_block(4).time) == logs[:2]
        assert history.nodes() == [OTHER]


def test_of_two_followers_one_writes(store: Store) -> None:
    with store.begin() as tx:
        assert tx.history.append([_logged(3, 0, 1)], [1], _block(4), None)
        assert not tx.history.append([_logged(3, 0, 1)], [1], _block(5), None)
        assert tx.history.append([], [], _block(6), _block(4))
        assert not tx.history.append([], [], _block(7), _block(4))
        assert tx.history.cursor() == _block(6)


def test_an_event_is_kept_once(store: Store) -> None:
    with store.begin() as tx:
        tx.history.append([_logged(3, 0, 1)], [1], _block(4), None)
    with pytest.raises(StoreError, match="conflicts"), store.begin() as tx:
        tx.history.append([_logged(5, 0, 1)], [1], _block(6), _block(4))


def test_rolling_back_restores_heads_and_cursor(store: Store) -> None:
    with store.begin() as tx:
        tx.history.append([_logged(3, 0, 1), _logged(5, 0, 2)], [1, 2], _block(6), None)
        tx.history.append([_logged(8, 0, 3)], [3], _block(9), _block(6))
        assert [block.number for block in tx.history.blocks(9, 10)] == [8, 6, 5, 3]
        assert tx.history.roll_back(5) == 1
        assert tx.history.cursor() == _block(5)
        assert tx.history.heads() == {("attestation", NODE): 2}
        assert tx.history.roll_back(2) == 2
        assert tx.history.cursor() is None
        assert tx.history.heads() == {}


def test_empty_blocks_are_forgotten_after_a_while(store: Store) -> None:
    with store.begin() as tx:
        tx.history.append([_logged(3, 0, 1)], [1], _block(4), None)
        for number in range(5, KEPT_BLOCKS + 20):
            tx.history.append([], [], _block(number), _block(number - 1))
        kept = [block.number for block in tx.history.blocks(10**6, 10**6)]
        assert len(kept) == KEPT_BLOCKS + 1
        assert kept[-1] == 3
