"""Bundles that a site hands out: opened and read against the chain first, written afterwards, all or none."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from chopmark.client.answers import Registration
from chopmark.client.errors import SiteContradicted, SiteNonsense
from chopmark.client.nodes import OwnChains
from chopmark.client.proving import examine_bundles, refutations, unproven
from chopmark.core.bundle import MAX_LENGTH, open_bundle, read_bundle
from chopmark.core.finding import Finding
from chopmark.core.reference import serial
from chopmark.core.verdict import Part
from chopmark.errors import TrustError, Unreachable
from chopmark.services.register.deliver import SUFFIX, BundleFile, Delivered, deliver
from chopmark.services.verify.verify import Verified
from chopmark.wording import Language, Wording

SLICE: Final = 1_000
"""Bundles that are in memory at a time."""
ENTRIES: Final = 200_000
SHOWN: Final = 100
"""Contradictions that are collected; a site that lies about more is known by then."""


def take_home(package: BinaryIO, done: Registration, chains: OwnChains, folder: Path, site: str) -> list[Delivered]:
    """Prove every bundle of a ZIP archive, then write them into ``folder``.

    Raises ``SiteContradicted`` if one of them is no registered credential of this submission, ``TrustError`` without a trust
    file, ``Unreachable`` if no chain could be asked, ``SiteNonsense`` for what is no archive of bundles.
    """
    if chains.trust is None:
        raise TrustError(why=_NO_TRUST)
    try:
        with zipfile.ZipFile(package) as archive:
            names = _names(archive, site)
            _prove(archive, names, done, chains, site)
            return list(deliver(_bundle_files(archive, names, site), folder).values())
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as fault:
        # NotImplementedError: a method that is not known; RuntimeError: encrypted.
        raise SiteNonsense(site=site, why=_NO_ARCHIVE) from fault


def _names(archive: zipfile.ZipFile, site: str) -> list[str]:
    entries = archive.infolist()
    if len(entries) > ENTRIES or any(entry.file_size > MAX_LENGTH for entry in entries if _is_bundle(entry.filename)):
        raise SiteNonsense(site=site, why=_TOO_MUCH)
    return [entry.filename for entry in entries if _is_bundle(entry.filename)]


def _is_bundle(name: str) -> bool:
    return name.endswith(SUFFIX)


def _prove(archive: zipfile.ZipFile, names: list[str], done: Registration, chains: OwnChains, site: str) -> None:
    wrong: list[Finding] = []
    seen: set[bytes] = set()
    for start in range(0, len(names), SLICE):
        loaded = [(name, _data(archive, name, site)) for name in names[start : start + SLICE]]
        examined = examine_bundles(chains, loaded)
        wrong += refutations(examined)
        for each in examined:
            wrong += _misplaced(each, done, seen)
        if (silent := unproven(examined)) is not None and not wrong:
            raise Unreachable(url="", why=_silence(silent.fragment(Part.STATUS).findings))
        if len(wrong) >= SHOWN:
            break
    expected = done.count
    if not wrong and len(seen) != expected:
        why = _COUNT.filled(found=len(seen), expected=expected)
        wrong.append(Finding("S018", {"why": why}))
    if wrong:
        raise SiteContradicted(site=site, findings=tuple(wrong[:SHOWN]))


def _misplaced(each: Verified, done: Registration, seen: set[bytes]) -> Iterator[Finding]:
    """A good bundle that has no business in this submission."""
    bundle = each.material.bundle
    opened = bundle.opened if bundle else None
    if opened is None:
        return
    if (serial(opened.payload.issuer), opened.payload.kind) != (done.issuer, done.kind):
        yield Finding("S018", {"why": _OTHERS.filled(name=each.material.name)})
    roots = {batch.root for batch in done.batches}
    if opened.bundle.anchor.root not in roots:
        yield Finding("S018", {"why": _OTHER_BATCH.filled(name=each.material.name)})
    if opened.commitment in seen:
        yield Finding("S018", {"why": _TWICE.filled(name=each.material.name)})
    seen.add(opened.commitment)


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
