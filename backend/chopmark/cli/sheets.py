"""``chopmark register --sheet``: reading the sheet and its files, handing back what was set aside, writing lists and templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chopmark.cli.app import TERMINAL as T
from chopmark.errors import InputError, UsageError
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.core.finding import Finding
    from chopmark.kinds import Kind
    from chopmark.services.acting import Acting
    from chopmark.services.register import DraftedSheet
    from chopmark.services.sheet import Sheet


@dataclass(frozen=True, slots=True)
class SheetOptions:
    """What the command says about a sheet. ``files``: a folder or a ZIP archive. ``merge``: columns for the mail-merge list."""

    path: Path
    files: Path | None = None
    tab: str = ""
    headings: Sequence[str] = ()
    merge: Sequence[str] = ()

    def given(self, kind: Kind) -> dict[str, str]:
        """What headings are said to mean; columns that only the mail-merge list wants are no fields."""
        from chopmark.services.sheet import IGNORED, heading_key, read_choices
        from chopmark.services.sheet.headings import known_keys

        known = known_keys(kind)
        ignored = {heading: IGNORED for heading in self.merge if heading_key(heading) not in known}
        return {**ignored, **read_choices(self.headings)}

    def confirmed(self) -> dict[str, str]:
        """What is remembered once the sheet is registered."""
        from chopmark.services.sheet import read_choices, to_remember

        return to_remember(read_choices(self.headings))


def draft(kind: Kind, who: Acting, options: SheetOptions) -> DraftedSheet:
    """The sheet and its rows, with what the institution confirmed before about its headings."""
    from chopmark.cli.desk import today
    from chopmark.services.register import FileBinder, SheetInput, draft_input

    data = read_bytes(options.path)
    given = SheetInput(data, options.path.name, options.tab, options.given(kind), options.path)
    with T.site.ledger.read() as tx:
        remembered = tx.headings.of(who.node, kind.code)
    with folder_of(options.files) as folder, FileBinder(T.settings.max_file_bytes) as binder:
        return draft_input(kind, given, folder, binder, today(), remembered)


def read_bytes(path: Path) -> bytes:
    """A sheet's bytes. Raises ``InputError``."""
    limit = T.settings.max_file_bytes
    try:
        if path.stat().st_size > limit:
            raise _unusable(path, _TOO_LARGE.filled(limit=limit >> 20))
        return path.read_bytes()
    except OSError as fault:
        raise _unusable(path, _UNREADABLE.filled(why=fault.strerror)) from fault


@contextmanager
def folder_of(given: Path | None) -> Iterator[Path | None]:
    """The folder of the files, an archive unpacked for as long; None if none is given."""
    from chopmark.services.register import files_of

    if given is None:
        yield None
        return
    with files_of(given, T.settings.home / "scratch") as folder:
        yield folder


def remember(kind: Kind, who: Acting, options: SheetOptions) -> None:
    """Keep what the command said about headings, now that it was confirmed."""
    confirmed = options.confirmed()
    if confirmed:
        with T.site.ledger.begin() as tx:
            tx.headings.remember(who.node, kind.code, confirmed, int(T.site.clock()))


def hand_back(sheet: Sheet, rows: Mapping[int, Sequence[Finding]], beside: Path) -> Path | None:
    """Write the rows that were set aside beside the sheet that they came from; where they lie, None if there are none."""
    from chopmark.services.register import rejected_sheet
    from chopmark.services.register.deliver import write_new
    from chopmark.services.register.rejected import SUFFIX

    if not rows:
        return None
    try:
        return write_new(beside.parent, beside.stem, SUFFIX, rejected_sheet(sheet, rows, T.language))
    except OSError as fault:
        raise _unusable(beside.parent, _UNWRITABLE.filled(why=fault.strerror)) from fault


def write_template(kind: Kind, path: Path | None) -> None:
    """A sheet to fill in, as the name's ending says. Raises ``UsageError``, ``InputError``; a file that is there is left alone."""
    from chopmark.services.register import template_sheet

    language = T.settings.lang or T.language
    path = path or Path(f"{kind.label.fact(language, {})}.xlsx")
    form = path.suffix.lower().removeprefix(".")
    if form not in ("xlsx", "csv"):
        raise UsageError(why=_FORM)
    data = template_sheet(kind, "csv" if form == "csv" else "xlsx", language)
    try:
        with path.open("xb") as stream:
            stream.write(data)
    except FileExistsError:
        raise _unusable(path, _THERE) from None
    except OSError as fault:
        raise _unusable(path, _NO_PLACE.filled(why=fault.strerror)) from fault
    T.answer({"kind": kind.code, "template": str(path)})
    where = _SECOND_SHEET if form == "xlsx" else _NO_SECOND_SHEET
    more = where.fact(T.language, {})
    T.out(f"模板 {path}：带 * 的列必填，{more}", f"Template {path}: columns with * are required; {more}")


def _unusable(path: Path, why: Wording) -> InputError:
    return InputError(place=path, why=why, fix_zh="请检查路径", fix_en="Check the path")


_TOO_LARGE: Final = Wording("超过 {limit} MB", "it is larger than {limit} MB")
_UNREADABLE: Final = Wording("无法读取（{why}）", "it cannot be read ({why})")
_NO_PLACE: Final = Wording("无法写入（{why}）", "it cannot be written ({why})")
_SECOND_SHEET: Final = Wording("第二个工作表是填写说明", "see the second sheet")
_NO_SECOND_SHEET: Final = Wording(
    "填写说明见 .xlsx 模板的第二个工作表", "how to fill them in stands in the .xlsx template's second sheet"
)
_UNWRITABLE: Final = Wording(
    "退回的行无法写入（{why}）；没有登记任何内容",
    "the rows set aside cannot be written there ({why}); nothing was registered",
)
_THERE: Final = Wording("已有同名文件", "a file of that name is there already")
_FORM: Final = Wording("--out 的文件名应以 .xlsx 或 .csv 结尾", "the name given by --out should end in .xlsx or .csv")
