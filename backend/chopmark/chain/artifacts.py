"""The compiled contracts: their interface, their code, and how to tell that a chain holds that code.

``artifacts/*.json`` are written by ``scripts/compile.py`` and committed, so that a first run needs no compiler.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from chopmark.chain.abi import Type, type_of
from chopmark.core.digest import keccak

ISSUER_REGISTRY = "IssuerRegistry"
ATTESTATION_REGISTRY = "AttestationRegistry"
DELEGATION = "Delegation"
INCLUSION_VERIFIER = "InclusionVerifier"
CONTRACTS = (ISSUER_REGISTRY, ATTESTATION_REGISTRY, DELEGATION, INCLUSION_VERIFIER)


@dataclass(frozen=True, slots=True)
class Entry:
    """One function, event or error. ``key``: the first 4 bytes of a call or an error, the 32 of an event's first topic."""

    name: str
    signature: str
    key: bytes
    names: tuple[str, ...]
    inputs: tuple[Type, ...]
    outputs: tuple[Type, ...] = ()
    indexed: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Artifact:
    """One compiled contract. ``immutables``: (start, length) of the values that deployment writes into the code."""

    name: str
    constructor: tuple[Type, ...]
    functions: dict[str, Entry]
    events: dict[bytes, Entry]
    errors: dict[bytes, Entry]
    bytecode: bytes
    deployed: bytes
    immutables: tuple[tuple[int, int], ...]

    def is_code(self, runtime: bytes) -> bool:
        """Whether the code on a chain is this contract's, whatever was written into its immutable places."""
        return self._masked(runtime) == self._masked(self.deployed)

    def _masked(self, code: bytes) -> bytes:
        plain = bytearray(code)
        for start, length in self.immutables:
            plain[start : start + length] = bytes(length)
        return bytes(plain)


@cache
def artifact(name: str) -> Artifact:
    """The artifact of one of ``CONTRACTS``, read once."""
    from importlib.resources import files  # 20 ms that an import of this module need not pay

    document = orjson.loads(files("chopmark.chain").joinpath("artifacts", f"{name}.json").read_bytes())
    entries = [(item["type"], _entry(item)) for item in document["abi"] if "name" in item]
    constructor = [item for item in document["abi"] if item["type"] == "constructor"]
    return Artifact(
        name=name,
        constructor=_types(constructor[0]["inputs"]) if constructor else (),
        functions={entry.name: entry for kind, entry in entries if kind == "function"},
        events={entry.key: entry for kind, entry in entries if kind == "event"},
        errors={entry.key: entry for kind, entry in entries if kind == "error"},
        bytecode=bytes.fromhex(document["bytecode"][2:]),
        deployed=bytes.fromhex(document["deployedBytecode"][2:]),
        immutables=tuple((place["start"], place["length"]) for place in document["immutableReferences"]),
    )


def _entry(item: dict[str, Any]) -> Entry:
    inputs = _types(item["inputs"])
    signature = f"{item['name']}({','.join(kind.canonical for kind in inputs)})"
    key = keccak(signature.encode())
    return Entry(
        name=item["name"],
        signature=signature,
        key=key if item["type"] == "event" else key[:4],
        names=tuple(part["name"].rstrip("_") for part in item["inputs"]),
        inputs=inputs,
        outputs=_types(item.get("outputs", [])),
        indexed=tuple(bool(part.get("indexed")) for part in item["inputs"]),
    )


def _types(parts: list[dict[str, Any]]) -> tuple[Type, ...]:
    return tuple(type_of(part) for part in parts)
