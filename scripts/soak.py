"""Campaigns that are too long for the suite: ``python3 scripts/soak.py [--hours 1] [contracts|bugs|core|crash …]``.

``contracts``: every fuzz property and invariant with fresh seeds. ``bugs``: every planted bug must
be found. ``core``: the property tests with many more examples. ``crash``: the
pipeline killed at each of its failpoints, again and again. Rounds go on until the time is up; the first failure ends the campaign with
what is needed to run it again.
"""

from __future__ import annotations

import argparse
import secrets
import subprocess
import sys
import time
from collections.abc import Callable

import _setup

FUZZ_RUNS = "1000000"
INVARIANT_RUNS = "2000"
EXAMPLES = "20000"


def main() -> int:
    """Run the chosen campaigns in turn until the time is up."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("campaigns", nargs="*", choices=[*CAMPAIGNS, []], default=[])
    parser.add_argument("--hours", type=float, default=1.0)
    options = parser.parse_args()
    _setup.enter("test")
    chosen = options.campaigns or list(CAMPAIGNS)
    end, rounds = time.monotonic() + options.hours * 3600, 0
    while not rounds or time.monotonic() < end:
        for name in chosen:
            seed = secrets.randbits(63)
            print(f"round {rounds + 1}, {name}, seed {seed}", flush=True)
            if CAMPAIGNS[name](seed):
                print(f"FAILED: {name}, seed {seed}")
                return 1
        rounds += 1
    print(f"{rounds} rounds of {', '.join(chosen)}: nothing found")
    return 0


def contracts(seed: int) -> int:
    """Foundry's fuzzing and invariants."""
    more = {"FOUNDRY_FUZZ_RUNS": FUZZ_RUNS, "FOUNDRY_INVARIANT_RUNS": INVARIANT_RUNS}
    return _run(str(_setup.BIN / "forge"), "test", "--fuzz-seed", str(seed), **more)


def bugs(seed: int) -> int:
    """Every bug planted in the contracts is found."""
    del seed  # theirs is fixed, so that a bug is found every time or never
    return _pytest("-p", "ape_test", "tests/contracts/test_planted_bugs.py", CHOPMARK_ALL_BUGS="1")


def core(seed: int) -> int:
    """Property tests of the quiet rooms."""
    return _pytest(f"--hypothesis-seed={seed}", "tests/core", "tests/kinds", CHOPMARK_EXAMPLES=EXAMPLES)


def crash(seed: int) -> int:
    """The pipeline's crash stories."""
    del seed  # the moments of these deaths are named, not drawn
    return _pytest("tests/services/pipeline")


CAMPAIGNS: dict[str, Callable[[int], int]] = {"contracts": contracts, "bugs": bugs, "core": core, "crash": crash}


def _pytest(*arguments: str, **environment: str) -> int:
    return _run(str(_setup.PYTHON), "-m", "pytest", "-q", "-x", *arguments, **environment)


def _run(*command: str, **environment: str) -> int:
    env = {**_setup.environment(), **environment}
    return subprocess.run(command, cwd=_setup.ROOT, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
