"""The queue, as an operator sees it."""

from __future__ import annotations

from typing import Literal

from chopmark.http.models.base import Problem, Strict


class Pending(Strict):
    """What waits for a transaction, counted over the whole site. ``requests``: signatures that are asked for."""

    credentials: int
    changes: int
    calls: int
    requests: int


class BlockedOut(Strict):
    """Something that cannot go on, and why. ``count``: how many rows it is about."""

    what: str
    count: int
    problem: Problem


class QueueOut(Strict):
    """Where things stand.

    ``in_flight``: transactions signed or sent; ``confirming``: in a block that is not final. ``followed``: the newest
    block that is kept here. ``worker``: beside this process, or elsewhere if anywhere. ``lacking``: institutions and
    accounts whose work waits for a key that is not open. ``busy``: somebody else is sending. ``head``, ``final``: of the
    chain when the worker last looked.
    """

    pending: Pending
    in_flight: int
    confirming: int
    followed: int | None
    head: int | None
    final: int | None
    worker: Literal["here", "elsewhere"]
    alive: bool
    busy: bool
    lacking: int
    blocked: list[BlockedOut]
    trouble: Problem | None
