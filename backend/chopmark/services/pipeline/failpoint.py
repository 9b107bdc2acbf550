"""A hook for tests: the process dies at a named place, as a power cut would have it die.

``CHOPMARK_FAILPOINT`` names the place, and only counts with ``CHOPMARK_FAILPOINTS_ALLOWED=1``: set alone it is
refused, so that a stray variable cannot stop an institution's worker.
"""

from __future__ import annotations

import os
from typing import Final, Literal, TypeAlias

from chopmark.errors import UsageError

Place: TypeAlias = Literal[
    "after_accept",
    "after_request_before_commit",
    "after_request_before_sign",
    "after_sign_before_commit",
    "after_sign_before_carry",
    "after_seal_before_commit",
    "after_commit_before_send",
    "after_send_before_record",
    "after_mined_before_record",
    "in_rollback_before_commit",
]

CHOSEN: Final = "CHOPMARK_FAILPOINT"
ALLOWED: Final = "CHOPMARK_FAILPOINTS_ALLOWED"
DEAD: Final = 137
"""Exit status as of SIGKILL."""


def reach(place: Place) -> None:
    """Die here if a test chose this place. Raises ``UsageError`` if one is chosen but not allowed."""
    chosen = os.environ.get(CHOSEN)
    if not chosen:
        return
    if os.environ.get(ALLOWED) != "1":
        raise UsageError(why=f"{CHOSEN}={chosen}, {ALLOWED} != 1")
    if chosen == place:
        os._exit(DEAD)  # no handler, no flush, no rollback: whatever is not on disk is gone
