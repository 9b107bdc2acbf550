"""From paths to files and bundles: folders are walked, nothing outside them is followed, nothing is unpacked."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from chopmark.core.bundle import FORMAT, MAX_LENGTH, OpenedBundle, open_bundle, read_bundle
from chopmark.core.profile import FORMAT as PROFILE_FORMAT
from chopmark.core.profile import LIMIT as PROFILE_LIMIT
from chopmark.core.profile import Profile, read_profile
from chopmark.errors import FormatError, InputError, ProofError, UsageError
from chopmark.services.files import OCTETS, TooLarge, Trouble, read_file
from chopmark.services.verify.materials import FoundBundle, FoundFile, Limits, Materials, Skipped
from chopmark.wording import Wording

SUFFIX: Final = ".chopmark.json"
"""How bundles are called by custom."""

# What systems put into folders by themselves; a hidden file is one that begins with a dot.
_LITTER: Final = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


def collect(paths: Iterable[Path], limits: Limits) -> Materials:
    """Everything at ``paths``: files, bundles, and what lies in folders at any depth.

    Raises ``InputError`` for a path that is not there or cannot be used, ``UsageError`` if there is nothing to
    verify, more than ``limits.files``, or bundles of more than ``limits.bundle_bytes`` together.
    """
    gathering = _Gathering(limits)
    for path in paths:
        _gather(Path(path), gathering)
    if not gathering.files and not gathering.bundles:
        raise UsageError(why=_NOTHING)
    return Materials(
        tuple(gathering.files), tuple(gathering.bundles), tuple(gathering.skipped), tuple(gathering.profiles)
    )


@dataclass(slots=True)
class _Gathering:
    limits: Limits
    files: list[FoundFile] = field(default_factory=list)
    bundles: list[FoundBundle] = field(default_factory=list)
    skipped: list[tuple[str, Skipped]] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)
    bundle_bytes: int = 0

    def take(self, path: Path, name: str, group: str) -> None:
        """Read one regular file. The same path named twice counts once; links to one file are materials of their own."""
        try:
            status = path.stat()
        except OSError:
            self.skipped.append((name, Skipped.NO_ACCESS))
            return
        if (place := path.parent.resolve() / path.name) in self.seen:
            return
        self.seen.add(place)
        if len(self.files) + len(self.bundles) >= self.limits.files:
            raise UsageError(why=_TOO_MANY.filled(limit=self.limits.files))
        if _is_bundle(path, status.st_size):
            self.add_bundle(path, name, group)
        elif (profile := _profile(path, status.st_size)) is not None:
            self.profiles.append(profile)
        else:
            self.files.append(_file(path, name, group, self.limits.file_bytes))

    def add_bundle(self, path: Path, name: str, group: str) -> None:
        """Read a bundle; one that cannot be read is a file that cannot be read, not a bundle that is no good."""
        try:
            with path.open("rb") as stream:
                data = stream.read(MAX_LENGTH + 1)  # one more than is allowed, so that being too long is seen
        except OSError:
            self.files.append(FoundFile(path, name, group, 0, b"", OCTETS, Trouble.UNREADABLE))
            return
        self.bundle_bytes += len(data)
        if self.bundle_bytes > self.limits.bundle_bytes:
            raise UsageError(why=_BUNDLES.filled(limit=self.limits.bundle_bytes >> 20))
        opened, fault = opened_or_fault(data)
        self.bundles.append(FoundBundle(path, name, group, data, opened, fault))


def _gather(path: Path, gathering: _Gathering) -> None:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as fault:
        why = _NOT_THERE if isinstance(fault, FileNotFoundError) else _NO_ACCESS
        raise _unusable(path, why) from fault
    if stat.S_ISREG(mode):
        gathering.take(path, path.name, "")
    elif stat.S_ISDIR(mode):
        root = path.resolve()
        for inner, name in _walk(root, root, gathering):
            gathering.take(inner, name, str(inner.parent))
    else:
        raise _unusable(path, _NOT_A_FILE)


def _walk(folder: Path, root: Path, gathering: _Gathering) -> Iterator[tuple[Path, str]]:
    """Files below ``folder`` in the order of their names, files before folders; links only to files inside ``root``."""
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: (entry.is_dir(follow_symlinks=False), entry.name))
    except OSError:
        gathering.skipped.append((_relative(folder, root), Skipped.NO_ACCESS))
        return
    for entry in entries:
        if entry.name.startswith((".", "~$")) or entry.name.lower() in _LITTER:
            continue
        path = Path(entry.path)
        name = _relative(path, root)
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, root, gathering)
        elif entry.is_file(follow_symlinks=False):
            yield path, name
        else:
            reason = _link_trouble(path, root) if entry.is_symlink() else Skipped.NOT_A_FILE
            if reason is None:
                yield path, name
            else:
                gathering.skipped.append((name, reason))


def _link_trouble(path: Path, root: Path) -> Skipped | None:
    """Why a link is not followed; None if it leads to a file inside ``root``. Links to folders never are: no loops."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):  # dangling; RuntimeError: links in a circle (Python < 3.13)
        return Skipped.LINK_DEAD
    if not target.is_relative_to(root):
        return Skipped.LINK_OUTSIDE
    if target.is_dir():
        return Skipped.LINK_TO_FOLDER
    return None if target.is_file() else Skipped.NOT_A_FILE


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _is_bundle(path: Path, size: int) -> bool:
    """By its name, or as a JSON file that says so: a bundle that was renamed is still one."""
    if path.name.lower().endswith(SUFFIX):
        return True
    if path.suffix.lower() != ".json" or size > MAX_LENGTH:
        return False
    try:
        return FORMAT.encode() in path.read_bytes()
    except OSError:
        return False


def _profile(path: Path, size: int) -> Profile | None:
    """An issuer's profile: no material, but it names an issuer. Its digest is on the chain, so any copy will do."""
    if path.suffix.lower() != ".json" or size > PROFILE_LIMIT:
        return None
    try:
        data = path.read_bytes()
        return read_profile(data) if PROFILE_FORMAT.encode() in data else None
    except (OSError, FormatError):
        return None


def opened_or_fault(data: bytes) -> tuple[OpenedBundle | None, FormatError | ProofError | None]:
    """A bundle opened (FORMAT §11, steps 1 to 5), or why it is no good."""
    try:
        return open_bundle(read_bundle(data)), None
    except (FormatError, ProofError) as fault:
        return None, fault


def _file(path: Path, name: str, group: str, limit: int) -> FoundFile:
    try:
        read = read_file(path, limit)
    except TooLarge as fault:
        return FoundFile(path, name, group, fault.size, b"", OCTETS, Trouble.TOO_LARGE)
    except OSError:
        return FoundFile(path, name, group, 0, b"", OCTETS, Trouble.UNREADABLE)
    trouble = Trouble.NONE if read.size else Trouble.EMPTY
    return FoundFile(path, name, group, read.size, read.sha256, read.media_type, trouble)


def _unusable(path: Path, why: Wording) -> InputError:
    return InputError(place=path, why=why, fix_zh="请检查路径", fix_en="Check the path")


_NOT_THERE: Final = Wording("没有这个文件或文件夹", "there is no such file or folder")
_NO_ACCESS: Final = Wording("无法读取", "it cannot be read")
_NOT_A_FILE: Final = Wording("既不是文件也不是文件夹", "it is neither a file nor a folder")
_NOTHING: Final = Wording("所给的文件夹中没有可核验的文件", "there is nothing to verify in what was named")
_BUNDLES: Final = Wording("凭证包合计超过 {limit} MiB", "the bundles are larger than {limit} MiB together")
_TOO_MANY: Final = Wording("文件超过{limit}个", "there are more than {limit} files")
