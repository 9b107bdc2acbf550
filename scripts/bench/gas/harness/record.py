"""Collects measurements and prints them as one markdown table."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from .chain import Receipt

TX_CAP = 2**24  # EIP-7825 (Osaka): the most gas one transaction may ask for

# key -> (label, number of credentials the transaction covers)
OPERATIONS: dict[str, tuple[str, int]] = {
    "deploy": ("Deploy, all contracts needed", 1),
    "deploy_delegation": ("Deploy, to let others pay as well", 1),
    "register_issuer": ("Register an issuer", 1),
    "register_schema": ("Register a schema", 1),
    "first_1": ("Issue 1, an issuer's first ever", 1),
    "issue_1": ("Issue 1 (stored record)", 1),
    "issue_1_rich": ("Issue 1 with holder, expiry and reference", 1),
    "issue_10": ("Issue 10 in one tx", 10),
    "issue_100": ("Issue 100 in one tx", 100),
    "issue_1000": ("Issue 1000 in one tx", 1000),
    "anchor_1": ("Anchor 1 hash (timestamp / log)", 1),
    "anchor_10": ("Anchor 10 hashes in one tx", 10),
    "anchor_100": ("Anchor 100 hashes in one tx", 100),
    "anchor_1000": ("Anchor 1000 hashes in one tx", 1000),
    "root_10": ("Merkle root for 10", 10),
    "root_100": ("Merkle root for 100", 100),
    "root_1000": ("Merkle root for 1000", 1000),
    "delegated_1": ("Delegated issue of 1 (relayer pays)", 1),
    "delegated_100": ("Delegated issue of 100 in one tx", 100),
    "for_signer_1": ("Issue 1 for another signer, signature not checked", 1),
    "revoke_1": ("Revoke 1", 1),
    "revoke_1_used": ("Revoke 1 more in a bitmap word already used", 1),
    "suspend_1": ("Suspend 1", 1),
    "revoke_100": ("Revoke 100 in one tx", 100),
    "revoke_100_scattered": ("Revoke 100 scattered over 1000", 100),
    "revoke_leaf": ("Revoke 1 leaf of a 1000 batch (with proof)", 1),
    "revoke_leaf_100": ("Revoke 100 leaves of a 1000 batch (with proofs)", 100),
    "revoke_offchain_1": ("Revoke 1 off-chain credential", 1),
    "revoke_offchain_100": ("Revoke 100 off-chain credentials in one tx", 100),
    "revoke_delegated_1": ("Delegated revoke of 1", 1),
    "revoke_delegated_used": ("Delegated revoke of 1 more in a bitmap word already used", 1),
    "index_1": ("Index 1 record on chain", 1),
    "supersede_1": ("Supersede 1 (revoke and replace)", 1),
    "supersede_delegated_1": ("Delegated supersede of 1", 1),
    "correct_delegated_1": ("Delegated issue of 1 that supersedes 1, in one tx", 1),
}
VIEWS: dict[str, str] = {
    "view_status": "Status of one stored record",
    "view_record": "Read the whole record",
    "view_merkle_10": "Status with Merkle proof, depth 10",
    "view_merkle_20": "Status with Merkle proof, depth 20",
}


@dataclass
class Row:
    suite: str
    op: str
    n: int
    gas: int
    floor: int | None = None
    execution: int | None = None
    call: str = ""

    @property
    def per_credential(self) -> float:
        return self.gas / self.n


class Recorder:
    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.suites: dict[str, str] = {}

    def suite(self, name: str, version: str) -> "Scope":
        self.suites[name] = version
        return Scope(self, name)

    def get(self, suite: str, op: str) -> Row | None:
        return next((r for r in self.rows if r.suite == suite and r.op == op), None)

    def markdown(self) -> str:
        names = list(self.suites)
        lines = ["| Operation | " + " | ".join(names) + " |", "|---|" + "--:|" * len(names)]

        def cell(row: Row | None) -> str:
            if row is None:
                return "–"
            text = f"{row.gas:,}"
            if row.n > 1:
                text += f" ({row.per_credential:,.0f})"
            if row.gas > TX_CAP:
                text += " ✗"
            elif row.floor == row.gas:
                text += " ƒ"
            return text

        for op, (label, _) in OPERATIONS.items():
            rows = [self.get(s, op) for s in names]
            if any(rows):
                lines.append(f"| {label} | " + " | ".join(cell(r) for r in rows) + " |")
        for op, label in VIEWS.items():
            rows = [self.get(s, op) for s in names]
            if any(rows):
                text = [f"{r.gas:,} [{r.execution:,}]" if r else "–" for r in rows]
                lines.append(f"| view: {label} | " + " | ".join(text) + " |")
        fit = ["–" if (m := self.largest_batch(s)) is None else f"{m:,}" for s in names]
        lines.append("| Most issues in one tx under 2^24 gas (fitted) | " + " | ".join(fit) + " |")
        return "\n".join(lines)

    def largest_batch(self, suite: str) -> int | None:
        small, large = (self.get(suite, "issue_100"), self.get(suite, "issue_1000"))
        if not small or not large:
            return None
        slope = (large.gas - small.gas) / 900
        return int((TX_CAP - (small.gas - 100 * slope)) / slope)

    def dump(self, path: Path, header: dict) -> None:
        rows = [{**asdict(r), "per_credential": round(r.per_credential, 1)} for r in self.rows]
        path.write_text(json.dumps({**header, "suites": self.suites, "rows": rows}, indent=1))


class Scope:
    """What a suite writes to."""

    def __init__(self, recorder: Recorder, name: str):
        self._recorder, self.name = recorder, name

    def tx(self, op: str, receipt: Receipt | list[Receipt], call: str = "") -> None:
        label, n = OPERATIONS[op]
        many = receipt if isinstance(receipt, list) else [receipt]
        floor = many[0].floor if len(many) == 1 else None
        self._recorder.rows.append(Row(self.name, op, n, sum(r.gas for r in many), floor, None, call))

    def view(self, op: str, chain, to: str, data: bytes, call: str = "") -> None:
        assert op in VIEWS
        self._recorder.rows.append(
            Row(self.name, op, 1, chain.estimate(to, data), None, chain.execution_gas(to, data), call)
        )
