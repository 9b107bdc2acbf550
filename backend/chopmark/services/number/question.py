"""What somebody typed from a paper, and what it means for each kind that it may be of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from chopmark.errors import InputError, UnknownThing
from chopmark.kinds import Field, Given, Kind, Value, split_list
from chopmark.kinds.values import printable
from chopmark.wording import Wording

MOST_FIELDS: Final = 60
LONGEST_NUMBER: Final = 300
"""Characters of a number."""


@dataclass(frozen=True, slots=True)
class Question:
    """As typed.

    ``number``: the one field that is the number, or the first of several; the others stand in ``fields``, under name, label or
    synonym.
    ``kind``: a code, or "" if it is to be found out. ``issuer``: serial number, None for any. ``holder``: stands for the
    first field by which the kind names a holder.
    """

    number: str = ""
    fields: Mapping[str, Given] = field(default_factory=dict)
    kind: str = ""
    issuer: int | None = None
    holder: str = ""

    @property
    def bare(self) -> bool:
        """Whether a number was typed and nothing else about the paper: it may be a person's or a published work's."""
        return not (self.kind or self.holder or self.fields)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A question as one of a kind, by one of its numbers.

    ``number``: as the register knows it. ``found_by``: the fields that are the number, without the holder, who may be part of
    it. ``declared``: all that was typed.
    """

    kind: Kind
    number: str
    found_by: frozenset[str]
    declared: Mapping[str, Value]

    @property
    def names_holder(self) -> bool:
        """Whether anything was typed that says whose it is."""
        return any(name in self.declared for name in self.kind.holder)


def meanings(question: Question, kinds: Mapping[str, Kind]) -> tuple[Meaning, ...]:
    """Everything that a question can mean and that may be answered, whatever is registered.

    Raises ``UnknownThing`` for a kind that there is not, ``InputError`` for a field that none of the kinds has, a value
    that cannot be one, a number that is not whole, and for a person's credential without a word about whose it is.
    """
    _check(question)
    if question.kind and question.kind not in kinds:
        raise UnknownThing(what=_KIND, name=printable(question.kind), known="、".join(kinds))
    scope = [kinds[question.kind]] if question.kind else list(kinds.values())
    _check_names(question, scope)
    found = [each for kind in scope for each in _of_kind(question, kind)]
    if not found:
        raise _incomplete(scope)
    answered = tuple(each for each in found if each.kind.open or each.names_holder)
    if not answered:
        raise nobody_named(question)
    return answered


def nobody_named(question: Question) -> InputError:
    """The error for a person's credential without a word about whose it is; it says nothing about any record."""
    fix = _NAME_IT_OR_KIND if question.bare else _NAME_IT
    return InputError(place=_HOLDER, why=_UNNAMED, fix_zh=fix.zh, fix_en=fix.en)


def _check(question: Question) -> None:
    if len(question.number) > LONGEST_NUMBER:
        raise _bad(_NUMBER, _TOO_LONG.filled(limit=LONGEST_NUMBER))
    if len(question.fields) > MOST_FIELDS:
        raise _bad(_FIELDS, _TOO_MANY.filled(limit=MOST_FIELDS))
    typed: list[tuple[str, Given]] = [
        ("number", question.number),
        ("holder", question.holder),
        *question.fields.items(),
    ]
    for name, value in typed:
        texts = [str(value)] if isinstance(value, str | int) else value
        if not all(_is_text(text) for text in (name, *texts)):
            raise _bad(printable(name), _NO_TEXT)


def _is_text(text: str) -> bool:
    """Whether it is whole characters that one line can hold; lists may have several lines."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def _check_names(question: Question, scope: Sequence[Kind]) -> None:
    for name in question.fields:
        if not any(kind.meant(name) for kind in scope):
            known = scope[0].fields if len(scope) == 1 else ()
            raise InputError(
                place=printable(name),
                why=_NO_FIELD,
                fix_zh="可用字段：" + "、".join(f"{f.zh}（{f.name}）" for f in known) if known else _SEE_KINDS.zh,
                fix_en="Fields: " + ", ".join(f"{f.name} ({f.en})" for f in known) if known else _SEE_KINDS.en,
            )


def _of_kind(question: Question, kind: Kind) -> Iterator[Meaning]:
    """One meaning for each of the kind's numbers that was typed whole; none if the kind lacks a typed field."""
    if not all(kind.meant(name) for name in question.fields) or (question.holder and not kind.holder):
        return
    declared = _declared(question, kind)
    for place, names in enumerate(kind.credential):
        typed = dict(declared)
        if question.number and not _take(question.number, kind.field(names[0]), names[1:], typed):
            continue
        only = {name: typed[name] for name in names if name in typed}
        number_ = next((each for each in kind.numbers(only) if _is_at(each, place, kind)), "")
        if number_:
            yield Meaning(kind, number_, frozenset(names) - {*kind.holder}, typed)


def _take(number: str, first: Field, others: Sequence[str], typed: dict[str, Value]) -> bool:
    """Let the typed number be the first field of a number whose other fields were typed; False if it cannot be."""
    if not all(name in typed for name in others) or len(number) > first.max_length:
        return False
    value = _value(first, number)
    return typed.setdefault(first.name, value) == value


def _is_at(number: str, place: int, kind: Kind) -> bool:
    return len(kind.credential) == 1 or number.startswith(f"{place}:")


def _declared(question: Question, kind: Kind) -> dict[str, Value]:
    typed: list[tuple[Field, Given]] = []
    for name, value in question.fields.items():
        meant = kind.meant(name)
        if meant is not None:
            typed.append((meant, value))
    if question.holder:
        typed.append((kind.field(kind.holder[0]), question.holder))
    found: dict[str, Value] = {}
    for each, given in typed:
        value = _value(each, given)
        if found.setdefault(each.name, value) != value:
            raise InputError(
                place=each.label, why=_TWICE, fix_zh="同一字段只填一个值", fix_en="Type one value for a field"
            )
    return found


def _value(field_: Field, given: Given) -> Value:
    """A typed value as it is compared. Raises ``InputError`` for what no such field can hold."""
    if isinstance(given, bool) or (not isinstance(given, str | int) and field_.type != "list"):
        raise _bad(field_.label, _ONE_VALUE)
    texts = [str(given)] if isinstance(given, str | int) else [*given]
    if not any(text.strip() for text in texts):
        raise _bad(field_.label, _EMPTY)
    if sum(map(len, texts)) > field_.max_length:
        raise _bad(field_.label, _TOO_LONG.filled(limit=field_.max_length))
    if field_.type != "list":
        return texts[0].strip()
    return (
        split_list(field_, texts[0]) if isinstance(given, str | int) else tuple(t.strip() for t in texts if t.strip())
    )


def _incomplete(scope: Iterable[Kind]) -> InputError:
    one = list(scope)
    if len(one) > 1:
        return InputError(place=_NUMBER, why=_NOT_WHOLE, fix_zh=_NEED_KIND.zh, fix_en=_NEED_KIND.en)
    ways = [[one[0].field(name) for name in names] for names in one[0].credential]
    zh = "，或".join("＋".join(f.zh for f in way) for way in ways)
    en = ", or ".join(" + ".join(f.en for f in way) for way in ways)
    return InputError(place=_NUMBER, why=_NOT_WHOLE, fix_zh=f"请填写{zh}", fix_en=f"Type {en}")


def _bad(place: Wording | str, why: Wording) -> InputError:
    return InputError(place=place, why=why, fix_zh="请更正后再试", fix_en="Correct it and try again")


_KIND: Final = Wording("类别", "kind")
_NUMBER: Final = Wording("编号", "The number")
_HOLDER: Final = Wording("持有人", "The holder")
_FIELDS: Final = Wording("字段", "The fields")
_UNNAMED: Final = Wording(
    "没有填写。属于个人的凭证，只凭编号不作任何答复",
    "nobody is named. About a person's credential nothing is told by number alone",
)
_NAME_IT: Final = Wording(
    "请填写材料上的持有人，例如 --holder 王莉 或 --field 证件号码=…",
    "Type the holder as the paper names them, as --holder 王莉 or --field holder_id=…",
)
_NAME_IT_OR_KIND: Final = Wording(
    f"{_NAME_IT.zh}；已发表的作品请写明类别，例如 --kind paper",
    f"{_NAME_IT.en}; of a published work the kind is enough, as --kind paper",
)
_NOT_WHOLE: Final = Wording("不完整", "it is not whole")
_NEED_KIND: Final = Wording(
    "请填写 --number，或用 --kind 指定类别并填写组成编号的各字段",
    "Type --number, or name the --kind and type every field that makes up the number",
)
_NO_FIELD: Final = Wording("不是任何一种所指类别的字段", "it is no field of a kind that is meant")
_SEE_KINDS: Final = Wording("用 chopmark kinds 类别 查看字段", "See the fields with chopmark kinds KIND")
_TWICE: Final = Wording("填了两个不同的值", "two different values are typed")
_ONE_VALUE: Final = Wording("应为单个值", "one value is needed")
_EMPTY: Final = Wording("为空", "it is empty")
_TOO_LONG: Final = Wording("超过{limit}个字符", "it is longer than {limit} characters")
_TOO_MANY: Final = Wording("超过{limit}项", "there are more than {limit}")
_NO_TEXT: Final = Wording("含有不是文字的内容", "it holds something that is no text")
