"""Bundles that a site hands out: opened and read against the chain first, written afterwards, all or none."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from chopmark.client.answers import Registration
from chopmark.client.errors import SiteContradicted, SiteNonsense
from chopmark.client.nodes import OwnChains
from chopmark.client.proving import examine_bundles, refutations, unproven
from chopmark.client.wanted import Wanted, fingerprint_of, left_out, unread
from chopmark.core.bundle import MAX_LENGTH, open_bundle, read_bundle
from chopmark.core.finding import Finding
from chopmark.core.reference import serial
from chopmark.core.verdict import Part
from chopmark.errors import TrustError, Unreachable, UnsafeArchive
from chopmark.services.files.directory import count_entries
from chopmark.services.register.deliver import SUFFIX, BundleFile, Delivered, deliver
from chopmark.services.register.draft import Draft
from chopmark.services.verify.verify import Verified
from chopmark.wording import Language, Wording

SLICE: Final = 1_000
"""Bundles that are in memory at a time."""
ENTRIES: Final = 200_000
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError, ValueError)
"""What ``zipfile`` raises for an archive that is none; NotImplementedError: a method unknown to it, RuntimeError: encrypted."""
SHOWN: Final = 100
"""Contradictions that are collected; a site that lies about more is known by then."""


@dataclass(frozen=True, slots=True)
class Home:
    """What came home. ``remarks``: what could not be compared with what was handed in (S022), what did not come (S023)."""

    delivered: list[Delivered]
    remarks: tuple[Finding, ...] = ()


Excused = Callable[[Draft], bool]
"""Whether there is a good reason why this was not registered."""


def take_home(
    package: BinaryIO,
    done: Registration,
    chains: OwnChains,
    folder: Path,
    site: str,
    wanted: Wanted | None = None,
    excused: Excused = lambda _: False,
) -> Home:
    """Prove every bundle of a ZIP archive, compare each with what was handed in, then write them into ``folder``.

    ``wanted``: what was handed in, None if the caller does not know. Raises ``SiteContradicted`` if one of them is no registered
    credential of this submission or says what nobody handed in, ``TrustError`` without a trust file, ``Unreachable`` if no chain
    could be asked, ``SiteNonsense`` for what is no archive of bundles.
    """
    if chains.trust is None:
        raise TrustError(why=_NO_TRUST)
    try:
        _count(package, site)
        with zipfile.ZipFile(package) as archive:
            names = _names(archive, site)
            seen = _prove(archive, names, done, chains, site, wanted)
            remarks = tuple(_remarks(wanted, seen, done, excused))
            return Home(list(deliver(_bundle_files(archive, names, site), folder).values()), remarks)
    except _BROKEN as fault:
        raise SiteNonsense(site=site, why=_NO_ARCHIVE) from fault


def _count(package: BinaryIO, site: str) -> None:
    """Entries are counted before a directory is laid out as objects: a flood of them would take all memory."""
    package.seek(0, os.SEEK_SET)
    try:
        count_entries(package, "bundles", ENTRIES)
    except UnsafeArchive as fault:
        raise SiteNonsense(site=site, why=_TOO_MUCH if fault.facts.get("rule") == "entries" else _NO_ARCHIVE) from fault
    package.seek(0, os.SEEK_SET)


def _remarks(wanted: Wanted | None, seen: _Seen, done: Registration, excused: Excused) -> Iterator[Finding]:
    """What of the wish stays open."""
    if wanted is None:
        return
    if wanted.trouble is not None:
        yield unread(wanted.trouble)
    missing = [draft for draft in wanted.missing(seen.prints) if not excused(draft)]
    if len(missing) > (done.rejected if wanted.may_lack else 0):
        yield left_out(missing)


def _names(archive: zipfile.ZipFile, site: str) -> list[str]:
    entries = archive.infolist()
    if any(entry.compress_type not in _METHODS for entry in entries):
        raise SiteNonsense(site=site, why=_NO_ARCHIVE)  # others may ask for gigabytes of memory before they give a byte
    if any(entry.file_size > MAX_LENGTH for entry in entries if _is_bundle(entry.filename)):
        raise SiteNonsense(site=site, why=_TOO_MUCH)
    return [entry.filename for entry in entries if _is_bundle(entry.filename)]


def _is_bundle(name: str) -> bool:
    return name.endswith(SUFFIX)


@dataclass(slots=True)
class _Seen:
    """Commitments, and fingerprints of what they say."""

    commitments: set[bytes] = field(default_factory=set)
    prints: set[bytes] = field(default_factory=set)


def _prove(
    archive: zipfile.ZipFile, names: list[str], done: Registration, chains: OwnChains, site: str, wanted: Wanted | None
) -> _Seen:
    wrong: list[Finding] = []
    seen = _Seen()
    for start in range(0, len(names), SLICE):
        loaded = [(name, _data(archive, name, site)) for name in names[start : start + SLICE]]
        examined = examine_bundles(chains, loaded)
        wrong += refutations(examined)
        for each in examined:
            wrong += _misplaced(each, done, seen, wanted)
        if (silent := unproven(examined)) is not None and not wrong:
            raise Unreachable(url="", why=_silence(silent.fragment(Part.STATUS).findings))
        if len(wrong) >= SHOWN:
            break
    expected = done.count
    if not wrong and len(seen.commitments) != expected:
        why = _COUNT.filled(found=len(seen.commitments), expected=expected)
        wrong.append(Finding("S018", {"why": why}))
    if wrong:
        raise SiteContradicted(site=site, findings=tuple(wrong[:SHOWN]))
    return seen


def _misplaced(each: Verified, done: Registration, seen: _Seen, wanted: Wanted | None) -> Iterator[Finding]:
    """A good bundle that has no business in this submission, or that says what nobody handed in."""
    bundle = each.material.bundle
    opened = bundle.opened if bundle else None
    if opened is None:
        return
    if (serial(opened.payload.issuer), opened.payload.kind) != (done.issuer, done.kind):
        yield Finding("S018", {"why": _OTHERS.filled(name=each.material.name)})
    roots = {batch.root for batch in done.batches}
    if opened.bundle.anchor.root not in roots:
        yield Finding("S018", {"why": _OTHER_BATCH.filled(name=each.material.name)})
    if opened.commitment in seen.commitments:
        yield Finding("S018", {"why": _TWICE.filled(name=each.material.name)})
    seen.commitments.add(opened.commitment)
    if wanted is not None:
        yield from wanted.wrong(opened)
        if opened.payload.kind == wanted.kind:
            seen.prints.add(fingerprint_of(opened))


def _bundle_files(archive: zipfile.ZipFile, names: list[str], site: str) -> Iterator[BundleFile]:
    for at, name in enumerate(names):
        data = _data(archive, name, site)
        label = name.replace("\\", "/").rpartition("/")[2].removesuffix(SUFFIX)
        yield BundleFile(at, label, open_bundle(read_bundle(data)).commitment, data)


def _data(archive: zipfile.ZipFile, name: str, site: str) -> bytes:
    with archive.open(name) as stream:
        data = stream.read(MAX_LENGTH + 1)
    if len(data) > MAX_LENGTH:
        raise SiteNonsense(site=site, why=_TOO_MUCH)
    return data


def _silence(findings: tuple[Finding, ...]) -> Wording:
    said = next(iter(findings), Finding("V011"))
    return Wording("{zh}", "{en}").filled(zh=said.say(Language.ZH), en=said.say(Language.EN))


_NO_TRUST: Final = Wording(
    "没有给出信任文件，无法核验站点交来的凭证包", "none was given, so the bundles from the site cannot be checked"
)
_NO_ARCHIVE: Final = Wording("不是可读的 ZIP 文件", "it is no readable ZIP archive")
_TOO_MUCH: Final = Wording("凭证包过多或过大", "there are too many bundles, or too large ones")
_COUNT: Final = Wording("共 {found} 份，应为 {expected} 份", "there are {found} instead of {expected}")
_OTHERS: Final = Wording("“{name}”属于其他机构或类别", "“{name}” is another institution's or of another kind")
_OTHER_BATCH: Final = Wording("“{name}”不在所称的批次中", "“{name}” is in none of the batches that the site names")
_TWICE: Final = Wording("“{name}”重复", "“{name}” is there twice")
