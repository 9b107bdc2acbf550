"""Typed data (EIP-712): what a registrar's key signs when somebody else sends and pays (FORMAT, *Delegation*).

Three messages, one for each thing that an issuer may say: ``Attest``, ``SetStatus``, ``Supersede``. ``TypedData`` puts
one under a domain, which ties it to one contract on one chain; its ``digest`` is what is signed. The JSON form is the
one that wallets take (``eth_signTypedData_v4``); reading it back is strict, so that one digest has one document.

Source: EIP-712, *Definition of hashStruct* and *Definition of domainSeparator*.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, TypeAlias

from chopmark.core.digest import keccak
from chopmark.core.leaf import kind_bytes, kind_code
from chopmark.core.strictjson import MAX_INTEGER, JsonValue, read
from chopmark.errors import FormatError
from chopmark.wording import Wording

NAME: Final = "Chopmark"
VERSION: Final = "1"
LIMIT: Final = 8 << 20
"""Bytes of one document: ten thousand status words take two million."""
CHANGES_LIMIT: Final = 10_000
"""Status words in one message: far more than a block has gas for."""

Pair: TypeAlias = tuple[int, int]
"""A status word's index and the mask of its leaves."""
_Fields: TypeAlias = tuple[tuple[str, str], ...]

_CHANGE: Final = "Change"
_CHANGE_FIELDS: Final[_Fields] = (("word", "uint256"), ("mask", "uint256"))
_DOMAIN: Final = "EIP712Domain"
_DOMAIN_FIELDS: Final[_Fields] = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)


@dataclass(frozen=True, slots=True)
class Domain:
    """Where a signature counts: the chain's id and the delegation contract's address (20 bytes), nowhere else."""

    chain_id: int
    contract: bytes

    @property
    def separator(self) -> bytes:
        """The domain's hash, 32 bytes."""
        fields = (keccak(NAME.encode()), keccak(VERSION.encode()), _word(self.chain_id), self.contract.rjust(32, b"\0"))
        return keccak(_type_hash(_DOMAIN, _DOMAIN_FIELDS) + b"".join(fields))


@dataclass(frozen=True, slots=True)
class Attest:
    """Commit a batch. ``deadline``: the last second of a block's time in which this may be carried out."""

    issuer: bytes
    signer: bytes
    kind: str
    root: bytes
    size: int
    algorithm: int
    deadline: int

    TYPE: ClassVar[str] = "Attest"
    FIELDS: ClassVar[_Fields] = (
        ("issuer", "bytes32"),
        ("signer", "address"),
        ("kind", "bytes8"),
        ("root", "bytes32"),
        ("size", "uint40"),
        ("algorithm", "uint8"),
        ("deadline", "uint40"),
    )


@dataclass(frozen=True, slots=True)
class SetStatus:
    """Revoke, suspend or resume leaves of a batch. ``nonce``: 32 random bytes, so that no two are the same."""

    issuer: bytes
    signer: bytes
    root: bytes
    op: int
    reason: int
    changes: tuple[Pair, ...]
    nonce: bytes
    deadline: int

    TYPE: ClassVar[str] = "SetStatus"
    FIELDS: ClassVar[_Fields] = (
        ("issuer", "bytes32"),
        ("signer", "address"),
        ("root", "bytes32"),
        ("op", "uint8"),
        ("reason", "uint8"),
        ("changes", "Change[]"),
        ("nonce", "bytes32"),
        ("deadline", "uint40"),
    )


@dataclass(frozen=True, slots=True)
class Supersede:
    """Revoke a leaf in favour of another one of the same issuer and kind."""

    issuer: bytes
    signer: bytes
    old_root: bytes
    old_index: int
    new_root: bytes
    new_index: int
    reason: int
    deadline: int

    TYPE: ClassVar[str] = "Supersede"
    FIELDS: ClassVar[_Fields] = (
        ("issuer", "bytes32"),
        ("signer", "address"),
        ("oldRoot", "bytes32"),
        ("oldIndex", "uint40"),
        ("newRoot", "bytes32"),
        ("newIndex", "uint40"),
        ("reason", "uint8"),
        ("deadline", "uint40"),
    )


Message: TypeAlias = Attest | SetStatus | Supersede
_MESSAGES: Final[Mapping[str, type[Message]]] = {each.TYPE: each for each in (Attest, SetStatus, Supersede)}


@dataclass(frozen=True, slots=True)
class TypedData:
    """One message under one domain."""

    domain: Domain
    message: Message

    @property
    def digest(self) -> bytes:
        """What is signed, 32 bytes. Raises ``FormatError`` for a value that its type cannot hold."""
        return keccak(b"\x19\x01" + self.domain.separator + struct_hash(self.message))

    def as_json(self) -> dict[str, JsonValue]:
        """The document that wallets show and sign. Numbers that may pass 2^53 stand as decimal text."""
        return {
            "types": _types_json(type(self.message)),
            "primaryType": self.message.TYPE,
            "domain": {
                "name": NAME,
                "version": VERSION,
                "chainId": self.domain.chain_id,
                "verifyingContract": "0x" + self.domain.contract.hex(),
            },
            "message": {
                name: _value_json(type_, value)
                for (name, type_), value in zip(self.message.FIELDS, _values(self.message), strict=True)
            },
        }


def struct_hash(message: Message) -> bytes:
    """``hashStruct`` of a message, 32 bytes. Raises ``FormatError`` for a value that its type cannot hold."""
    encoded = (
        _encoded(type_, name, value) for (name, type_), value in zip(message.FIELDS, _values(message), strict=True)
    )
    return keccak(_type_hash(message.TYPE, message.FIELDS) + b"".join(encoded))


def type_text(kind: type[Message]) -> str:
    """``encodeType`` of a message, the referenced struct behind it."""
    own = _signature(kind.TYPE, kind.FIELDS)
    return own + _signature(_CHANGE, _CHANGE_FIELDS) if _uses_change(kind.FIELDS) else own


def read_typed_data(data: bytes) -> TypedData:
    """Read a document. Raises ``FormatError`` naming what is wrong, also for what only *could* mean the same."""
    return typed_data_of(read(data, what=_WHERE, limit=LIMIT))


def typed_data_of(document: JsonValue) -> TypedData:
    """As ``read_typed_data``, of a value that was read already."""
    whole = _members(document, "types", "primaryType", "domain", "message")
    primary = whole["primaryType"]
    kind = _MESSAGES.get(primary) if isinstance(primary, str) else None
    if kind is None:
        raise _wrong(_VERB.filled(name=str(primary)[:40]))
    if whole["types"] != _types_json(kind):
        raise _wrong(_TYPES)
    domain = _members(whole["domain"], *(name for name, _ in _DOMAIN_FIELDS))
    if (domain["name"], domain["version"]) != (NAME, VERSION):
        raise _wrong(_OTHER_DOMAIN)
    chain_id = _read_value("uint53", "chainId", domain["chainId"])
    contract = _read_value("address", "verifyingContract", domain["verifyingContract"])
    message = _members(whole["message"], *(name for name, _ in kind.FIELDS))
    return TypedData(
        Domain(chain_id, contract), kind(*(_read_value(type_, name, message[name]) for name, type_ in kind.FIELDS))
    )


# -- encoding


def _values(message: Message) -> list[Any]:
    """The fields of a message in the order of its type."""
    return [getattr(message, name) for name in type(message).__dataclass_fields__ if name not in ("TYPE", "FIELDS")]


def _signature(name: str, fields: _Fields) -> str:
    return f"{name}({','.join(f'{type_} {field}' for field, type_ in fields)})"


def _uses_change(fields: _Fields) -> bool:
    return any(type_ == f"{_CHANGE}[]" for _, type_ in fields)


def _type_hash(name: str, fields: _Fields) -> bytes:
    text = _signature(name, fields)
    return keccak((text + _signature(_CHANGE, _CHANGE_FIELDS) if _uses_change(fields) else text).encode())


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _encoded(type_: str, name: str, value: Any) -> bytes:
    """``encodeData`` of one field: a word."""
    if type_ == f"{_CHANGE}[]":
        head = _type_hash(_CHANGE, _CHANGE_FIELDS)
        pairs = [(_integer("uint256", "word", word), _integer("uint256", "mask", mask)) for word, mask in value]
        return keccak(b"".join(keccak(head + _word(word) + _word(mask)) for word, mask in pairs))
    if type_ == "bytes8":
        return kind_bytes(value).ljust(32, b"\0")
    if type_ in _LENGTHS:
        if type(value) is not bytes or len(value) != _LENGTHS[type_]:
            raise _wrong(_BAD_VALUE.filled(name=name, type=type_))
        return value.rjust(32, b"\0") if type_ == "address" else value
    return _word(_integer(type_, name, value))


def _integer(type_: str, name: str, value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << int(type_.removeprefix("uint")):
        raise _wrong(_BAD_VALUE.filled(name=name, type=type_))
    return value


# -- the document


def _types_json(kind: type[Message]) -> dict[str, JsonValue]:
    named = {_DOMAIN: _DOMAIN_FIELDS, kind.TYPE: kind.FIELDS}
    if _uses_change(kind.FIELDS):
        named[_CHANGE] = _CHANGE_FIELDS
    return {name: [{"name": field, "type": type_} for field, type_ in fields] for name, fields in named.items()}


def _value_json(type_: str, value: Any) -> JsonValue:
    if type_ == f"{_CHANGE}[]":
        return [{"word": str(word), "mask": str(mask)} for word, mask in value]
    if type_ == "bytes8":
        return "0x" + kind_bytes(value).hex()
    return "0x" + value.hex() if type_ in _LENGTHS else int(value)


def _read_value(type_: str, name: str, value: JsonValue) -> Any:
    return _READERS[type_](name, value)


def _read_bytes(length: int) -> Callable[[str, JsonValue], bytes]:
    pattern = re.compile(rf"0x[0-9a-f]{{{2 * length}}}", re.ASCII)

    def one(name: str, value: JsonValue) -> bytes:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise _wrong(_NOT_HEX.filled(name=name, length=length))
        return bytes.fromhex(value[2:])

    return one


def _read_kind(name: str, value: JsonValue) -> str:
    return kind_code(_read_bytes(8)(name, value))


def _read_number(bits: int) -> Callable[[str, JsonValue], int]:
    def one(name: str, value: JsonValue) -> int:
        if type(value) is not int or not 0 <= value <= min((1 << bits) - 1, MAX_INTEGER):
            raise _wrong(_BAD_VALUE.filled(name=name, type=f"uint{bits}"))
        return value

    return one


def _read_changes(name: str, value: JsonValue) -> tuple[Pair, ...]:
    if not isinstance(value, list) or len(value) > CHANGES_LIMIT:
        raise _wrong(_BAD_VALUE.filled(name=name, type="Change[]"))
    return tuple(_read_change(each) for each in value)


def _read_change(value: JsonValue) -> Pair:
    pair = _members(value, "word", "mask")
    return _read_decimal("word", pair["word"]), _read_decimal("mask", pair["mask"])


def _read_decimal(name: str, value: JsonValue) -> int:
    """A number as decimal text, without leading zeros."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value) or int(value) >> 256:
        raise _wrong(_BAD_VALUE.filled(name=name, type="uint256"))
    return int(value)


def _members(value: JsonValue, *names: str) -> dict[str, JsonValue]:
    """The members of an object that has exactly these."""
    if not isinstance(value, dict) or {*value} != {*names}:
        raise _wrong(_MEMBERS.filled(names=", ".join(names)))
    return value


def masks_of(indices: Iterable[int]) -> tuple[Pair, ...]:
    """Leaf indices as (word, mask) pairs, words ascending: what ``SetStatus.changes`` holds."""
    words: dict[int, int] = {}
    for index in indices:
        words[index >> 8] = words.get(index >> 8, 0) | 1 << (index & 255)
    return tuple(sorted(words.items()))


def indices_of(changes: Sequence[Pair]) -> tuple[int, ...]:
    """The leaves that (word, mask) pairs name, ascending."""
    return tuple(word << 8 | bit for word, mask in changes for bit in range(256) if mask >> bit & 1)


_LENGTHS: Final = {"bytes32": 32, "address": 20}
_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,77}", re.ASCII)
_READERS: Final[Mapping[str, Callable[[str, JsonValue], Any]]] = {
    "bytes32": _read_bytes(32),
    "address": _read_bytes(20),
    "bytes8": _read_kind,
    "uint8": _read_number(8),
    "uint40": _read_number(40),
    "uint53": _read_number(53),
    "Change[]": _read_changes,
}


def _wrong(why: Wording) -> FormatError:
    return FormatError(where=_WHERE, why=why)


_WHERE: Final = Wording("签名内容", "What is to be signed")
_VERB: Final = Wording("“{name}”不是可签的内容", "“{name}” is nothing that can be signed here")
_TYPES: Final = Wording("字段定义与本程序不同", "its types are not those of this program")
_OTHER_DOMAIN: Final = Wording("属于其他程序或其他版本", "it is another program's, or another version's")
_MEMBERS: Final = Wording("应恰有这些成员：{names}", "it should have exactly the members {names}")
_NOT_HEX: Final = Wording(
    "{name} 应为 0x 加 {length} 字节的小写十六进制", "{name} is not 0x and {length} bytes in lower-case hex"
)
_BAD_VALUE: Final = Wording("{name} 不是 {type}", "{name} is no {type}")
