"""What routes ask for by annotating a parameter: the service, the caller, the caller's language."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from chopmark.http.auth import Caller
from chopmark.http.language import chosen
from chopmark.http.service import Service
from chopmark.wording import Language


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


def _language(request: Request) -> Language:
    return chosen(request.headers.get("accept-language", ""))


Here = Annotated[Service, Depends(_service)]
"""What all requests share."""
SignedIn = Annotated[Caller, Depends(_caller)]
"""Who is calling; only in operations that are not public."""
Spoken = Annotated[Language, Depends(_language)]
"""The language that the caller prefers."""
