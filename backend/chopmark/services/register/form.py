"""One credential from fields given by hand, bound to the files beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from chopmark.core.finding import Finding
from chopmark.errors import InputError
from chopmark.kinds import Given, Kind, examine_claims
from chopmark.services.register.draft import Draft, Drafted, GivenFile, number_of
from chopmark.services.register.files import FileBinder
from chopmark.wording import Wording


def read_fields(kind: Kind, pairs: Iterable[str]) -> dict[str, str]:
    """``name=value`` pairs by field name; a name may also be the field's Chinese or English label.

    Raises ``InputError`` for a pair without ``=``, an unknown name, or a name given twice.
    """
    names = {alias: field.name for field in kind.fields for alias in (field.zh, field.en, field.name)}
    given: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        field = names.get(name.strip())
        if not equals or field is None:
            why = _NOT_A_PAIR if not equals else _NO_FIELD.filled(name=name.strip(), kind=kind.label)
            zh = "、".join(f"{f.name}（{f.zh}）" for f in kind.fields)
            en = ", ".join(f"{f.name} ({f.en})" for f in kind.fields)
            raise InputError(place=pair, why=why, fix_zh=f"可用字段：{zh}", fix_en=f"Fields: {en}")
        if field in given:
            why = Wording("该字段给出了两次", "this field is given twice")
            raise InputError(place=pair, why=why, fix_zh="请只保留一个", fix_en="Keep one of them")
        given[field] = value
    return given


def draft_one(
    kind: Kind, given: Mapping[str, Given], paths: Sequence[Path], binder: FileBinder, today: date
) -> Drafted:
    """Examine fields and files of one credential; all that is wrong is said at once.

    A file that is named twice is bound once.
    """
    examined = examine_claims(kind, given, today)
    bound = [binder.bind(path) for path in paths]
    findings = [*examined.findings, *(b for b in bound if isinstance(b, Finding))]
    by_digest: dict[bytes, GivenFile] = {}
    for file in bound:
        if isinstance(file, GivenFile):
            by_digest.setdefault(file.sha256, file)
    files = tuple(by_digest.values())
    if findings:
        return Drafted((), tuple(findings), examined.warnings, 1)
    shown = kind.shown_number(examined.claims)
    label = files[0].stem if files else shown or kind.code
    draft = Draft(0, kind.code, examined.claims, files, number_of(kind, examined.claims), label, shown)
    return Drafted((draft,), (), examined.warnings, 1)


_NOT_A_PAIR: Final = Wording("应为 字段=值", "it should be field=value")
_NO_FIELD: Final = Wording("“{kind}”没有字段“{name}”", "“{kind}” has no field “{name}”")
