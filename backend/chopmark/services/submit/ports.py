"""What submissions need of the store."""

# ruff: noqa: D102  (the store's own classes say what their methods do)
from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chopmark.core.history import RegistryName
from chopmark.core.ledger import CredentialRow
from chopmark.core.submission import Item, LeafStage, NewSubmission, Sort, SubmissionRow, WishStage
from chopmark.core.transaction import Logged
from chopmark.core.words import Op
from chopmark.services.ports import KeptCredentials, KeptHistory, Transaction


class KeptSubmissions(Protocol):
    """Submissions with their items."""

    def add(self, new: NewSubmission) -> SubmissionRow: ...
    def find(self, public: str, issuer: bytes, sort: Sort) -> SubmissionRow | None: ...
    def page(self, issuer: bytes, sort: Sort, before: int | None, limit: int) -> list[SubmissionRow]: ...
    def items(self, submission_id: int, after: int = -1, limit: int | None = None) -> list[tuple[int, Item]]: ...
    def leaves(self, submission_id: int) -> list[LeafStage]: ...
    def wishes(self, submission_id: int) -> list[WishStage]: ...
    def open_wishes(self, submission_id: int) -> list[int]: ...
    def rejected(self, submission_id: int) -> bytes | None: ...
    def credential_ids(self, submission_id: int) -> list[int]: ...


class OwnCredentials(KeptCredentials, Protocol):
    """An issuer's credentials."""

    def of_issuer(self, issuer: bytes, commitment: bytes) -> CredentialRow | None: ...
    def of_issuer_many(self, issuer: bytes, commitments: Sequence[bytes]) -> list[CredentialRow]: ...
    def of_issuer_numbered(self, issuer: bytes, numbers: Sequence[str]) -> list[CredentialRow]: ...
    def page(
        self, issuer: bytes, *, kind: str = "", numbers: Sequence[str] | None = None, before: int | None, limit: int
    ) -> list[CredentialRow]: ...


class FollowedHistory(KeptHistory, Protocol):
    """Followed events."""

    def events(
        self,
        *,
        registry: RegistryName | None = None,
        node: bytes | None = None,
        root: bytes | None = None,
        ops: Sequence[Op] = (),
    ) -> list[Logged]: ...


class Books(Transaction, Protocol):
    """One transaction of a site that serves others."""

    @property
    def submissions(self) -> KeptSubmissions: ...
    @property
    def credentials(self) -> OwnCredentials: ...
    @property
    def history(self) -> FollowedHistory: ...
