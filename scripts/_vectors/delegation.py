"""Signed messages for the delegation contract (FORMAT §15): the typed data, what is hashed, and signatures good and bad.

Made with eth-account and not with the project's own typed data, which these are to check.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from _vectors.bundles import CHAIN_ID, ISSUER
from _vectors.seeded import Stream

ABOUT = (
    "Messages for the delegation contract (FORMAT §15): `typed_data` as wallets take it (`eth_signTypedData_v4`; numbers of "
    "256 bits as decimal text), `domain_separator`, `struct_hash` and `digest`, and whether `signature` is the signer's."
)
SOURCE = "eth-account, whose typed data and signatures (RFC 6979) owe nothing to this project. The key is no secret."

CONTRACT = "0x9fe46736679d2d9a65f0992f2272de9f3c7fa6e0"
KEY = keccak(text="a registrar's key, for test vectors only")
SIGNER = Account.from_key(KEY).address.lower()
DEADLINE = 4_102_444_800
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
MEMBERS = {
    "EIP712Domain": "string name,string version,uint256 chainId,address verifyingContract",
    "Attest": "bytes32 issuer,address signer,bytes8 kind,bytes32 root,uint40 size,uint8 algorithm,uint40 deadline",
    "SetStatus": "bytes32 issuer,address signer,bytes32 root,uint8 op,uint8 reason,Change[] changes,bytes32 nonce,"
    "uint40 deadline",
    "Supersede": "bytes32 issuer,address signer,bytes32 oldRoot,uint40 oldIndex,bytes32 newRoot,uint40 newIndex,"
    "uint8 reason,uint40 deadline",
    "Change": "uint256 word,uint256 mask",
}

Json = dict[str, Any]
Change = Callable[[Json], None]


def _types(name: str) -> Json:
    used = ["EIP712Domain", name, *(["Change"] if name == "SetStatus" else [])]
    fields = {each: [member.split() for member in MEMBERS[each].split(",")] for each in used}
    return {each: [{"name": name, "type": kind} for kind, name in pairs] for each, pairs in fields.items()}


def document(name: str, *values: object, **domain: object) -> Json:
    """The typed data of one message, its members in order."""
    types = _types(name)
    whole = {"name": "Chopmark", "version": "1", "chainId": CHAIN_ID, "verifyingContract": CONTRACT} | domain
    message = {member["name"]: value for member, value in zip(types[name], values, strict=True)}
    return {"types": types, "primaryType": name, "domain": whole, "message": message}


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def attest(size: int = 300, **domain: object) -> Json:
    root = Stream("the root of a class")(32)
    values = (_hex(ISSUER), SIGNER, _hex(b"degree\0\0"), _hex(root), size, 1, DEADLINE)
    return document("Attest", *values, **domain)


def set_status(op: int, changes: Sequence[tuple[int, int]]) -> Json:
    pairs = [{"word": str(word), "mask": str(mask)} for word, mask in changes]
    root, nonce = Stream("the root of a class")(32), Stream("a nonce")(32)
    return document("SetStatus", _hex(ISSUER), SIGNER, _hex(root), op, 1, pairs, _hex(nonce), DEADLINE)


def supersede(new_index: int = 0) -> Json:
    old, new = Stream("the root of a class")(32), Stream("the root of a correction")(32)
    return document("Supersede", _hex(ISSUER), SIGNER, _hex(old), 7, _hex(new), new_index, 2, DEADLINE)


GOOD: dict[str, Json] = {
    "an attestation": attest(),
    "an attestation of the largest batch": attest(size=2**40 - 1),
    "a revocation": set_status(2, [(0, 1 << 7)]),
    "a suspension in three words": set_status(3, [(0, 2**256 - 1), (1, 1), (2**32 - 1, 1 << 255)]),
    "a change of nothing": set_status(4, []),
    "a supersession": supersede(),
}
"""The contract's registry refuses the one without changes, but it is a message like the others."""


def _signed(typed: Json) -> bytes:
    return bytes(Account.sign_message(signable(typed), KEY).signature)


def signable(typed: Json) -> Any:
    """What eth-account makes of the typed data: its header is the domain separator, its body the struct hash."""
    message = dict(typed["message"])
    if "changes" in message:
        message["changes"] = [{name: int(text) for name, text in pair.items()} for pair in message["changes"]]
    return encode_typed_data(full_message=typed | {"message": message})


def _parts(signature: bytes) -> tuple[bytes, int, int]:
    return signature[:32], int.from_bytes(signature[32:64], "big"), signature[64]


def _other_half(signature: bytes) -> bytes:
    r, s, v = _parts(signature)
    return r + (ORDER - s).to_bytes(32, "big") + bytes([55 - v])


def _compact(signature: bytes) -> bytes:
    r, s, v = _parts(signature)
    return r + (s | (v - 27) << 255).to_bytes(32, "big")


def _bad() -> dict[str, tuple[Json, bytes, str]]:
    typed = attest()
    good = _signed(typed)
    somebody = bytes(Account.sign_message(signable(typed), keccak(text="somebody else's key")).signature)
    return {
        "by another key": (typed, somebody, "it recovers to another address"),
        "s in the upper half": (typed, _other_half(good), "s is at most half the group's order"),
        "v is 0 or 1": (typed, good[:64] + bytes([good[64] - 27]), "v is 27 or 28"),
        "the other v": (typed, good[:64] + bytes([55 - good[64]]), "it recovers to another address"),
        "64 bytes (ERC-2098)": (typed, _compact(good), "a signature has 65 bytes"),
        "66 bytes": (typed, good + b"\0", "a signature has 65 bytes"),
        "none": (typed, b"", "a signature has 65 bytes"),
        "zeros": (typed, bytes(65), "it recovers to nobody"),
        "for another chain": (typed, _signed(attest(chainId=1)), "the domain has the chain's id"),
        "for another contract": (typed, _signed(attest(verifyingContract="0x" + "11" * 20)), "the domain has the contract"),
        "for version 2": (typed, _signed(attest(version="2")), "the domain's version is 1"),
        "of another size": (typed, _signed(attest(size=301)), "the message was changed"),
        "of another supersession": (supersede(), _signed(supersede(1)), "the message was changed"),
        "of another mask": (set_status(2, [(0, 2)]), _signed(set_status(2, [(0, 3)])), "the message was changed"),
        "of a revocation, for a suspension": (set_status(3, [(0, 2)]), _signed(set_status(2, [(0, 2)])), "op is signed"),
    }  # fmt: skip


def cases() -> list[dict[str, object]]:
    """Signed messages, then signatures that are none."""
    found = [_case(name, typed, _signed(typed)) | {"valid": True} for name, typed in GOOD.items()]
    for name, (typed, signature, why) in _bad().items():
        found.append(_case(name, typed, signature) | {"valid": False, "why": why})
    return found


def _case(name: str, typed: Json, signature: bytes) -> dict[str, object]:
    parts = signable(typed)
    return {
        "name": name,
        "typed_data": typed,
        "domain_separator": bytes(parts.header).hex(),
        "struct_hash": bytes(parts.body).hex(),
        "digest": keccak(b"\x19\x01" + parts.header + parts.body).hex(),
        "signature": signature.hex(),
    }
