"""The queue: what waits, what is under way, what keeps it."""

from __future__ import annotations

from chopmark.core.ledger import OutboxState, RequestState
from chopmark.http.here import Here, Spoken
from chopmark.http.models.base import trouble_of
from chopmark.http.models.queue import BlockedOut, Pending, QueueOut
from chopmark.http.office import progress
from chopmark.http.problems import as_problem
from chopmark.http.routes import Router, declared

router = Router(tags=["queue"])


@router.get("/queue", **declared("queue:read"), operation_id="queue", summary="队列 · the queue")
def show(here: Here, spoken: Spoken) -> QueueOut:
    """Counted now; what the chain says is as the worker beside this process last saw it."""
    with here.site.ledger.read() as tx:
        boxes = tx.outbox.open()
        mined = sum(box.state is OutboxState.MINED for box in boxes)
        cursor = tx.history.cursor()
        pending = Pending(
            credentials=sum(tx.credentials.pending_counts().values()),
            changes=tx.changes.due_count(),
            calls=len(tx.calls.waiting()),
            requests=tx.requests.count(RequestState.OPEN),
        )
    background, seen = here.background, progress(here)
    return QueueOut(
        pending=pending,
        in_flight=len(boxes) - mined,
        confirming=mined,
        followed=cursor.number if cursor else None,
        head=seen.head.number if seen and seen.head else None,
        final=seen.final.number if seen and seen.final else None,
        worker="here" if background is not None else "elsewhere",
        alive=background is not None and background.alive,
        busy=bool(seen and seen.busy),
        lacking=len(seen.lacking) if seen else 0,
        blocked=[
            BlockedOut(what=each.what, count=len(each.ids), problem=as_problem(each.error, spoken))
            for each in (seen.blocked if seen else ())
        ],
        trouble=trouble_of(background.trouble if background is not None else None, spoken),
    )
