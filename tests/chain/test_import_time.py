"""What a command pays before it does anything: the chain client comes quickly, the heavy libraries only when needed."""

from __future__ import annotations

import subprocess
import sys

LIMIT = 0.15
"""Seconds of processor time beyond the interpreter's own."""

MEASURE = "import time; began = time.process_time(); import chopmark.chain.client; print(time.process_time() - began)"
HEAVY = ("web3", "eth_account", "eth_abi", "eth_utils", "urllib3", "requests", "pydantic")


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def test_the_client_is_imported_quickly() -> None:
    run(MEASURE)  # compiles what was not compiled
    assert min(float(run(MEASURE)) for _ in range(7)) < LIMIT


def test_nothing_heavy_is_imported_with_it() -> None:
    loaded = run("import sys, chopmark.chain.client; print(*{name.split('.')[0] for name in sys.modules})").split()
    assert not set(HEAVY) & set(loaded)
