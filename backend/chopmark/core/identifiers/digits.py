"""Check digits that more than one identifier uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def mod11_2(digits: Iterable[str]) -> str:
    """The check character of ISO/IEC 7064 MOD 11-2 over ASCII digits: ``0``-``9`` or ``X``.

    Used by GB 11643 (its table of weights is this system written out) and by ORCID.
    """
    product = 0
    for digit in digits:
        product = (product + int(digit)) * 2 % 11
    return "0123456789X"[(12 - product) % 11]


def weighted(digits: Iterable[str], weights: Sequence[int]) -> int:
    """The sum of ASCII digits, each times its weight."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def digit_or_x(value: int) -> str:
    """A value of 0-10 as one character: ten is ``X``."""
    return "X" if value == 10 else str(value)
