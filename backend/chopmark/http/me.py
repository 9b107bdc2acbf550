"""About the service itself: its document, and who the caller is to it."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from chopmark.core.access import Role
from chopmark.http.here import SignedIn
from chopmark.http.routes import PUBLIC, SIGNED_IN, Router, declared

router = Router(tags=["service"])


class Me(BaseModel):
    """The token of this request; never the token itself."""

    model_config = ConfigDict(extra="forbid")

    id: str
    name: str
    role: Role
    institution: str | None = Field(description="alias of the institution it acts for")
    scopes: list[str]
    expires_at: datetime


@router.get("/me", **declared(SIGNED_IN), operation_id="me", summary="当前令牌 · the caller's token")
def me(caller: SignedIn) -> Me:
    """Name, role, institution, scopes and expiry of the token that was shown."""
    return Me(
        id=caller.token_id,
        name=caller.name,
        role=caller.role,
        institution=caller.institution or None,
        scopes=sorted(caller.scopes),
        expires_at=datetime.fromtimestamp(caller.expires_at, UTC),
    )


_document = declared(PUBLIC)
_document["responses"][200] = {"description": "OpenAPI 3.1", "content": {"application/json": {"schema": {}}}}


@router.get(
    "/openapi.json",
    **_document,
    operation_id="openapi",
    summary="接口文档 · the OpenAPI document",
    response_class=Response,
)
def openapi(request: Request) -> Response:
    """This document."""
    return Response(orjson.dumps(request.app.openapi()), media_type="application/json")
