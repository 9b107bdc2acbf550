"""What is handed to a site for verification: under names that tell nothing, in requests that it takes.

Files of a dossier are often called after people. A site needs no names to verify: it gets ``m3.pdf`` and, where a bundle belongs
to that file, ``m3.chopmark.json``, so that it pairs them as was done here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from chopmark.client.multipart import Part, data_part, file_part
from chopmark.services.files import Trouble
from chopmark.services.verify.collect import SUFFIX
from chopmark.services.verify.declared import Declaration
from chopmark.services.verify.materials import FoundBundle, FoundFile, How, Material

PARTS: Final = 150
"""Parts of one request: a site takes 200, and a material has two at most."""
_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Sent:
    """A material as it is handed over. ``file``, ``bundle``: the names that it goes by, empty where there is none."""

    at: int
    material: Material
    file: str
    bundle: str

    @property
    def name(self) -> str:
        """What the site will call it."""
        return self.file or self.bundle


@dataclass(slots=True)
class _Naming:
    files: dict[Path, str] = field(default_factory=dict)
    bundles: dict[int, str] = field(default_factory=dict)

    def file(self, found: FoundFile, stem: str) -> str:
        """One name for each path; a suffix tells what kind of file it is and nothing else."""
        suffix = Path(found.name).suffix
        name = stem + (suffix.lower() if _EXTENSION.fullmatch(suffix) else "")
        if name.endswith(".json"):
            name += ".txt"  # it is no bundle here, so it shall be none there
        # An archive is one material here and would be a folder of them there.
        name = name.removesuffix(".zip")
        return self.files.setdefault(found.path, name)

    def bundle(self, found: FoundBundle, stem: str) -> str:
        """One name for each bundle."""
        return self.bundles.setdefault(id(found), stem + SUFFIX)


def named(materials: Sequence[Material]) -> list[Sent]:
    """Materials with the names that they go by; those that no site could read are left out."""
    naming = _Naming()
    sent = []
    for at, each in enumerate(materials):
        if not _can_go(each):
            continue
        stem = _stem(at, each, naming)
        file = naming.file(each.file, stem) if each.file else ""
        bundle = naming.bundle(each.bundle, stem) if each.bundle else ""
        sent.append(Sent(at, each, file, bundle))
    return sent


def requests(sent: Sequence[Sent], most: int) -> Iterator[list[Sent]]:
    """Materials in groups of at most ``most`` bytes and ``PARTS`` parts each.

    Bundles without a file go by themselves: beside a single file without a bundle a site would take the two for one.
    """
    for group in ([s for s in sent if s.file], [s for s in sent if not s.file]):
        together: list[Sent] = []
        size = parts = 0
        for each in group:
            weight, count = _weight(each), bool(each.file) + bool(each.bundle)
            if together and (size + weight > most or parts + count > PARTS):
                yield together
                together, size, parts = [], 0, 0
            together.append(each)
            size, parts = size + weight, parts + count
        if together:
            yield together


def parts_of(group: Sequence[Sent]) -> list[Part]:
    """The parts of one request; a file or bundle that several materials share goes once. Raises ``InputError``."""
    parts: dict[str, Part] = {}
    for each in group:
        file, bundle = each.material.file, each.material.bundle
        if file is not None and each.file not in parts:
            parts[each.file] = file_part("file", file.path, each.file, file.media_type)
        if bundle is not None and each.bundle not in parts:
            parts[each.bundle] = data_part("file", bundle.data, each.bundle, "application/json")
    return list(parts.values())


def declared_json(declarations: Sequence[Declaration], group: Sequence[Sent]) -> dict[str, dict[str, str]]:
    """What was declared, by the names under which materials are handed over; ``*`` is all of them."""
    told: dict[str, dict[str, str]] = {}
    for each in declarations:
        places = ["*"] if not each.material else [s.name for s in group if _is_called(s.material, each.material)]
        for place in places:
            told.setdefault(place, {})[each.name] = each.value
    return told


def _can_go(material: Material) -> bool:
    return material.file is None or material.file.trouble not in (
        Trouble.EMPTY,
        Trouble.UNREADABLE,
        Trouble.TOO_LARGE,
    )


def _stem(at: int, material: Material, naming: _Naming) -> str:
    """A name of its own, or that of the bundle which speaks for several files."""
    known = naming.bundles.get(id(material.bundle)) if material.bundle and material.how is How.NAME else None
    stem = known.removesuffix(SUFFIX) if known else f"m{at}"
    taken = set(naming.files.values())
    suffix = Path(material.file.name).suffix.lower() if material.file else ""
    return stem if stem + suffix not in taken else f"m{at}"


def _weight(sent: Sent) -> int:
    file, bundle = sent.material.file, sent.material.bundle
    return (file.size if file else 0) + (len(bundle.data) if bundle else 0)


def _is_called(material: Material, name: str) -> bool:
    names = [part.name for part in (material.file, material.bundle) if part is not None]
    return name in {form for each in names for form in (each, each.rpartition("/")[2])}
