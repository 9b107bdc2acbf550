"""What somebody asked a site's service to do, as the site keeps it: who asked, when, and for which rows.

How far it is, is never kept twice: it follows from the credentials, wishes and calls that a submission names.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sort(StrEnum):
    """What a submission asks for; the value begins its public id."""

    REGISTRATION = "reg"
    CHANGE = "chg"
    OPERATION = "op"


class Stage(StrEnum):
    """How far an accepted thing is, from the beginning to the end; ``REFUSED`` is an end too.

    ``TO_SIGN``: waits for a signature from elsewhere. ``SENT``: a node has its transaction. ``CONFIRMING``: in a block
    that is not final yet.
    """

    TO_SIGN = "to_sign"
    QUEUED = "queued"
    SENT = "sent"
    CONFIRMING = "confirming"
    DONE = "done"
    REFUSED = "refused"


ORDER = tuple(Stage)


def least(stages: set[Stage]) -> Stage:
    """How far several things are together: as far as the last of them. What is refused counts where nothing else is left."""
    open_ones = stages - {Stage.REFUSED} or stages
    return min(open_ones, key=ORDER.index, default=Stage.DONE)


@dataclass(frozen=True, slots=True)
class Item:
    """One row that a submission is about. Exactly one of the numbers, or a credential and the wish that it fulfils.

    ``credential``, ``change``, ``call``: row numbers. ``new``: it was made by this submission, not found.
    """

    credential: int | None = None
    change: int | None = None
    call: int | None = None
    new: bool = True


@dataclass(frozen=True, slots=True)
class NewSubmission:
    """A submission that is about to be kept.

    ``public``: its id in addresses, random. ``issuer``: node id of the institution that asks. ``kind``: code, or "".
    ``asker``: id of the token. ``replaces``: commitment of the credential that is corrected. ``turned_away``: rows of
    the input that were not registered; ``rejected``: a sheet of them, to be corrected.
    """

    public: str
    sort: Sort
    issuer: bytes
    kind: str
    asker: str
    created_at: int
    items: tuple[Item, ...]
    replaces: bytes | None = None
    turned_away: int = 0
    rejected: bytes | None = None


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """A kept submission. ``id``: the store's own number. ``count``, ``new``: of its items."""

    id: int
    public: str
    sort: Sort
    issuer: bytes
    kind: str
    asker: str
    created_at: int
    replaces: bytes | None
    turned_away: int
    count: int
    new: int


@dataclass(frozen=True, slots=True)
class LeafStage:
    """How many credentials of a submission stand alike. ``batch``: row number, None before they are sealed.

    ``anchored``: their batch stands in a final block. ``box``: state of the transaction that carries it, "" if none does.
    """

    batch: int | None
    withdrawn: bool
    anchored: bool
    box: str
    error: str
    count: int


@dataclass(frozen=True, slots=True)
class WishStage:
    """How many wishes of a submission stand alike: as ``ChangeRow`` says, and what carries them (``box``, as above)."""

    op: int
    reason: int
    done: bool
    note: str
    box: str
    error: str
    count: int
