"""Files matched to rows by the number in their names, where a sheet has no column of file names. Only what is beyond doubt."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from chopmark.core.finding import Finding, Place
from chopmark.core.normal import norm_name, norm_text
from chopmark.kinds import Kind
from chopmark.kinds.kind import text_of
from chopmark.kinds.values import printable
from chopmark.services.sheet import SheetRow

_WORDS: Final = re.compile(r"[0-9a-z]+")
_NAMED: Final = 5


@dataclass(slots=True)
class Matched:
    """``names``: row → the one file that is meant. ``findings``: rows for which there is none, or more than one.

    ``unused``: files that no row means.
    """

    names: dict[int, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


def match_by_name(kind: Kind, rows: Sequence[SheetRow], names: Iterable[str], sheet: str) -> Matched:
    """Match rows to file names that hold their number as words of its own: 王莉_105331202605000001.pdf.

    Of several files with one number those count that hold the holder's name too. A file that two rows could mean is neither's.
    """
    names = list(names)
    wanted = {row.number: _words(kind.shown_number(row.claims)) for row in rows}
    index = _index(names, {len(words) for words in wanted.values() if words})
    meant = {row.number: _narrowed(kind, row, index.get(wanted[row.number], [])) for row in rows}
    users: defaultdict[str, list[int]] = defaultdict(list)
    for number, found in meant.items():
        for name in found:
            users[name].append(number)
    matched = Matched()
    for row in rows:
        found = [name for name in meant[row.number] if len(users[name]) == 1]
        if len(found) == 1:
            matched.names[row.number] = found[0]
        else:
            matched.findings.append(_unmatched(kind, row, found, sheet))
    matched.unused = sorted(set(names) - set(matched.names.values()))
    return matched


def _words(text: str) -> tuple[str, ...]:
    """The runs of Latin letters and digits, which Han characters and marks part."""
    return tuple(_WORDS.findall(norm_text(text).casefold()))


def _index(names: Iterable[str], lengths: Iterable[int]) -> Mapping[tuple[str, ...], list[str]]:
    """Every run of so many words in a file's stem → the files."""
    index: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    lengths = sorted(lengths)
    for name in names:
        words = _words(PurePosixPath(name).stem)
        runs = {words[at : at + length] for length in lengths for at in range(len(words) - length + 1)}
        for run in runs:
            index[run].append(name)
    return index


def _narrowed(kind: Kind, row: SheetRow, found: list[str]) -> list[str]:
    if len(found) < 2:
        return found
    holder = next((norm_name(text_of(row.claims[name])) for name in kind.holder if name in row.claims), "")
    named = [name for name in found if holder and holder in norm_name(PurePosixPath(name).stem)]
    return named or found


def _unmatched(kind: Kind, row: SheetRow, found: Sequence[str], sheet: str) -> Finding:
    number = printable(kind.shown_number(row.claims)) or "-"
    place = Place(file=sheet, row=row.number, value=number)
    if not found:
        return Finding("I045", {"number": number}, place)
    names = "、".join(map(printable, found[:_NAMED])) + ("…" if len(found) > _NAMED else "")
    return Finding("I044", {"count": len(found), "number": number, "names": names}, place)
