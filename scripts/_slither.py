"""Slither's findings in the contracts, beside those that are explained in ``tests/contracts/slither.json``."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import _setup

EXPLAINED = _setup.ROOT / "tests" / "contracts" / "slither.json"

Place = tuple[str, str]
"""A detector of Slither's, and the first thing that its finding names, or the function around it: ``Contract.function(types)``."""


class SlitherError(Exception):
    """Slither itself failed; the message is what it said."""


def findings() -> list[Place]:
    """What Slither finds in ``contracts/``, compiled by forge as for the fuzz tests. Raises ``SlitherError``."""
    with tempfile.TemporaryDirectory() as folder:
        report, out = Path(folder) / "report.json", Path(folder) / "out"
        # Slither starts `forge` by name, cleans its output first and builds everything but the tests.
        path = f"{_setup.foundry('forge').parent}{os.pathsep}{_setup.environment()['PATH']}"
        apart = {"PATH": path, "FOUNDRY_OUT": str(out), "FOUNDRY_CACHE_PATH": str(Path(folder) / "cache")}
        places = ["--foundry-out-directory", str(out), "--json", str(report), "--filter-paths", "node_modules|tests/"]
        run = subprocess.run(
            [str(_setup.BIN / "slither"), ".", *places],
            check=False,
            cwd=_setup.ROOT,
            env={**_setup.environment(), **apart},
            capture_output=True,
            text=True,
        )
        said: dict[str, Any] = json.loads(report.read_text("utf-8")) if report.exists() else {}
        if not said.get("success"):
            raise SlitherError(said.get("error") or run.stdout + run.stderr)
        return [(found["check"], _place(found["elements"][0])) for found in said["results"].get("detectors", [])]


def _place(element: dict[str, Any]) -> str:
    inside = element.get("type_specific_fields", {})
    parent = inside.get("parent", {})
    if parent.get("type") == "function":  # of a variable or a line
        return _place(parent)
    name = inside.get("signature") or element["name"]
    return f"{parent['name']}.{name}" if parent.get("type") == "contract" else str(name)


def differences(found: Iterable[Place]) -> list[str]:
    """What is found and not explained, and explanations of what is not found any more."""
    explained = {(item["detector"], item["where"]) for item in json.loads(EXPLAINED.read_text("utf-8"))}
    places = set(found)
    new = [f"not explained: {detector} in {where}" for detector, where in sorted(places - explained)]
    return new + [f"explained, but not found: {detector} in {where}" for detector, where in sorted(explained - places)]
