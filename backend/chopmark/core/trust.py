"""Trust files: which chains, contracts and code a verifier believes (FORMAT §12). A bundle never brings its own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, cast

import orjson

from chopmark.core.reference import PREFIX_LENGTH, address_text
from chopmark.core.strictjson import MAX_INTEGER, JsonValue, read
from chopmark.errors import TrustError
from chopmark.wording import Wording

FORMAT: Final = "chopmark-trust-1"
MAX_LENGTH: Final = 262_144

HeaderCodec: TypeAlias = Literal["eth", "qbft", "ibft2"]
FinalityRule: TypeAlias = Literal["finalized", "safe", "confirmations"]

_NAME: Final = re.compile(r"[^\x00-\x1f\x7f]{1,64}")
_RPC: Final = re.compile(r"https?://[\x21-\x7e]{1,500}", re.ASCII)
_HEX32: Final = re.compile(r"0x[0-9a-f]{64}", re.ASCII)
_ADDRESS: Final = re.compile(r"0x[0-9a-f]{40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Finality:
    """Which blocks count: the node's ``finalized`` or ``safe`` tag, or ``depth`` blocks above (0 = the newest)."""

    rule: FinalityRule
    depth: int = 0


@dataclass(frozen=True, slots=True)
class TrustedDelegation:
    """The contract for which a site's signers sign (FORMAT §15): address (20 bytes), keccak256 of its runtime code.

    Verifying needs none. A signer takes contract and chain from its own trust file, never from what it is asked to sign.
    """

    address: bytes
    code_hash: bytes


@dataclass(frozen=True, slots=True)
class TrustedRegistry:
    """A pair of contracts: addresses (20 bytes), keccak256 of their runtime code, the issuer registry's id.

    ``authority``: who was the root authority when the file was written. ``from_block``: the first that can hold an
    event. ``delegation``: the contract that records in this attestation registry what keys signed; None: signers sign
    nothing for this registry.
    """

    issuer_registry: bytes
    issuer_code_hash: bytes
    attestation_registry: bytes
    attestation_code_hash: bytes
    registry_id: bytes
    authority: bytes
    from_block: int
    delegation: TrustedDelegation | None = None

    @property
    def prefix(self) -> bytes:
        """The 24 bytes with which every issuer id of this registry begins."""
        return self.registry_id[:PREFIX_LENGTH]


@dataclass(frozen=True, slots=True)
class TrustedChain:
    """A chain: its id, the hash of its block 0, how block hashes follow from headers, finality, nodes to ask."""

    name: str
    chain_id: int
    genesis: bytes
    header: HeaderCodec
    finality: Finality
    rpc: tuple[str, ...]
    registries: tuple[TrustedRegistry, ...]


@dataclass(frozen=True, slots=True)
class TrustFile:
    """All that a verifier believes."""

    chains: tuple[TrustedChain, ...] = field(default=())

    def find(self, chain_id: int, registry: bytes) -> tuple[TrustedChain, TrustedRegistry] | None:
        """The entry for an attestation registry (20 bytes) of a chain; None: not trusted."""
        for chain in self.chains:
            if chain.chain_id == chain_id:
                for entry in chain.registries:
                    if entry.attestation_registry == registry:
                        return chain, entry
        return None


def read_trust(data: bytes) -> TrustFile:
    """Read a trust file.

    Raises ``FormatError`` if it is not strict JSON, ``TrustError`` naming the member that is missing, unknown or wrong.
    """
    document = _members(read(data, what=_WHERE, limit=MAX_LENGTH), "", "format", "chains")
    if document["format"] != FORMAT:
        raise _wrong("format", _NOT_FORMAT)
    chains = tuple(_chain(item, f"chains[{i}]") for i, item in enumerate(_list(document["chains"], "chains")))
    _distinct([chain.chain_id for chain in chains], "chains", "chainId")
    _distinct([chain.name for chain in chains], "chains", "name")
    return TrustFile(chains)


def write_trust(trust: TrustFile) -> bytes:
    """The trust file's bytes, indented for people. ``read_trust`` reads them back."""
    document = {"format": FORMAT, "chains": [_chain_json(chain) for chain in trust.chains]}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _chain(value: JsonValue, at: str) -> TrustedChain:
    m = _members(value, at, "name", "chainId", "genesis", "header", "finality", "rpc", "registries")
    registries = _list(m["registries"], f"{at}.registries")
    chain = TrustedChain(
        name=_text(m["name"], f"{at}.name", _NAME, _NOT_NAME),
        chain_id=_integer(m["chainId"], f"{at}.chainId", 1),
        genesis=_bytes(m["genesis"], f"{at}.genesis", _HEX32, _NOT_HEX32),
        header=cast(HeaderCodec, _one_of(m["header"], f"{at}.header", ("eth", "qbft", "ibft2"))),
        finality=_finality(m["finality"], f"{at}.finality"),
        rpc=tuple(_text(url, f"{at}.rpc[{i}]", _RPC, _NOT_RPC) for i, url in enumerate(_list(m["rpc"], f"{at}.rpc"))),
        registries=tuple(_registry(item, f"{at}.registries[{i}]") for i, item in enumerate(registries)),
    )
    if not chain.rpc:
        raise _wrong(f"{at}.rpc", _EMPTY)
    _distinct([r.attestation_registry for r in chain.registries], f"{at}.registries", "attestationRegistry")
    return chain


def _finality(value: JsonValue, at: str) -> Finality:
    rule = value.get("rule") if isinstance(value, dict) else None
    if rule == "confirmations":
        m = _members(value, at, "rule", "depth")
        return Finality("confirmations", _integer(m["depth"], f"{at}.depth", 0))
    m = _members(value, at, "rule")
    return Finality(cast(FinalityRule, _one_of(m["rule"], f"{at}.rule", ("finalized", "safe", "confirmations"))))


def _registry(value: JsonValue, at: str) -> TrustedRegistry:
    addresses = ("issuerRegistry", "attestationRegistry", "authority")
    digests = ("issuerCodeHash", "attestationCodeHash", "registryId")
    m = _members(value, at, *addresses, *digests, "fromBlock", optional="delegation")
    raw = {name: _bytes(m[name], f"{at}.{name}", _ADDRESS, _NOT_ADDRESS) for name in addresses}
    raw |= {name: _bytes(m[name], f"{at}.{name}", _HEX32, _NOT_HEX32) for name in digests}
    return TrustedRegistry(
        raw["issuerRegistry"],
        raw["issuerCodeHash"],
        raw["attestationRegistry"],
        raw["attestationCodeHash"],
        raw["registryId"],
        raw["authority"],
        _integer(m["fromBlock"], f"{at}.fromBlock", 0),
        _delegation(m["delegation"], f"{at}.delegation") if "delegation" in m else None,
    )


def _delegation(value: JsonValue, at: str) -> TrustedDelegation:
    m = _members(value, at, "address", "codeHash")
    return TrustedDelegation(
        _bytes(m["address"], f"{at}.address", _ADDRESS, _NOT_ADDRESS),
        _bytes(m["codeHash"], f"{at}.codeHash", _HEX32, _NOT_HEX32),
    )


def _chain_json(chain: TrustedChain) -> dict[str, object]:
    finality: dict[str, object] = {"rule": chain.finality.rule}
    if chain.finality.rule == "confirmations":
        finality["depth"] = chain.finality.depth
    return {
        "name": chain.name,
        "chainId": chain.chain_id,
        "genesis": "0x" + chain.genesis.hex(),
        "header": chain.header,
        "finality": finality,
        "rpc": list(chain.rpc),
        "registries": [_registry_json(registry) for registry in chain.registries],
    }


def _registry_json(registry: TrustedRegistry) -> dict[str, object]:
    members: dict[str, object] = {
        "issuerRegistry": address_text(registry.issuer_registry),
        "issuerCodeHash": "0x" + registry.issuer_code_hash.hex(),
        "attestationRegistry": address_text(registry.attestation_registry),
        "attestationCodeHash": "0x" + registry.attestation_code_hash.hex(),
        "registryId": "0x" + registry.registry_id.hex(),
        "authority": address_text(registry.authority),
        "fromBlock": registry.from_block,
    }
    if registry.delegation is not None:
        named = registry.delegation
        members["delegation"] = {"address": address_text(named.address), "codeHash": "0x" + named.code_hash.hex()}
    return members


def _members(value: JsonValue, at: str, *names: str, optional: str = "") -> dict[str, JsonValue]:
    """The members of an object that has exactly these, and perhaps the optional one."""
    if not isinstance(value, dict):
        raise _wrong(at, _NOT_OBJECT)
    dot = f"{at}." if at else ""
    for name in names:
        if name not in value:
            raise _wrong(dot + name, _MISSING)
    for name in value:
        if name not in names and name != optional:
            raise _wrong(dot + name, _UNKNOWN)
    return value


def _list(value: JsonValue, at: str) -> list[JsonValue]:
    if not isinstance(value, list):
        raise _wrong(at, _NOT_ARRAY)
    return value


def _text(value: JsonValue, at: str, pattern: re.Pattern[str], why: Wording) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _wrong(at, why)
    return value


def _bytes(value: JsonValue, at: str, pattern: re.Pattern[str], why: Wording) -> bytes:
    return bytes.fromhex(_text(value, at, pattern, why)[2:])


def _integer(value: JsonValue, at: str, least: int) -> int:
    if type(value) is not int or not least <= value <= MAX_INTEGER:
        raise _wrong(at, _NOT_INTEGER.filled(least=least))
    return value


def _one_of(value: JsonValue, at: str, choices: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in choices:
        raise _wrong(at, _NOT_CHOICE.filled(choices=", ".join(choices)))
    return value


def _distinct(values: list[int] | list[str] | list[bytes], at: str, name: str) -> None:
    if len(set(values)) != len(values):
        raise _wrong(at, _TWICE.filled(name=name))


def _wrong(at: str, why: Wording) -> TrustError:
    return TrustError(why=_AT.filled(at=at or "·", why=why))


_WHERE: Final = Wording("信任文件", "The trust file")
_AT: Final = Wording("{at} {why}", "{at} {why}")
_NOT_FORMAT: Final = Wording(f"不是 {FORMAT}", f"is not {FORMAT}")
_MISSING: Final = Wording("缺失", "is missing")
_UNKNOWN: Final = Wording("不是格式中的成员", "is not a member of the format")
_NOT_OBJECT: Final = Wording("不是对象", "is not an object")
_NOT_ARRAY: Final = Wording("不是数组", "is not an array")
_EMPTY: Final = Wording("为空", "is empty")
_NOT_NAME: Final = Wording("不是1至64个字符的名称", "is not a name of 1 to 64 characters")
_NOT_RPC: Final = Wording("不是 http 或 https 地址", "is not an http or https address")
_NOT_HEX32: Final = Wording("不是 0x 加64位小写十六进制", "is not 0x and 64 lower-case hexadecimal digits")
_NOT_ADDRESS: Final = Wording("不是 0x 加40位小写十六进制", "is not 0x and 40 lower-case hexadecimal digits")
_NOT_INTEGER: Final = Wording("不是不小于{least}的整数", "is not an integer of at least {least}")
_NOT_CHOICE: Final = Wording("应为其中之一：{choices}", "is not one of {choices}")
_TWICE: Final = Wording("中有两项的 {name} 相同", "has two entries with the same {name}")
