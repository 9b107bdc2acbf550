"""A batch: the leaves that one attestation commits to, in the one order that tells nothing (FORMAT §6)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from chopmark.core.leaf import LENGTH, LeafEntry, leaf_hash
from chopmark.core.merkle import InclusionProof, Tree
from chopmark.errors import FormatError
from chopmark.wording import Wording


@dataclass(frozen=True, slots=True)
class Batch:
    """Leaves of one issuer and one kind, sorted by commitment, and their tree.

    A position in ``commitments`` is a leaf's index, which is also the index of its status bits.
    """

    kind: str
    issuer: bytes
    commitments: tuple[bytes, ...]
    tree: Tree

    @property
    def root(self) -> bytes:
        """What is attested, 32 bytes."""
        return self.tree.root

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self.commitments)

    def index_of(self, commitment: bytes) -> int:
        """The leaf's index. Raises ``KeyError`` if the commitment is not in this batch."""
        index = bisect_left(self.commitments, commitment)
        if index == len(self.commitments) or self.commitments[index] != commitment:
            raise KeyError(commitment.hex())
        return index

    def proof(self, index: int) -> InclusionProof:
        """The proof of the leaf at ``index``. Raises ``IndexError``."""
        return InclusionProof(index, self.size, self.tree.proof(index))


def arrange(kind: str, issuer: bytes, commitments: Iterable[bytes]) -> Batch:
    """Sort commitments (32 bytes each, at least one) into a batch.

    Sorted, because the order of a spreadsheet would tell classmates who was revoked. Raises ``FormatError`` for none,
    and for two that are equal: one of them could be revoked and the other one shown.
    """
    ordered = tuple(sorted(commitments))
    if not ordered:
        raise FormatError(where=_WHERE, why=_EMPTY)
    if any(a == b for a, b in pairwise(ordered)):
        raise FormatError(where=_WHERE, why=_TWICE)
    # All entries begin alike; packing one checks kind, issuer and a commitment's length for all of them.
    head = LeafEntry(kind, issuer, ordered[0]).pack()[: LENGTH - 32]
    return Batch(kind, issuer, ordered, Tree([leaf_hash(head + commitment) for commitment in ordered]))


_WHERE: Final = Wording("批次", "The batch")
_EMPTY: Final = Wording("没有叶", "it has no leaves")
_TWICE: Final = Wording("有两个相同的承诺", "two of its commitments are equal")
