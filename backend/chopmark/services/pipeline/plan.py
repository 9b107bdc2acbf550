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
GAS_ATTEST_SIGNED: Final = 76_000
GAS_CHANGE_SIGNED: Final = 92_000
"""Upper estimates for one part of a transaction, measured with the contracts on a devnet (docs/performance.md).

``…_SIGNED``: of institutions whose key only signs; checking the signature, and the mark that it is used, cost more.
"""


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

    Each issuer is counted as a sender of its own, and each payer of issuers whose key only signs; issuers that share a
    key may need fewer transactions.
    """
    with store.read() as tx:
        leaves = Counter(tx.credentials.pending_counts())
        due = tx.changes.due_counts()
        calls = len(tx.calls.waiting())
        again = Counter(row.issuer for row in tx.batches.waiting())
        payers = {row.node: row.payer for row in tx.nodes.list() if row.node is not None and row.payer}
    leaves.update(more or {})
    batches = Counter({issuer: 0 for issuer, _ in leaves})
    for (issuer, _), count in leaves.items():
        batches[issuer] += -(-count // BATCH_LIMIT)
    batches.update(again)
    sent = Counter[bytes | str]()
    for issuer, count in batches.items():
        sent[payers.get(issuer, issuer)] += count
    transactions = sum(-(-count // PARTS_LIMIT) for count in sent.values()) + -(-calls // PARTS_LIMIT)
    if due and not batches:
        transactions += 1
    gas = GAS_BASE * transactions + GAS_CALL * calls
    gas += sum((GAS_ATTEST_SIGNED if one in payers else GAS_ATTEST) * count for one, count in batches.items())
    gas += sum((GAS_CHANGE_SIGNED if one in payers else GAS_CHANGE) * count for one, count in due.items())
    return Plan(sum(batches.values()), sum(leaves.values()), sum(due.values()), calls, transactions, gas)
