"""One field's value: from what was typed to what is claimed, with everything that is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from chopmark.core.finding import Finding, Place
from chopmark.core.identifiers import CHECKS, Checked
from chopmark.core.normal import INVISIBLE, norm_date, norm_text
from chopmark.kinds.kind import Field, Value
from chopmark.wording import Wording

Given = str | int | Sequence[str]
"""A value as it comes in: text, or from JSON a number or a list of texts."""

_SHOWN: Final = 40
_FIRST_DAY: Final = "1900-01-01"
_INTEGER: Final = re.compile(r"-?[0-9]{1,15}")
_LATIN: Final = re.compile(r"[A-Za-z\u00c0-\u024f]")
# A comma stands inside Latin names (“Zhang, Wei”; “Acme Co., Ltd.”), so it parts entries only where there are none.
_PARTING: Final = re.compile(r"[;；、，\n]")
_PARTING_WITHOUT_LATIN: Final = re.compile(r"[;；、，,\n]")
_LINE: Final = re.compile(r"\n")
# Embeddings, overrides and isolates show a text in another order than it is stored.
_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_CONTROL: Final = Wording("控制字符{found}", "control characters {found}")
_SURROGATE: Final = Wording("不完整的字符{found}", "half characters {found}")
_BIDI_WHY: Final = Wording("改变显示顺序的字符{found}", "characters that change the order shown {found}")
_REPLACEMENT: Final = Wording(
    "乱码替代符{found}，原文已丢失", "the replacement character {found}: the original is lost"
)
_UNSEEN: Final = Wording("含不可见字符{found}", "it has invisible characters {found}")
_PRIVATE_USE: Final = Wording(
    "含自造字{found}，在其他电脑上可能显示不同", "it has private-use characters {found}, which look different elsewhere"
)
_ONE_VALUE: Final = Wording("应为单个值", "one value is needed")
_WHOLE_NUMBER: Final = Wording("应为整数", "a whole number is needed")


@dataclass(frozen=True, slots=True)
class Reading:
    """The value, or None if it is absent or unusable; ``findings`` refuse it, ``warnings`` do not."""

    value: Value | None = None
    findings: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()


def read_value(field: Field, given: Given, today: date) -> Reading:
    """Read one field. Text is kept as given but for outer white space; dates become ISO, whole numbers ``int``."""
    if isinstance(given, bool) or not isinstance(given, str | int | list | tuple):
        return _refuse(field, str(given), "I011", why=_ONE_VALUE)
    if not isinstance(given, str | int):
        return _read_entries(field, [str(item) for item in given], today)
    text = _trimmed(str(given), field)
    if not norm_text(text):  # what nobody can see is nothing
        return _refuse(field, "", "I010") if field.required else Reading()
    problems = _problems(field, text)
    if problems:
        return Reading(findings=problems)
    if field.type == "list":
        return _with_oddities(field, text, _list(field, split_list(field, text), today))
    return _with_oddities(field, text, _single(field, text, today))


def split_list(field: Field, text: str) -> tuple[str, ...]:
    """The entries of a list written in one cell, in order, without empty ones.

    One a line, or else parted by ``; ； 、 ，``, line breaks and, where no Latin letters are, plain commas.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    entries = _PARTING if _LATIN.search(norm_text(text)) else _PARTING_WITHOUT_LATIN
    parting = _LINE if field.lines else entries
    return tuple(entry for part in parting.split(text) if (entry := part.strip()))


def shown(field: Field, text: str) -> str:
    """A value as a finding may repeat it: short, unprintable characters by their code, private ones masked."""
    if field.private:
        return text[:2] + "*" * (len(text) - 4) + text[-2:] if len(text) > 6 else "*" * len(text)
    return printable(text)


def printable(text: str) -> str:
    """At most forty characters, other spaces as plain ones, what cannot be printed as its code."""
    cut = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() else " " if c.isspace() else _code(c) for c in cut)


def _trimmed(text: str, field: Field) -> str:
    text = text.strip()
    # A line break in a cell is how a list is typed; elsewhere it is refused as a control character.
    return text.replace("\r\n", "\n").replace("\r", "\n") if field.type == "list" else text


def _read_entries(field: Field, entries: list[str], today: date) -> Reading:
    if field.type != "list":
        return _refuse(field, "、".join(entries), "I011", why=_ONE_VALUE)
    kept = tuple(entry for item in entries if (entry := item.strip()))
    if not kept:
        return _refuse(field, "", "I010") if field.required else Reading()
    joined = "、".join(kept)
    # Here an entry was handed over as one: a line break in it is no parting any more.
    problems = _problems(field, joined, breaks=False)
    if problems:
        return Reading(findings=problems)
    return _with_oddities(field, joined, _list(field, kept, today))


def _single(field: Field, text: str, today: date) -> Reading:
    if field.type == "date":
        day = norm_date(text)
        return Reading(day) if day >= _FIRST_DAY else _refuse(field, text, "I013")
    if field.type == "integer":
        return _integer(field, text, today)
    if field.choices:
        return _choice(field, text)
    findings, warnings = _checked(field, text, today)
    return Reading(None if findings else text, findings, warnings)


def _integer(field: Field, text: str, today: date) -> Reading:
    findings, warnings = _checked(field, text, today)
    digits = (CHECKS[field.check](text, today).normal if field.check else "") or norm_text(text)
    if findings:
        return Reading(None, findings, warnings)
    if not _INTEGER.fullmatch(digits):
        return _refuse(field, text, "I011", why=_WHOLE_NUMBER)
    return Reading(int(digits), (), warnings)


def _choice(field: Field, text: str) -> Reading:
    wanted = norm_text(text).casefold()
    for choice in field.choices:
        if norm_text(choice).casefold() == wanted:
            return Reading(choice)
    return _refuse(field, text, "I017", choices="、".join(field.choices))


def _list(field: Field, entries: tuple[str, ...], today: date) -> Reading:
    findings: list[Finding] = []
    warnings: list[Finding] = []
    for entry in entries if field.check else ():
        refused, odd = _checked(field, entry, today)
        findings += refused
        warnings += odd
    if not entries:
        return _refuse(field, "", "I010") if field.required else Reading()
    return Reading(None if findings else entries, tuple(findings), tuple(warnings))


def _checked(field: Field, text: str, today: date) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """What the field's check refuses, and what it only remarks on."""
    if not field.check:
        return (), ()
    checked = CHECKS[field.check](text, today)
    remarks = tuple(_finding(field, text, "I018", why=why) for why in checked.warnings)
    if checked.ok:
        return (), remarks
    if field.lint:
        return (), (_finding(field, text, "I018", why=checked.why), *remarks)
    return (_refused_check(field, text, checked),), remarks


def _refused_check(field: Field, text: str, checked: Checked) -> Finding:
    if checked.wrong_digit:
        return _finding(field, text, "I012")
    return _finding(field, text, "I011", why=checked.why)


def _problems(field: Field, text: str, *, breaks: bool = True) -> tuple[Finding, ...]:
    """Length and characters: what makes a text unusable whatever its field."""
    found = []
    if len(text) > field.max_length:
        found.append(_finding(field, text, "I014", length=len(text), limit=field.max_length))
    allowed = "\n" if field.type == "list" and breaks else ""
    if not text.isprintable():
        found += [
            _finding(field, text, "I015", why=why.filled(found=_codes(bad)))
            for why, bad in _bad_characters(text, allowed)
            if bad
        ]
    if "\ufffd" in text:
        found.append(_finding(field, text, "I015", why=_REPLACEMENT.filled(found="U+FFFD")))
    return tuple(found)


def _bad_characters(text: str, allowed: str) -> list[tuple[Wording, list[str]]]:
    odd = {c: unicodedata.category(c) for c in text if not c.isprintable() and c not in allowed}
    return [
        (_CONTROL, [c for c, category in odd.items() if category in ("Cc", "Zl", "Zp") or _is_noncharacter(c)]),
        (_SURROGATE, [c for c, category in odd.items() if category == "Cs"]),
        (_BIDI_WHY, [c for c in odd if c in _BIDI]),
    ]


def _is_noncharacter(char: str) -> bool:
    return 0xFDD0 <= ord(char) <= 0xFDEF or ord(char) & 0xFFFE == 0xFFFE


def _with_oddities(field: Field, text: str, reading: Reading) -> Reading:
    """Add what may be kept but should be seen: characters that are invisible, or that only this computer can show."""
    if text.isprintable():
        return reading
    unseen = [c for c in INVISIBLE if c in text]
    private = sorted({c for c in text if unicodedata.category(c) == "Co"})
    warnings = [
        _finding(field, text, "I018", why=why.filled(found=_codes(chars)))
        for why, chars in ((_UNSEEN, unseen), (_PRIVATE_USE, private))
        if chars
    ]
    return Reading(reading.value, reading.findings, (*reading.warnings, *warnings))


def _codes(chars: Sequence[str]) -> str:
    return "、".join(_code(c) for c in chars[:5])


def _code(char: str) -> str:
    return f"U+{ord(char):04X}"


def _refuse(field: Field, text: str, code: str, **facts: object) -> Reading:
    return Reading(findings=(_finding(field, text, code, **facts),))


def _finding(field: Field, text: str, code: str, **facts: object) -> Finding:
    value = shown(field, text)
    return Finding(code, {"label": field.label, "value": value, **facts}, Place(field=field.name, value=value))
