"""The endpoints, one subject a file."""

from __future__ import annotations

from chopmark.http.api import (
    accreditations,
    audit,
    corrections,
    credentials,
    issuers,
    kinds,
    matches,
    queue,
    registered,
    registrations,
    signing,
    site,
    status_changes,
    tokens,
    verifications,
)
from chopmark.http.routes import Router

ROUTERS: tuple[Router, ...] = (
    site.router,
    kinds.router,
    verifications.router,
    matches.router,
    registrations.router,
    registered.router,
    credentials.router,
    status_changes.router,
    corrections.router,
    signing.router,
    issuers.router,
    accreditations.router,
    audit.router,
    tokens.router,
    queue.router,
)
"""All of them; ``app`` puts them under ``/api/v1``."""
