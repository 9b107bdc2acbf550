"""Bytes that look random and are the same on every run, and the forms in which vectors write bytes."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256


class Stream:
    """SHA-256 in counter mode over a seed: an ``entropy`` for ``compose`` that is fit for nothing but tests."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._block = 0
        self._left = b""

    def __call__(self, length: int) -> bytes:
        """The next ``length`` bytes."""
        while len(self._left) < length:
            self._left += sha256(self._seed + self._block.to_bytes(8, "big")).digest()
            self._block += 1
        taken, self._left = self._left[:length], self._left[length:]
        return taken


def base64(data: bytes) -> str:
    """Standard base64, padded: how vectors write exact bytes."""
    return b64encode(data).decode("ascii")
