"""Failed attempts to sign in, by address: few are answered, then none for a while.

A token has 256 random bits, so nobody guesses one; what is bounded here is the noise. A token that stands is always let
through: a whole office, or everybody behind a proxy that is not told of, may share one address.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from threading import Lock
from typing import Final

LIMIT: Final = 20
"""Failures in a window that are still answered as failures."""
WINDOW: Final = 60.0
"""Seconds."""
REMEMBERED: Final = 10_000
"""Addresses that are remembered at most; the oldest is forgotten."""
IPV6_PREFIX: Final = 64
"""Bits of an IPv6 address that one subscriber has in common."""


class Attempts:
    """Counts failures. Safe to share between threads. ``ticks``: a clock that only goes forward."""

    def __init__(self, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._lock = Lock()
        self._failures: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def wait(self, address: str) -> int:
        """Whole seconds that an address has to wait for the next answer to a failure; 0 if it gets one now."""
        place = _place(address)
        with self._lock:
            began, count = self._failures.get(place, (0.0, 0))
            left = began + WINDOW - self._ticks()
            if count < LIMIT or left <= 0:
                return 0
        return max(1, int(left) + 1)

    def failed(self, address: str) -> None:
        """One more failure."""
        place, now = _place(address), self._ticks()
        with self._lock:
            began, count = self._failures.pop(place, (now, 0))
            self._failures[place] = (now, 1) if began + WINDOW <= now else (began, count + 1)
            if len(self._failures) > REMEMBERED:
                self._failures.popitem(last=False)


def _place(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)  # a socket for both families tells IPv4 addresses so
    if isinstance(parsed, IPv6Address):
        return str(int(parsed) >> (128 - IPV6_PREFIX))
    return address
