"""What an applicant declared, as it is typed on a command line: ``name=value``, ``file.pdf:name=value``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chopmark.core.normal import norm_name
from chopmark.errors import InputError
from chopmark.kinds import Field, Kind, Value, split_list
from chopmark.services.verify.materials import Material
from chopmark.wording import Wording


@dataclass(frozen=True, slots=True)
class Declaration:
    """One declared field. ``material``: the one material that it is about; empty: all of a kind that has the field."""

    material: str
    name: str
    value: str


def read_declarations(texts: Iterable[str]) -> tuple[Declaration, ...]:
    """From what was typed. Raises ``InputError`` for what has no ``=``, no name or no value."""
    return tuple(_declaration(text) for text in texts)


def _declaration(text: str) -> Declaration:
    left, equals, value = text.partition("=")
    material, _, name = left.rpartition(":")
    if not equals or not name.strip() or not value.strip():
        raise InputError(place=text, why=_NOT_PAIR, fix_zh=_EXAMPLE.zh, fix_en=_EXAMPLE.en)
    return Declaration(material.strip(), name.strip(), value.strip())


def assign(
    declarations: Sequence[Declaration], materials: Sequence[Material], kinds: Mapping[str, Kind], chosen: Kind | None
) -> list[dict[str, Value]]:
    """The declared fields of each material.

    ``kinds``: all kinds by code. ``chosen``: the kind that the reviewer named, if any; then only its fields are meant.
    Raises ``InputError`` for a field that none of the kinds has, and for a material that is not there.
    """
    present = [chosen] if chosen else _present(materials, kinds) or list(kinds.values())
    for each in declarations:
        _check(each, materials, present, kinds)
    return [_of_one(material, declarations, kinds, chosen) for material in materials]


def _of_one(
    material: Material, declarations: Sequence[Declaration], kinds: Mapping[str, Kind], chosen: Kind | None
) -> dict[str, Value]:
    kind = _kind(material, kinds)
    if kind is None or (chosen is not None and kind is not chosen):
        return {}
    # What is said about one material outweighs what is said about all.
    ordered = sorted(declarations, key=lambda each: bool(each.material))
    found: dict[str, Value] = {}
    for each in ordered:
        field = _field(kind, each.name)
        if field is not None and (not each.material or _is_named(material, each.material)):
            found[field.name] = split_list(field, each.value) if field.type == "list" else each.value
    return found


def _check(
    declaration: Declaration, materials: Sequence[Material], present: Sequence[Kind], kinds: Mapping[str, Kind]
) -> None:
    scope = list(present)
    if declaration.material:
        named = [material for material in materials if _is_named(material, declaration.material)]
        if not named:
            raise InputError(
                place=declaration.material,
                why=_NO_MATERIAL,
                fix_zh="请用核验结果中显示的名称",
                fix_en="Use a name as the results show it",
            )
        scope = _present(named, kinds) or scope
    if not any(_field(kind, declaration.name) for kind in scope):
        fields = _fields(scope) if len(scope) == 1 else _SEE_KINDS
        raise InputError(
            place=declaration.name,
            why=_NO_FIELD.filled(kinds=Wording("、".join(k.zh for k in scope), ", ".join(k.en for k in scope))),
            fix_zh=f"可用字段：{fields.zh}",
            fix_en=f"Fields: {fields.en}",
        )


def _fields(kinds: Iterable[Kind]) -> Wording:
    fields = {field.name: field for kind in kinds for field in kind.fields}
    return Wording(
        "、".join(f"{f.zh}（{name}）" for name, f in fields.items()),
        ", ".join(f"{name} ({f.en})" for name, f in fields.items()),
    )


def _field(kind: Kind, typed: str) -> Field | None:
    """The field that a name, a label or a synonym means."""
    wanted = norm_name(typed)
    for field in kind.fields:
        if wanted in {norm_name(name) for name in (field.name, field.zh, field.en, *field.synonyms)}:
            return field
    return None


def _kind(material: Material, kinds: Mapping[str, Kind]) -> Kind | None:
    opened = material.bundle.opened if material.bundle else None
    return kinds.get(opened.payload.kind) if opened else None


def _present(materials: Iterable[Material], kinds: Mapping[str, Kind]) -> list[Kind]:
    found = {kind.code: kind for material in materials if (kind := _kind(material, kinds)) is not None}
    return list(found.values())


def _is_named(material: Material, name: str) -> bool:
    names = {material.name, material.name.rpartition("/")[2]}
    if material.bundle is not None:
        names |= {material.bundle.name, material.bundle.name.rpartition("/")[2]}
    return name in names


_NOT_PAIR: Final = Wording("不是“字段=值”", "it is not of the form field=value")
_EXAMPLE: Final = Wording(
    "例如 --declared 姓名=王莉，或 --declared 王莉.pdf:姓名=王莉",
    "For example --declared holder_name=王莉, or --declared wang.pdf:holder_name=王莉",
)
_NO_MATERIAL: Final = Wording("没有这份材料", "there is no such material")
_SEE_KINDS: Final = Wording("用 chopmark kinds 类别 查看", "see chopmark kinds KIND")
_NO_FIELD: Final = Wording("不是{kinds}的字段", "it is not a field of {kinds}")
