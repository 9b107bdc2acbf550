"""The 32-byte words that the contracts store, and the codes in them (FORMAT §8).

Every record is one word, fields packed from the highest bit down. ``decode`` turns the word of a storage slot or a view
into a record, None for an empty slot; ``encode`` is its inverse. Times are block times, unix seconds, 0 = not happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import ClassVar, Final, Self

from chopmark.errors import FormatError
from chopmark.wording import Wording


class Op(IntEnum):
    """What happened: the first byte of a history entry (FORMAT §10). Below 16: attestation registry."""

    ATTESTED = 1
    REVOKED = 2
    SUSPENDED = 3
    RESUMED = 4
    SUPERSEDED = 5
    NODE_REGISTERED = 16
    ACCREDITATION_GRANTED = 17
    ACCREDITATION_SUSPENDED = 18
    ACCREDITATION_LIFTED = 19
    ACCREDITATION_REVOKED = 20
    KEY_ADDED = 21
    KEY_RETIRED = 22
    KEY_REPORTED_COMPROMISED = 23
    PROFILE_SET = 24
    CONTROLLER_OFFERED = 25
    CONTROLLER_ACCEPTED = 26
    CONTROLLER_RECOVERED = 27
    AUTHORITY_OFFERED = 28
    AUTHORITY_ACCEPTED = 29

    @property
    def of_attestations(self) -> bool:
        """Whether the attestation registry says it; otherwise the issuer registry does."""
        return self < Op.NODE_REGISTERED


class Role(IntFlag):
    """What a key may do for its node."""

    ATTEST = 1
    STATUS = 2
    DELEGATE = 4
    ACCREDIT = 8


class GrantFlag(IntFlag):
    """What an accreditation allows. ``EVER_ACCREDITED`` is never cleared: the grant's depth stays fixed."""

    ATTEST = 1
    ACCREDIT = 2
    EVER_ACCREDITED = 4


class Plane(IntEnum):
    """The bit maps of a batch's leaves. Superseding sets ``SUPERSEDED`` and ``REVOKED``."""

    REVOKED = 0
    SUSPENDED = 1
    SUPERSEDED = 2


class Standing(IntEnum):
    """Whether an accreditation counts, and if not, why; numbered as the contract's enum."""

    LIVE = 0
    NOT_GRANTED = 1
    NOT_STARTED = 2
    EXPIRED = 3
    REVOKED = 4
    UNFLAGGED = 5
    SUSPENDED = 6


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """What an issuer attested under one root.

    Kind, hash algorithm, number of leaves, index of the key, position in the issuer's history (from 1), block and time.
    """

    kind: str
    algorithm: int
    size: int
    key_index: int
    seq: int
    block: int
    time: int

    WIDTHS: ClassVar = (64, 8, 40, 16, 32, 48, 48)

    @classmethod
    def decode(cls, word: int) -> Self | None:
        """From a word; None if there is no such batch."""
        if not word:
            return None
        kind, *rest = _split(word, cls.WIDTHS)
        # Latin-1 takes any byte: a kind outside the alphabet is a record all the same, and equals no bundle's kind.
        return cls(kind.to_bytes(8, "big").rstrip(b"\0").decode("latin-1"), *rest)

    def encode(self) -> int:
        """As a word."""
        kind = int.from_bytes(self.kind.encode("latin-1").ljust(8, b"\0"), "big")
        values = (kind, self.algorithm, self.size, self.key_index, self.seq, self.block, self.time)
        return _join(values, self.WIDTHS)


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """One address in the service of a node.

    Its index (from 1), its roles, when it was added and retired, since when nothing it did counts, when that was
    reported.
    """

    index: int
    roles: Role
    added: int
    retired: int = 0
    compromised_since: int = 0
    reported: int = 0

    WIDTHS: ClassVar = (16, 8, 40, 40, 40, 40, 72)

    @classmethod
    def decode(cls, word: int) -> Self | None:
        """From a word; None if the address is no key of the node."""
        if not word:
            return None
        index, roles, added, retired, since, reported, _ = _split(word, cls.WIDTHS)
        return cls(index, Role(roles), added, retired, since, reported)

    def encode(self) -> int:
        """As a word."""
        times = (self.added, self.retired, self.compromised_since, self.reported)
        return _join((self.index, int(self.roles), *times, 0), self.WIDTHS)

    @property
    def is_live(self) -> bool:
        """Neither retired nor reported compromised."""
        return not self.retired and not self.compromised_since


@dataclass(frozen=True, slots=True)
class GrantRecord:
    """One node's accreditation for one kind.

    ``parent``: serial of the node it depends on, 0 the root authority; ``start``, ``until``: first second at which
    it counts, and no longer counts (0 = open); ``granter_key``: index of the parent's key that granted it, 0 its
    controller; ``depth``: distance from the root authority; ``restraint``: while suspended or revoked, the depth
    from which that can be undone.
    """

    parent: int
    start: int
    until: int
    suspended: int
    revoked: int
    granter_key: int
    depth: int
    restraint: int
    flags: GrantFlag

    WIDTHS: ClassVar = (64, 40, 40, 40, 40, 16, 4, 4, 8)

    @classmethod
    def decode(cls, word: int) -> Self | None:
        """From a word; None if nothing was ever granted."""
        if not word:
            return None
        parent, start, until, suspended, revoked, granter_key, depth, restraint, flags = _split(word, cls.WIDTHS)
        times = (start, until, suspended, revoked)
        return cls(parent, *times, granter_key, depth, restraint, GrantFlag(flags))

    def encode(self) -> int:
        """As a word."""
        times = (self.start, self.until, self.suspended, self.revoked)
        ranks = (self.granter_key, self.depth, self.restraint)
        return _join((self.parent, *times, *ranks, int(self.flags)), self.WIDTHS)

    def standing(self, needed: GrantFlag, time: int) -> Standing:
        """How this grant by itself stands at ``time``; what it depends on may stand worse."""
        if self.revoked:
            return Standing.REVOKED
        if time < self.start:
            return Standing.NOT_STARTED
        if self.until and time >= self.until:
            return Standing.EXPIRED
        if self.flags & needed != needed:
            return Standing.UNFLAGGED
        return Standing.SUSPENDED if self.suspended else Standing.LIVE


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """A registered institution: its controller's address (20 bytes), how many keys it ever had, who registered it."""

    controller: bytes
    key_count: int
    registrar: int

    WIDTHS: ClassVar = (160, 16, 64, 16)

    @classmethod
    def decode(cls, word: int) -> Self | None:
        """From a word; None if there is no such node."""
        if not word:
            return None
        controller, key_count, registrar, _ = _split(word, cls.WIDTHS)
        return cls(controller.to_bytes(20, "big"), key_count, registrar)

    def encode(self) -> int:
        """As a word."""
        return _join((int.from_bytes(self.controller, "big"), self.key_count, self.registrar, 0), self.WIDTHS)


@dataclass(frozen=True, slots=True)
class HeadRecord:
    """A node's history head: 28 bytes of digest and how many events it covers."""

    digest: bytes
    count: int

    WIDTHS: ClassVar = (224, 32)

    @classmethod
    def decode(cls, word: int) -> Self | None:
        """From a word; None if the registry has no history for the node."""
        if not word:
            return None
        digest, count = _split(word, cls.WIDTHS)
        return cls(digest.to_bytes(28, "big"), count)

    def encode(self) -> int:
        """As a word."""
        return _join((int.from_bytes(self.digest, "big"), self.count), self.WIDTHS)


def _split(word: int, widths: tuple[int, ...]) -> list[int]:
    """The fields of a word, highest first."""
    if not 0 <= word < 1 << 256:
        raise FormatError(where=_WORD, why=_NOT_WORD)
    values, left = [], 256
    for width in widths:
        left -= width
        values.append(word >> left & (1 << width) - 1)
    return values


def _join(values: tuple[int, ...], widths: tuple[int, ...]) -> int:
    """The word of these fields. Raises ``FormatError`` if one does not fit."""
    word = 0
    for value, width in zip(values, widths, strict=True):
        if not 0 <= value < 1 << width:
            raise FormatError(where=_WORD, why=_OVERFLOW.filled(value=value, width=width))
        word = word << width | value
    return word


_WORD: Final = Wording("链上字", "The chain word")
_NOT_WORD: Final = Wording("不是256位无符号数", "it is not an unsigned number of 256 bits")
_OVERFLOW: Final = Wording("{value} 放不进{width}位", "{value} does not fit {width} bits")
