"""Deploys every suite on a fresh anvil, measures it, prints one markdown table."""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import itertools
import sys
from pathlib import Path

from harness.chain import ROOT, Chain
from harness.record import Recorder
from suites import blockcerts, chopmark, docstore, eas, floor, sign, verax

BUILTIN = [
    (chopmark.NAME, chopmark.VERSION, chopmark.run),
    (eas.NAME, eas.VERSION, eas.run),
    ("OA store 1.0.3", "@trustvc/document-store 1.0.3", docstore.run_multicall_store),
    ("OA store 3.0.0", "@govtechsg/document-store 3.0.0", docstore.bulk_store("oa_govtech")),
    ("OA store 4.1.1", "@tradetrust-tt/document-store 4.1.1", docstore.bulk_store("oa_tradetrust")),
    ("OA transferable", "@trustvc/document-store 1.0.3 (ERC-721)", docstore.run_transferable),
    (verax.NAME, verax.VERSION, verax.run),
    (sign.NAME, sign.VERSION, sign.run),
    (blockcerts.NAME, blockcerts.VERSION, blockcerts.run),
    ("Floor: slot each", floor.VERSION, floor.run_store),
    ("Floor: slot + log", floor.VERSION, floor.run_store_log),
    ("Floor: log", floor.VERSION, floor.run_log),
    ("Floor: log + head", floor.VERSION, floor.run_head),
    ("Floor: bitmap", floor.VERSION, floor.run_bitmap),
]


def digests():
    """The same deterministic digests for every suite. None has a zero byte: all pay the full calldata price."""
    stream = (hashlib.sha256(str(i).encode()).digest() for i in itertools.count())
    return (d for d in stream if 0 not in d).__next__


def load(path: str):
    spec = importlib.util.spec_from_file_location(Path(path).stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.NAME, module.VERSION, module.run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", action="append", default=[], help="a python file with NAME, VERSION, run(); repeatable")
    parser.add_argument("--only", action="append", help="run only suites whose name contains this")
    parser.add_argument("--port", type=int, default=18545)
    parser.add_argument("--out", type=Path, default=ROOT / "results")
    args = parser.parse_args()
    suites = BUILTIN + [load(p) for p in args.suite]
    if args.only:
        suites = [s for s in suites if any(o.lower() in s[0].lower() for o in args.only)]

    recorder = Recorder()
    with Chain(args.port) as chain:
        for name, version, run in suites:
            print(f"… {name}", file=sys.stderr)
            chain.reset()
            run(chain, recorder.suite(name, version), digests())
        header = {"anvil": chain.version, "hardfork": str(chain.hardfork)}
    text = "\n\n".join([
        f"{header['anvil']}, hardfork {header['hardfork']}. Cell: gas of the transaction (gas per credential). "
        "✗ above the 2^24 per-transaction cap (EIP-7825), so not sendable on a capped chain; "
        "ƒ the EIP-7623 calldata floor is what was charged. Views: eth_estimateGas [gas burnt inside the EVM].",
        recorder.markdown(),
        "Arithmetic bounds (no contract overhead at all):\n\n" + floor.arithmetic(),
        "\n".join(f"- {n}: {v}" for n, v in recorder.suites.items()),
    ])
    args.out.mkdir(exist_ok=True)
    (args.out / "gas.md").write_text(text + "\n")
    recorder.dump(args.out / "gas.json", header)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
