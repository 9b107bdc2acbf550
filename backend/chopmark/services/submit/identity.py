"""Public ids: random, so that nobody can count or guess what others asked for."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from typing import Final

from chopmark.core.submission import Sort

_BYTES: Final = 16


def new_id(sort: Sort, random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """``reg_`` (or ``chg_``, ``op_``) and 22 characters: 128 random bits in base64url."""
    return f"{sort.value}_{base64.urlsafe_b64encode(random(_BYTES)).decode().rstrip('=')}"
