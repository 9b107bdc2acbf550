"""The tree over a batch, and proofs that a leaf is in it (FORMAT §6; RFC 9162 §2.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256 as _sha256
from typing import Final

from chopmark.errors import ProofError
from chopmark.wording import Wording

#: A batch's size has 40 bits in its record.
MAX_SIZE: Final = 2**40 - 1
_NODE: Final = b"\x01"


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Position of a leaf, size of its tree, and the nodes beside its path from the leaf upwards (32 bytes each)."""

    index: int
    size: int
    nodes: tuple[bytes, ...]


class Tree:
    """A Merkle tree over given leaf hashes (32 bytes each, at least one), about two hashes of memory a leaf.

    A lone last node of a level moves up unchanged. That gives the recursive tree of RFC 9162 §2.1.1 level by level.
    """

    __slots__ = ("_levels",)

    def __init__(self, leaf_hashes: Sequence[bytes]) -> None:
        if not 1 <= len(leaf_hashes) <= MAX_SIZE:
            raise ValueError(f"a tree has 1 to {MAX_SIZE} leaves, not {len(leaf_hashes)}")
        level = list(leaf_hashes)
        self._levels = [level]
        while len(level) > 1:
            above = [_sha256(_NODE + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
            if len(level) % 2:
                above.append(level[-1])
            self._levels.append(above)
            level = above

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0])

    @property
    def root(self) -> bytes:
        """The root; of one leaf, that leaf's hash."""
        return self._levels[-1][0]

    def proof(self, index: int) -> tuple[bytes, ...]:
        """The nodes that prove the leaf at ``index``, from the leaf upwards. Raises ``IndexError``."""
        if not 0 <= index < self.size:
            raise IndexError(f"no leaf {index} in a tree of {self.size}")
        nodes = []
        for level in self._levels[:-1]:
            beside = index ^ 1
            if beside < len(level):
                nodes.append(level[beside])
            index >>= 1
        return tuple(nodes)

    def proofs(self) -> Iterator[InclusionProof]:
        """Every leaf's proof in order; each costs the height of the tree and no hashing."""
        return (InclusionProof(index, self.size, self.proof(index)) for index in range(self.size))


def proof_length(index: int, size: int) -> int:
    """How many nodes prove leaf ``index`` of ``size``: one for each level at which its path has a neighbour."""
    inner = (index ^ (size - 1)).bit_length()
    return inner + (index >> inner).bit_count()


def root_from_proof(leaf_hash: bytes, index: int, size: int, nodes: Sequence[bytes]) -> bytes:
    """The root that a leaf's hash and a proof lead to (RFC 9162 §2.1.3.2), 32 bytes.

    Raises ``ProofError`` if there is no such leaf in a tree of that size, or a node is missing, surplus or not of 32
    bytes: a proof has exactly one form.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofError(why=_NO_SUCH_LEAF.filled(index=index, size=size))
    # Below the level where the paths of this leaf and of the last leaf meet, every node has a neighbour and the bits of
    # the index say on which side. Above it this path is the tree's right edge: only neighbours on the left are left.
    inner = (index ^ (size - 1)).bit_length()
    needed = inner + (index >> inner).bit_count()
    if len(nodes) != needed:
        raise ProofError(why=_WRONG_COUNT.filled(needed=needed, given=len(nodes)))
    if set(map(len, nodes)) - {32}:
        raise ProofError(why=_WRONG_LENGTH)
    digest = leaf_hash
    for node in nodes[:inner]:
        digest = _sha256(_NODE + node + digest if index & 1 else _NODE + digest + node).digest()
        index >>= 1
    for node in nodes[inner:]:
        digest = _sha256(_NODE + node + digest).digest()
    return digest


_NO_SUCH_LEAF: Final = Wording("{size}个叶中没有序号{index}", "a tree of {size} leaves has no leaf {index}")
_WRONG_COUNT: Final = Wording("证明应有{needed}个节点，实有{given}个", "it needs {needed} nodes and has {given}")
_WRONG_LENGTH: Final = Wording("证明节点不是32字节", "a node has not 32 bytes")
