"""Which file belongs to which bundle: by the bytes first, then by name, then because there is no other.

A wrong pairing would call somebody's honest file altered. So names pair only within a folder or when just one fits,
and "the only two" only where exactly one file and one bundle lie together.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from chopmark.services.verify.collect import SUFFIX
from chopmark.services.verify.materials import FoundBundle, FoundFile, How, Material, Materials

_T = TypeVar("_T")

Index = Callable[[Sequence[bytes]], Mapping[bytes, Sequence[FoundBundle]]]
"""A site's own index: SHA-256 of files → bundles made from its records, of those that it knows, one for each credential."""


def match(materials: Materials, index: Index | None = None) -> tuple[Material, ...]:
    """Pair what was handed in. Every file and every bundle appears: the files in their order, then lone bundles."""
    bundles = _without_copies(materials.bundles)
    pairing = _Pairing(materials.files, bundles)
    pairing.by_digest()
    pairing.by_name()
    pairing.only_two()
    if index is not None:
        pairing.by_index(index)
    return _with_shared(pairing.result())


@dataclass(slots=True)
class _Pairing:
    files: tuple[FoundFile, ...]
    bundles: tuple[FoundBundle, ...]
    found: dict[int, list[tuple[FoundBundle, How]]] = field(default_factory=lambda: defaultdict(list))
    used: set[int] = field(default_factory=set)

    def pair(self, at: int, bundle: FoundBundle, how: How) -> None:
        self.found[at].append((bundle, how))
        self.used.add(id(bundle))

    def left(self) -> Iterator[tuple[int, FoundFile]]:
        """Files without a bundle."""
        return ((at, file) for at, file in enumerate(self.files) if at not in self.found)

    def by_digest(self) -> None:
        """A bundle that discloses the digest of a file's bytes is the file's, whatever either is called."""
        holders: dict[bytes, list[FoundBundle]] = defaultdict(list)
        for bundle in self.bundles:
            for bound in bundle.opened.files if bundle.opened else ():
                holders[bound.sha256].append(bundle)
        for at, file in enumerate(self.files):
            for bundle in _newest(holders.get(file.digest, [])):
                self.pair(at, bundle, How.DIGEST)

    def by_name(self) -> None:
        """``X.chopmark.json`` belongs to ``X``, to ``X.*``, and to a scan that has the name of the file ``X``.

        Within a folder first. Between folders (``files/`` beside ``bundles/``) only where one free bundle and one free
        file have the name: two people's folders may each hold a ``degree.pdf``.
        """
        for forms in (_EXACT, _LOOSE):
            self._named(forms, within=True)
        for forms in (_EXACT, _LOOSE):
            self._named(forms, within=False)

    def _named(self, forms: _Forms, *, within: bool) -> None:
        free = [b for b in self.bundles if within or id(b) not in self.used]
        bundles = _by_key(free, lambda b: [(b.group if within else "", form) for form in forms.of_bundle(b.name)])
        files = _by_key(
            [at for at, _ in self.left()],
            lambda at: [(self.files[at].group if within else "", forms.of_file(self.files[at].name))],
        )
        for key, named in files.items():
            fitting = bundles.get(key, [])
            if len(fitting) == 1 and (within or len(named) == 1):
                for at in named:
                    self.pair(at, fitting[0], How.NAME)

    def only_two(self) -> None:
        """One file and one bundle that lie together, nothing else beside them."""
        together: dict[str, tuple[list[int], list[FoundBundle]]] = defaultdict(lambda: ([], []))
        for at, file in enumerate(self.files):
            together[file.group][0].append(at)
        for bundle in self.bundles:
            together[bundle.group][1].append(bundle)
        for files, bundles in together.values():
            if len(files) == len(bundles) == 1 and files[0] not in self.found and id(bundles[0]) not in self.used:
                self.pair(files[0], bundles[0], How.ONLY)

    def by_index(self, index: Index) -> None:
        left = [(at, file.digest) for at, file in self.left() if file.digest]
        known = index(list(dict.fromkeys(digest for _, digest in left))) if left else {}
        for at, digest in left:
            for bundle in known.get(digest, ()):
                self.pair(at, bundle, How.INDEX)

    def result(self) -> Iterator[Material]:
        for at, file in enumerate(self.files):
            if at not in self.found:
                yield Material(file, None)
            for bundle, how in self.found.get(at, []):
                yield Material(file, bundle, how)
        for bundle in self.bundles:
            if id(bundle) not in self.used:
                yield Material(None, bundle)


def _newest(bundles: list[FoundBundle]) -> list[FoundBundle]:
    """Without those that another of them corrects: the same file bound again in a correction is one item, not two."""
    replaced = {b.opened.replaces for b in bundles if b.opened}
    return [b for b in bundles if b.opened is None or b.opened.commitment not in replaced]


def _without_copies(bundles: Iterable[FoundBundle]) -> tuple[FoundBundle, ...]:
    """A bundle that was handed in twice, byte for byte, counts once."""
    first: dict[bytes, FoundBundle] = {}
    return tuple(b for b in bundles if not b.data or first.setdefault(b.data, b) is b)


def _with_shared(materials: Iterable[Material]) -> tuple[Material, ...]:
    """Mark materials whose file has the same bytes as another's, or that one file makes several of."""
    found = list(materials)
    same: dict[bytes, list[Material]] = defaultdict(list)
    for each in found:
        if each.file is not None and each.file.size and each.file.digest:
            same[each.file.digest].append(each)
    shared = {digest: _items(group) for digest, group in same.items()}
    return tuple(replace(each, shared=shared.get(each.file.digest, ())) if each.file else each for each in found)


def _items(group: Iterable[Material]) -> tuple[str, ...]:
    """What uses one file's bytes: several files, or one file for several credentials. Empty if it is one item."""
    found = list(group)
    files = {each.file.path: each.name for each in found if each.file}
    if len(files) > 1:
        # Folders named side by side may hold files of one name.
        return tuple(files.values() if len(set(files.values())) == len(files) else map(str, files))
    bundles = {each.bundle.opened.commitment: each.bundle.name for each in found if each.bundle and each.bundle.opened}
    return tuple(bundles.values()) if len(bundles) > 1 else ()


def _base(name: str) -> str:
    """The last part of a name, folded."""
    return _folded(name.rpartition("/")[2])


def _folded(name: str) -> str:
    # macOS writes names decomposed; nobody types case on purpose.
    return unicodedata.normalize("NFC", name).casefold()


def _stem(base: str) -> str:
    """Without what looks like the suffix of a file; 张三.论文 has none."""
    return _SUFFIX.sub("", base)


def _label(name: str) -> str:
    base = _base(name)
    return base.removesuffix(SUFFIX) if base.endswith(SUFFIX) else _stem(base)


@dataclass(frozen=True, slots=True)
class _Forms:
    """The names by which a file is looked for, and those under which a bundle is found."""

    of_file: Callable[[str], str]
    of_bundle: Callable[[str], list[str]]


_SUFFIX: Final = re.compile(r"(?<=.)\.[a-z0-9]{1,5}$", re.ASCII)
_EXACT: Final = _Forms(_base, lambda name: [_label(name)])
_LOOSE: Final = _Forms(lambda name: _stem(_base(name)), lambda name: list({_label(name), _stem(_label(name))}))


def _by_key(items: Iterable[_T], keys: Callable[[_T], list[tuple[str, str]]]) -> dict[tuple[str, str], list[_T]]:
    found: dict[tuple[str, str], list[_T]] = defaultdict(list)
    for item in items:
        for key in keys(item):
            found[key].append(item)
    return found
