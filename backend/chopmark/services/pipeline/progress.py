"""What a worker tells about its work."""

from __future__ import annotations

from dataclasses import dataclass
from chopmark.core.transaction import BlockRef
from chopmark.errors import ChopmarkError


@dataclass(frozen=True, slots=True)
class Blocked:
    """Something that cannot go on, and why. ``what``: ``batch``, ``change``, ``call`` or ``transaction``; ``ids``: row numbers
    (of credentials for a batch that is not sealed yet)."""

    what: str
    ids: tuple[int, ...]
    error: ChopmarkError


@dataclass(frozen=True, slots=True)
class Progress:
    """The pipeline at one moment, counted over the whole site.

    ``leaves``, ``changes``, ``calls``: wait for a transaction. ``in_flight``: signed or sent. ``confirming``: mined, not final yet.
    ``finished``: transactions that this run saw become final, ``failed``: that it saw fail. ``head``, ``final``: the newest block and
    the newest final one. ``lacking``: issuers with work whose key is not open here, ``senders``: addresses likewise.
    ``busy``: who sends for us, if somebody else does. ``lagging``: the node is behind what it said before.
    """

    leaves: int
    changes: int
    calls: int
    in_flight: int
    confirming: int
    finished: tuple[bytes, ...]
    failed: tuple[bytes, ...]
    head: BlockRef | None
    final: BlockRef | None
    blocked: tuple[Blocked, ...] = ()
    lacking: tuple[bytes, ...] = ()
    busy: str = ""
    lagging: bool = False
    unreachable: ChopmarkError | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do for anybody."""
        return not (self.leaves or self.changes or self.calls or self.in_flight or self.confirming)

    @property
    def moving(self) -> bool:
        """Whether waiting may bring something: work is under way here or elsewhere."""
        return bool(self.in_flight or self.confirming or self.busy or self.lagging)


