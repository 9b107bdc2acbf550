"""core.typed_data and core.signature: the same digests as eth-account's, one document for one digest, one spelling of a signature."""

from __future__ import annotations

import copy
import json
import os
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import _hash_eip191_message, encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from chopmark.core.signature import ORDER, normal, read_signature, recover
from chopmark.core.strictjson import canonical
from chopmark.core.typed_data import (
    Attest,
    Domain,
    Message,
    SetStatus,
    Supersede,
    TypedData,
    indices_of,
    masks_of,
    read_typed_data,
    type_text,
    typed_data_of,
)
from chopmark.errors import FormatError

b32, address = st.binary(min_size=32, max_size=32), st.binary(min_size=20, max_size=20)
u8, u40, u256 = (st.integers(0, 2**bits - 1) for bits in (8, 40, 256))
kinds = st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True)
changes = st.lists(st.tuples(u256, u256), max_size=5).map(tuple)
messages: st.SearchStrategy[Message] = st.one_of(
    st.builds(Attest, b32, address, kinds, b32, u40, u8, u40),
    st.builds(SetStatus, b32, address, b32, u8, u8, changes, b32, u40),
    st.builds(Supersede, b32, address, b32, u40, b32, u40, u8, u40),
)
domains = st.builds(Domain, st.integers(1, 2**53 - 1), address)
typed = st.builds(TypedData, domains, messages)


def eth_digest(document: dict[str, Any]) -> bytes:
    """The digest by eth-account, which takes numbers as numbers only."""
    whole = copy.deepcopy(document)
    for change in whole["message"].get("changes", []):
        change["word"], change["mask"] = int(change["word"]), int(change["mask"])
    return bytes(_hash_eip191_message(encode_typed_data(full_message=whole)))


@given(typed)
def test_digests_are_those_of_another_implementation(data: TypedData) -> None:
    assert data.digest == eth_digest(json.loads(canonical(data.as_json())))


@given(typed)
def test_a_document_reads_back(data: TypedData) -> None:
    assert read_typed_data(canonical(data.as_json())) == data
    assert read_typed_data(json.dumps(data.as_json(), indent=2).encode()) == data


@given(typed, typed)
def test_what_differs_has_another_digest(one: TypedData, other: TypedData) -> None:
    assert (one == other) is (one.digest == other.digest)


def test_types_as_the_contract_has_them() -> None:
    assert type_text(Attest) == (
        "Attest(bytes32 issuer,address signer,bytes8 kind,bytes32 root,uint40 size,uint8 algorithm,uint40 deadline)"
    )
    assert type_text(SetStatus) == (
        "SetStatus(bytes32 issuer,address signer,bytes32 root,uint8 op,uint8 reason,Change[] changes,bytes32 nonce,"
        "uint40 deadline)Change(uint256 word,uint256 mask)"
    )
    assert type_text(Supersede) == (
        "Supersede(bytes32 issuer,address signer,bytes32 oldRoot,uint40 oldIndex,bytes32 newRoot,uint40 newIndex,"
        "uint8 reason,uint40 deadline)"
    )


DATA = TypedData(
    Domain(7, b"\x0d" * 20), SetStatus(b"\x01" * 32, b"\x02" * 20, b"\x03" * 32, 2, 1, ((0, 5),), b"\x04" * 32, 99)
)
DOCUMENT: dict[str, Any] = json.loads(canonical(DATA.as_json()))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("primaryType",), "Permit"),
        (("primaryType",), ["SetStatus"]),
        (("primaryType",), "Attest"),
        (("types", "SetStatus", 0, "type"), "bytes"),
        (("types", "Extra"), []),
        (("extra",), 1),
        (("domain", "name"), "Another"),
        (("domain", "version"), "2"),
        (("domain", "salt"), "0x00"),
        (("domain", "chainId"), "7"),
        (("domain", "chainId"), -1),
        (("domain", "chainId"), True),
        (("domain", "verifyingContract"), "0x" + "0D" * 20),
        (("domain", "verifyingContract"), "0x" + "0d" * 19),
        (("message", "issuer"), "01" * 32),
        (("message", "root"), None),
        (("message", "op"), 256),
        (("message", "op"), "2"),
        (("message", "deadline"), 2**40),
        (("message", "changes"), {}),
        (("message", "changes"), [{"word": "0", "mask": "5"}] * 10_001),
        (("message", "changes", 0, "mask"), 5),
        (("message", "changes", 0, "mask"), "05"),
        (("message", "changes", 0, "mask"), str(2**256)),
        (("message", "changes", 0, "mask"), "٥"),
        (("message", "changes", 0, "extra"), "5"),
        (("message", "extra"), 1),
    ],
)
def test_a_document_that_is_not_exactly_this_is_refused(path: tuple[Any, ...], value: object) -> None:
    changed = copy.deepcopy(DOCUMENT)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(FormatError):
        typed_data_of(changed)


def test_a_member_that_is_missing_is_refused() -> None:
    for at in ("types", "primaryType", "domain", "message"):
        with pytest.raises(FormatError, match=at):
            typed_data_of({name: value for name, value in DOCUMENT.items() if name != at})
    with pytest.raises(FormatError):
        read_typed_data(b'{"types":{},"types":{}}')
    with pytest.raises(FormatError):
        typed_data_of([])


@pytest.mark.parametrize(
    "message",
    [
        Attest(b"\x01" * 31, b"\x02" * 20, "degree", bytes(32), 1, 1, 1),
        Attest(b"\x01" * 32, b"\x02" * 32, "degree", bytes(32), 1, 1, 1),
        Attest(b"\x01" * 32, b"\x02" * 20, "Degree", bytes(32), 1, 1, 1),
        Attest(b"\x01" * 32, b"\x02" * 20, "degree", bytes(32), 2**40, 1, 1),
        Attest(b"\x01" * 32, b"\x02" * 20, "degree", bytes(32), -1, 1, 1),
        SetStatus(b"\x01" * 32, b"\x02" * 20, bytes(32), 2, 1, ((0, 2**256),), bytes(32), 1),
        SetStatus(b"\x01" * 32, b"\x02" * 20, bytes(32), 2, True, (), bytes(32), 1),
    ],
)
def test_what_a_type_cannot_hold_has_no_digest(message: Message) -> None:
    with pytest.raises(FormatError):
        TypedData(DATA.domain, message).digest  # noqa: B018


@given(st.sets(st.integers(0, 5000), max_size=300))
def test_indices_and_masks_say_the_same(indices: set[int]) -> None:
    pairs = masks_of(indices)
    assert list(indices_of(pairs)) == sorted(indices)
    assert [word for word, _ in pairs] == sorted({index // 256 for index in indices})


# -- signatures


def signed(digest: bytes, key: bytes) -> bytes:
    return bytes(Account.unsafe_sign_hash(digest, key).signature)


@given(st.binary(min_size=32, max_size=32), st.integers(1, ORDER - 1))
def test_the_signer_is_recovered(digest: bytes, secret: int) -> None:
    key = secret.to_bytes(32, "big")
    signature = signed(digest, key)
    expected = bytes.fromhex(Account.from_key(key).address[2:])
    assert recover(digest, signature) == expected
    assert recover(bytes(32) if any(digest) else b"\x01" * 32, signature) != expected
    other = bytearray(signature)
    other[secret % 64] ^= 1
    assert recover(digest, bytes(other)) != expected


def test_only_one_spelling_counts_and_the_others_are_brought_into_it() -> None:
    digest, key = os.urandom(32), os.urandom(32)
    signature = signed(digest, key)
    high = signature[:32] + (ORDER - int.from_bytes(signature[32:64], "big")).to_bytes(32, "big")
    spellings = [
        signature[:64] + bytes((signature[64] - 27,)),
        high + bytes((55 - signature[64],)),
        high + bytes((28 - signature[64],)),
    ]
    assert recover(digest, signature) is not None
    for other in spellings:
        assert recover(digest, other) is None
        assert normal(other) == signature
    assert normal(signature) == signature
    for no_signature in (
        b"",
        bytes(64),
        bytes(65),
        b"\xff" * 64 + b"\x1b",
        signature + b"\0",
        signature[:64] + b"\x1d",
    ):
        assert recover(digest, no_signature) is None
        assert recover(digest, normal(no_signature)) is None


def test_signatures_as_text() -> None:
    signature = signed(bytes(32), b"\x01" * 32)
    assert read_signature("0x" + signature.hex()) == signature
    assert read_signature("0x" + signature.hex().upper()) == signature
    for wrong in ("", "0x", "0x1", signature.hex(), "0x" + "0g", "0x" + "00" * 8193, None, 7, "0x" + "٠٠"):
        with pytest.raises(FormatError):
            read_signature(wrong)
