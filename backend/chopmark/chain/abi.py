"""The Solidity ABI, as far as the contracts of ``contracts/`` use it (decision 0005).

Written here because the library for it takes 0.4 s to import: the check of one credential must not wait
for that. ``tests/chain/test_abi.py`` holds it equal to eth-abi over every function, event and error of the contracts.

Source: Solidity documentation, *Contract ABI Specification*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

WORD = 32

Value: TypeAlias = "int | bool | bytes | str | Sequence[Value]"
"""``uintN`` int, ``bool`` bool, ``address`` and ``bytes`` of any sort bytes, ``string`` str, tuples and arrays sequences."""


class AbiFault(ValueError):
    """A value that its type cannot hold, or bytes that are no such values. Never shown to people as it is."""


@dataclass(frozen=True, slots=True)
class Type:
    """One ABI type. ``base``: its name, ``tuple`` or ``array``; ``width``: bits of an integer, bytes of a ``bytesN``."""

    base: str
    width: int = 0
    parts: tuple[Type, ...] = ()
    dynamic: bool = field(default=False)

    @property
    def size(self) -> int:
        """Bytes it takes in the head of what contains it."""
        return sum(part.size for part in self.parts) if self.base == "tuple" and not self.dynamic else WORD

    @property
    def canonical(self) -> str:
        """The name that goes into a signature."""
        if self.base == "tuple":
            return "(" + ",".join(part.canonical for part in self.parts) + ")"
        if self.base == "array":
            return self.parts[0].canonical + "[]"
        return f"{self.base}{self.width or ''}"


def type_of(item: Mapping[str, Any]) -> Type:
    """The type of one entry of an ABI's ``inputs`` or ``outputs``. Raises ``AbiFault`` for one that is not supported."""
    name: str = item["type"]
    if name.endswith("[]"):
        return Type("array", parts=(type_of({**item, "type": name[:-2]}),), dynamic=True)
    if name == "tuple":
        parts = tuple(type_of(part) for part in item["components"])
        return Type("tuple", parts=parts, dynamic=any(part.dynamic for part in parts))
    if name in ("string", "bytes"):
        return Type(name, dynamic=True)
    if name in ("address", "bool"):
        return Type(name)
    for base in ("uint", "bytes"):
        if name.startswith(base) and name[len(base) :].isdigit():
            return Type(base, int(name[len(base) :]))
    raise AbiFault(f"type {name} is not supported")


def encode(types: Sequence[Type], values: Sequence[Value]) -> bytes:
    """Arguments as the ABI lays them out. Raises ``AbiFault`` for a value that its type cannot hold."""
    if len(types) != len(values):
        raise AbiFault(f"{len(types)} values expected, {len(values)} given")
    start = sum(kind.size for kind in types)
    head: list[bytes] = []
    tail: list[bytes] = []
    for kind, value in zip(types, values, strict=True):
        encoded = _encode_one(kind, value)
        if kind.dynamic:
            head.append(start.to_bytes(WORD, "big"))
            tail.append(encoded)
            start += len(encoded)
        else:
            head.append(encoded)
    return b"".join(head + tail)


def _encode_one(kind: Type, value: Value) -> bytes:
    if kind.base == "tuple" and isinstance(value, Sequence):
        return encode(kind.parts, value)
    if kind.base == "array" and isinstance(value, Sequence):
        return len(value).to_bytes(WORD, "big") + encode(kind.parts * len(value), value)
    if kind.base == "string" and isinstance(value, str):
        return _encode_one(Type("bytes", dynamic=True), value.encode())
    if kind.dynamic and isinstance(value, bytes):
        return len(value).to_bytes(WORD, "big") + value + bytes(-len(value) % WORD)
    return _encode_word(kind, value)


def _encode_word(kind: Type, value: Value) -> bytes:
    if kind.base == "uint" and isinstance(value, int) and 0 <= value < 1 << kind.width:
        return value.to_bytes(WORD, "big")
    if kind.base == "bool" and isinstance(value, bool):
        return value.to_bytes(WORD, "big")
    if kind.base == "address" and isinstance(value, bytes) and len(value) == 20:
        return value.rjust(WORD, b"\0")
    if kind.base == "bytes" and isinstance(value, bytes) and len(value) == kind.width:
        return value.ljust(WORD, b"\0")
    raise AbiFault(f"no {kind.canonical}: {type(value).__name__}")


def decode(types: Sequence[Type], data: bytes) -> tuple[Any, ...]:
    """The values in ``data``; a ``string`` comes as its bytes, because nothing forces a contract's text to be UTF-8.

    Raises ``AbiFault`` if the data are too short or a value overflows its type; unused bytes are let be.
    """
    values, at = [], 0
    for kind in types:
        if kind.dynamic:
            offset = _number(data, at)
            values.append(_decode_one(kind, _from(data, offset)))
        else:
            values.append(_decode_one(kind, data[at : at + kind.size]))
        at += kind.size
    return tuple(values)


def _decode_one(kind: Type, data: bytes) -> Any:
    if kind.base == "tuple":
        return decode(kind.parts, data)
    if kind.base == "array":
        count = _number(data, 0)
        if count * kind.parts[0].size > len(data):
            raise AbiFault("an array is longer than its data")
        return decode(kind.parts * count, data[WORD:])
    if kind.dynamic:
        length = _number(data, 0)
        if WORD + length > len(data):
            raise AbiFault("text is longer than its data")
        return data[WORD : WORD + length]
    return _decode_word(kind, data[:WORD])


def _decode_word(kind: Type, word: bytes) -> int | bool | bytes:
    number = _number(word, 0)
    if kind.base == "uint" and number < 1 << kind.width:
        return number
    if kind.base == "bool" and number < 2:
        return bool(number)
    if kind.base == "address" and number < 1 << 160:
        return word[12:]
    if kind.base == "bytes" and not any(word[kind.width :]):
        return word[: kind.width]
    raise AbiFault(f"no {kind.canonical}: 0x{word.hex()}")


def _number(data: bytes, at: int) -> int:
    word = data[at : at + WORD]
    if len(word) != WORD:
        raise AbiFault("the data end too early")
    return int.from_bytes(word, "big")


def _from(data: bytes, offset: int) -> bytes:
    if offset > len(data):
        raise AbiFault("an offset points past the data")
    return data[offset:]
