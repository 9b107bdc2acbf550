"""The mail-merge list that goes with the bundles of a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from chopmark.cli.app import TERMINAL as T
from chopmark.errors import UsageError
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.services.register import Draft
    from chopmark.services.register.deliver import Delivered
    from chopmark.services.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Merge:
    """Columns of the sheet that the list takes over: their headings, and for each row its cells. ``name``: of the list."""

    name: str
    headings: tuple[str, ...]
    cells: Mapping[int, tuple[str, ...]]

    @classmethod
    def of(cls, sheet: Sheet, wanted: Sequence[str]) -> Self:
        """Raises ``UsageError`` for a column that is not there."""
        from chopmark.services.sheet import heading_key

        keys = [heading_key(heading) for heading in sheet.headings]
        for heading in wanted if sheet.headings else ():
            if heading_key(heading) not in keys:
                raise UsageError(why=_NO_COLUMN.filled(heading=heading))
        at = [keys.index(heading_key(heading)) for heading in wanted if heading_key(heading) in keys]
        headings = tuple(sheet.headings[i] for i in at)
        return cls(
            Path(sheet.name).stem, headings, {row.number: tuple(row.cells[i].strip() for i in at) for row in sheet.rows}
        )


def write_list(merge: Merge, drafts: Sequence[Draft], made: Sequence[Delivered], folder: Path) -> Path:
    """Write the list into the folder of the bundles, over the one of an earlier run of the same sheet.

    ``drafts``, ``made``: of the same credentials in the same order. Raises ``OSError``.
    """
    from chopmark.kinds import find_kind
    from chopmark.kinds.kind import text_of
    from chopmark.services.register.deliver import file_name, write_over
    from chopmark.services.register.mail_merge import SUFFIX, MergeLine, mail_merge

    lines = []
    for draft, bundle in zip(drafts, made, strict=True):
        names = [draft.claims[name] for name in find_kind(draft.kind).holder if name in draft.claims]
        extra = merge.cells.get(draft.row, ("",) * len(merge.headings))
        holder = text_of(names[0]) if names else ""
        lines.append(MergeLine(holder, draft.shown, extra, bundle.path.name, bundle.attestation))
    path = folder / (file_name(merge.name) + SUFFIX)
    write_over(path, mail_merge(lines, T.language, merge.headings))
    return path


_NO_COLUMN: Final = Wording("表格没有列“{heading}”（--merge）", "the sheet has no column “{heading}” (--merge)")
