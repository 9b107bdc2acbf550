"""What a worker would send now: for dry runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from chopmark.services.pipeline.assemble import PARTS_LIMIT
from chopmark.services.pipeline.batcher import BATCH_LIMIT
from chopmark.services.ports import Store

GAS_BASE: Final = 21_000
GAS_ATTEST: Final = 62_000
GAS_CHANGE: Final = 50_000
GAS_CALL: Final = 120_000
"""Upper estimates for one part of a transaction, measured with the contracts on a devnet."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What waits, in how many ``transactions`` it would go, and about how much ``gas`` they would cost."""

    batches: int
    leaves: int
    changes: int
    calls: int
    transactions: int
    gas: int


def plan(store: Store, more: Mapping[tuple[bytes, str], int] | None = None) -> Plan:
    """What waits, and ``more`` leaves by issuer and kind that are not accepted yet. Nothing is asked of a chain.

    Each issuer is counted as a sender of its own; issuers that share a key may need fewer transactions.
    """
    with store.read() as tx:
        leaves = Counter(tx.credentials.pending_counts())
        due = tx.changes.due_count()
        calls = len(tx.calls.waiting())
        again = Counter(row.issuer for row in tx.batches.waiting())
    leaves.update(more or {})
    batches = Counter({issuer: 0 for issuer, _ in leaves})
    for (issuer, _), count in leaves.items():
        batches[issuer] += -(-count // BATCH_LIMIT)
    batches.update(again)
    transactions = sum(-(-count // PARTS_LIMIT) for count in batches.values()) + -(-calls // PARTS_LIMIT)
    if due and not batches:
        transactions += 1
    total = sum(batches.values())
    gas = GAS_BASE * transactions + GAS_ATTEST * total + GAS_CHANGE * due + GAS_CALL * calls
    return Plan(total, sum(leaves.values()), due, calls, transactions, gas)
