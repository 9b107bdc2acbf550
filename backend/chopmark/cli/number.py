"""``chopmark verify --number``: a paper without bundle, compared with this site's records by what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.moments import shown as shown_time
from chopmark.cli.plain import BOLD, DIM, GREEN, RED, YELLOW, columns, line, paint
from chopmark.cli.terminal import plain
from chopmark.errors import InputError, UsageError
from chopmark.wording import Wording

if TYPE_CHECKING:
    from chopmark.core.finding import Finding
    from chopmark.services.number import NumberMatch, Question

ASKER = "cli"
"""Who asks, in the log: somebody at this machine."""

_COLOURS = {0: GREEN, 1: RED, 3: YELLOW}
_MARKS = {"agrees": "✓", "includes": "≈", "differs": "✗", "not_recorded": "?"}


def verify_number(number: str, holder: str, kind: str, issuer: str, fields: Sequence[str]) -> int:
    """Ask, print the answer, and say what the command ends with."""
    from chopmark.services.number import Question, as_json, match_number

    if not T.site.has_store:
        raise UsageError(why=_NO_RECORDS)
    asked = Question(number, _fields(fields), kind, _issuer(issuer), holder)
    match = match_number(T.site.number_desk(), asked, ASKER)
    T.answer(as_json(match))
    _show(asked, match)
    return match.verdict.exit_code


def _fields(texts: Sequence[str]) -> dict[str, str]:
    from chopmark.services.verify.declared import read_declarations

    found: dict[str, str] = {}
    for each in read_declarations(texts):
        if each.material:
            raise InputError(place=each.material, why=_NO_MATERIAL, fix_zh="请写 --field 字段=值", fix_en=_FIELD_EN)
        if found.setdefault(each.name, each.value) != each.value:
            raise InputError(
                place=each.name, why=_TWICE, fix_zh="同一字段只填一个值", fix_en="Type one value for a field"
            )
    return found


def _issuer(text: str) -> int | None:
    """The serial number of an institution: as typed, or of one that has an alias here. None if none was named."""
    from chopmark.core.reference import serial

    if not text or (text.isascii() and text.isdigit()):
        return int(text[:20]) if text else None
    with T.site.store.read() as tx:
        node = tx.nodes.get(text).node
    if node is None:
        raise InputError(place=text, why=_NO_NODE, fix_zh="请先完成授权", fix_en="Have it accredited first")
    return serial(node)


def _show(asked: Question, match: NumberMatch) -> None:
    x = match.examination
    verdict, colour = match.verdict.wording.fact(T.language, {}), _COLOURS[match.verdict.exit_code]
    level = match.level.wording.fact(T.language, {})
    said = T.text(f"{verdict}（{level}）", f"{verdict} ({level})") if match.verdict.exit_code == 0 else verdict
    T.out(f"{paint(plain(asked.number) or T.text('按字段查询', 'by fields'), BOLD)}  {paint(said, colour, BOLD)}")
    if x is not None and x.issuer_id is not None:
        _origin(match)
    columns([(each.label.fact(T.language, {}), _state(each.state)) for each in match.fields])
    for finding in (*match.findings, *(x.later if x else ())):
        _finding(finding)
    if x is not None and x.attestation is not None:
        line(f"存证编号 {x.attestation}", f"Attestation {x.attestation}")
    if x is not None and x.read_at is not None:
        at, block = shown_time(x.read_at.time), x.read_at.number
        seen = T.text(
            f"链 {x.chain_id}，截至区块 {block}，{at} 北京时间",
            f"Chain {x.chain_id}, as of block {block}, {at} Beijing time",
        )
        T.out(paint(seen, DIM))


def _origin(match: NumberMatch) -> None:
    """What it is of, whose record, since when."""
    from chopmark.services.verify.as_json import issuer_json

    x = match.examination
    assert x is not None  # the caller has looked
    issuer = issuer_json(x) or {}
    name = x.issuer.name_zh or x.issuer.name_en if x.issuer else ""
    if T.language.value == "en" and x.issuer and x.issuer.name_en:
        name = x.issuer.name_en
    kind = match.kind.label.fact(T.language, {}) if match.kind else x.kind
    parts = [kind, name or T.text(f"机构 No. {issuer.get('number')}", f"issuer No. {issuer.get('number')}")]
    if x.registered_at:
        at, block = shown_time(x.registered_at.time), x.registered_at.block
        parts.append(T.text(f"登记于 {at}（区块 {block}）", f"registered {at} (block {block})"))
    line(" · ".join(parts))


def _state(state: object) -> str:
    from chopmark.services.number.match import FieldState

    found = FieldState(str(state))
    return f"{_MARKS[found.value]} {found.wording.fact(T.language, {})}"


def _finding(finding: Finding) -> None:
    from chopmark.core.finding import Place

    brief = replace(finding, place=Place())
    line(f"{finding.code} {brief.say(T.language)}")
    if step := brief.next_step(T.language):
        line(f"     → {step}")


_NO_RECORDS = Wording("本站还没有任何登记，无从按编号核对", "this site has no records to compare a number with")
_NO_MATERIAL = Wording("按编号核验时没有文件", "there are no files when a number is asked about")
_FIELD_EN = "Write --field FIELD=VALUE"
_TWICE = Wording("填了两个不同的值", "two different values are typed")
_NO_NODE = Wording("该机构尚未登记到链上", "that institution is not on the chain yet")
