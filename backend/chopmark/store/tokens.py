"""Tokens of the service: their digests and what they allow. No token can be read back from here."""

from __future__ import annotations

from sqlalchemy import select, update

from chopmark.core.access import Role, TokenRow
from chopmark.store.room import Line, Room
from chopmark.store.schema import TOKENS

_T = TOKENS.c


class Tokens(Room):
    """One row for each token that was ever issued; none is removed."""

    def add(self, row: TokenRow) -> None:
        """Keep a new token. Raises ``StoreError`` if its id is taken."""
        self._connection.execute(
            TOKENS.insert().values(
                id=row.id,
                name=row.name,
                digest=row.digest,
                role=row.role.value,
                institution=row.institution,
                scopes=" ".join(sorted(row.scopes)),
                created_at=row.created_at,
                expires_at=row.expires_at,
                last_used_day=row.last_used_day,
                revoked_at=row.revoked_at,
            )
        )

    def find(self, token_id: str) -> TokenRow | None:
        """The token of an id, whether it stands or not."""
        row = self._one(select(TOKENS).where(_T.id == token_id))
        return None if row is None else _token(row)

    def list(self) -> list[TokenRow]:
        """All, oldest first."""
        return [_token(row) for row in self._rows(select(TOKENS).order_by(_T.created_at, _T.id))]

    def revoke(self, token_id: str, now: int) -> None:
        """Revoke it; the first time counts."""
        self._connection.execute(
            update(TOKENS).where(_T.id == token_id, _T.revoked_at.is_(None)).values(revoked_at=now)
        )

    def used(self, token_id: str, day: int) -> None:
        """Keep the day of a use."""
        self._connection.execute(update(TOKENS).where(_T.id == token_id).values(last_used_day=day))


def _token(row: Line) -> TokenRow:
    return TokenRow(
        row.id,
        row.name,
        row.digest,
        Role(row.role),
        row.institution,
        frozenset(row.scopes.split()),
        row.created_at,
        row.expires_at,
        row.last_used_day,
        row.revoked_at,
    )
