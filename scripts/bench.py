"""Measure: ``python3 scripts/bench.py gas`` beside the peers, ``python3 scripts/bench.py core`` beside the machine's own limits.

Everything is told as ratios within one run, because machines differ; nothing here passes or fails. ``gas`` installs the peers' packages
on its first run. What was measured last stands in ``docs/performance.md``.
"""

from __future__ import annotations

import argparse
import secrets
import subprocess
import sys
import timeit
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import _setup

GAS = Path(__file__).parent / "bench" / "gas"


@dataclass(frozen=True)
class Measured:
    """One thing measured: how many a second, and its share of the limit named beside it."""

    what: str
    rate: float
    limit: str = ""
    share: float = 0.0


def main() -> int:
    """Run one bench."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("bench", choices=("gas", "core", "sheet"))
    options, rest = parser.parse_known_args()
    if options.bench == "gas":
        return subprocess.run([GAS / "run.sh", *rest], check=False).returncode
    _setup.enter("run")
    if options.bench == "sheet":
        import _bench_sheet

        _bench_sheet.main()
        return 0
    for measured in core():
        share = f"{measured.share:7.1%} of {measured.limit}" if measured.limit else ""
        print(f"{measured.what:54} {measured.rate:12,.0f}/s  {share}")
    return 0


def core() -> list[Measured]:
    """Composing, sealing and opening ten-claim credentials, beside what the hash function alone would take."""
    from chopmark.core.batch import arrange
    from chopmark.core.bundle import Anchor, Bundle, open_bundle, read_bundle, write_bundle
    from chopmark.core.credential import Credential, compose

    issuer = secrets.token_bytes(32)
    claims = {f"field_{i}": f"某项内容 value {i}" for i in range(10)}

    def make() -> Credential:
        return compose(issuer=issuer, kind="degree", claims=claims, entropy=secrets.token_bytes)

    made = [make() for _ in range(4096)]
    by_commitment = {credential.commitment: credential for credential in made}
    batch = arrange("degree", issuer, list(by_commitment))
    anchor = Anchor(31337, bytes(20), batch.root)
    first = by_commitment[batch.commitments[7]]
    data = write_bundle(Bundle(anchor, first.payload, first.disclosures, batch.proof(7)))
    leaf = secrets.token_bytes(75)
    hashed = rate(lambda: sha256(leaf).digest())
    # What no implementation can do without: a hash for each disclosure, the payload's, the leaf's, one for each level of the tree.
    hashes = len(first.disclosures) + 2 + len(batch.proof(7).nodes)
    composed, sealed = rate(make), rate(lambda: arrange("degree", issuer, list(by_commitment))) * len(made)
    opened = rate(lambda: open_bundle(read_bundle(data)))
    alone = "hashing alone"
    return [
        Measured("SHA-256 of one leaf", hashed),
        Measured(
            "compose a credential of ten claims", composed, alone, composed * (len(first.disclosures) + 1) / hashed
        ),
        Measured("seal into a batch of 4,096 (per credential)", sealed, alone, sealed * 2 / hashed),
        Measured("open a bundle, strictly, without a chain", opened, alone, opened * hashes / hashed),
    ]


def rate(work: Callable[[], object]) -> float:
    """How often a second ``work`` is done, the best of five runs."""
    timer = timeit.Timer(work)
    count, _ = timer.autorange()
    return count / min(timer.repeat(repeat=5, number=count))


if __name__ == "__main__":
    sys.exit(main())
