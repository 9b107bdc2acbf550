"""``chopmark audit credential`` and ``kinds`` through a site: its word, shown as such."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.remote.saying import out
from chopmark.cli.remote.site import connect

if TYPE_CHECKING:
    from collections.abc import Mapping


def audit_credential(thing: str, as_of: str, *, as_json: bool) -> None:
    """The life of a credential as the site read it."""
    from chopmark.cli.remote.statuses import commitment_of

    T.json = as_json
    site = connect()
    name = thing if thing.startswith("eip155:") or not Path(thing).is_file() else commitment_of(site, thing)
    told = site.audit_credential(name, as_of=as_of)
    T.answer(told)
    entries = told.get("entries")
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict):
            said = entry.get("text_zh") if T.language.value == "zh" else entry.get("text_en")
            out(f"  {entry.get('time')}  {said}  ({entry.get('block')})")
    at = told.get("read_at")
    block = at.get("block") if isinstance(at, dict) else "-"
    out(
        f"以上为站点 {site.url} 所述，读至区块 {block}；用自己的节点查：去掉 --site",
        f"This is the word of the site {site.url}, read up to block {block}; leave out --site to ask your own node",
    )


def kinds(code: str) -> None:
    """What can be registered at the site."""
    site = connect()
    if code:
        _kind(site.kind(code).document)
        return
    found = site.kinds()
    T.answer([each.document for each in found])
    language = T.language
    T.table(
        [T.text("代码", "code"), T.text("类别", "kind")],
        [(each.code, each.label.fact(language, {})) for each in found],
    )


def _kind(told: Mapping[str, object]) -> None:
    """A kind as ``chopmark kinds KIND`` tells it without a site."""
    listed = told.get("fields")
    fields = [_field(each) for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    T.answer({name: told.get(name) for name in ("code", "zh", "en", "headings")} | {"fields": fields})
    out(f"{told.get('code')}  {T.text(str(told.get('zh')), str(told.get('en')))}")
    pairs = (("字段", "field"), ("名称", "label"), ("必填", "required"), ("示例", "example"))
    rows = [
        (each["name"], T.text(str(each["zh"]), str(each["en"])), "✓" if each["required"] else "", each["example"])
        for each in fields
    ]
    T.table([T.text(*pair) for pair in pairs], rows)


def _field(told: Mapping[str, object]) -> dict[str, object]:
    label = told.get("label")
    both = label if isinstance(label, dict) else {}
    names = ("name", "type", "required", "choices", "example")
    return {name: told.get(name) for name in names} | {language: both.get(language, "") for language in ("zh", "en")}
