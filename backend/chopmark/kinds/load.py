"""Reads the kinds' files, strictly: an unknown word, a missing one or a reference to nothing is an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, NoReturn

from chopmark.core.identifiers import CHECKS
from chopmark.errors import FormatError
from chopmark.kinds.crosses import CROSSES
from chopmark.kinds.kind import Field, Kind
from chopmark.wording import Wording

_CODE: Final = re.compile(r"[a-z0-9-]{1,8}")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_TYPES: Final = ("text", "date", "integer", "list")
_KIND_WORDS: Final = {
    "code": str,
    "zh": str,
    "en": str,
    "holder": list,
    "credential": list,
    "issued_on": str,
    "valid_until": str,
    "crosses": list,
    "open": bool,
    "field": list,
}
_KIND_NEEDS: Final = ("code", "zh", "en", "holder", "credential", "field")
_FIELD_WORDS: Final = {
    "name": str,
    "zh": str,
    "en": str,
    "type": str,
    "required": bool,
    "check": str,
    "choices": list,
    "max_length": int,
    "synonyms": list,
    "example": str,
    "lint": bool,
    "names": bool,
    "lines": bool,
    "private": bool,
}
_FIELD_NEEDS: Final = ("name", "zh", "en")


@cache
def load_kinds() -> Mapping[str, Kind]:
    """Every kind beside this module, by code, in the order of codes; ``FormatError`` if a file is not as it must be."""
    from importlib import resources  # with tomllib, 40 ms that a command without kinds need not pay

    found = {}
    for file in sorted(resources.files("chopmark.kinds").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            kind = read_kind(file.read_text(encoding="utf-8"), file.name)
            found[kind.code] = kind
    return found


def read_kind(text: str, where: str) -> Kind:
    """One kind's file, whose name ``where`` must be its code; ``FormatError`` naming the word that is wrong."""
    import tomllib

    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _refuse(where, f"不是TOML（{error}）", f"not TOML ({error})")
    _words(raw, _KIND_WORDS, _KIND_NEEDS, where)
    fields = tuple(_field(item, where) for item in raw["field"])
    kind = Kind(
        code=raw["code"],
        zh=raw["zh"],
        en=raw["en"],
        fields=fields,
        holder=_texts(raw["holder"], "holder", where),
        credential=tuple(_texts(names, "credential", where) for names in raw["credential"]),
        issued_on=raw.get("issued_on", ""),
        valid_until=raw.get("valid_until", ""),
        crosses=_texts(raw.get("crosses", []), "crosses", where),
        open=raw.get("open", False),
    )
    _references(kind, where)
    return kind


def _field(raw: object, where: str) -> Field:
    if not isinstance(raw, dict):
        _refuse(where, "field应为表", "a field must be a table")
    _words(raw, _FIELD_WORDS, _FIELD_NEEDS, where)
    known: dict[str, Any] = dict(raw)
    for name in ("choices", "synonyms"):
        known[name] = _texts(raw.get(name, []), name, where)
    field = Field(**known)
    if not _NAME.fullmatch(field.name):
        _refuse(where, f"字段名“{field.name}”不合规", f"“{field.name}” cannot name a field")
    if field.type not in _TYPES:
        _refuse(where, f"{field.name}的类型“{field.type}”不存在", f"{field.name} has no such type as “{field.type}”")
    if field.check and field.check not in CHECKS:
        _refuse(where, f"{field.name}的检查“{field.check}”不存在", f"{field.name}: there is no check “{field.check}”")
    if field.max_length < 1 or (field.lines and field.type != "list") or (field.lint and not field.check):
        _refuse(where, f"{field.name}的设置互相矛盾", f"{field.name} contradicts itself")
    return field


def _words(raw: Mapping[str, object], known: Mapping[str, type], needs: Iterable[str], where: str) -> None:
    for word, value in raw.items():
        if word not in known:
            _refuse(where, f"不认识“{word}”", f"“{word}” is not understood")
        if type(value) is not known[word]:
            _refuse(where, f"“{word}”的类型不对", f"“{word}” has the wrong type")
    for word in needs:
        if not raw.get(word) and word != "holder":
            _refuse(where, f"缺少“{word}”", f"“{word}” is missing")


def _texts(values: object, word: str, where: str) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        _refuse(where, f"“{word}”应为文字列表", f"“{word}” must be a list of texts")
    return tuple(values)


def _references(kind: Kind, where: str) -> None:
    if not _CODE.fullmatch(kind.code) or where != f"{kind.code}.toml":
        _refuse(
            where, f"代码“{kind.code}”不合规或与文件名不同", f"code “{kind.code}” is not allowed or not the file's name"
        )
    names = [field.name for field in kind.fields]
    headings = [heading for field in kind.fields for heading in {field.name, field.zh, field.en, *field.synonyms}]
    for text in {*(n for n in names if names.count(n) > 1), *(h for h in headings if headings.count(h) > 1)}:
        _refuse(where, f"“{text}”出现两次", f"“{text}” is there twice")
    used = [*kind.holder, *(name for alternative in kind.credential for name in alternative)]
    dates = [name for name in (kind.issued_on, kind.valid_until) if name]
    for name in [*used, *dates]:
        if name not in names:
            _refuse(where, f"没有字段“{name}”", f"there is no field “{name}”")
    if any({*names} <= {*kind.holder} for names in kind.credential if names):
        _refuse(where, "编号不能只由持有人组成", "a holder alone is no number")
    if not all(kind.credential) or not all(kind.field(name).type == "date" for name in dates):
        _refuse(where, "credential为空，或日期字段不是日期", "an empty credential, or a date that is not one")
    for cross in kind.crosses:
        if cross not in CROSSES or not set(CROSSES[cross].fields) <= set(names):
            _refuse(where, f"规则“{cross}”不存在或缺少字段", f"there is no rule “{cross}”, or it lacks fields")


def _refuse(where: str, zh: str, en: str) -> NoReturn:
    raise FormatError(where=where, why=Wording("{zh}", "{en}").filled(zh=zh, en=en))
