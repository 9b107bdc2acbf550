"""Where the contracts keep what (FORMAT §8): storage keys, as the Solidity layout derives them.

State proofs prove these keys' values; a golden test compares them with the compiler's own ``storageLayout``.
"""

from __future__ import annotations

from enum import IntEnum

from chopmark.core.digest import keccak
from chopmark.core.leaf import kind_bytes
from chopmark.core.words import Plane


class AttestationSlot(IntEnum):
    """Slots of the AttestationRegistry's own state variables."""

    HEADS = 0
    BATCHES = 1
    STATUS = 2


class IssuerSlot(IntEnum):
    """Slots of the IssuerRegistry's own state variables."""

    AUTHORITY = 0
    KEYS = 1
    GRANTS = 2
    NODES = 3
    PENDING_AUTHORITY_AND_SERIAL = 4
    HEADS = 5
    PENDING_CONTROLLERS = 6
    PROFILES = 7
    SITES = 8


def attestation_head_key(issuer: bytes) -> bytes:
    """Of the head word of an issuer (32 bytes) in the attestation registry."""
    return _mapped(issuer, _slot(AttestationSlot.HEADS))


def batch_key(issuer: bytes, root: bytes) -> bytes:
    """Of the batch word of ``(issuer, root)``."""
    return _mapped(root, _mapped(issuer, _slot(AttestationSlot.BATCHES)))


def status_key(issuer: bytes, root: bytes, word: int, plane: Plane) -> bytes:
    """Of the 256 status bits that begin with leaf ``256 * word``, in one plane."""
    return _mapped(_slot(4 * word + plane), _mapped(keccak(issuer + root), _slot(AttestationSlot.STATUS)))


def issuer_head_key(node: bytes) -> bytes:
    """Of the head word of a node in the issuer registry."""
    return _mapped(node, _slot(IssuerSlot.HEADS))


def node_key(node: bytes) -> bytes:
    """Of the node word."""
    return _mapped(node, _slot(IssuerSlot.NODES))


def key_key(node: bytes, address: bytes) -> bytes:
    """Of the key word of an address (20 bytes) of a node."""
    return _mapped(address.rjust(32, b"\0"), _mapped(node, _slot(IssuerSlot.KEYS)))


def grant_key(node: bytes, kind: str) -> bytes:
    """Of the grant word of a node for a kind. Raises ``FormatError`` for a code that is none."""
    return _mapped(kind_bytes(kind).ljust(32, b"\0"), _mapped(node, _slot(IssuerSlot.GRANTS)))


def profile_key(node: bytes) -> bytes:
    """Of the digest of a node's profile."""
    return _mapped(node, _slot(IssuerSlot.PROFILES))


def _slot(number: int) -> bytes:
    return int(number).to_bytes(32, "big")


def _mapped(key: bytes, slot: bytes) -> bytes:
    """A mapping's value at ``key`` (32 bytes) stands at ``keccak256(key || slot)``."""
    return keccak(key + slot)
