"""What a reviewer's own site can add: an index of files, names of institutions, addresses of keys. None is needed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final, Protocol

from chopmark.core.bundle import Bundle, write_bundle
from chopmark.core.directory import address_of
from chopmark.core.disclosure import FILE, REPLACES, TWIN
from chopmark.core.history import RegistryName
from chopmark.core.ledger import BatchRow, CredentialRow, NodeRow
from chopmark.core.profile import Profile
from chopmark.core.transaction import Logged
from chopmark.core.words import KeyRecord, Op
from chopmark.kinds import Kind, all_kinds
from chopmark.services.bundles import Kept, bundle_of, bundles_of_batch, showing
from chopmark.services.issuers import names_by_digest
from chopmark.services.ports import KeptBatches, KeptCredentials
from chopmark.services.verify.collect import SUFFIX, opened_or_fault
from chopmark.services.verify.materials import FoundBundle
from chopmark.wording import Wording

# ruff: noqa: D102  (the store's own classes say what their methods do)


class Credentials(KeptCredentials, Protocol):
    """Registered credentials, found by their files as well."""

    def by_file(self, digest: bytes) -> Sequence[CredentialRow]: ...


class Nodes(Protocol):
    """Institutions that have a name here."""

    def list(self) -> Sequence[NodeRow]: ...


class History(Protocol):
    """Followed events."""

    def events(
        self, *, registry: RegistryName | None = None, node: bytes | None = None, ops: Sequence[Op] = ()
    ) -> Sequence[Logged]: ...


class Batches(KeptBatches, Protocol):
    """Sealed batches."""

    def list(self) -> Sequence[BatchRow]: ...


class Records(Kept, Protocol):
    """One snapshot of a site's database."""

    @property
    def batches(self) -> Batches: ...
    @property
    def credentials(self) -> Credentials: ...
    @property
    def nodes(self) -> Nodes: ...
    @property
    def history(self) -> History: ...


class SiteRecords:
    """A site's database, for verification. ``read`` opens a snapshot; none is kept open while a chain is asked."""

    def __init__(self, read: Callable[[], AbstractContextManager[Records]]) -> None:
        self._read = read

    @property
    def is_index(self) -> bool:
        """Whether the site has registered anything: an empty database knows no file because nobody put one in."""
        with self._read() as tx:
            return bool(tx.batches.list())

    def bundles_for(self, digests: Sequence[bytes]) -> Mapping[bytes, Sequence[FoundBundle]]:
        """For each file (SHA-256) that is known every anchored credential that binds it, as bundles made from the records.

        Of one credential the newest version alone; oldest first. With all their disclosures: for who keeps the records.
        """
        return self._found(digests, lambda row, bundle, _alone: _found_bundle(row.label, bundle))

    def shown_to(self, institution: bytes | None) -> Callable[[Sequence[bytes]], Mapping[bytes, Sequence[FoundBundle]]]:
        """``bundles_for`` as others may have it: whoever holds a file need not be the one whom it is about.

        Private fields stay closed; where several credentials bind one file, all fields do, so that nobody gets the others'
        by what they have in common. What ``institution`` (32 bytes) issued, it gets whole: it has it anyway.
        """

        def narrowed(row: CredentialRow, bundle: Bundle, alone: bool) -> FoundBundle:
            if row.issuer == institution:
                return _found_bundle(row.label, bundle)
            if alone:
                return _found_bundle(row.label, showing(bundle, _no_secret(row.kind)))
            # Not by its name: what a bundle is called after is as personal as what is in it.
            return _found_bundle(row.commitment.hex()[:16], showing(bundle, _no_field))

        return lambda digests: self._found(digests, narrowed)

    def _found(
        self, digests: Sequence[bytes], shown: Callable[[CredentialRow, Bundle, bool], FoundBundle]
    ) -> Mapping[bytes, Sequence[FoundBundle]]:
        with self._read() as records:
            found = {digest: rows for digest in digests if (rows := _anchored(records, digest))}
            wanted = {row.id: row for rows in found.values() for row in rows}
            made: dict[int, Bundle] = {}
            for batch_id, count in Counter(row.batch_id for row in wanted.values()).items():
                # A batch is arranged once for all its credentials, or once for each: what is less work.
                if batch_id is not None and count >= _MANY_OF_A_BATCH:
                    made.update((row.id, bundle) for row, bundle in bundles_of_batch(records, batch_id))
            bundles = {at: made.get(at) or bundle_of(records, row) for at, row in wanted.items()}
        uses = {(row.id, len(rows) == 1) for rows in found.values() for row in rows}
        opened = {(at, alone): shown(wanted[at], bundles[at], alone) for at, alone in uses}
        return {digest: tuple(opened[row.id, len(rows) == 1] for row in rows) for digest, rows in found.items()}

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


def _anchored(records: Records, digest: bytes) -> tuple[CredentialRow, ...]:
    """The anchored credentials that bind a file, without what a newer one stands for: same number, or its correction."""
    newest: dict[object, CredentialRow] = {}
    for row in sorted(records.credentials.by_file(digest), key=lambda row: row.id):
        batch = records.batches.get(row.batch_id) if row.batch_id is not None else None
        if batch is not None and batch.anchored:
            newest[row.issuer, row.kind, row.number or row.former_number or row.fingerprint] = row
    replaced = {row.replaces for row in newest.values()}
    return tuple(row for row in newest.values() if row.commitment not in replaced)


def _no_field(name: str) -> bool:
    """Whether a disclosure tells of files and versions alone, and nothing of a person."""
    return name == REPLACES or name.startswith(FILE)


def _no_secret(code: str) -> Callable[[str], bool]:
    """Which disclosures of a kind are no private field; of a kind that is not known here nothing can be told apart."""
    kind = next((each for each in all_kinds() if each.code == code), None)
    if kind is None:
        return _no_field
    private = {field.name for field in kind.fields if field.private}
    return lambda name: name.removeprefix(TWIN) not in private


def _found_bundle(label: str, bundle: Bundle) -> FoundBundle:
    data = write_bundle(bundle)
    opened, fault = opened_or_fault(data)
    return FoundBundle(None, f"{label}{SUFFIX}", "", data, opened, fault)


def coverage(profiles: Iterable[Profile], kinds: Mapping[str, Kind], *, indexed: bool) -> Wording:
    """What was looked at and how far registration goes by the issuers' own words, for what was not found."""
    return _joined([_INDEXED if indexed else _NOT_INDEXED, *_ranges(profiles, kinds)])


def covered(profiles: Iterable[Profile], kinds: Mapping[str, Kind]) -> Wording:
    """How far registration goes by the issuers' own words alone; empty if none says."""
    return _joined(_ranges(profiles, kinds))


def _ranges(profiles: Iterable[Profile], kinds: Mapping[str, Kind]) -> list[Wording]:
    ranges: dict[tuple[Profile, str], list[str]] = defaultdict(list)
    for profile in profiles:
        for each in profile.coverage:
            ranges[profile, each.since].append(each.kind)
    return [
        (_SINCE if since else _SOME).filled(name=_name(profile), kinds=_kinds(kinds, codes), date=since)
        for (profile, since), codes in ranges.items()
    ]


def _joined(parts: Sequence[Wording]) -> Wording:
    return Wording("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))


def _name(profile: Profile) -> Wording:
    return Wording("{zh}", "{en}").filled(zh=profile.name_zh, en=profile.name_en or profile.name_zh)


def _kinds(kinds: Mapping[str, Kind], codes: Iterable[str]) -> Wording:
    labels = [kinds[code].label if code in kinds else Wording(code, code) for code in codes]
    return Wording("、".join(label.zh for label in labels), ", ".join(label.en for label in labels))


_MANY_OF_A_BATCH: Final = 4
_INDEXED: Final = Wording("本站索引中没有此文件", "This site's index does not know the file")
_NOT_INDEXED: Final = Wording("没有凭证包，也没有可查的站点索引", "There is no bundle, and no site's index was asked")
_SINCE: Final = Wording("{name}称自{date}起登记{kinds}", "{name} says that it registers since {date}: {kinds}")
_SOME: Final = Wording("{name}称登记{kinds}", "{name} says that it registers: {kinds}")
