"""``chopmark kinds``: what can be registered, and with which fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from chopmark.cli.app import TERMINAL as T

if TYPE_CHECKING:
    from chopmark.kinds import Kind


def kinds(
    kind: Annotated[str, typer.Argument(help="类别代码 · code of a kind")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """可登记的材料类别及其字段 · kinds of credentials and their fields."""
    T.json = as_json
    if T.site_url:
        from chopmark.cli.remote.looking import kinds as at_site

        at_site(kind)
    elif kind:
        _show(kind)
    else:
        _list()


def _list() -> None:
    from chopmark.kinds import all_kinds

    found = all_kinds()
    T.answer([{"code": k.code, "zh": k.zh, "en": k.en, "fields": [f.name for f in k.fields]} for k in found])
    headings = [T.text("代码", "code"), T.text("类别", "kind"), T.text("字段（*为必填）", "fields (* is required)")]
    T.table(headings, [(k.code, T.text(k.zh, k.en), _fields(k)) for k in found])
    T.out("字段一览：chopmark kinds 代码", "Fields of one: chopmark kinds CODE")


def _fields(kind: Kind) -> str:
    said = [T.text(field.zh, field.en) + ("*" if field.required else "") for field in kind.fields]
    return T.text("、", ", ").join(said)


def _show(code: str) -> None:
    from chopmark.kinds import find_kind
    from chopmark.services.sheet import known_headings

    kind = find_kind(code)
    T.answer(
        {
            "code": kind.code,
            "zh": kind.zh,
            "en": kind.en,
            "fields": [
                {
                    "name": f.name,
                    "zh": f.zh,
                    "en": f.en,
                    "type": f.type,
                    "required": f.required,
                    "choices": list(f.choices),
                    "example": f.example,
                }
                for f in kind.fields
            ],
            "headings": list(known_headings(kind)),
        }
    )
    T.out(f"{kind.code}  {T.text(kind.zh, kind.en)}")
    pairs = (("字段", "field"), ("名称", "label"), ("必填", "required"), ("示例或可选值", "example, or choices"))
    rows = [
        (f.name, T.text(f.zh, f.en), T.text("是", "yes") if f.required else "", " / ".join(f.choices) or f.example)
        for f in kind.fields
    ]
    T.table([T.text(*pair) for pair in pairs], rows)
    T.out(
        f"表格的列名：{'、'.join(known_headings(kind))}",
        "A sheet's headings: these fields' names or labels, and “file” for the file's name",
    )
