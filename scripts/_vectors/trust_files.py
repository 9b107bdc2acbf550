"""Trust files (FORMAT §12)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from _vectors.bundles import ISSUER_REGISTRY, REGISTRY, REGISTRY_ID
from _vectors.seeded import base64

ABOUT = "Trust files (FORMAT §12): which a verifier takes, and which it refuses."
SOURCE = "Own."


def document() -> dict[str, Any]:
    """A good one, as members."""
    registry = {
        "issuerRegistry": "0x" + ISSUER_REGISTRY.hex(),
        "issuerCodeHash": "0x" + "11" * 32,
        "attestationRegistry": "0x" + REGISTRY.hex(),
        "attestationCodeHash": "0x" + "22" * 32,
        "registryId": "0x" + REGISTRY_ID.hex(),
        "authority": "0x" + "33" * 20,
        "fromBlock": 1,
    }
    chain = {"name": "devnet", "chainId": 31_337, "genesis": "0x" + "44" * 32, "header": "eth"}
    chain |= {"finality": {"rule": "confirmations", "depth": 2}, "rpc": ["http://127.0.0.1:8545"]}
    return {"format": "chopmark-trust-1", "chains": [chain | {"registries": [registry]}]}


DELEGATION = {"address": "0x" + "66" * 20, "codeHash": "0x" + "77" * 32}


def _second(at: dict[str, Any]) -> None:
    chain = json.loads(json.dumps(at["chains"][0])) | {"name": "second", "chainId": 2}
    at["chains"].append(chain)


def _set(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    """Replace a member (``...``: leave it out); numbers in the path are indices."""

    def change(at: Any) -> None:
        *outer, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        for name in outer:
            at = at[name]
        if value is ...:
            del at[last]
        else:
            at[last] = value

    return change


def _twice(**changes: object) -> Callable[[dict[str, Any]], None]:
    def change(at: dict[str, Any]) -> None:
        at["chains"].append(json.loads(json.dumps(at["chains"][0])) | changes)

    return change


def _registry_twice(at: dict[str, Any]) -> None:
    at["chains"][0]["registries"] *= 2


GOOD: dict[str, Callable[[dict[str, Any]], None]] = {
    "one chain": lambda at: None,
    "no chains": _set("chains", []),
    "a chain without registries": _set("chains.0.registries", []),
    "two chains": _second,
    "finalized": _set("chains.0.finality", {"rule": "finalized"}),
    "safe": _set("chains.0.finality", {"rule": "safe"}),
    "no confirmations": _set("chains.0.finality.depth", 0),
    "a QBFT chain": _set("chains.0.header", "qbft"),
    "an IBFT 2.0 chain": _set("chains.0.header", "ibft2"),
    "a name in Chinese": _set("chains.0.name", "省级存证链"),
    "a delegation contract": _set("chains.0.registries.0.delegation", DELEGATION),
    "two nodes": _set("chains.0.rpc", ["https://a.example/rpc", "http://[::1]:8545/"]),
}

BAD: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "without format": (_set("format", ...), "a member is missing"),
    "without chains": (_set("chains", ...), "a member is missing"),
    "another format": (_set("format", "chopmark-trust-2"), "another format"),
    "an unknown member": (_set("comment", "ours"), "unknown members are refused"),
    "an unknown member of a chain": (_set("chains.0.comment", "ours"), "unknown members are refused"),
    "an unknown member of a registry": (_set("chains.0.registries.0.abi", []), "unknown members are refused"),
    "chains as an object": (_set("chains", {}), "chains are an array"),
    "a chain as text": (_set("chains", ["devnet"]), "a chain is an object"),
    "a chain without genesis": (_set("chains.0.genesis", ...), "a member is missing"),
    "a chain without nodes": (_set("chains.0.rpc", []), "at least one address"),
    "a node by file": (_set("chains.0.rpc", ["file:///tmp/chain.ipc"]), "http or https"),
    "a node with a space": (_set("chains.0.rpc", ["http://a b/"]), "not an address"),
    "nodes as text": (_set("chains.0.rpc", "http://127.0.0.1:8545"), "addresses are an array"),
    "an empty name": (_set("chains.0.name", ""), "1 to 64 characters"),
    "a name with a line feed": (_set("chains.0.name", "a\nb"), "no control characters"),
    "chain 0": (_set("chains.0.chainId", 0), "a chain id is 1 or more"),
    "a chain id as text": (_set("chains.0.chainId", "31337"), "a chain id is a number"),
    "a chain id as true": (_set("chains.0.chainId", True), "a chain id is a number"),
    "a genesis without 0x": (_set("chains.0.genesis", "44" * 32), "it begins with 0x"),
    "a genesis in upper case": (_set("chains.0.genesis", "0x" + "AB" * 32), "hex is lower case"),
    "an unknown header": (_set("chains.0.header", "clique"), "eth, qbft or ibft2"),
    "an unknown finality": (_set("chains.0.finality", {"rule": "latest"}), "finalized, safe or confirmations"),
    "confirmations without depth": (_set("chains.0.finality", {"rule": "confirmations"}), "a member is missing"),
    "a negative depth": (_set("chains.0.finality.depth", -1), "0 or more"),
    "finalized with depth": (_set("chains.0.finality", {"rule": "finalized", "depth": 2}), "depth has no meaning here"),
    "finality as text": (_set("chains.0.finality", "finalized"), "finality is an object"),
    "an address with a checksum in its case": (
        _set("chains.0.registries.0.issuerRegistry", "0x5FbDB2315678afecb367f032d93F642f64180aa3"),
        "hex is lower case",
    ),
    "an address of 19 bytes": (_set("chains.0.registries.0.authority", "0x" + "33" * 19), "an address has 20 bytes"),
    "a code hash as null": (_set("chains.0.registries.0.issuerCodeHash", None), "it is text"),
    "a registry id of 24 bytes": (_set("chains.0.registries.0.registryId", "0x" + "55" * 24), "it has 32 bytes"),
    "a negative first block": (_set("chains.0.registries.0.fromBlock", -1), "0 or more"),
    "a fraction of a block": (_set("chains.0.registries.0.fromBlock", 1.5), "a number has a fraction"),
    "a chain id twice": (_twice(name="second"), "no two chains have the same id"),
    "a chain's name twice": (_twice(chainId=2), "no two chains have the same name"),
    "a delegation as null": (_set("chains.0.registries.0.delegation", None), "it is an object, or is left out"),
    "a delegation as an address": (_set("chains.0.registries.0.delegation", "0x" + "66" * 20), "it is an object"),
    "a delegation without code hash": (
        _set("chains.0.registries.0.delegation", {"address": "0x" + "66" * 20}),
        "a member is missing",
    ),
    "a delegation without address": (
        _set("chains.0.registries.0.delegation", {"codeHash": "0x" + "77" * 32}),
        "a member is missing",
    ),
    "an unknown member of a delegation": (
        _set("chains.0.registries.0.delegation", DELEGATION | {"name": "ours"}),
        "unknown members are refused",
    ),
    "a delegation's address of 19 bytes": (
        _set("chains.0.registries.0.delegation", DELEGATION | {"address": "0x" + "66" * 19}),
        "an address has 20 bytes",
    ),
    "a delegation of a chain": (_set("chains.0.delegation", DELEGATION), "unknown members are refused"),
    "a registry twice": (_registry_twice, "no two registries have the same address"),
}


def cases() -> list[dict[str, object]]:
    """Good and bad files."""
    found: list[dict[str, object]] = []
    for name, change in GOOD.items():
        found.append({"name": name, "document_b64": base64(_written(change)), "valid": True})
    for name, (change, why) in BAD.items():
        found.append({"name": name, "document_b64": base64(_written(change)), "valid": False, "why": why})
    data = json.dumps(document()).encode()
    raw = {
        "empty": (b"", "it is not JSON"),
        "an array": (b"[]", "it is not an object"),
        "a member twice": (data[:-1] + b',"format":"chopmark-trust-1"}', "a member occurs twice"),
        "a comment": (data + b" // ours", "it is not JSON"),
    }
    found += [{"name": n, "document_b64": base64(d), "valid": False, "why": why} for n, (d, why) in raw.items()]
    return found


def _written(change: Callable[[dict[str, Any]], None]) -> bytes:
    members = document()
    change(members)
    return json.dumps(members, ensure_ascii=False, indent=2).encode()
