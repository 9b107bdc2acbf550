"""``chopmark kinds``: what can be registered, and with which fields."""

from __future__ import annotations

from typing import Annotated

import typer

from chopmark.cli.app import TERMINAL as T


def kinds(
    kind: Annotated[str, typer.Argument(help="类别代码 · code of a kind")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """可登记的材料类别及其字段 · kinds of credentials and their fields."""
    from chopmark.kinds import all_kinds, find_kind

    T.json = as_json
    if not kind:
        T.answer([{"code": k.code, "zh": k.zh, "en": k.en} for k in all_kinds()])
        T.table([T.text("代码", "code"), T.text("类别", "kind")], [(k.code, T.text(k.zh, k.en)) for k in all_kinds()])
        return
    chosen = find_kind(kind)
    T.answer(
        {
            "code": chosen.code,
            "zh": chosen.zh,
            "en": chosen.en,
            "fields": [
                {"name": f.name, "zh": f.zh, "en": f.en, "type": f.type, "required": f.required, "example": f.example}
                for f in chosen.fields
            ],
        }
    )
    T.out(f"{chosen.code}  {T.text(chosen.zh, chosen.en)}")
    headings = [
        T.text(*pair) for pair in (("字段", "field"), ("名称", "label"), ("必填", "required"), ("示例", "example"))
    ]
    T.table(
        headings,
        [(f.name, T.text(f.zh, f.en), T.text("是", "yes") if f.required else "", f.example) for f in chosen.fields],
    )
