"""One verified material on a terminal: what it is, whose, since when, what was checked, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.moments import shown as shown_time
from chopmark.cli.plain import BOLD, DIM, GREEN, INDENT, RED, YELLOW, columns, line, paint
from chopmark.core.examine import Examination, FileMatch, shown
from chopmark.core.finding import Finding, Place
from chopmark.core.offline import FILE_DIGEST
from chopmark.core.reference import AttestationId, serial
from chopmark.core.verdict import Level, Part, State, Verdict
from chopmark.kinds import Kind
from chopmark.services.verify.as_json import successor_of, web_address
from chopmark.services.verify.materials import How
from chopmark.services.verify.verify import Verified
from chopmark.wording import Wording

_MARKS: Final = {Verdict.VERIFIED: "✓", Verdict.PARTLY_VERIFIED: "≈"}
_STATES: Final = {State.VALID: "✓", State.INVALID: "✗", State.SKIPPED: "–"}
_COLOURS: Final = {0: GREEN, 1: RED, 3: YELLOW}
# Only these are examined so far; a line about what nobody looks at would be noise. JSON has all six.
_PARTS: Final = (Part.INTEGRITY, Part.STATUS, Part.ISSUER, Part.HOLDER)
_HOW: Final = {
    How.NAME: Wording("按名称配对", "paired by name"),
    How.ONLY: Wording("与其同放的唯一凭证包", "the only bundle beside it"),
    How.INDEX: Wording("由本站记录生成", "made from this site's records"),
}
_SEE_ABOVE: Final = Wording("见上", "as above")


def headline(verified: Verified) -> str:
    """Mark, name, verdict, and what matched."""
    x = verified.examination
    refuted = x.verdict.exit_code == 1
    mark = _MARKS.get(x.verdict, "✗" if refuted else "?")
    verdict = x.verdict.wording.fact(T.language, {})
    if x.verdict in _MARKS and x.level is not Level.NONE:
        # Elsewhere what matched is of no use: the reader is told that it does not count, or not yet.
        level = x.level.wording.fact(T.language, {})
        verdict = T.text(f"{verdict}（{level}）", f"{verdict} ({level})")
    colour = _COLOURS[x.verdict.exit_code]
    return f"{paint(mark, colour, BOLD)} {paint(verified.material.name, BOLD)}  {paint(verdict, colour)}"


def show_material(verified: Verified, kind: Kind | None, names: Mapping[AttestationId, str]) -> None:
    """Print one block. ``names``: what else was handed in, by attestation."""
    T.out(headline(verified))
    _origin(verified.examination, kind)
    _pairing(verified)
    _content(verified.examination, kind)
    _checks(verified.examination)
    for finding in _told(verified.examination):
        _finding(finding, verified.examination)
    _links(verified.examination, names)


def _origin(x: Examination, kind: Kind | None) -> None:
    """What it is, whose, since when."""
    if x.issuer_id is None:
        return
    parts = [T.text(kind.zh, kind.en) if kind else x.kind, _issuer(x, x.issuer_id)]
    if x.registered_at:
        at, block = shown_time(x.registered_at.time), x.registered_at.block
        parts.append(T.text(f"登记于 {at}（区块 {block}）", f"registered {at} (block {block})"))
    line(" · ".join(parts))


def _issuer(x: Examination, issuer: bytes) -> str:
    number, facts = f"No. {serial(issuer)}", x.issuer
    name = T.text(facts.name_zh or facts.name_en, facts.name_en or facts.name_zh) if facts else ""
    site = web_address(facts.site) if facts else ""
    known = ", ".join(filter(None, (number if name else "", site and T.text(f"网址 {site}", f"site {site}"))))
    called = name or T.text(f"机构 {number}", f"issuer {number}")
    return called + (T.text(f"（{known}）", f" ({known})") if known else "")


def _pairing(verified: Verified) -> None:
    """Which bundle spoke for the file, where the bytes do not say so by themselves."""
    bundle, how = verified.material.bundle, verified.material.how
    if bundle is not None and verified.material.file is not None and how in _HOW:
        said = _HOW[how].fact(T.language, {})
        line(f"凭证包 {bundle.name}（{said}）", f"Bundle {bundle.name} ({said})")


def _content(x: Examination, kind: Kind | None) -> None:
    """The compared fields side by side; else everything attested, where somebody has to look; else whose it is."""
    if x.comparisons:
        _comparisons(x, kind)
    elif kind is not None and x.match is FileMatch.EXACT:
        said = [f"{label} {value}" for label, value in _claims(x, kind, _key_fields(x, kind))]
        if said:
            line(" · ".join(said))
    elif kind is not None:
        columns(list(_claims(x, kind, tuple(x.attested or ()))))


def _claims(x: Examination, kind: Kind, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Labels and values, in the kind's order; private values masked."""
    for field in kind.fields:
        if field.name in names and x.attested and field.name in x.attested:
            yield T.text(field.zh, field.en), _seen(kind, field.name, shown(x.attested[field.name]))


def _seen(kind: Kind | None, name: str, value: str) -> str:
    """A value as a screen may show it: what the kind calls private is masked."""
    from chopmark.kinds.values import shown as masked

    field = next((field for field in kind.fields if field.name == name), None) if kind else None
    return masked(field, value) if field is not None and field.private else value


def _key_fields(x: Examination, kind: Kind) -> tuple[str, ...]:
    """Whose it is and what its number is; nothing private."""
    claims = x.attested or {}
    number = next((names for names in kind.credential if all(name in claims for name in names)), ())
    private = {field.name for field in kind.fields if field.private}
    return tuple(name for name in (*kind.holder, *number) if name not in private)


def _comparisons(x: Examination, kind: Kind | None) -> None:
    rows = [("", T.text("填报", "declared"), T.text("登记", "attested"), "")]
    for each in x.comparisons:
        open_ = each.equal is not None
        attested = _seen(kind, each.name, each.attested) if open_ else T.text("（未披露）", "(not disclosed)")
        mark = {True: "✓", False: "✗", None: "?"}[each.equal]
        hint = each.hint.fact(T.language, {}) if each.hint else ""
        rows.append((each.label.fact(T.language, {}), each.declared, attested, f"{mark} {hint}"))
    columns(rows)


def _checks(x: Examination) -> None:
    """The breakdown: one mark for each part."""
    if x.attested is None:
        return
    parts = [x.fragment(part) for part in _PARTS]
    marks = [f"{each.part.wording.fact(T.language, {})} {_STATES.get(each.state, '?')}" for each in parts]
    T.out(INDENT + paint("  ".join(marks), DIM))


def _told(x: Examination) -> Iterator[Finding]:
    """What is to be said beyond the headline, what matters most for the verdict first."""
    order = (State.INVALID, State.COULD_NOT_CHECK, State.NOT_FOUND, State.VALID, State.SKIPPED)
    for fragment in sorted(x.fragments, key=lambda each: order.index(each.state)):
        # That the file is the original is in the headline already, where it is verified.
        yield from (f for f in fragment.findings if f.code != "V001" or x.verdict is not Verdict.VERIFIED)
    yield from x.later


def _finding(finding: Finding, x: Examination) -> None:
    """A sentence and what to do. The material's name stands above, and so does what a table showed."""
    facts = dict(finding.facts)
    if facts.get("label") is FILE_DIGEST and finding.code == "V003":
        _other_file(facts)
        return
    if finding.code == "V022":
        facts["fields"] = _SEE_ABOVE
    if isinstance(successor := facts.get("id"), AttestationId):
        facts["id"] = f"{successor.root.hex()[:12]}…/{successor.index}"
    brief = replace(finding, facts=facts, place=Place())
    compared = next((c for c in x.comparisons if c.name == finding.place.field and c.equal is False), None)
    if compared is None:
        line(f"{finding.code} {brief.say(T.language)}")
    else:
        said = {"V007": Wording("{label}与申报人不符", "{label}: another person's")}.get(
            finding.code, Wording("{label}不一致", "{label} differs")
        )
        line(f"{finding.code} {said.fact(T.language, {'label': compared.label})}")
    if step := brief.next_step(T.language):
        line(f"     → {step}")


def _other_file(facts: Mapping[str, object]) -> None:
    """V003 about the file itself: nobody typed a digest, and nobody can correct one."""
    ours, theirs = str(facts["declared"])[:12], str(facts["attested"])[:12]
    line(
        f"V003 文件内容与登记的原件不同（SHA-256 {ours}… ≠ {theirs}…）",
        f"V003 The file is not the registered original (SHA-256 {ours}… ≠ {theirs}…)",
    )
    line(
        "     → 请提供登记的原件文件；若为重新生成的文件或副本，可用 --declared 比对字段",
        "     → Ask for the original file; for a copy or a new rendering, compare fields with --declared",
    )


def _links(x: Examination, names: Mapping[AttestationId, str]) -> None:
    """Where the other side of a correction is, if it was handed in too."""
    name = names.get(successor) if (successor := successor_of(x)) else None
    if name:
        line(f"     → 新版本就在本次材料中：{name}", f"     → The new version was handed in too: {name}")
