"""What an institution confirmed that the headings of its sheets mean."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select

from chopmark.store.room import Room
from chopmark.store.schema import HEADINGS


class Headings(Room):
    """For each issuer and kind: heading, as it is looked up → field name, "" for a column that is not read."""

    def of(self, issuer: bytes, kind: str) -> dict[str, str]:
        """All that was confirmed."""
        chosen = select(HEADINGS.c.heading, HEADINGS.c.field).where(
            HEADINGS.c.issuer == issuer, HEADINGS.c.kind == kind
        )
        return {row.heading: row.field for row in self._rows(chosen)}

    def remember(self, issuer: bytes, kind: str, choices: Mapping[str, str], now: int) -> None:
        """Keep what was confirmed; what one of these headings meant before is forgotten. ``now``: unix seconds."""
        if not choices:
            return
        mine = (HEADINGS.c.issuer == issuer, HEADINGS.c.kind == kind)
        self._connection.execute(delete(HEADINGS).where(*mine, HEADINGS.c.heading.in_(choices)))
        self._connection.execute(
            HEADINGS.insert(),
            [
                {"issuer": issuer, "kind": kind, "heading": heading, "field": field, "confirmed_at": now}
                for heading, field in choices.items()
            ],
        )
