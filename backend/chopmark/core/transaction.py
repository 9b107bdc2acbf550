"""What goes to a chain and what comes back, as plain values: the words that adapters and services share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from chopmark.core.history import Event

Detail: TypeAlias = Mapping[str, "int | str | list[tuple[int, int]]"]
"""Typed arguments of an event: integers, ``0x`` hex or text, and for status changes the (word, mask) pairs."""


@dataclass(frozen=True, slots=True)
class BlockRef:
    """One block: its number, its hash and its time in unix seconds (0 where the time was not asked for)."""

    number: int
    hash: bytes
    time: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """What is to be sent: to a contract, or with ``to`` None to create one. ``purpose``: a short word for people."""

    to: bytes | None
    data: bytes
    purpose: str


@dataclass(frozen=True, slots=True)
class Fees:
    """What a unit of gas costs at most, in wei.

    ``priority`` is the share for the block's producer (EIP-1559); None on a chain that knows one gas price only.
    ``block_limit``: the gas that one block holds.
    """

    max_fee: int
    priority: int | None
    block_limit: int


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """A signed transaction: ``raw`` is all that has to be kept to send it again, ``hash`` is its name on the chain."""

    raw: bytes
    hash: bytes
    sender: bytes
    nonce: int
    chain_id: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a mined transaction. ``block.time`` is 0: receipts do not tell it."""

    tx_hash: bytes
    block: BlockRef
    success: bool
    gas_used: int
    contract: bytes | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """An event of a registry, where it stands on the chain, and its typed arguments (``detail``)."""

    event: Event
    tx_hash: bytes
    log_index: int
    block_hash: bytes
    detail: Detail


class Rejection(StrEnum):
    """Why a node does not take a signed transaction: the fact ``rule`` of the ``Refused`` that says so.

    Every client has its own words for these (``chain/rejections.py`` holds the table).
    """

    NONCE_TAKEN = "nonce_taken"
    """Another transaction of this sender has the nonce. This one can never be mined."""
    NONCE_GAP = "nonce_gap"
    """An earlier transaction of this sender is missing."""
    UNDERPRICED = "underpriced"
    """It does not pay enough: for the base fee, the node's floor, or to replace another one."""
    FUNDS = "funds"
    """The sender's balance does not cover gas times price."""
    GAS = "gas"
    """It wants more gas than a block holds, or less than it needs."""
    FULL = "full"
    """The node's pool has no room now."""
    CHAIN = "chain"
    """It was signed for another chain."""
    OTHER = "other"
    """Words that the table does not know."""
