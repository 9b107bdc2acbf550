"""Which of the files at hand a row's file name means."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import PurePosixPath


class FileNames:
    """The names of the files at hand, relative to their folder: ``毕业证/张伟.pdf``.

    People pack a folder and write the bare name into the sheet, so a bare name means the one file below that is called so.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._names = names

    def find(self, name: str) -> str | None:
        """The file that is meant: that very name, or the only one with this base name; None if there is none or several."""
        if name in self._names:
            return name
        meant = self._by_base.get(name, ())
        return meant[0] if len(meant) == 1 else None

    def alike(self, name: str) -> tuple[str, ...]:
        """Files that may be meant though ``find`` does not say so.

        Several of that base name; else those whose base name differs in case, in the ending or in the folder only.
        """
        base = _base(name)
        if same := self._by_base.get(base):
            return tuple(same)
        whole = self._by_stem.get(_folded(base), ())  # the sheet leaves the ending out
        return tuple(whole or self._by_stem.get(_folded(PurePosixPath(base).stem), ()))

    @cached_property
    def _by_base(self) -> Mapping[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for name in sorted(self._names):
            found[_base(name)].append(name)
        return dict(found)

    @cached_property
    def _by_stem(self) -> Mapping[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for name in sorted(self._names):
            found[_folded(PurePosixPath(name).stem)].append(name)
        return dict(found)


def _base(name: str) -> str:
    """The last part of a name; Windows parts with a backslash."""
    return name.replace("\\", "/").rpartition("/")[2]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
