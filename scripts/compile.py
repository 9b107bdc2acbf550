"""Compile the contracts into ``backend/chopmark/chain/artifacts``: one JSON file for each contract to deploy.

``python3 scripts/compile.py`` writes them, ``--check`` only compares, and exits 1 if a file would change. The files are
committed, so that a site needs no compiler. The settings are those of ``ape-config.yaml``, and no metadata in the code.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import _setup

CONTRACTS = _setup.ROOT / "contracts"
ARTIFACTS = _setup.ROOT / "backend" / "chopmark" / "chain" / "artifacts"
OUTPUTS = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"]
OUTPUTS += ["evm.deployedBytecode.immutableReferences", "evm.methodIdentifiers", "storageLayout"]

Json = dict[str, Any]


class CompileError(Exception):
    """The compiler refused; the message is the compiler's."""


def artifacts() -> dict[str, str]:
    """The text of every artifact file, by contract name, as compiled from the sources that are there now."""
    output = _compile()
    return {name: _canonical(artifact) for name, artifact in _deployable(output)}


def differences(compiled: Mapping[str, str]) -> list[str]:
    """Names of the contracts whose committed artifact is not the compiled one, missing and left-over ones too."""
    committed = {path.stem: path.read_text("utf-8") for path in ARTIFACTS.glob("*.json")}
    return sorted(name for name in {*compiled, *committed} if compiled.get(name) != committed.get(name))


def write(compiled: Mapping[str, str]) -> None:
    """Make the artifact folder hold exactly the compiled ones."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for name in differences(compiled):
        path = ARTIFACTS / f"{name}.json"
        if name in compiled:
            path.write_text(compiled[name], "utf-8")
        else:
            path.unlink()


def _settings() -> Json:
    """The compiler settings of ``ape-config.yaml``."""
    import yaml

    config = yaml.safe_load((_setup.ROOT / "ape-config.yaml").read_text("utf-8"))["solidity"]
    return {
        "evmVersion": config["evm_version"],
        "viaIR": config["via_ir"],
        "optimizer": {"enabled": config["optimize"], "runs": config["optimization_runs"]},
        "remappings": config["import_remapping"],
        "metadata": {"bytecodeHash": "none", "appendCBOR": False},
        "outputSelection": {"*": {"*": OUTPUTS, "": ["ast"]}},
    }


def _compile() -> Json:
    """Run the compiler over everything under ``contracts/``."""
    import solcx

    sources = sorted(path.relative_to(_setup.ROOT).as_posix() for path in CONTRACTS.rglob("*.sol"))
    request = {
        "language": "Solidity",
        "sources": {name: {"content": (_setup.ROOT / name).read_text("utf-8")} for name in sources},
        "settings": _settings(),
    }
    try:
        output: Json = solcx.compile_standard(request, solc_binary=_setup.solc(), base_path=_setup.ROOT)
    except solcx.exceptions.SolcError as error:
        raise CompileError(error.message) from error
    return output


def _deployable(output: Json) -> Iterator[tuple[str, Json]]:
    """The contracts that stand on a chain by themselves: ours, with code, and no library that is inlined."""
    for source, contracts in sorted(output["contracts"].items()):
        if not source.startswith("contracts/"):
            continue
        for name in sorted(contracts):
            if _stands_alone(output["sources"][source]["ast"], name, contracts[name]):
                yield name, _artifact(source, name, contracts[name])


def _stands_alone(ast: Json, name: str, compiled: Json) -> bool:
    node = next(node for node in ast["nodes"] if node["nodeType"] == "ContractDefinition" and node["name"] == name)
    inlined = node["contractKind"] == "library" and not compiled["evm"]["methodIdentifiers"]
    return node["contractKind"] != "interface" and not node["abstract"] and not inlined


def _artifact(source: str, name: str, compiled: Json) -> Json:
    code, deployed = compiled["evm"]["bytecode"], compiled["evm"]["deployedBytecode"]
    return {
        "contractName": name,
        "sourceName": source,
        "compiler": _setup.solc().name,
        "abi": compiled["abi"],
        "bytecode": f"0x{code['object']}",
        "deployedBytecode": f"0x{deployed['object']}",
        "immutableReferences": _positions(deployed["immutableReferences"]),
        "storageLayout": _stable(compiled["storageLayout"]),
    }


def _positions(references: Json) -> list[Json]:
    """Where immutables stand in the code, in order; the syntax tree's numbers, which name them, say nothing."""
    return sorted((place for places in references.values() for place in places), key=lambda place: int(place["start"]))


def _stable(layout: Json) -> Json:
    """The storage layout without the syntax tree's numbers, which any edit elsewhere moves."""
    named = re.sub(r"(t_(?:contract|enum|struct|userDefinedValueType)\(\w+\))\d+", r"\1", json.dumps(layout))
    stable: Json = json.loads(named, object_hook=lambda item: {k: v for k, v in item.items() if k != "astId"})
    return {"storage": stable["storage"], "types": stable["types"] or {}}


def _canonical(artifact: Json) -> str:
    return json.dumps(artifact, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    """Compile, then write or compare."""
    parser = argparse.ArgumentParser(description="compile the contracts into the artifacts that are committed")
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 if a file would change")
    options = parser.parse_args()
    _setup.enter("test")
    try:
        compiled = artifacts()
    except CompileError as error:
        sys.exit(str(error))
    changed = differences(compiled)
    folder = ARTIFACTS.relative_to(_setup.ROOT)
    if options.check and changed:
        print(f"已提交的编译结果与源码不符，请运行 python3 scripts/compile.py：{'、'.join(changed)}")
        print(f"Committed artifacts differ from the sources; run python3 scripts/compile.py: {', '.join(changed)}")
        return 1
    if not options.check:
        write(compiled)
    sizes = (f"{name} {len(json.loads(text)['deployedBytecode']) // 2 - 1} B" for name, text in compiled.items())
    print(f"{folder}: {', '.join(changed) or 'unchanged'} (code: {', '.join(sizes)})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
