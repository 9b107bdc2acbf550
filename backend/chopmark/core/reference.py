"""Names of things on a chain: addresses, issuers' ids, attestation ids (FORMAT §5, §8.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from chopmark.core.digest import keccak
from chopmark.errors import FormatError
from chopmark.wording import Wording

#: Bytes of an issuer id that name the registry; the other eight are the serial.
PREFIX_LENGTH: Final = 24
MAX_SERIAL: Final = 2**64 - 1

_ADDRESS: Final = re.compile(r"0x[0-9a-f]{40}", re.ASCII)
_ANY_ADDRESS: Final = re.compile(r"0[xX]([0-9a-fA-F]{40})", re.ASCII)
_ATTESTATION: Final = re.compile(
    r"eip155:([1-9][0-9]{0,15}):(0x[0-9a-f]{40}):([0-9a-f]{64})/(0|[1-9][0-9]{0,12})", re.ASCII
)


def address(text: object, where: Wording | str) -> bytes:
    """The 20 bytes of an address as documents write it: ``0x`` and 40 lower-case digits. Raises ``FormatError``."""
    if type(text) is not str or not _ADDRESS.fullmatch(text):
        raise FormatError(where=where, why=_NOT_ADDRESS)
    return bytes.fromhex(text[2:])


def typed_address(text: str, where: Wording | str) -> bytes:
    """The 20 bytes of an address as people paste it: one case throughout, or mixed with a right EIP-55 checksum.

    Raises ``FormatError``; a wrong checksum is a typing error and is never let pass.
    """
    match = _ANY_ADDRESS.fullmatch(text.strip())
    if not match:
        raise FormatError(where=where, why=_NOT_ADDRESS)
    digits = match[1]
    raw = bytes.fromhex(digits)
    if digits not in (digits.lower(), digits.upper(), checksum_address(raw)[2:]):
        raise FormatError(where=where, why=_CHECKSUM)
    return raw


def address_text(raw: bytes) -> str:
    """An address as documents write it: ``0x`` and lower-case digits."""
    return "0x" + raw.hex()


def checksum_address(raw: bytes) -> str:
    """An address with the EIP-55 checksum in the case of its letters: what the contracts' tools expect."""
    digits = raw.hex()
    marks = keccak(digits.encode("ascii")).hex()
    return "0x" + "".join(c.upper() if mark >= "8" else c for c, mark in zip(digits, marks, strict=False))


def registry_id(chain_id: int, registry: bytes, salt: bytes) -> bytes:
    """``keccak256(abi.encode(chainId, issuerRegistry, salt))``: 32 bytes that name one registry of one chain."""
    return keccak(chain_id.to_bytes(32, "big") + registry.rjust(32, b"\0") + salt)


def issuer_id(prefix: bytes, serial_number: int) -> bytes:
    """The 32-byte id of node ``serial_number`` in the registry whose id begins with ``prefix`` (24 bytes or more)."""
    if len(prefix) < PREFIX_LENGTH or not 0 <= serial_number <= MAX_SERIAL:
        raise FormatError(where=_ISSUER, why=_NOT_ISSUER)
    return prefix[:PREFIX_LENGTH] + serial_number.to_bytes(8, "big")


def serial(issuer: bytes) -> int:
    """The serial in an issuer id; 0 is the root authority."""
    return int.from_bytes(issuer[PREFIX_LENGTH:], "big")


def prefix(issuer: bytes) -> bytes:
    """The 24 bytes of an issuer id that name its registry."""
    return issuer[:PREFIX_LENGTH]


@dataclass(frozen=True, slots=True, order=True)
class AttestationId:
    """One leaf that was attested: chain, attestation registry (20 bytes), root (32 bytes), index."""

    chain_id: int
    registry: bytes
    root: bytes
    index: int

    def __str__(self) -> str:
        """``eip155:<chain>:<registry>:<root>/<index>``."""
        return f"eip155:{self.chain_id}:{address_text(self.registry)}:{self.root.hex()}/{self.index}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form back. Raises ``FormatError``."""
        match = _ATTESTATION.fullmatch(text.strip())
        if not match:
            raise FormatError(where=_ATTESTATION_ID, why=_NOT_ATTESTATION)
        return cls(int(match[1]), bytes.fromhex(match[2][2:]), bytes.fromhex(match[3]), int(match[4]))


_ISSUER: Final = Wording("机构编号", "The issuer id")
_ATTESTATION_ID: Final = Wording("存证编号", "The attestation id")
_NOT_ADDRESS: Final = Wording("不是 0x 加40位十六进制的地址", "it is not an address of 0x and 40 hexadecimal digits")
_CHECKSUM: Final = Wording(
    "地址大小写校验不符（EIP-55），疑为录入错误", "its EIP-55 checksum is wrong, probably a typing error"
)
_NOT_ISSUER: Final = Wording("前缀或序号超出范围", "its prefix or serial is out of range")
_NOT_ATTESTATION: Final = Wording(
    "应为 eip155:链:注册表地址:根/序号", "it should read eip155:chain:registry:root/index"
)
