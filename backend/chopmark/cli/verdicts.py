"""How verified materials look on a terminal: a block each, what needs attention, the count, the pinned block."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.moments import shown as shown_time
from chopmark.cli.terminal import width
from chopmark.core.examine import Examination, FileMatch, shown
from chopmark.core.finding import Finding, Place
from chopmark.core.offline import FILE_DIGEST
from chopmark.core.reference import AttestationId, serial
from chopmark.core.verdict import Fragment, Level, Part, State, Verdict
from chopmark.kinds import Kind
from chopmark.services.verify.as_json import as_json, successor_of
from chopmark.services.verify.materials import How, Skipped
from chopmark.services.verify.verify import Verified
from chopmark.wording import Wording

SKIPPED: Final[Mapping[Skipped, Wording]] = {
    Skipped.LINK_OUTSIDE: Wording("链接指向所给文件夹之外", "a link that leads out of the folder"),
    Skipped.LINK_TO_FOLDER: Wording("指向文件夹的链接", "a link to a folder"),
    Skipped.LINK_DEAD: Wording("链接目标不存在", "a link that leads nowhere"),
    Skipped.NOT_A_FILE: Wording("不是普通文件", "not a regular file"),
    Skipped.NO_ACCESS: Wording("没有读取权限", "no permission to read it"),
}
_MARKS: Final = {Verdict.VERIFIED: "✓", Verdict.PARTLY_VERIFIED: "≈"}
_STATES: Final = {
    State.VALID: "✓",
    State.INVALID: "✗",
    State.NOT_FOUND: "?",
    State.COULD_NOT_CHECK: "?",
    State.SKIPPED: "–",
}
_GREEN, _YELLOW, _RED, _BOLD, _DIM = "32", "33", "31", "1", "2"
_INDENT: Final = "    "
_LONG: Final = 8
"""From how many materials on those that need attention are listed once more at the end."""
# Only these are examined so far; a line about what nobody looks at would be noise. JSON has all six.
_PARTS: Final = (Part.INTEGRITY, Part.STATUS, Part.ISSUER, Part.HOLDER)


def show(results: Sequence[Verified], kinds: Mapping[str, Kind]) -> None:
    """Print everything, as JSON Lines or for people."""
    if T.json:
        for each in results:
            T.answer(as_json(each))
        return
    names = {e.attestation: r.material.name for r in results if (e := r.examination).attestation is not None}
    for each in results:
        _Block(each, kinds.get(each.examination.kind), names).show()
        T.out("")
    _attention(results)
    _totals(results)
    _pinned(results)


class _Block:
    """One material."""

    def __init__(self, verified: Verified, kind: Kind | None, names: Mapping[AttestationId, str]) -> None:
        self._material = verified.material
        self._x = verified.examination
        self._kind = kind
        self._names = names

    def show(self) -> None:
        """Print it."""
        T.out(_headline(self._material.name, self._x))
        self._origin()
        self._pairing()
        self._content()
        self._checks()
        for fragment in self._x.fragments:
            for finding in fragment.findings:
                self._finding(finding, fragment)
        self._links()
        for finding in self._x.later:
            T.finding(_brief(finding), _INDENT)

    def _origin(self) -> None:
        """What it is, whose, since when."""
        x = self._x
        if x.issuer_id is None:
            return
        parts = [T.text(self._kind.zh, self._kind.en) if self._kind else x.kind, self._issuer()]
        if x.registered_at:
            at = shown_time(x.registered_at.time)
            block = x.registered_at.block
            parts.append(T.text(f"登记于 {at}（区块 {block}）", f"registered {at} (block {block})"))
        T.out(_INDENT + " · ".join(parts))

    def _issuer(self) -> str:
        x = self._x
        number = f"No. {serial(x.issuer_id or b'')}"
        facts = x.issuer
        name = T.text(facts.name_zh or facts.name_en, facts.name_en or facts.name_zh) if facts else ""
        site = facts.site if facts else ""
        if name:
            return f"{name} ({', '.join(filter(None, (number, site)))})"
        return T.text(f"机构 {number}", f"issuer {number}") + (f" ({site})" if site else "")

    def _pairing(self) -> None:
        """Which bundle spoke for the file, where the bytes do not say so by themselves."""
        bundle = self._material.bundle
        if bundle is None or self._material.file is None or self._material.how is How.DIGEST:
            return
        how = {
            How.NAME: T.text("按名称配对", "paired by name"),
            How.ONLY: T.text("与其同放的唯一凭证包", "the only bundle beside it"),
            How.INDEX: T.text("由本站记录生成", "made from this site's records"),
        }.get(self._material.how, "")
        T.out(
            f"{_INDENT}{T.text('凭证包', 'bundle')} {bundle.name}" + (T.text(f"（{how}）", f" ({how})") if how else "")
        )

    def _content(self) -> None:
        """The compared fields side by side; else everything attested where somebody has to look; else whose it is."""
        if self._x.comparisons:
            self._comparisons()
        elif self._x.attested and self._kind:
            names = tuple(self._x.attested) if self._by_eye() else self._key_fields()
            rows = [
                (T.text(f.zh, f.en), shown(self._x.attested[f.name]))
                for f in self._kind.fields
                if f.name in names and f.name in self._x.attested
            ]
            _columns(rows)

    def _by_eye(self) -> bool:
        return self._x.match is not FileMatch.EXACT

    def _key_fields(self) -> tuple[str, ...]:
        """Whose it is and what its number is."""
        kind, claims = self._kind, self._x.attested or {}
        if kind is None:
            return ()
        number = next((names for names in kind.credential if all(name in claims for name in names)), ())
        private = {field.name for field in kind.fields if field.private}
        return tuple(name for name in (*kind.holder, *number) if name not in private)

    def _comparisons(self) -> None:
        headings = ("", T.text("填报", "declared"), T.text("登记", "attested"), "")
        rows = [headings]
        for each in self._x.comparisons:
            attested = each.attested if each.equal is not None else T.text("（未披露）", "(not disclosed)")
            mark = {True: "✓", False: "✗", None: "?"}[each.equal]
            hint = each.hint.fact(T.language, {}) if each.hint else ""
            rows.append((each.label.fact(T.language, {}), each.declared, attested, f"{mark} {hint}".rstrip()))
        _columns(rows)

    def _checks(self) -> None:
        """The breakdown: one mark for each part."""
        if self._x.attested is None:
            return
        marks = [f"{each.part.wording.fact(T.language, {})} {_STATES[each.state]}" for each in self._shown_parts()]
        T.out(_INDENT + _paint("  ".join(marks), _DIM))

    def _shown_parts(self) -> list[Fragment]:
        return [self._x.fragment(part) for part in _PARTS]

    def _finding(self, finding: Finding, fragment: Fragment) -> None:
        if finding.code in ("V003", "V007") and finding.facts.get("label") is not FILE_DIGEST and self._x.comparisons:
            # The table above shows what differs; the sentence would say it again, the next step not.
            code, step = finding.code, finding.next_step(T.language)
            label = next((c.label for c in self._x.comparisons if c.name == finding.place.field), None)
            named = label.fact(T.language, {}) if label else fragment.part.wording.fact(T.language, {})
            differs = (
                T.text("持有人与申报人不符", "belongs to another holder")
                if code == "V007"
                else T.text("不一致", "differs")
            )
            T.out(f"{_INDENT}{code} {named} {differs}")
            T.out(f"{_INDENT}     → {step}")
            return
        T.finding(_brief(finding), _INDENT)

    def _links(self) -> None:
        """Where the other side of a correction is, if it was handed in too."""
        successor = successor_of(self._x)
        if successor is not None and successor in self._names:
            name = self._names[successor]
            T.out(
                f"{_INDENT}     → "
                + T.text(f"新版本就在本次材料中：{name}", f"The new version was handed in too: {name}")
            )


def _headline(name: str, x: Examination) -> str:
    mark = _MARKS.get(x.verdict, "✗" if x.verdict.exit_code == 1 else "?")
    verdict = x.verdict.wording.fact(T.language, {})
    level = "" if x.level is Level.NONE else x.level.wording.fact(T.language, {})
    if x.verdict not in _MARKS:
        level = ""  # what matched is of no use to somebody who is told that it does not count
    said = T.text(f"{verdict}（{level}）", f"{verdict} ({level})") if level else verdict
    return f"{_paint(mark, _colour(x.verdict), _BOLD)} {_paint(name, _BOLD)}  {_paint(said, _colour(x.verdict))}"


def _colour(verdict: Verdict) -> str:
    return {0: _GREEN, 1: _RED, 3: _YELLOW}[verdict.exit_code]


def _brief(finding: Finding) -> Finding:
    """A finding without the material's name, which stands above, and with digests cut to what an eye can compare."""
    facts = dict(finding.facts)
    if facts.get("label") is FILE_DIGEST:
        facts |= {key: f"{str(facts[key])[:12]}…" for key in ("declared", "attested") if key in facts}
    return replace(finding, facts=facts, place=Place())


def _attention(results: Sequence[Verified]) -> None:
    """In a long list: once more, and only, what somebody has to look at."""
    open_ = [each for each in results if each.examination.verdict is not Verdict.VERIFIED]
    if len(results) < _LONG or not open_ or len(open_) == len(results):
        return
    T.out(f"需要处理（{len(open_)}）：", f"Needs attention ({len(open_)}):")
    for each in sorted(open_, key=lambda each: list(Verdict).index(each.examination.verdict)):
        T.out("  " + _headline(each.material.name, each.examination))
    T.out("")


def _totals(results: Sequence[Verified]) -> None:
    counts = Counter(each.examination.verdict for each in results)
    said = [
        f"{verdict.wording.fact(T.language, {})} {counts[verdict]}" for verdict in reversed(Verdict) if counts[verdict]
    ]
    total = T.text(f"共 {len(results)} 份材料", f"{len(results)} material{'s' if len(results) != 1 else ''}")
    T.out(T.text("：", ": ").join((_paint(total, _BOLD), " · ".join(said))))


def _pinned(results: Iterable[Verified]) -> None:
    """Which block of which chain all of this was read at."""
    read = {(x.chain_id, x.read_at): _chain_name(x) for each in results if (x := each.examination).read_at is not None}
    for (chain_id, block), name in read.items():
        digest, at = block.hash.hex(), shown_time(block.time)
        T.out(
            f"链 {name}（{chain_id}），截至区块 {block.number}（0x{digest[:8]}…{digest[-8:]}），{at} 北京时间",
            f"Chain {name} ({chain_id}), as of block {block.number} (0x{digest[:8]}…{digest[-8:]}), {at} Beijing time",
        )
    if not read:
        T.out("没有读取任何链。", "No chain was read.")


def _chain_name(x: Examination) -> str:
    trust = x.subject.trust
    return next((chain.name for chain in trust.chains if chain.chain_id == x.chain_id), "") if trust else ""


def _columns(rows: Sequence[Sequence[str]]) -> None:
    """Aligned columns, indented."""
    widths = [max(width(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = (cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True))
        T.out(f"{_INDENT}{'  '.join(cells)}".rstrip())


def _paint(text: str, *styles: str) -> str:
    """Colour, on a terminal that shows it (https://no-color.org)."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{';'.join(styles)}m{text}\033[0m"
