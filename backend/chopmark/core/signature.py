"""Signatures over 32-byte digests, in the one form that the delegation contract takes (FORMAT, *Delegation*).

65 bytes: r, s, v, with v 27 or 28 and s in the lower half of the group's order (EIP-2), so that a signature has one
spelling. Whoever holds a wallet's signature may have another spelling: ``normal`` makes the one of it.
"""

from __future__ import annotations

import re
from typing import Final

from chopmark.core.digest import keccak
from chopmark.errors import FormatError
from chopmark.wording import Wording

LENGTH: Final = 65
WALLET_LIMIT: Final = 8_192
"""Bytes of a contract wallet's signature (ERC-1271): some dozens of owners."""
ORDER: Final = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
"""Order of the group of secp256k1 (SEC 2, 2.4.1)."""
_TEXT: Final = re.compile(r"0x(?:[0-9a-fA-F]{2})+", re.ASCII)


def recover(digest: bytes, signature: bytes) -> bytes | None:
    """The address (20 bytes) whose key made a signature over ``digest``; None if no key can have made it.

    Only the one form is taken: another length, v 0 or 1, and a high s give None, as on the chain.
    """
    if len(signature) != LENGTH or signature[64] not in (27, 28):
        return None
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    if not 0 < r < ORDER or not 0 < s <= ORDER // 2:
        return None
    from coincurve import PublicKey  # compiled code that only this needs

    try:
        key = PublicKey.from_signature_and_message(signature[:64] + bytes((signature[64] - 27,)), digest, hasher=None)
    except Exception:  # noqa: BLE001  (the library raises a bare Exception for a point that is on no curve)
        return None
    return keccak(key.format(compressed=False)[1:])[12:]


def normal(signature: bytes) -> bytes:
    """The one form of a signature that wallets may spell with v 0 or 1 or with a high s; anything else as it is."""
    if len(signature) != LENGTH or signature[64] not in (0, 1, 27, 28):
        return signature
    odd, s = signature[64] % 27, int.from_bytes(signature[32:64], "big")
    if ORDER // 2 < s < ORDER:
        odd, s = odd ^ 1, ORDER - s
    return signature[:32] + s.to_bytes(32, "big") + bytes((27 + odd,))


def read_signature(text: object) -> bytes:
    """The bytes of ``0x`` and hexadecimal digits. Raises ``FormatError`` for anything else, or for too many."""
    if not isinstance(text, str) or len(text) > 2 * WALLET_LIMIT + 2 or not _TEXT.fullmatch(text):
        raise FormatError(where=_WHERE, why=_NOT_HEX)
    return bytes.fromhex(text[2:])


_WHERE: Final = Wording("签名", "The signature")
_NOT_HEX: Final = Wording(
    f"应为 0x 加至多 {WALLET_LIMIT} 字节的十六进制", f"it is not 0x and at most {WALLET_LIMIT} bytes in hex"
)
