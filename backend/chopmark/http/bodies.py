"""What bodies with files look like, for the OpenAPI document: FastAPI does not see what is streamed to disk."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel

from chopmark.http.models.corrections import CorrectionIn
from chopmark.http.models.registrations import MOST_LINES, OneIn, RegistrationIn

_FILE: Final = {"type": "string", "format": "binary"}
_JSON: Final = {"contentMediaType": "application/json", "type": "string"}


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    """A model's schema with everything inside it, so that no name need be shared."""
    made = model.model_json_schema()
    definitions: dict[str, Any] = made.pop("$defs", {})
    inner: dict[str, Any] = _inlined(made, definitions)
    return inner


def _inlined(value: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        if "$ref" in value:
            return _inlined(definitions[value["$ref"].rpartition("/")[2]], definitions)
        return {name: _inlined(each, definitions) for name, each in value.items()}
    return [_inlined(each, definitions) for each in value] if isinstance(value, list) else value


def _body(**content: dict[str, Any]) -> dict[str, Any]:
    types = {"json": "application/json", "multipart": "multipart/form-data", "ndjson": "application/x-ndjson"}
    return {"requestBody": {"required": True, "content": {types[name]: each for name, each in content.items()}}}


def _form(required: list[str], **parts: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": parts, "required": required, "additionalProperties": False}
    return {"schema": schema}


def _many(description: str) -> dict[str, Any]:
    return {"type": "array", "items": _FILE, "description": description}


_ONE_FORM: Final = _form(
    ["request"],
    request={**_JSON, "description": '{"kind": …, "fields": {…}, "label": …}', "contentSchema": _schema(OneIn)},
    file=_many("the files that the credential binds"),
)
_SHEET_FORM: Final = _form(
    ["sheet"],
    sheet={**_FILE, "description": "CSV, XLS or XLSX"},
    files={**_FILE, "description": "ZIP archive of the files that the rows name"},
    kind={"type": "string", "description": "code of the kind, if the address does not say it"},
    headings={**_JSON, "description": 'heading → field name, or "" for a column that is not read'},
    tab={"type": "string", "description": "which worksheet"},
)
_LINE: Final = '{"kind":"degree","fields":{"holder_name":"王莉","certificate_number":"105331202605000001"}}\n'

REGISTRATION: Final = _body(
    json={"schema": _schema(RegistrationIn)},
    multipart={"schema": {"oneOf": [_ONE_FORM["schema"], _SHEET_FORM["schema"]]}},
    ndjson={
        "schema": {"type": "string", "description": f"one credential a line, all of one kind, {MOST_LINES:,} at most"},
        "example": _LINE,
    },
)
CORRECTION: Final = _body(
    json={"schema": _schema(CorrectionIn)},
    multipart=_form(
        ["request"],
        request={**_JSON, "contentSchema": _schema(CorrectionIn)},
        file=_many("the files that the new version binds; those of the old one are not taken over"),
    ),
)
VERIFICATION: Final = _body(
    multipart=_form(
        ["file"],
        file=_many("materials and bundles; a ZIP archive counts as a folder"),
        declared={
            **_JSON,
            "description": "what the applicant declares, by material: "
            '{"*": {"holder_name": "王莉"}, "degree.pdf": {"school": "东方理工大学"}}; "*" is about all',
        },
        kind={"type": "string", "description": "only the fields of this kind are meant"},
    )
)
