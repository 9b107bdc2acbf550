"""Problems (RFC 9457) as a site tells them, and how long it asks to wait."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final

import orjson

from chopmark.client.errors import SiteError, SiteNonsense, SiteRefused
from chopmark.client.shape import Members, verbatim
from chopmark.wording import Language, Wording

CONTENT_TYPE: Final = "application/problem+json"
_MOST: Final = 3_600.0
"""Seconds: a longer wait is taken for this long."""


def problem_of(site: str, status: int, sort: str, headers: Mapping[str, str], data: bytes) -> SiteError:
    """The error that an answer of status 400 or above stands for.

    What is no problem document (a proxy's page, say) is told by its status alone.
    """
    wait = _seconds(headers.get("retry-after", ""))
    if sort != CONTENT_TYPE:
        said = _ONLY_STATUS.filled(status=status)
        return SiteRefused(site=site, status=status, code="", said=said, retry_after=wait)
    try:
        return _problem(Members.of(orjson.loads(data), site), status, wait)
    except orjson.JSONDecodeError:
        return SiteNonsense(site=site, why=_ONLY_STATUS.filled(status=status))
    except SiteNonsense as fault:
        return fault


def _problem(told: Members, status: int, wait: float | None) -> SiteRefused:
    message, remedy = told.wording("message"), told.wording("remedy")
    if not message.zh:
        detail, step = told.text("detail", "") or told.text("title", ""), told.text("next", "")
        message, remedy = verbatim(detail, detail), verbatim(step, step)
    after = told.value.get("retry_after")
    if wait is None and isinstance(after, (int, float)) and not isinstance(after, bool):
        wait = min(float(after), _MOST)
    return SiteRefused(
        site=told.site,
        status=status,
        code=told.text("code", ""),
        said=Wording(message.zh, message.en, remedy.zh, remedy.en),
        findings=told.findings("findings"),
        errors=tuple(_error(each) for each in told.each("errors")[:10]),
        request=told.text("instance", ""),
        retry_after=wait,
    )


def _error(told: Members) -> str:
    """One fault of a request's shape: where, and what."""
    return f"{told.text('where', '')}: {told.wording('message').fact(Language.EN, {})}"[:300]


def retry_after(fault: SiteError) -> float | None:
    """Seconds that the site asks to wait, None if it does not say."""
    return fault.retry_after if isinstance(fault, SiteRefused) else None


def _seconds(header: str) -> float | None:
    """``Retry-After``: seconds, or a date."""
    if header.isascii() and header.isdigit():
        return min(float(header), _MOST)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return min(max(at.timestamp() - time.time(), 0.0), _MOST)


_ONLY_STATUS: Final = Wording("它以 HTTP {status} 拒绝，没有说明原因", "it refused with HTTP {status} and says no more")
