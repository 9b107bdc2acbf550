"""The OpenAPI document: FastAPI's, with our problems, how to sign in, and who may call what (``x-scope``, ``x-owned``)."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from chopmark import __version__
from chopmark.wording import Language

TITLE: Final = "Chopmark 戳记"
_TEXT: Final = {"type": "string"}
_BOTH: Final = {
    "type": "object",
    "properties": {language.value: _TEXT for language in Language},
    "required": [language.value for language in Language],
    "additionalProperties": False,
}
PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "RFC 9457. `detail` and `next` in the caller's language; `message` and `remedy` in both.",
    "type": "object",
    "properties": {
        "type": {"type": "string", "pattern": "^urn:chopmark:problem:[A-Z][0-9]{3}$"},
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": _TEXT,
        "code": {"type": "string", "pattern": "^[A-Z][0-9]{3}$"},
        "next": _TEXT,
        "message": _BOTH,
        "remedy": _BOTH,
        "instance": {"type": "string", "description": "the request's number, as in X-Request-Id"},
        "retry_after": {"type": "integer", "minimum": 1, "description": "seconds"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"where": _TEXT, "message": _BOTH},
                "required": ["where", "message"],
                "additionalProperties": False,
            },
        },
        "findings": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["type", "title", "status", "detail", "code", "next", "message", "remedy"],
    "additionalProperties": False,
}


def document(app: FastAPI) -> dict[str, Any]:
    """The document, made once."""
    if app.openapi_schema is None:
        made = get_openapi(title=TITLE, version=__version__, routes=app.routes, description=_ABOUT)
        components = made.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        schemas["Problem"] = PROBLEM
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "description": _SIGN_IN}}
        app.openapi_schema = made
    return app.openapi_schema


_ABOUT: Final = (
    "凭证登记与核验。错误均为 application/problem+json，含中英文说明与处理办法。\n\n"
    "Credentials that anyone can check. Every error is application/problem+json, in Chinese and English, with what to do."
)
_SIGN_IN: Final = "`chop_ID_SECRET`, issued by the site's operator with `chopmark token new`"
