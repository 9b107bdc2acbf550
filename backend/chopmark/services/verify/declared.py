"""What an applicant declared, as it is typed on a command line: ``name=value``, ``file.pdf:name=value``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chopmark.core.normal import norm_name
from chopmark.errors import InputError
from chopmark.kinds import Field, Kind, Value, split_list
from chopmark.kinds.values import shown
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
    What is declared of a bundle that is of another kind, or of one unknown here, is kept under a name that no field has:
    it could not be compared, and is not passed over in silence (FORMAT §11 D).
    Raises ``InputError`` for a field that none of the kinds has, for a material that is not there, for two values of one
    field, and for a chosen kind that would have no effect on a bundle of another.
    """
    present = [chosen] if chosen else _present(materials, kinds) or list(kinds.values())
    for each in declarations:
        _check(each, materials, present, kinds, chosen)
    if chosen is not None and not declarations:
        _check_kind(materials, chosen)
    return [_of_one(material, declarations, kinds, chosen) for material in materials]


def private_field(name: str, kinds: Iterable[Kind]) -> Field | None:
    """The private field of any kind that a declared name means, whatever the bundle is of."""
    typed = name.rpartition(":")[2]
    return next((field for kind in kinds if (field := _field(kind, typed)) is not None and field.private), None)


def _of_one(
    material: Material, declarations: Sequence[Declaration], kinds: Mapping[str, Kind], chosen: Kind | None
) -> dict[str, Value]:
    if _code(material) is None:
        return {}  # nothing to compare with, which is told in any case
    found: dict[str, tuple[Declaration, Value]] = {}
    for each in declarations:
        if each.material and not _is_named(material, each.material):
            continue
        for name, value in _meant(each, material, kinds, chosen):
            before = found.get(name)
            # What is said about one material outweighs what is said about all.
            if before is None or (each.material and not before[0].material):
                found[name] = each, value
            elif bool(each.material) == bool(before[0].material) and value != before[1]:
                raise _twice(before[0], each, kinds.values())
    return {name: value for name, (_, value) in found.items()}


def _meant(
    declaration: Declaration, material: Material, kinds: Mapping[str, Kind], chosen: Kind | None
) -> Iterator[tuple[str, Value]]:
    """The field of this material that a declaration is about, and its value; nothing if only other kinds have it."""
    kind = _kind(material, kinds)
    if chosen is not None and kind is not chosen:
        field = _field(chosen, declaration.name)
        yield f"{chosen.code}:{field.name if field else declaration.name}", declaration.value
    elif kind is None:
        yield declaration.name, declaration.value
    elif (field := _field(kind, declaration.name)) is not None:
        yield field.name, split_list(field, declaration.value) if field.type == "list" else declaration.value


def _twice(first: Declaration, second: Declaration, kinds: Iterable[Kind]) -> InputError:
    known = tuple(kinds)
    return InputError(
        place=_typed(second, known),
        why=_OTHER_VALUE.filled(other=_typed(first, known)),
        fix_zh="同一份材料的同一字段只填一个值",
        fix_en="Declare one value for one field of a material",
    )


def _typed(declaration: Declaration, kinds: Iterable[Kind]) -> str:
    """A declaration as it was typed; private values masked."""
    field = private_field(declaration.name, kinds)
    value = shown(field, declaration.value) if field else declaration.value
    return f"{declaration.material}:{declaration.name}={value}".removeprefix(":")


def _check_kind(materials: Sequence[Material], chosen: Kind) -> None:
    other = next((each for each in materials if _code(each) not in (None, chosen.code)), None)
    if other is not None:
        raise InputError(
            place=other.name,
            why=_OTHER_KIND.filled(kind=Wording(chosen.zh, chosen.en)),
            fix_zh="--kind 只用于理解 --declared；没有申报内容时请去掉",
            fix_en="--kind only says how --declared is meant; leave it out where nothing is declared",
        )


def _check(
    declaration: Declaration,
    materials: Sequence[Material],
    present: Sequence[Kind],
    kinds: Mapping[str, Kind],
    chosen: Kind | None,
) -> None:
    scope, meant = list(present), materials
    if declaration.material:
        named = [material for material in materials if _is_named(material, declaration.material)]
        if not named:
            raise InputError(
                place=declaration.material,
                why=_NO_MATERIAL,
                fix_zh="请用核验结果中显示的名称",
                fix_en="Use a name as the results show it",
            )
        meant = named
        scope = scope if chosen else _present(named, kinds) or scope
    if chosen is None and any(_code(each) not in (None, *kinds) for each in meant):
        return  # which fields a kind has that is unknown here, nobody can say
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


def _code(material: Material) -> str | None:
    """The kind's code in the material's bundle; None if there is no bundle that opens."""
    opened = material.bundle.opened if material.bundle else None
    return opened.payload.kind if opened else None


def _kind(material: Material, kinds: Mapping[str, Kind]) -> Kind | None:
    return kinds.get(_code(material) or "")


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
_OTHER_VALUE: Final = Wording("与“{other}”是同一字段的两个值", "“{other}” declares another value of the same field")
_OTHER_KIND: Final = Wording("类别不是{kind}", "it is not of the kind {kind}")
_NO_MATERIAL: Final = Wording("没有这份材料", "there is no such material")
_SEE_KINDS: Final = Wording("用 chopmark kinds 类别 查看", "see chopmark kinds KIND")
_NO_FIELD: Final = Wording("不是{kinds}的字段", "it is not a field of {kinds}")
