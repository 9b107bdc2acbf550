"""What can be registered: kinds, their fields, and sheets to fill in."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query
from starlette.responses import Response

from chopmark.http.attachments import CSV, XLSX, attachment
from chopmark.http.here import Spoken
from chopmark.http.models.base import answers, said
from chopmark.http.models.site import FieldOut, KindName, KindOut, KindsOut
from chopmark.http.routes import PUBLIC, Router, declared
from chopmark.kinds import Field, all_kinds, find_kind
from chopmark.services.register import template_sheet
from chopmark.services.sheet import known_headings
from chopmark.wording import Language

router = Router(tags=["kinds"])

Code = Annotated[str, Path(max_length=60, examples=["degree"])]
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_TEMPLATE = {"description": "the sheet", "content": {XLSX: _BYTES, CSV: _BYTES}}


@router.get("/kinds", **declared(PUBLIC), operation_id="kinds", summary="材料类别 · kinds of credentials")
def listing() -> KindsOut:
    """All that this site knows."""
    return KindsOut(items=[KindName(code=kind.code, zh=kind.zh, en=kind.en) for kind in all_kinds()])


@router.get("/kinds/{code}", **declared(PUBLIC, 404), operation_id="kind", summary="一种材料及其字段 · one kind")
def show(code: Code) -> KindOut:
    """Its fields, and which of them name the holder and the number."""
    kind = find_kind(code)
    return KindOut(
        code=kind.code,
        zh=kind.zh,
        en=kind.en,
        fields=[_field(field) for field in kind.fields],
        holder=list(kind.holder),
        number=[list(names) for names in kind.credential],
        headings=list(known_headings(kind)),
    )


@router.get(
    "/kinds/{code}/template",
    **answers(declared(PUBLIC, 404), _200=_TEMPLATE),
    operation_id="template",
    summary="填报表格 · a sheet to fill in",
    response_class=Response,
)
def template(
    code: Code,
    spoken: Spoken,
    form: Annotated[Literal["xlsx", "csv"], Query(alias="format")] = "xlsx",
    lang: Annotated[Language | None, Query(description="of the headings; without it as Accept-Language says")] = None,
) -> Response:
    """What is filled in here is read back without anybody saying what its headings mean."""
    kind = find_kind(code)
    data = template_sheet(kind, form, lang or spoken)
    return attachment(data, f"{kind.code}.{form}", XLSX if form == "xlsx" else CSV)


def _field(field: Field) -> FieldOut:
    return FieldOut(
        name=field.name,
        label=said(field.label),
        type=field.type,
        required=field.required,
        private=field.private,
        choices=list(field.choices),
        example=field.example,
        synonyms=list(field.synonyms),
        max_length=field.max_length,
    )
