"""What somebody handed in: files, bundles, and which of them belong together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from chopmark.core.bundle import OpenedBundle
from chopmark.core.profile import Profile
from chopmark.errors import FormatError, ProofError
from chopmark.services.files import Trouble


@dataclass(frozen=True, slots=True)
class Limits:
    """``file_bytes``: larger files are not read. ``files``: more are refused at once.

    ``bundle_bytes``: of all bundles together, which are held in memory until the answer; more are refused.
    """

    file_bytes: int
    files: int
    bundle_bytes: int = 4 << 30


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that was handed in.

    ``name``: as shown, relative to what was named on the command line. ``group``: the folder that it came with.
    ``digest``: SHA-256, empty if it was not read, and then ``trouble`` says why.
    """

    path: Path
    name: str
    group: str
    size: int
    digest: bytes
    media_type: str
    trouble: Trouble = Trouble.NONE


@dataclass(frozen=True, slots=True)
class FoundBundle:
    """A bundle that was handed in, or made from the site's own records (then ``path`` is None).

    ``opened`` is None if the bundle is no good; ``fault`` then says why.
    """

    path: Path | None
    name: str
    group: str
    data: bytes
    opened: OpenedBundle | None
    fault: FormatError | ProofError | None = None


class Skipped(StrEnum):
    """Why something in a folder was left out."""

    LINK_OUTSIDE = "link_outside"
    LINK_TO_FOLDER = "link_to_folder"
    LINK_DEAD = "link_dead"
    NOT_A_FILE = "not_a_file"
    NO_ACCESS = "no_access"


@dataclass(frozen=True, slots=True)
class Materials:
    """Everything that was collected, in the order of the command line and then of names.

    ``profiles``: of issuers, found beside the materials.
    """

    files: tuple[FoundFile, ...]
    bundles: tuple[FoundBundle, ...]
    skipped: tuple[tuple[str, Skipped], ...] = ()
    profiles: tuple[Profile, ...] = ()


class How(StrEnum):
    """How a file and a bundle found each other."""

    DIGEST = "digest"
    NAME = "name"
    ONLY = "only"
    INDEX = "index"
    NUMBER = "number"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Material:
    """One thing to be verified: a file with its bundle, or either alone.

    ``shared``: names of the other materials that use the same file (V018). ``found_by``: the typed fields by which the site
    found its own record, where somebody asks about a paper by its number.
    """

    file: FoundFile | None
    bundle: FoundBundle | None
    how: How = How.NONE
    shared: tuple[str, ...] = ()
    found_by: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """What people call it."""
        if self.file is not None:
            return self.file.name
        return self.bundle.name if self.bundle is not None else ""
