"""What a worker tells about its work."""

from __future__ import annotations

from dataclasses import dataclass

from chopmark.core.transaction import BlockRef
from chopmark.errors import ChopmarkError


@dataclass(frozen=True, slots=True)
class Blocked:
    """Something that cannot go on, and why.

    ``what``: ``leaves``, ``batch``, ``changes``, ``call``, ``transaction`` or ``request``; ``ids``: row numbers of
    credentials, of the batch, of wishes, of the call, of the outbox (none if it could not be signed), of the request.
    """

    what: str
    ids: tuple[int, ...]
    error: ChopmarkError


@dataclass(frozen=True, slots=True)
class Progress:
    """The pipeline at one moment, counted over the whole site.

    ``leaves``, ``batches``, ``changes``, ``calls``: wait for a transaction (``batches``: sealed ones whose
    transaction failed). ``in_flight``: signed or sent. ``confirming``: mined, not final yet. ``stuck``: of these,
    how many cannot go on by themselves. ``finished``, ``failed``: hashes of the transactions that became final, or
    failed: told after each round, those since the round before; returned by ``run``, the last ones of the whole
    run. ``head``, ``final``: the newest block and the newest final one. ``lacking``: issuers (node ids) and senders
    (addresses) whose work waits for a key that is not open here. ``busy``: who sends for us, if somebody else does.
    ``lagging``: the node is behind what it said before. ``again``: something moved while the round worked; the next
    one tries again. ``unreachable``: why the last round failed. ``unsigned``: signatures that keys elsewhere are
    asked for; what they are for counts among ``batches`` and ``changes``.
    """

    leaves: int = 0
    batches: int = 0
    changes: int = 0
    calls: int = 0
    in_flight: int = 0
    confirming: int = 0
    stuck: int = 0
    finished: tuple[bytes, ...] = ()
    failed: tuple[bytes, ...] = ()
    head: BlockRef | None = None
    final: BlockRef | None = None
    blocked: tuple[Blocked, ...] = ()
    lacking: tuple[bytes, ...] = ()
    busy: str = ""
    lagging: bool = False
    again: bool = False
    unreachable: ChopmarkError | None = None
    unsigned: int = 0

    @property
    def waiting(self) -> int:
        """How many things wait for a transaction."""
        return self.leaves + self.batches + self.changes + self.calls

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do for anybody."""
        return not (self.waiting or self.in_flight or self.confirming)

    @property
    def moving(self) -> bool:
        """Whether waiting may bring something: work is under way, here or elsewhere."""
        under_way = self.in_flight + self.confirming > self.stuck
        return under_way or bool(self.busy) or self.lagging or self.again or self.unreachable is not None
