"""What was handed to a site, as read here: so that what comes back is compared with that, and not with the site's later word.

A credential's fingerprint is drawn from its kind, its claims and its files; a bundle discloses all of these. So the same code that
drafts a registration at the site drafts it here, and the two are compared one by one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from chopmark.core.bundle import OpenedBundle
from chopmark.core.finding import Finding, Place
from chopmark.core.reference import serial
from chopmark.errors import ChopmarkError
from chopmark.kinds import Claims, Given, Kind, find_kind
from chopmark.services.register.draft import Draft, Drafted, GivenFile, number_of
from chopmark.services.register.files import FileBinder
from chopmark.services.register.form import draft_one
from chopmark.services.register.listed import Entry, draft_list, named
from chopmark.services.register.listing import files_of
from chopmark.services.register.sheet import SheetInput, draft_input
from chopmark.wording import Language, Wording

SHEET_LIMIT: Final = 256 << 20
"""Bytes of a sheet that is read here to compare."""
NAMED: Final = 5
_COLUMNS: Final = frozenset({"I020", "I021", "I022", "I047", "I048"})
"""Findings about columns: then every row may be read otherwise than at the site, which remembers what headings mean."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was handed in. ``drafts``: by fingerprint. ``trouble``: why it could not be read here, None if it could.

    ``may_lack``: rows may be set aside by the site, which then says how many. ``issuer``: the institution's serial on the chain, if
    the caller names it. ``replaces``: the commitment that this corrects.
    """

    kind: str
    drafts: Mapping[bytes, Draft] = field(default_factory=dict)
    trouble: Wording | None = None
    may_lack: bool = False
    issuer: int | None = None
    replaces: bytes | None = None

    def wrong(self, opened: OpenedBundle) -> Iterator[Finding]:
        """What contradicts the wish in a bundle that came back."""
        if opened.payload.kind != self.kind or self.issuer not in (None, serial(opened.payload.issuer)):
            yield _refuted(_OTHER_OFFICE.filled(issuer=serial(opened.payload.issuer), kind=opened.payload.kind))
            return
        if self.replaces is not None and self.replaces not in (opened.replaces, opened.commitment):
            yield _refuted(_REPLACES.filled(old=self.replaces.hex()[:16]))
        if self.trouble is None and fingerprint_of(opened) not in self.drafts:
            yield _refuted(self._how(opened))

    def missing(self, seen: set[bytes]) -> list[Draft]:
        """What did not come back. ``seen``: fingerprints of what did."""
        return [] if self.trouble is not None else [draft for at, draft in self.drafts.items() if at not in seen]

    def _how(self, opened: OpenedBundle) -> Wording:
        """Which fields of the same number differ, or that nobody handed it in."""
        kind = find_kind(self.kind)
        claims = claims_in(kind, opened)
        number, shown = number_of(kind, claims), kind.shown_number(claims) or opened.commitment.hex()[:16]
        draft = next((each for each in self.drafts.values() if each.number == number), None)
        if draft is None:
            return _STRANGER.filled(number=shown)
        fields = [each for each in kind.fields if draft.claims.get(each.name) != claims.get(each.name)]
        what = Wording("、".join(f.zh for f in fields), ", ".join(f.en for f in fields)) if fields else _FILES
        return _DIFFERS.filled(number=shown, fields=what)


def wanted_one(
    kind: Kind | str, fields: Mapping[str, Given], files: Sequence[Path] = (), *, issuer: int | None = None
) -> Wanted:
    """One credential with its files. Raises ``UnknownThing`` for a kind that there is not, as the others here."""
    kind = _kind(kind)
    return _wanted(kind, lambda: draft_one(kind, named(kind, fields), files, _Digests(), _today()), issuer=issuer)


def wanted_many(kind: Kind | str, credentials: Sequence[Mapping[str, Given]], *, issuer: int | None = None) -> Wanted:
    """Many credentials without files."""
    kind = _kind(kind)
    entries = (Entry(at, fields) for at, fields in enumerate(credentials, 1))
    return _wanted(kind, lambda: draft_list(kind, entries, _today()).drafted, issuer=issuer)


def wanted_sheet(
    kind: Kind | str,
    sheet: Path,
    files: Path | None = None,
    *,
    headings: Mapping[str, str] | None = None,
    tab: str = "",
    skip_invalid: bool = False,
    issuer: int | None = None,
) -> Wanted:
    """The rows of a sheet, read here. What its headings mean only the site may know; then ``trouble`` says so."""
    chosen = _kind(kind)

    def draft() -> Drafted:
        with sheet.open("rb") as stream:
            given = SheetInput(stream.read(SHEET_LIMIT), sheet.name, tab, headings or {}, sheet)
        with ExitStack() as stack:
            folder = stack.enter_context(files_of(files)) if files is not None else None
            return draft_input(chosen, given, folder, _Digests(), _today()).drafted

    return _wanted(chosen, draft, issuer=issuer, may_lack=skip_invalid)


def wanted_correction(
    old: OpenedBundle, fields: Mapping[str, Given], files: Sequence[Path] = (), *, issuer: int | None = None
) -> Wanted:
    """The corrected version of a credential: what is not given anew is taken over, files are not."""
    kind = find_kind(old.payload.kind)
    merged: dict[str, Given] = {**claims_in(kind, old), **named(kind, fields)}

    def draft() -> Drafted:
        return draft_one(kind, merged, files, _Digests(), _today())

    return _wanted(kind, draft, issuer=issuer, replaces=old.commitment)


def claims_in(kind: Kind, opened: OpenedBundle) -> Claims:
    """What a bundle discloses of the kind's fields."""
    names = {each.name for each in kind.fields}
    return {name: value for name, value in opened.claims.items() if name in names}


def fingerprint_of(opened: OpenedBundle) -> bytes:
    """The fingerprint of what a bundle discloses, see ``Draft.fingerprint``."""
    files = tuple(GivenFile(Path(), each.size, each.sha256, each.media_type) for each in opened.files)
    kind = find_kind(opened.payload.kind)
    return Draft(0, kind.code, claims_in(kind, opened), files, "", "").fingerprint


def unread(why: Wording) -> Finding:
    """That nothing could be compared, and why (S022)."""
    return Finding("S022", {"why": why})


def left_out(drafts: Sequence[Draft]) -> Finding:
    """That these did not come back (S023)."""
    names = "、".join(each.shown or each.label for each in drafts[:NAMED]) + ("…" if len(drafts) > NAMED else "")
    return Finding("S023", {"count": len(drafts), "numbers": names})


def _kind(kind: Kind | str) -> Kind:
    return find_kind(kind) if isinstance(kind, str) else kind


def _wanted(
    kind: Kind,
    draft: Callable[[], Drafted],
    *,
    issuer: int | None = None,
    may_lack: bool = False,
    replaces: bytes | None = None,
) -> Wanted:
    try:
        drafted = draft()
    except ChopmarkError as fault:
        said = Wording("{zh}", "{en}").filled(zh=fault.say(Language.ZH), en=fault.say(Language.EN))
        return Wanted(kind.code, {}, said, may_lack, issuer, replaces)
    except OSError as fault:
        return Wanted(kind.code, {}, _UNREADABLE.filled(why=fault.strerror), may_lack, issuer, replaces)
    drafts = {each.fingerprint: each for each in drafted.drafts}
    return Wanted(kind.code, drafts, _trouble(drafted, may_lack), may_lack, issuer, replaces)


def _trouble(drafted: Drafted, may_lack: bool) -> Wording | None:
    """Why drafts are not all that was meant: a row that is wrong here, or a column that only the site knows."""
    wrong = [each for each in drafted.findings if each.code in _COLUMNS or not (may_lack and each.place.row)]
    if not wrong:
        return None
    return Wording("{zh}", "{en}").filled(zh=wrong[0].say(Language.ZH), en=wrong[0].say(Language.EN))


def _refuted(why: Wording) -> Finding:
    return Finding("S021", {"why": why})


def _today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


class _Digests(FileBinder):
    """Files are only hashed: whether they can be used the site has said."""

    def __init__(self) -> None:
        super().__init__(0)

    def read_ahead(self, paths: Sequence[Path]) -> None:
        """Nothing: each is read once, when it is asked for."""

    def bind(self, path: Path, place: Place | None = None) -> GivenFile | Finding:
        """Its digest, or that it is not there."""
        try:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").digest()
                return GivenFile(path, stream.tell(), digest, "")
        except OSError:
            return Finding("I030", {"name": path.name}, place or Place(file=path.name))


_OTHER_OFFICE: Final = Wording(
    "登记到了机构 {issuer} 号的“{kind}”名下", "it stands under institution {issuer}, kind “{kind}”"
)
_REPLACES: Final = Wording("没有指明所更正的 {old}…", "it does not name what it corrects, {old}…")
_STRANGER: Final = Wording("“{number}”不在交给它的内容里", "“{number}” was not handed to it")
_DIFFERS: Final = Wording("“{number}”的{fields}不同", "“{number}” differs in: {fields}")
_FILES: Final = Wording("文件", "file")
_UNREADABLE: Final = Wording("无法读取（{why}）", "it cannot be read ({why})")
