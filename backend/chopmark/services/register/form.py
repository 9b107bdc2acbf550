"""One credential from fields given by hand, bound to the files beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from chopmark.core.finding import Finding
from chopmark.errors import InputError
from chopmark.kinds import Kind, examine_claims
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
            known = "、".join(f"{f.name}（{f.zh}）" for f in kind.fields)
            why = Wording("应为 字段=值，且字段属于该类别", "it should be field=value, with a field of the kind")
            raise InputError(place=pair, why=why, fix_zh=f"可用字段：{known}", fix_en=f"Fields: {known}")
        if field in given:
            why = Wording("该字段给出了两次", "this field is given twice")
            raise InputError(place=pair, why=why, fix_zh="请只保留一个", fix_en="Keep one of them")
        given[field] = value
    return given


def draft_one(kind: Kind, given: Mapping[str, str], paths: Sequence[Path], binder: FileBinder, today: date) -> Drafted:
    """Examine fields and files of one credential; all that is wrong is said at once."""
    examined = examine_claims(kind, given, today)
    bound = [binder.bind(path) for path in paths]
    findings = [*examined.findings, *(b for b in bound if isinstance(b, Finding))]
    files = tuple(b for b in bound if isinstance(b, GivenFile))
    if findings:
        return Drafted((), tuple(findings), examined.warnings, 1)
    shown = kind.shown_number(examined.claims)
    label = paths[0].stem if paths else shown or kind.code
    draft = Draft(0, kind.code, examined.claims, files, number_of(kind, examined.claims), label, shown)
    return Drafted((draft,), (), examined.warnings, 1)
