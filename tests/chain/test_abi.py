"""The ABI codec agrees with eth-abi on everything that the contracts have, and refuses what does not fit."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from eth_abi.abi import encode as reference_encode
from hypothesis import given
from hypothesis import strategies as st

from chopmark.chain.abi import AbiFault, Type, decode, encode, type_of
from chopmark.chain.artifacts import CONTRACTS, artifact


def shapes() -> list[tuple[str, tuple[Type, ...]]]:
    """Every list of types in the contracts' interfaces."""
    found = {}
    for name in CONTRACTS:
        contract = artifact(name)
        entries = [*contract.functions.values(), *contract.events.values(), *contract.errors.values()]
        for entry in entries:
            found[entry.signature] = entry.inputs
            found[f"{entry.signature} returns"] = entry.outputs
    return sorted(found.items())


def values_of(kind: Type) -> st.SearchStrategy[Any]:
    match kind.base:
        case "uint":
            return st.integers(0, (1 << kind.width) - 1)
        case "bool":
            return st.booleans()
        case "address":
            return st.binary(min_size=20, max_size=20)
        case "bytes":
            return st.binary(max_size=70) if kind.dynamic else st.binary(min_size=kind.width, max_size=kind.width)
        case "string":
            return st.text(max_size=40)
        case "array":
            return st.lists(values_of(kind.parts[0]), max_size=4).map(tuple)
        case _:
            return st.tuples(*(values_of(part) for part in kind.parts))


def as_decoded(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode()
    return tuple(as_decoded(part) for part in value) if isinstance(value, tuple) else value


@pytest.mark.parametrize(("signature", "types"), shapes(), ids=[name for name, _ in shapes()])
def test_agrees_with_eth_abi(signature: str, types: tuple[Type, ...]) -> None:
    @given(st.tuples(*(values_of(kind) for kind in types)))
    def agrees(values: tuple[Any, ...]) -> None:
        encoded = encode(types, values)
        spoken = [as_reference(kind, value) for kind, value in zip(types, values, strict=True)]
        assert encoded == reference_encode([kind.canonical for kind in types], spoken)
        assert decode(types, encoded) == as_decoded(values)

    agrees()


def as_reference(kind: Type, value: Any) -> Any:
    """eth-abi takes addresses as text."""
    if kind.base == "address":
        return "0x" + value.hex()
    if kind.base in ("tuple", "array"):
        parts = kind.parts if kind.base == "tuple" else kind.parts * len(value)
        return [as_reference(part, item) for part, item in zip(parts, value, strict=True)]
    return value


U8, TEXT = Type("uint", 8), Type("string", dynamic=True)
ARRAY = Type("array", parts=(Type("uint", 256),), dynamic=True)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (U8, 256),
        (U8, -1),
        (U8, "1"),
        (U8, b"\1"),
        (Type("bool"), 1),
        (Type("bytes", 8), b"\0" * 9),
        (Type("bytes", 8), b""),
        (Type("address"), b"\0" * 32),
        (Type("address"), "0x" + "00" * 20),
        (TEXT, 5),
        (ARRAY, 5),
    ],
)
def test_refuses_a_value_that_does_not_fit(kind: Type, value: Any) -> None:
    with pytest.raises(AbiFault):
        encode([kind], [value])


def test_refuses_another_number_of_values() -> None:
    with pytest.raises(AbiFault):
        encode([U8], [])


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (U8, b""),
        (U8, word(256)),
        (Type("bool"), word(2)),
        (Type("address"), word(1 << 160)),
        (Type("bytes", 8), b"\1" * 32),
        (TEXT, b""),
        (TEXT, word(1 << 40)),
        (TEXT, word(32)),
        (TEXT, word(32) + word(5) + b"abc"),
        (ARRAY, word(32) + word(1 << 60)),
        (ARRAY, word(32) + word(2) + word(1)),
    ],
)
def test_refuses_data_that_cannot_be(kind: Type, data: bytes) -> None:
    with pytest.raises(AbiFault):
        decode([kind], data)


@given(st.binary(max_size=400))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    types = artifact("AttestationRegistry").functions["setStatus"].inputs
    with suppress(AbiFault):
        decode(types, data)


def test_types_that_no_contract_here_has_are_refused() -> None:
    for name in ("int256", "function", "uint8[3]", "bytes33x"):
        with pytest.raises(AbiFault):
            type_of({"type": name})
