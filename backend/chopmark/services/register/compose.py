"""From drafts to credentials: salts are drawn here, and nothing is written yet."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from chopmark.core.credential import compose
from chopmark.core.disclosure import BoundFile
from chopmark.core.ledger import FileRow, NewCredential
from chopmark.kinds import Claims, Kind
from chopmark.services.register.draft import Draft

_ZONE: Final = ZoneInfo("Asia/Shanghai")


def compose_drafts(
    kind: Kind,
    issuer: bytes,
    drafts: Iterable[Draft],
    now: int,
    *,
    replaces: bytes | None = None,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> Iterator[NewCredential]:
    """Blind each draft. ``issuer``: its id on the chain. ``now``: unix seconds, kept as the time of acceptance.

    ``replaces``: the commitment that these (then it is one) correct.
    """
    twins = {*kind.holder, *(name for names in kind.credential for name in names)}
    for draft in drafts:
        made = compose(
            issuer=issuer,
            kind=kind.code,
            claims=draft.claims,
            entropy=entropy,
            twins=sorted(twins),
            files=[BoundFile(f.size, f.media_type, f.sha256) for f in draft.files],
            valid_until=last_second(kind, draft.claims),
            replaces=replaces,
        )
        yield NewCredential(
            commitment=made.commitment,
            issuer=issuer,
            kind=kind.code,
            number=draft.number or None,
            other_numbers=_others(kind, draft),
            fingerprint=draft.fingerprint,
            payload=made.payload,
            disclosures=made.disclosures,
            replaces=replaces,
            label=draft.label,
            accepted_at=now,
            files=tuple(FileRow(f.sha256, f.name, f.size, f.media_type) for f in draft.files),
        )


def _others(kind: Kind, draft: Draft) -> tuple[str, ...]:
    if len(kind.credential) == 1:
        return ()
    return tuple(each for each in kind.numbers(draft.claims) if each != draft.number)


def last_second(kind: Kind, claims: Claims) -> int | None:
    """The last second of the claimed last day, by the clocks of Asia/Shanghai, in unix seconds; None if it never expires."""
    day = claims.get(kind.valid_until) if kind.valid_until else None
    if not isinstance(day, str):
        return None
    return int(datetime.combine(date.fromisoformat(day), _LAST, _ZONE).timestamp())


_LAST: Final = time(23, 59, 59)
