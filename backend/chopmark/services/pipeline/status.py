"""Changes of status: from wishes to the fewest calls, by what the chain says now.

The contract takes only real transitions (a revoked leaf is not revoked again), and one refused leaf would refuse all.
So each wish is held against the chain first: what holds already is done, what can never be is said, what has to wait
waits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from chopmark.core.ledger import DueChange, LeafPlace
from chopmark.core.transaction import BlockRef, Call
from chopmark.core.typed_data import indices_of, masks_of
from chopmark.core.words import Op, Plane
from chopmark.services.ports import Contracts, Registries

WORD_BITS: Final = 256
WORDS_LIMIT: Final = 300
"""Status words that one transaction writes: about 8 million gas when all are fresh."""

ALREADY: Final = "already"
REVOKED: Final = "refused: revoked"
WITHDRAWN: Final = "refused: revoked; successor withdrawn"

Leaf: TypeAlias = tuple[bytes, bytes, int]
"""Issuer, root, index."""
Root: TypeAlias = tuple[bytes, bytes]
"""Issuer, root."""


@dataclass(frozen=True, slots=True)
class StatusCall:
    """One call and the wishes that it fulfils (row numbers). ``words``: status words that it writes."""

    issuer: bytes
    changes: tuple[int, ...]
    call: Call
    words: int


@dataclass(frozen=True, slots=True)
class StatusOrder:
    """One thing to be said of leaves of one batch, and the wishes that it fulfils (row numbers).

    ``masks``: the leaves as (word index, mask) pairs, words ascending. ``successor``: of the one leaf that is
    superseded.
    """

    issuer: bytes
    changes: tuple[int, ...]
    root: bytes
    op: Op
    reason: int
    masks: tuple[tuple[int, int], ...]
    successor: Leaf | None = None

    def call(self, contracts: Contracts) -> StatusCall:
        """What an account of the issuer's own sends."""
        if self.successor is None:
            call = contracts.set_status(self.issuer, self.root, self.op, self.reason, self.masks)
        else:
            (index,) = indices_of(self.masks)
            _, new_root, new_index = self.successor
            call = contracts.supersede(self.issuer, self.root, index, new_root, new_index, self.reason)
        return StatusCall(self.issuer, self.changes, call, len(self.masks))


@dataclass(slots=True)
class Feasible:
    """Wishes by what can be done about them now. ``settled``: row numbers by the note why nothing is sent."""

    ready: list[tuple[DueChange, Leaf, Leaf | None]] = field(default_factory=list)
    settled: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    waiting: int = 0


def feasible(
    chain: Registries, at: BlockRef, due: Sequence[DueChange], fresh: Mapping[int, tuple[bytes, int]]
) -> Feasible:
    """What can be done about wishes, by the state at a block.

    ``fresh``: places of leaves that the same transaction attests.
    At most one wish for each credential is ready: the next one must see what became of it.
    """
    roots = sorted(
        {leaf[:2] for one in due for leaf in (_leaf(one.leaf), one.successor and _leaf(one.successor)) if leaf}
    )
    known = {root for root, record in zip(roots, chain.batches(roots, at), strict=True) if record is not None}
    words = sorted({(i, r, n // WORD_BITS, plane) for i, r, n in _leaves(due) if (i, r) in known for plane in _PLANES})
    bits = dict(zip(words, chain.status_words(words, at), strict=True))

    def is_set(leaf: Leaf, plane: Plane) -> bool:
        issuer, root, index = leaf
        return bool(bits.get((issuer, root, index // WORD_BITS, plane), 0) >> index % WORD_BITS & 1)

    found, touched = Feasible(), set[int]()
    for one in due:
        change = one.change
        leaf = _leaf(one.leaf)
        if leaf is None or leaf[:2] not in known or change.credential_id in touched:
            found.waiting += 1
            continue
        successor = _successor(one, fresh, known)
        note = _note(Op(change.op), is_set(leaf, Plane.REVOKED), is_set(leaf, Plane.SUSPENDED))
        if note:
            found.settled[note].append(change.id)
        elif change.successor_id is not None and successor is None:
            found.waiting += 1
        else:
            touched.add(change.credential_id)
            found.ready.append((one, leaf, successor))
    return found


def status_orders(feasible: Feasible, without: Collection[int] = ()) -> list[StatusOrder]:
    """The fewest orders for what is ready: one for each batch, op and reason, in the order of the oldest wish.

    ``without``: wishes (row numbers) that are left out.
    """
    groups: defaultdict[tuple[bytes, bytes, int, int], list[tuple[int, int]]] = defaultdict(list)
    orders: list[StatusOrder] = []
    for one, (issuer, root, index), successor in feasible.ready:
        change = one.change
        if change.id in without:
            continue
        if successor is None:
            groups[issuer, root, change.op, change.reason].append((change.id, index))
        else:
            op = Op(change.op)
            orders.append(StatusOrder(issuer, (change.id,), root, op, change.reason, masks_of([index]), successor))
    for (issuer, root, op_code, reason), marked in groups.items():
        for part in _within_limit(marked):
            ids, pairs = tuple(number for number, _ in part), masks_of(index for _, index in part)
            orders.append(StatusOrder(issuer, ids, root, Op(op_code), reason, pairs))
    return sorted(orders, key=lambda one: one.changes[0])


def masks(indices: Iterable[int]) -> list[tuple[int, int]]:
    """Leaf indices as (word index, mask) pairs, words ascending."""
    return [*masks_of(indices)]


_PLANES: Final = (Plane.REVOKED, Plane.SUSPENDED)


def _note(op: Op, revoked: bool, suspended: bool) -> str:
    """Why nothing is to be sent; empty if the transition is a real one."""
    if op is Op.REVOKED:
        return ALREADY if revoked else ""
    if revoked:
        return REVOKED
    if op is Op.SUPERSEDED:
        return ""
    return ALREADY if suspended is (op is Op.SUSPENDED) else ""


def _successor(one: DueChange, fresh: Mapping[int, tuple[bytes, int]], known: set[Root]) -> Leaf | None:
    """Where the successor's leaf is or will be when this is carried out; None if it is not attested yet."""
    number = one.change.successor_id
    if number is None or one.successor is None:
        return None
    if number in fresh:
        return one.leaf.issuer, *fresh[number]
    leaf = _leaf(one.successor)
    return leaf if leaf is not None and leaf[:2] in known else None


def _leaf(place: LeafPlace) -> Leaf | None:
    if place.root is None or place.index is None:
        return None
    return place.issuer, place.root, place.index


def _leaves(due: Sequence[DueChange]) -> list[Leaf]:
    return [leaf for one in due if (leaf := _leaf(one.leaf)) is not None]


def _within_limit(marked: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Split so that no part writes more than ``WORDS_LIMIT`` words."""
    parts: list[list[tuple[int, int]]] = []
    words: set[int] = set()
    for number, index in sorted(marked, key=lambda one: one[1]):
        word = index // WORD_BITS
        if not parts or (word not in words and len(words) == WORDS_LIMIT):
            parts.append([])
            words = set()
        words.add(word)
        parts[-1].append((number, index))
    return parts
