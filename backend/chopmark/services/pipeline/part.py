"""One purpose of a transaction."""

from __future__ import annotations

from dataclasses import dataclass

from chopmark.core.ledger import BatchRow, CallRow
from chopmark.core.transaction import Call
from chopmark.services.pipeline.batcher import ToSeal
from chopmark.services.pipeline.status import StatusCall


@dataclass(frozen=True, slots=True)
class Part:
    """What the transaction to be does for one purpose, and what for: exactly one of the last four.

    But a successor's attestation and its supersession are one part, never to be torn: ``status`` beside ``seal``, or
    beside ``batch`` if a transaction with both failed before. ``requests``: the signatures in it (row numbers), if it
    goes through the delegation.
    """

    calls: tuple[Call, ...]
    seal: ToSeal | None = None
    batch: BatchRow | None = None
    status: StatusCall | None = None
    row: CallRow | None = None
    requests: tuple[int, ...] = ()

    @property
    def subject(self) -> tuple[str, tuple[int, ...]]:
        """What it is for, as ``Blocked`` says it."""
        if self.seal is not None:
            return "leaves", self.seal.leaves
        if self.batch is not None:
            return "batch", (self.batch.id,)
        if self.status is not None:
            return "changes", self.status.changes
        return "call", () if self.row is None else (self.row.id,)
