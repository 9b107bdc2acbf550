"""What a reviewer's own site can add: an index of files, names of institutions, addresses of keys. None is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final, Protocol

from chopmark.core.bundle import write_bundle
from chopmark.core.directory import address_of
from chopmark.core.history import RegistryName
from chopmark.core.ledger import BatchRow, CredentialRow, NodeRow
from chopmark.core.profile import Profile
from chopmark.core.transaction import Logged
from chopmark.core.words import KeyRecord, Op
from chopmark.kinds import Kind
from chopmark.services.issuers import names_by_digest
from chopmark.services.verify.collect import SUFFIX, opened_or_fault
from chopmark.services.verify.materials import FoundBundle
from chopmark.wording import Wording

# ruff: noqa: D102  (the store's own classes say what their methods do)


class Credentials(Protocol):
    """Registered credentials by their files."""

    def by_file(self, digest: bytes) -> Sequence[CredentialRow]: ...


class Batches(Protocol):
    """Sealed batches."""

    def get(self, batch_id: int) -> BatchRow | None: ...


class Nodes(Protocol):
    """Institutions that have a name here."""

    def list(self) -> Sequence[NodeRow]: ...


class History(Protocol):
    """Followed events."""

    def events(
        self, *, registry: RegistryName | None = None, node: bytes | None = None, ops: Sequence[Op] = ()
    ) -> Sequence[Logged]: ...


class Records(Protocol):
    """One snapshot of a site's database."""

    @property
    def credentials(self) -> Credentials: ...
    @property
    def batches(self) -> Batches: ...
    @property
    def nodes(self) -> Nodes: ...
    @property
    def history(self) -> History: ...


class SiteRecords:
    """A site's database, for verification. ``read`` opens a snapshot; none is kept open while a chain is asked."""

    def __init__(self, read: Callable[[], AbstractContextManager[Records]]) -> None:
        self._read = read

    def bundle_for(self, digest: bytes) -> FoundBundle | None:
        """The newest anchored credential that binds a file of this SHA-256, as a bundle made from the records."""
        from chopmark.services.bundles import bundle_of

        with self._read() as records:
            for row in sorted(records.credentials.by_file(digest), key=lambda row: row.id, reverse=True):
                batch = records.batches.get(row.batch_id) if row.batch_id is not None else None
                if batch is not None and batch.anchored:
                    data = write_bundle(bundle_of(records, row))
                    opened, fault = opened_or_fault(data)
                    return FoundBundle(None, f"{row.label}{SUFFIX}", "", data, opened, fault)
        return None

    def profiles(self) -> Mapping[bytes, Profile]:
        """Profiles of the institutions that this site has names for, by digest."""
        with self._read() as records:
            return names_by_digest(records.nodes.list())

    def keys_of(self, issuer: bytes) -> dict[int, bytes]:
        """Addresses of an issuer's keys by index, as far as the chain was followed."""
        with self._read() as records:
            added = records.history.events(registry="issuer", node=issuer, ops=(Op.KEY_ADDED,))
        found = ((KeyRecord.decode(int.from_bytes(each.event.d, "big")), address_of(each.event.x)) for each in added)
        return {record.index: address for record, address in found if record is not None}


def coverage(profiles: Iterable[Profile], kinds: Mapping[str, Kind]) -> Wording | str:
    """How far registration goes by these issuers' own words, for the sentence about what was not found; maybe empty."""
    parts = [
        (_SINCE if each.since else _SOME).filled(name=_name(profile), kind=_kind(kinds, each.kind), date=each.since)
        for profile in profiles
        for each in profile.coverage
    ]
    if not parts:
        return ""
    return Wording("；".join(part.zh for part in parts) + "。", "; ".join(part.en for part in parts) + ".")


def _name(profile: Profile) -> Wording:
    return Wording("{zh}", "{en}").filled(zh=profile.name_zh, en=profile.name_en or profile.name_zh)


def _kind(kinds: Mapping[str, Kind], code: str) -> Wording | str:
    return kinds[code].label if code in kinds else code


_SINCE: Final = Wording("{name}自{date}起登记{kind}", "{name} registers {kind} issued since {date}")
_SOME: Final = Wording("{name}登记{kind}", "{name} registers {kind}")
