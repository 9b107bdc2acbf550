"""What the contracts say when they refuse, as ``Refused`` in both languages: rule, values, next step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

from chopmark.chain.abi import AbiFault, Type, decode
from chopmark.chain.artifacts import CONTRACTS, Entry, artifact
from chopmark.chain.quantity import hexed
from chopmark.chain.refusal_words import SAID
from chopmark.chain.rpc import RpcError
from chopmark.core.words import GrantFlag, Role
from chopmark.errors import Refused
from chopmark.wording import Language, Wording

_CHINA = timezone(timedelta(hours=8))
_NODES = {"node", "actor", "issuer"}
_TIMES = {"from", "until", "since", "retired", "earliest", "latest", "present", "deadline", "now"}
_PANIC = Entry("Panic", "Panic(uint256)", bytes.fromhex("4e487b71"), ("code",), (Type("uint", 256),))
_REQUIRE = Entry("Error", "Error(string)", bytes.fromhex("08c379a0"), ("text",), (Type("string", dynamic=True),))
"""What the compiler itself reverts with (Solidity documentation, *Panic via assert and Error via require*)."""


def of(error: RpcError) -> Refused | None:
    """The contract's reason in a node's error; None if there is none in it."""
    data = next(_hex_in(error.data), None)
    return None if data is None else from_revert(data)


def from_revert(data: bytes) -> Refused:
    """The error for what a contract reverted with. Its fact ``rule`` is the contract's error with its values."""
    entry = known_errors().get(data[:4])
    try:
        values = decode(entry.inputs, data[4:]) if entry else ()
    except AbiFault:
        entry, values = None, ()
    if entry is None:
        rule = hexed(data[:36]) or "0x"
        return _refused(SAID["?"].filled(data=rule), rule)
    spoken = {name: _spoken(name, value) for name, value in zip(entry.names, values, strict=True)}
    return _refused(SAID[entry.signature].filled(**spoken), _rule(entry, values))


@cache
def known_errors() -> dict[bytes, Entry]:
    """Every error of the contracts by its selector, and the two of the compiler."""
    found = {entry.key: entry for entry in (_PANIC, _REQUIRE)}
    for name in CONTRACTS:
        found = artifact(name).errors | found
    return found


def _refused(said: Wording, rule: str) -> Refused:
    return Refused(
        why=said,
        fix_zh=said.next_step(Language.ZH, {}),
        fix_en=said.next_step(Language.EN, {}),
        rule=rule,
    )


def _rule(entry: Entry, values: tuple[Any, ...]) -> str:
    shown = (hexed(value) if isinstance(value, bytes) else str(value) for value in values)
    return f"{entry.name}({', '.join(shown)})"


def _hex_in(data: object) -> Iterator[bytes]:
    """Revert bytes wherever a client puts them: in the data, behind a word, or inside an object."""
    if isinstance(data, dict):
        for value in data.values():
            yield from _hex_in(value)
    elif isinstance(data, str):
        text = data.rpartition(" ")[2].removeprefix("0x")
        if len(text) >= 8 and len(text) % 64 == 8 and all(char in "0123456789abcdefABCDEF" for char in text):
            yield bytes.fromhex(text)


def _spoken(name: str, value: Any) -> object:
    """A value as people read it."""
    if name in _NODES:
        return _node(value)
    if name in _TIMES:
        return datetime.fromtimestamp(min(value, 253402243200), _CHINA).strftime("%Y-%m-%d %H:%M:%S (UTC+8)")
    if name.lower().endswith("kind"):
        return value.rstrip(b"\0").decode("ascii", "backslashreplace") or "—"
    if name == "role":
        return "+".join(flag.name or "?" for flag in Role(value)) or "—"
    if name == "flags":
        return "+".join(flag.name or "?" for flag in GrantFlag(value & 7)) or "—"
    if name == "text":
        return value.decode("utf-8", "backslashreplace")[:200]
    return hexed(value) if isinstance(value, bytes) else value


def _node(node: bytes) -> Wording:
    serial = int.from_bytes(node[24:], "big")
    return Wording(f"机构 {serial} 号", f"node {serial}") if serial else Wording("根授权机构", "the root authority")
