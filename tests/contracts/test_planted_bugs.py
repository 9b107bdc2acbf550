"""Every property of the Foundry tests is seen to fail on a bug that breaks it.

``mutants/planted.json`` lists bugs: code to find, what to put in its place, the test that must go red and what it must
say. They are compiled all at once into a copy of the contracts, each behind ``planted(n)``; a run switches one on.

Each run takes seconds, so the suite switches on every fifth; ``scripts/soak.py bugs`` all of them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import _setup

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BUGS = json.loads((HERE / "mutants" / "planted.json").read_text("utf-8"))
NUMBERED = list(enumerate(BUGS, start=1))
TRIED = NUMBERED if os.environ.get("CHOPMARK_ALL_BUGS") else NUMBERED[::5]
FEW = {
    "FOUNDRY_FUZZ_RUNS": "300",
    "FOUNDRY_INVARIANT_RUNS": "16",
    "FOUNDRY_INVARIANT_DEPTH": "250",
    "FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT": "0",  # finding is enough
}


def plant(contracts: Path, number: int, bug: dict[str, Any]) -> None:
    """Put one bug into the contracts, behind its number."""
    for edit in bug["edits"]:
        path = contracts / edit["file"]
        text = path.read_text("utf-8")
        assert text.count(edit["where"]) == 1, f"{bug['name']}: the code to change is not there once: {edit['where']}"
        assert edit["where"].count(edit["code"]) == 1
        sound = edit.get("as", edit["code"])
        switch = f"(planted({number}) ? {edit['bug']} : ({sound}))"
        text = text.replace(edit["where"], edit["where"].replace(edit["code"], switch))
        if "Planted.sol" not in text:
            up = "../" * edit["file"].count("/") or "./"
            pragma = "\npragma solidity 0.8.37;\n"
            text = text.replace(pragma, f'{pragma}import {{planted}} from "{up}Planted.sol";\n')
        path.write_text(text, "utf-8")


@pytest.fixture(scope="module")
def forge(tmp_path_factory):
    """Runs one Foundry test in the copy, with one bug switched on."""
    home = tmp_path_factory.mktemp("planted")
    shutil.copytree(ROOT / "contracts", home / "contracts")
    shutil.copytree(HERE / "forge", home / "tests" / "contracts" / "forge")
    shutil.copy(HERE / "mutants" / "Planted.sol", home / "contracts")
    shutil.copy(ROOT / "foundry.toml", home)
    (home / "node_modules").symlink_to(ROOT / "node_modules")
    for number, bug in NUMBERED:
        plant(home / "contracts", number, bug)

    def run(test: str, number: int) -> subprocess.CompletedProcess[str]:
        environment = {**_setup.environment(), **FEW, "CHOPMARK_FROM_SOURCE": "true", "CHOPMARK_PLANTED": str(number)}
        command = [str(_setup.foundry("forge")), "test", "--color", "never", "--fuzz-seed", "0x1", "--match-test", test]
        return subprocess.run(
            command, check=False, cwd=home, env=environment, capture_output=True, text=True, timeout=600
        )

    return run


def test_without_a_bug_every_property_holds(forge):
    tests = sorted({bug["test"] for _, bug in TRIED})
    run = forge(f"^({'|'.join(tests)})", 0)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{len(tests)} tests passed" in run.stdout


@pytest.mark.parametrize(("number", "bug"), [pytest.param(i, b, id=b["name"]) for i, b in TRIED])
def test_a_planted_bug_is_found(forge, number, bug):
    run = forge(f"^{bug['test']}", number)
    assert run.returncode == 1, f"not found: {run.stdout}{run.stderr}"
    failure = re.search(r"\[FAIL[^\n]*", run.stdout)
    assert failure, run.stdout + run.stderr
    assert bug["says"] in run.stdout, run.stdout


def test_every_property_has_its_bug():
    named = {bug["test"] for bug in BUGS}
    properties = set()
    for path in (HERE / "forge").glob("*.t.sol"):
        properties |= set(re.findall(r"function ((?:testFuzz|invariant)_\w+)", path.read_text("utf-8")))
    assert properties <= named
