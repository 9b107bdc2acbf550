"""From pending leaves to batches: one for each issuer and kind, everything that waits at this moment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from chopmark.core.batch import arrange
from chopmark.core.digest import Algorithm
from chopmark.core.ledger import PendingGroup
from chopmark.core.transaction import Call
from chopmark.services.ports import Contracts

BATCH_LIMIT: Final = 100_000
"""Leaves in one batch: a tree of this size takes a second and 20 MB. The contract allows 2^40 − 1."""


@dataclass(frozen=True, slots=True)
class ToSeal:
    """A batch that is about to be sealed: row numbers of its credentials in the order of the leaves."""

    issuer: bytes
    kind: str
    root: bytes
    leaves: tuple[int, ...]
    algorithm: Algorithm = Algorithm.SHA256

    def call(self, contracts: Contracts) -> Call:
        """What attests it."""
        return contracts.attest(self.issuer, self.kind, self.root, len(self.leaves), int(self.algorithm))

    def places(self) -> dict[int, tuple[bytes, int]]:
        """Root and index of each credential, by row number."""
        return {leaf: (self.root, index) for index, leaf in enumerate(self.leaves)}


def to_seal(groups: Sequence[PendingGroup]) -> list[ToSeal]:
    """Arrange what waits. Nothing is written."""
    return [_arranged(group) for group in groups if group.leaves]


def free_groups(groups: Sequence[PendingGroup], held: Collection[int]) -> list[PendingGroup]:
    """Of what waits the leaves that no wish holds (``held``: those that supersede another one)."""
    return [replace(one, leaves=tuple(leaf for leaf in one.leaves if leaf[0] not in held)) for one in groups]


def held_groups(groups: Sequence[PendingGroup], held: Collection[int]) -> list[PendingGroup]:
    """Of what waits the leaves that wishes hold, each a group of its own."""
    return [replace(one, leaves=(leaf,)) for one in groups for leaf in one.leaves if leaf[0] in held]


def _arranged(group: PendingGroup) -> ToSeal:
    batch = arrange(group.kind, group.issuer, [commitment for _, commitment in group.leaves])
    number_of = {commitment: number for number, commitment in group.leaves}
    return ToSeal(group.issuer, group.kind, batch.root, tuple(number_of[c] for c in batch.commitments))
