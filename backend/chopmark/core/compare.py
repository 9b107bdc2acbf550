"""Whether what was declared is what is attested: normal forms compared, and a hint at how they differ.

Only spelling that carries no meaning is levelled (``core.normal``, an identifier's own normal form). Two characters
that differ differ, however alike: the hint then says 疑似异体字/生僻字差异, and a human decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from chopmark.core.identifiers import CHECKS, normal_of
from chopmark.core.normal import norm_date, norm_name, norm_text
from chopmark.core.variants import are_variants, is_rare
from chopmark.wording import Wording

Value = str | int | tuple[str, ...]
"""A claim's value: text, a whole number, or an ordered list of texts."""

_MOST_NAMED: Final = 3
_CHARACTER: Final = Wording("第{position}字：{ours}≠{theirs}", "character {position}: {ours}≠{theirs}")
_VARIANT: Final = Wording(
    "疑似异体字/生僻字差异（{differences}），请人工核对",
    "perhaps a variant or rare character ({differences}); to be compared by a human",
)
_LENGTH: Final = Wording("比登记{relation}{count}个字符", "{count} characters {relation} than attested")
_MORE: Final = Wording("多", "more")
_FEWER: Final = Wording("少", "fewer")
_ORDER: Final = Wording("内容相同，顺序不同", "the same entries in another order")
_COUNT: Final = Wording("填报{declared}项，登记{attested}项", "{declared} entries declared, {attested} attested")
_ITEM: Final = Wording(
    "第{position}项“{declared}”≠“{attested}”{hint}", "entry {position}: “{declared}” ≠ “{attested}”{hint}"
)
_IN_BRACKETS: Final = Wording("（{hint}）", " ({hint})")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Equal or not; ``hint`` says how they differ where that helps, ready to be shown."""

    equal: bool
    hint: Wording | None = None


def same(sort: str, declared: Value, attested: Value) -> Comparison:
    """Compare two values of one field.

    ``sort``: "text" (without case), "name", "names", "lines", "list", "date", "integer", or the name of an identifier's
    check (``core.identifiers.CHECKS``), see ``kinds.Field.sort``. An identifier that is not well-formed counts as
    text.
    """
    if isinstance(declared, tuple) or isinstance(attested, tuple):
        return _same_lists(_normaliser(sort), _as_list(declared), _as_list(attested))
    normal = _normaliser(sort)
    return _same_texts(normal(str(declared)), normal(str(attested)))


def normal_value(sort: str, text: str) -> str:
    """The normal form in which a value of this sort is compared and found again."""
    return _normaliser(sort)(text)


def _normaliser(sort: str) -> Callable[[str], str]:
    if sort in ("name", "names"):
        return norm_name
    if sort == "date":
        return lambda text: norm_date(text) or _text(text)
    if sort == "integer":
        return _integer
    if sort in CHECKS:
        return lambda text: normal_of(sort, text) or _text(text)
    return _text


def _text(text: str) -> str:
    return norm_text(norm_text(text).casefold())


def _integer(text: str) -> str:
    digits = norm_text(text)
    return str(int(digits)) if digits.isascii() and digits.isdigit() else digits.casefold()


def _as_list(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


def _same_lists(normal: Callable[[str], str], declared: Sequence[str], attested: Sequence[str]) -> Comparison:
    ours, theirs = [normal(item) for item in declared], [normal(item) for item in attested]
    if ours == theirs:
        return Comparison(equal=True)
    if sorted(ours) == sorted(theirs):
        return Comparison(equal=False, hint=_ORDER)
    if len(ours) != len(theirs):
        return Comparison(equal=False, hint=_COUNT.filled(declared=len(ours), attested=len(theirs)))
    at = next(i for i, (a, b) in enumerate(zip(ours, theirs, strict=True)) if a != b)
    inner = difference(ours[at], theirs[at])
    hint: object = _IN_BRACKETS.filled(hint=inner) if inner else ""
    return Comparison(
        equal=False, hint=_ITEM.filled(position=at + 1, declared=declared[at], attested=attested[at], hint=hint)
    )


def _same_texts(declared: str, attested: str) -> Comparison:
    if declared == attested:
        return Comparison(equal=True)
    return Comparison(equal=False, hint=difference(declared, attested))


def difference(declared: str, attested: str) -> Wording | None:
    """How two unequal normal forms differ, if it is little: the characters by position, or by how many one is longer.

    None when nothing shorter can be said than both texts.
    """
    if not declared or not attested:
        return None
    if len(declared) != len(attested):
        return _length_difference(declared, attested)
    places = [(i, a, b) for i, (a, b) in enumerate(zip(declared, attested, strict=True), 1) if a != b]
    if not 0 < len(places) <= min(_MOST_NAMED, max(1, len(declared) // 2)):
        return None
    named = [_CHARACTER.filled(position=i, ours=a, theirs=b) for i, a, b in places]
    differences = Wording("，".join(each.zh for each in named), ", ".join(each.en for each in named))
    doubtful = all(are_variants(a, b) or is_rare(a) or is_rare(b) for _, a, b in places)
    return _VARIANT.filled(differences=differences) if doubtful else differences


def _length_difference(declared: str, attested: str) -> Wording | None:
    if declared not in attested and attested not in declared:
        return None
    surplus = len(declared) - len(attested)
    return _LENGTH.filled(relation=_MORE if surplus > 0 else _FEWER, count=abs(surplus))
