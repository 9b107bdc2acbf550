"""Run every check of the project: ``python3 scripts/test.py [--only STEP …] [-k EXPR]``; ``--list`` names the steps.

Makes the environment first. Runs all steps even if one fails, then says how each went; exits 1 if any failed. With
``CI=true`` a skipped test is a failure unless ``tests/allowed-skips.txt`` names it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import _setup
import _slither

ROOT = _setup.ROOT
BUILD = ROOT / ".build"
COVERAGE = BUILD / "coverage.json"
LCOV = BUILD / "contracts.lcov"
ALLOWED_SKIPS = ROOT / "tests" / "allowed-skips.txt"
STEP_LIMIT = 2400
"""Seconds after which a step is taken for stuck and ended."""
BRANCHES = {"backend/chopmark/core/": 95.0}
"""Per cent of branches that tests must take, by folder."""
BESIDE = {"forge", "lines", "slither", "stories", "users"}
"""Steps of the second lane: the contracts, and what waits for blocks most of the time."""
CONTRACT_LINES = 100.0
"""Per cent of the contracts' lines that Foundry's tests must reach."""


class _Said(threading.local):
    """What the commands of the present step said."""

    lines: list[str]

    def __init__(self) -> None:
        self.lines = []


_SAID = _Said()


@dataclass
class Outcome:
    """How a step went: why it failed (empty if it did not), and the tests it counted."""

    failure: str = ""
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __str__(self) -> str:
        counted = self.passed + self.failed + self.skipped
        tests = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped" if counted else ""
        return "  ".join(part for part in ("FAILED" if self.failure else "ok", tests, self.failure) if part)


@dataclass(frozen=True)
class Step:
    """One check. ``whole``: it says nothing of a run that ``-k`` narrowed."""

    name: str
    about: str
    run: Callable[[str], Outcome]
    whole: bool = True


# --- running a command ------------------------------------------------------------------------------------------------


def _say(*command: str | Path, env: dict[str, str] | None = None) -> tuple[int, str]:
    """Run a command in the project, show what it says and return its exit code with it."""
    words = [str(word) for word in command]
    _SAID.lines.append(f"$ {' '.join(Path(word).name if word == words[0] else word for word in words)}\n")
    process = subprocess.Popen(
        words,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    clock = threading.Timer(STEP_LIMIT, _end, [process])
    clock.start()
    try:
        return _follow(process)
    except KeyboardInterrupt:
        _end(process)
        raise
    finally:
        clock.cancel()


def _follow(process: subprocess.Popen[str]) -> tuple[int, str]:
    said = list(process.stdout or ())
    _SAID.lines.extend(said)
    return process.wait(), "".join(said)


def _end(process: subprocess.Popen[str]) -> None:
    """End a command and everything that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def _command(*command: str | Path) -> Outcome:
    code, _ = _say(*command)
    return Outcome(f"exit code {code}" if code else "")


def _tool(name: str) -> Path:
    return _setup.BIN / name


# --- pytest -----------------------------------------------------------------------------------------------------------


def _pytest(name: str, expression: str, *arguments: str | Path) -> Outcome:
    """Run pytest and count its tests from its own report."""
    report = BUILD / f"{name}.xml"
    report.unlink(missing_ok=True)
    chosen = ["-k", expression] if expression else []
    code, _ = _say(_setup.PYTHON, "-m", "pytest", f"--junitxml={report}", *arguments, *chosen)
    if not report.exists():
        return Outcome(f"exit code {code}", failed=1)
    outcome = _counted(ET.parse(report).getroot())
    if code == 5:
        outcome.failure = "no tests ran"
    elif code:
        outcome.failure = f"exit code {code}"
    return outcome


def _counted(report: ET.Element) -> Outcome:
    """Count a JUnit report; under CI, a skip that is not allowed is a failure."""
    outcome = Outcome()
    allowed = _allowed_skips()
    for case in report.iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed += 1
        elif case.find("skipped") is None:
            outcome.passed += 1
        elif _in_ci() and not any(fnmatchcase(name, pattern) for pattern in allowed):
            outcome.failed += 1
            outcome.failure = f"skipped, and not in {ALLOWED_SKIPS.relative_to(ROOT)}: {name}"
        else:
            outcome.skipped += 1
    return outcome


def _allowed_skips() -> list[str]:
    text = ALLOWED_SKIPS.read_text("utf-8") if ALLOWED_SKIPS.exists() else ""
    return [pattern for line in text.splitlines() if (pattern := line.split(" #")[0].strip())]


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def _stories(expression: str) -> Outcome:
    return _pytest("stories", expression, "-p", "ape_test", "tests/contracts")


def _core(expression: str) -> Outcome:
    """The quiet rooms, with coverage; the other tests go without it, because it costs them a third of their time."""
    coverage = ["--cov=chopmark.core", "--cov-config=pyproject.toml", "--cov-report=", f"--cov-report=json:{COVERAGE}"]
    COVERAGE.unlink(missing_ok=True)
    outcome = _pytest("core", expression, "-q", "-n", "2", "tests/core", "tests/kinds", *coverage)
    if not outcome.failure and not expression:
        outcome.failure = _coverage()
    return outcome


def _tests(expression: str) -> Outcome:
    rest = [f"--ignore=tests/{room}" for room in ("core", "kinds", "contracts")]
    return _pytest("tests", expression, "-q", "-n", "2", "--dist", "worksteal", *rest)


def _users(_: str) -> Outcome:
    """The whole product as its three users meet it: a site from nothing, in an empty folder, on free ports."""
    code, said = _say(_setup.PYTHON, "scripts/dev.py", "--check")
    met = len(re.findall(r"^ *✓", said, re.MULTILINE))
    unmet = len(re.findall(r"^ *✗", said, re.MULTILINE))
    return Outcome(f"exit code {code}" if code else "" if met else "nothing was expected", met, unmet)


# --- coverage of the Python code --------------------------------------------------------------------------------------


def _coverage() -> str:
    """Compare the branches that the tests took with the floor of each folder; empty if none is short."""
    files = json.loads(COVERAGE.read_text("utf-8"))["files"]
    return "; ".join(line for folder, floor in BRANCHES.items() if (line := _short_of(files, folder, floor)))


def _short_of(files: dict[str, dict[str, dict[str, int]]], folder: str, floor: float) -> str:
    """What is short of the floor in a folder; empty if nothing is."""
    inside = {name: file["summary"] for name, file in files.items() if name.startswith(folder)}
    branches = sum(summary["num_branches"] for summary in inside.values())
    if not branches:
        return f"{folder}: nothing measured"
    reached = 100.0 * sum(summary["covered_branches"] for summary in inside.values()) / branches
    _SAID.lines.append(f"{folder}: {reached:.1f} % of {branches} branches (at least {floor:.0f} %)\n")
    for name, summary in sorted(inside.items()):
        if missing := summary["num_branches"] - summary["covered_branches"] + summary["missing_lines"]:
            _SAID.lines.append(f"  {name}: {missing} lines or branches not reached\n")
    return f"{folder}: {reached:.1f} % of branches, needs {floor:.0f} %" if reached < floor else ""


# --- contracts --------------------------------------------------------------------------------------------------------


def _forge(_: str) -> Outcome:
    """Fuzz tests and invariants; the native program, because npm's wrapper hides failures."""
    code, said = _say(_setup.foundry("forge"), "test", "--color", "never")
    counts = re.findall(r"(\d+) tests? passed, (\d+) failed, (\d+) skipped \(\d+ total", said)
    if not counts:
        return Outcome("no tests ran", failed=1)
    passed, failed, skipped = map(int, counts[-1])
    outcome = Outcome(f"exit code {code}" if code else "", passed, failed, skipped)
    if skipped and _in_ci() and not outcome.failure:
        outcome.failure = f"{skipped} skipped"
    return outcome


def _contract_lines(_: str) -> Outcome:
    """The share of the contracts' lines that the fuzz tests reach (with few runs: reaching is not fuzzing)."""
    few = {"FOUNDRY_FUZZ_RUNS": "256", "FOUNDRY_INVARIANT_RUNS": "16", "FOUNDRY_INVARIANT_DEPTH": "128"}
    apart = {"FOUNDRY_OUT": str(BUILD / "lines" / "out"), "FOUNDRY_CACHE_PATH": str(BUILD / "lines" / "cache")}
    LCOV.unlink(missing_ok=True)
    report = ["--color", "never", "--report", "lcov", "--report-file", str(LCOV)]
    code, _said = _say(_setup.foundry("forge"), "coverage", *report, env=few | apart)
    if code or not LCOV.exists():
        return Outcome(f"exit code {code}")
    missed, found = _missed_lines(LCOV.read_text("utf-8"))
    for place in missed:
        _SAID.lines.append(f"  not reached: {place}\n")
    reached = 100.0 * (found - len(missed)) / found if found else 0.0
    _SAID.lines.append(f"contracts/: {reached:.1f} % of {found} lines (at least {CONTRACT_LINES:.0f} %)\n")
    return Outcome(f"{reached:.1f} % of lines, needs {CONTRACT_LINES:.0f} %" if reached < CONTRACT_LINES else "")


def _missed_lines(lcov: str) -> tuple[list[str], int]:
    """The lines of ``contracts/`` that no test reached, and how many there are in all."""
    missed: list[str] = []
    found, file = 0, ""
    for line in lcov.splitlines():
        key, _, value = line.partition(":")
        if key == "SF":
            file = Path(value).relative_to(ROOT).as_posix() if Path(value).is_absolute() else value
        elif key == "DA" and file.startswith("contracts/"):
            found += 1
            number, count = value.split(",")[:2]
            missed += [f"{file}:{number}"] if count == "0" else []
    return missed, found


def _slither_findings(_: str) -> Outcome:
    """Static analysis: nothing unexplained, and no explanation of what is gone."""
    try:
        differences = _slither.differences(_slither.findings())
    except _slither.SlitherError as error:
        return Outcome(f"slither failed: {error}")
    _SAID.lines += [f"  {line}\n" for line in differences]
    return Outcome(f"{len(differences)} differences from {_slither.EXPLAINED.relative_to(ROOT)}" if differences else "")


# --- all of it --------------------------------------------------------------------------------------------------------

STEPS = (
    Step("style", "ruff check", lambda _: _command(_tool("ruff"), "check", ".")),
    Step("format", "ruff format --check", lambda _: _command(_tool("ruff"), "format", "--check", ".")),
    Step("types", "mypy --strict", lambda _: _command(_tool("mypy"), "--strict", "backend", "scripts", "tests")),
    Step("rooms", "who may import whom", lambda _: _command(_tool("lint-imports"))),
    Step("core", "unit tests of the quiet rooms, and the branches that they take (pytest)", _core, whole=False),
    Step("tests", "tests of all other rooms, on real chains and databases (pytest)", _tests, whole=False),
    Step("stories", "contract stories on a chain (pytest, ape)", _stories, whole=False),
    Step("forge", "fuzz tests and invariants of the contracts", _forge),
    Step("lines", "lines of the contracts that Foundry's tests reach", _contract_lines),
    Step("slither", "static analysis of the contracts: nothing unexplained", _slither_findings),
    Step("users", "end to end: registrar, reviewer and auditor at a new site", _users),
)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="run every check of the project")
    names = [step.name for step in STEPS]
    parser.add_argument("--only", action="append", choices=names, metavar="STEP", help=f"one of: {', '.join(names)}")
    parser.add_argument("--list", action="store_true", help="name the steps")
    parser.add_argument("-k", dest="expression", default="", metavar="EXPR", help="only these tests, as for pytest")
    return parser.parse_args()


def _run(steps: Sequence[Step], expression: str) -> dict[str, tuple[float, Outcome]]:
    """Two lanes side by side, because half of the steps wait for blocks; a step's output is shown when it ends."""
    outcomes: dict[str, tuple[float, Outcome]] = {}
    lanes = [[step for step in steps if (step.name in BESIDE) is beside] for beside in (False, True)]
    with ThreadPoolExecutor(len(lanes)) as pool:
        for lane in [pool.submit(_lane, lane, expression, outcomes) for lane in lanes]:
            lane.result()
    return {step.name: outcomes[step.name] for step in steps}


def _lane(steps: Sequence[Step], expression: str, outcomes: dict[str, tuple[float, Outcome]]) -> None:
    for step in steps:
        print(f"-- {step.name}: {step.about}", flush=True)
        _SAID.lines = []
        began = time.monotonic()
        outcome = step.run(expression)
        outcomes[step.name] = (time.monotonic() - began, outcome)
        print(f"\n== {step.name}: {outcome}\n" + "".join(_SAID.lines), flush=True)


def _report(outcomes: dict[str, tuple[float, Outcome]]) -> bool:
    """Print the table and the closing line; true if all went well."""
    print(f"\n{'step':<10}{'seconds':>8}  result")
    for name, (seconds, outcome) in outcomes.items():
        print(f"{name:<10}{seconds:>8.1f}  {outcome}")
    results = [outcome for _, outcome in outcomes.values()]
    passed, failed, skipped = (sum(getattr(o, n) for o in results) for n in ("passed", "failed", "skipped"))
    print(f"\n{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""), flush=True)
    return not any(outcome.failure for outcome in results)


def main() -> int:
    """Choose the steps, set up, run them and report."""
    options = _arguments()
    if options.list:
        for step in STEPS:
            print(f"{step.name:<10}{step.about}")
        return 0
    _setup.enter("test")
    BUILD.mkdir(exist_ok=True)
    steps = [step for step in STEPS if not options.only or step.name in options.only]
    if options.expression and not options.only:
        steps = [step for step in steps if not step.whole]
    try:
        outcomes = _run(steps, options.expression)
    except KeyboardInterrupt:
        return 130
    return 0 if _report(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
