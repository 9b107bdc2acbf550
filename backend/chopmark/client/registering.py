"""Registering through a site: checking, handing in, waiting until it stands on the chain, taking the bundles home."""

from __future__ import annotations

import functools
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from chopmark.client.answers import Credential, DryRun, Registered, Registration
from chopmark.client.changing import prove_change
from chopmark.client.connected import Connected, segment
from chopmark.client.errors import SiteContradicted, SiteError, StillWaiting
from chopmark.client.homecoming import Home, take_home
from chopmark.client.multipart import Part, file_part, json_part, multipart, text_part
from chopmark.client.packing import zipped
from chopmark.client.proving import Proof, prove_batches
from chopmark.client.transport import Body, json_body
from chopmark.client.wanted import Wanted, claims_in
from chopmark.core.finding import Finding
from chopmark.core.trust import TrustedRegistry
from chopmark.core.verdict import State
from chopmark.kinds import find_kind
from chopmark.services.register.deliver import Delivered
from chopmark.services.register.draft import Draft
from chopmark.services.verify.collect import opened_or_fault
from chopmark.wording import Wording

FieldValue = str | int | Sequence[str]
Fields = Mapping[str, FieldValue]
VERSIONS: Final = 5
"""Credentials of one number that are looked at."""
POLL: Final = (0.2, 0.5, 1.0, 2.0)
"""Seconds between two looks; the last one is repeated."""


class Registering(Connected):
    """The registrar's calls. Every write has a name of its own (``key``): repeated with the same name it happens once."""

    def check(self, kind: str, fields: Fields, files: Sequence[Path] = (), *, again: bool = False) -> DryRun:
        """What registering this credential would do; nothing is written."""
        body = _one(kind, fields, files)
        return DryRun.read(self._asked("/registrations", body, dry_run=True, again=again or None))

    def register(
        self, kind: str, fields: Fields, files: Sequence[Path] = (), *, again: bool = False, key: str = ""
    ) -> Registration:
        """Hand in one credential. Accepted is not yet registered: ``wait`` for that.

        Raises ``SiteRefused`` with the findings if something is wrong with it; then nothing was written.
        """
        return Registration.read(self._send("/registrations", _one(kind, fields, files), key=key, again=again or None))

    def register_many(
        self, kind: str, credentials: Sequence[Fields], *, again: bool = False, key: str = ""
    ) -> Registration:
        """Hand in many credentials without files, all or none. Raises as ``register``."""
        body = _many(kind, credentials)
        return Registration.read(self._send("/registrations", body, key=key, again=again or None))

    def check_sheet(
        self,
        sheet: Path,
        kind: str,
        files: Path | None = None,
        *,
        headings: Mapping[str, str] | None = None,
        tab: str = "",
        again: bool = False,
    ) -> DryRun:
        """What registering a spreadsheet would do.

        ``files``: folder or ZIP of the files that it names. ``headings``: what columns mean, by their heading; empty: not
        read. ``tab``: the worksheet.
        """
        with _sheet(sheet, kind, files, headings, tab) as body:
            return DryRun.read(self._asked("/registrations", body, dry_run=True, again=again or None))

    def register_sheet(
        self,
        sheet: Path,
        kind: str,
        files: Path | None = None,
        *,
        headings: Mapping[str, str] | None = None,
        tab: str = "",
        skip_invalid: bool = False,
        again: bool = False,
        key: str = "",
    ) -> Registration:
        """Hand in a spreadsheet, all rows or none; with ``skip_invalid`` the good rows, and ``rejected`` gives the others.

        Raises as ``register``.
        """
        query = {"skip_invalid": skip_invalid or None, "again": again or None}
        with _sheet(sheet, kind, files, headings, tab) as body:
            return Registration.read(self._send("/registrations", body, key=key, **query))

    def registrations(self) -> Iterator[Registration]:
        """What the institution handed in, the newest first."""
        return self._pages("/registrations", Registration.read, {})

    def registration(self, id_: str) -> Registration:
        """One submission as it is now."""
        return Registration.read(self._get(f"/registrations/{segment(id_)}"))

    def registered_credentials(self, id_: str) -> Iterator[Credential]:
        """The credentials of a submission, in its order."""
        return self._pages(f"/registrations/{segment(id_)}/credentials", Credential.read, {})

    def wait(
        self, id_: str, *, timeout: float = 600.0, progress: Callable[[Registration], object] | None = None
    ) -> Registered:
        """Wait until a submission is settled, then see for oneself that its batches stand in final blocks.

        ``proof.state`` is ``invalid`` if the chain refutes the site, ``could_not_check`` without trust or node. What the site
        refused, and what waits for a signature (``to_sign``), ends the waiting too. Raises ``StillWaiting`` after
        ``timeout`` seconds.
        """
        until = time.monotonic() + timeout
        for pause in _pauses():
            now = self.registration(id_)
            if progress is not None:
                progress(now)
            if now.settled:
                return Registered(now, self._proven(now, until))
            if time.monotonic() + pause > until:
                raise StillWaiting(site=self.url, seconds=f"{timeout:g}", name=id_, state=now.state)
            time.sleep(pause)
        raise AssertionError("unreachable")

    def bundles(self, id_: str, folder: Path) -> list[Delivered]:
        """The bundles of a submission, each opened and read against the chain before any is written to ``folder``.

        Raises ``SiteContradicted`` if one of them is no registered credential of this submission, ``TrustError`` or
        ``Unreachable`` if the chain cannot be asked: then nothing is written. A file that is there is never overwritten.
        """
        return self.bring_home(self.registration(id_), folder).delivered

    def bring_home(self, done: Registration, folder: Path, wanted: Wanted | None = None) -> Home:
        """``bundles``, compared with what was handed in before any is written.

        ``wanted``: of ``wanted_one``, ``wanted_many``, ``wanted_sheet`` or ``wanted_correction``, read before it was handed in.
        Raises as ``bundles``; ``SiteContradicted`` (S021), too, if one says what nobody handed in. What did not come back although
        it was handed in is a remark, unless the chain shows that it was revoked or replaced before.
        """
        with tempfile.TemporaryFile() as package:
            self._raw(f"/registrations/{segment(done.id)}/bundles", "application/zip", into=package)
            excused = functools.partial(self._ended_before, done.kind)
            return take_home(package, done, self._chains, folder, self.url, wanted, excused)

    def require_same(self, taken: Registration, done: Registration, wanted: Wanted | None = None) -> None:
        """Raise ``SiteContradicted`` if a submission is another one now than when it was taken in, or not what was wished."""
        told = [
            Finding("S021", {"why": _CHANGED.filled(what=what, before=before, now=now)})
            for what, before, now in (
                (_ID, taken.id, done.id),
                (_KIND, wanted.kind if wanted else taken.kind, taken.kind),
                (_KIND, taken.kind, done.kind),
                (_ISSUER, taken.issuer if wanted is None or wanted.issuer is None else wanted.issuer, taken.issuer),
                (_ISSUER, taken.issuer, done.issuer),
                (_NUMBER, taken.count, done.count),
                (_ASIDE, taken.rejected, done.rejected),
            )
            if before != now
        ]
        if told:
            raise SiteContradicted(site=self.url, findings=tuple(told))

    def _ended_before(self, kind: str, draft: Draft) -> bool:
        """Whether a credential of this number or content is revoked or replaced: a list that is run again brings nobody back."""
        listed = (
            self._pages("/credentials", Credential.read, {"number": draft.shown, "kind": kind}) if draft.shown else ()
        )
        for each, _ in zip(listed, range(VERSIONS), strict=False):
            try:
                data = self._raw(f"/credentials/{segment(each.id)}/bundle", "application/json")
            except SiteError:
                continue
            opened, _fault = opened_or_fault(data)
            if opened is None or draft.number not in find_kind(kind).numbers(claims_in(find_kind(kind), opened)):
                continue
            if prove_change(self._chains, "revoke", [(each.id, data)], timeout=0).state is State.VALID:
                return True
        return False

    def mail_merge(self, id_: str) -> bytes:
        """The CSV with which bundles are mailed to their holders."""
        return self._raw(f"/registrations/{segment(id_)}/mail-merge", "text/csv")

    def rejected(self, id_: str) -> bytes:
        """The rows that ``skip_invalid`` left out, as XLSX with a column that says why."""
        return self._raw(f"/registrations/{segment(id_)}/rejected", XLSX)

    def _proven(self, done: Registration, until: float) -> Proof:
        """One's own look; a node of one's own may need a moment longer than the site's."""
        if done.state != "registered" or not (done.batches or done.count):
            return Proof(State.SKIPPED)
        if not done.batches:
            return Proof(State.INVALID, (Finding("S021", {"why": _NO_BATCH.filled(count=done.count)}),))
        chain_id, registry = self._home()
        for pause in _pauses():
            proof = prove_batches(self._chains, done.batches, chain_id, registry)
            lags = proof.state is State.COULD_NOT_CHECK and proof.read_at is not None
            if not lags or time.monotonic() + pause > until:
                return proof
            time.sleep(pause)
        raise AssertionError("unreachable")

    def _home(self) -> tuple[int, bytes]:
        """The chain and the registry in question: the only ones that one trusts, else those that the site names."""
        trust = self._chains.trust
        if trust is None:
            return 0, b""  # nothing will be asked, so the site need not say where
        known: list[tuple[int, TrustedRegistry]] = [
            (chain.chain_id, entry) for chain in trust.chains for entry in chain.registries
        ]
        if len(known) == 1:
            return known[0][0], known[0][1].attestation_registry
        return self.site().chain_id, self.site().registry


XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _pauses() -> Iterator[float]:
    yield from POLL
    while True:
        yield POLL[-1]


def _one(kind: str, fields: Fields, files: Sequence[Path]) -> Body:
    if not files:
        return _many(kind, [fields])
    parts = [json_part("request", {"kind": kind, "fields": _plain(fields)})]
    return multipart([*parts, *(file_part("file", path, path.name) for path in files)])


def _many(kind: str, credentials: Sequence[Fields]) -> Body:
    return json_body({"kind": kind, "credentials": [{"fields": _plain(fields)} for fields in credentials]})


def _plain(fields: Fields) -> dict[str, str | int | list[str]]:
    return {name: value if isinstance(value, (str, int)) else list(value) for name, value in fields.items()}


@contextmanager
def _sheet(sheet: Path, kind: str, files: Path | None, headings: Mapping[str, str] | None, tab: str) -> Iterator[Body]:
    """A spreadsheet with its files as a body; a folder is packed into a file that goes away with it."""
    parts: list[Part] = [text_part("kind", kind), file_part("sheet", sheet, sheet.name)]
    if tab:
        parts.append(text_part("tab", tab))
    if headings:
        parts.append(json_part("headings", dict(headings)))
    with tempfile.TemporaryDirectory() as scratch:
        if files is not None:
            package = zipped(files, Path(scratch) / "files.zip") if files.is_dir() else files
            parts.append(file_part("files", package, "files.zip", "application/zip"))
        yield multipart(parts)


_CHANGED: Final = Wording("{what}是 {now}，应为 {before}", "its {what} is {now} and should be {before}")
_ID: Final = Wording("登记编号", "registration")
_KIND: Final = Wording("类别", "kind")
_ISSUER: Final = Wording("机构编号", "institution")
_NUMBER: Final = Wording("份数", "number of credentials")
_ASIDE: Final = Wording("退回行数", "number of rows set aside")
_NO_BATCH: Final = Wording("称已登记 {count} 份，却没有所在批次", "it calls {count} registered and names no batch")
