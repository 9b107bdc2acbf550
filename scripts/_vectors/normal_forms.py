"""Normal forms of names and texts (FORMAT §2.1)."""

from __future__ import annotations

from chopmark.core.normal import norm_name, norm_text

ABOUT = "Normalised twins (FORMAT §2.1): norm_text and norm_name of what people type."
SOURCE = (
    "Own; the forms are those met in the field research (name dots, full-width digits, spaces within Chinese names)."
)

GIVEN = (
    "",
    " ",
    "王丽",
    "王 丽",
    "王　丽",
    "\u200b王\u200d丽\ufeff",
    "买买提•艾力",
    "买买提‧艾力",
    "买买提·艾力",
    "买买提・艾力",
    "买买提 · 艾力",
    "买买提･艾力",
    "ＷＡＮＧ　Ｌｉ",
    "Anna  Maria\tMüller",
    "Anna Maria Mu\u0308ller",
    "STRASSE straße",
    "ΣΊΣΥΦΟΣ",
    "İstanbul",
    "O’Neill",
    "１０５３３１２０２６０５０００１２３",
    "ZL２０１７１０６０１８６２．３",
    "CN３７–１０００／TP",
    "2026—06−30",
    "ﬁnancial",
    "①Ⅲ㎏",
    "𠮷野家 さくら",
    "﨑",
    "豈 更",
    "李 John",
    "John 李",
    "a\u00a0b\u3000c",
    "\u001fa\u0085b",
    "a\u00adb",
    "e\u200d\u0301",
    "가 나",
)


def cases() -> list[dict[str, object]]:
    """What is given and both forms."""
    return [_case(given) for given in GIVEN]


def _case(given: str) -> dict[str, object]:
    name = given.encode("unicode_escape").decode("ascii") or "empty"
    return {"name": name, "given": given, "norm_text": norm_text(given), "norm_name": norm_name(given)}
