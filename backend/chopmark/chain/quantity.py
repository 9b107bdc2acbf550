"""Numbers and bytes as JSON-RPC writes them, read strictly: a node's answer is a stranger's."""

from __future__ import annotations

from typing import Any


class NotAQuantity(ValueError):
    """An answer that is not what the method's description promises."""


def number(value: Any) -> int:
    """``"0x1a"`` as 26. Raises ``NotAQuantity``."""
    if isinstance(value, str) and value.startswith("0x") and 2 < len(value) <= 66:
        try:
            return int(value[2:], 16)
        except ValueError:
            pass
    raise NotAQuantity(f"no number: {str(value)[:80]}")


def octets(value: Any, length: int | None = None) -> bytes:
    """``"0x0102"`` as two bytes, of exactly ``length`` if that is given. Raises ``NotAQuantity``."""
    if isinstance(value, str) and value.startswith("0x"):
        try:
            found = bytes.fromhex(value[2:])
        except ValueError:
            found = None
        if found is not None and length in (None, len(found)):
            return found
    raise NotAQuantity(f"no {length or ''} bytes: {str(value)[:80]}")


def hexed(value: bytes) -> str:
    """Bytes with the prefix."""
    return "0x" + value.hex()
