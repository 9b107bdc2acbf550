"""No answer: why, and whether asking again may help. Words here repeat no address, no header and nothing that was sent."""

from __future__ import annotations

from typing import Final

from chopmark.client.errors import SiteError, SiteNonsense, SiteUnreachable
from chopmark.client.problem import retry_after
from chopmark.wording import Wording

AGAIN: Final = frozenset({429, 502, 503, 504})
"""Statuses after which the same request may succeed; 409 too where the site says when."""


class NeverSent(SiteUnreachable):
    """There was no connection: the site cannot have got the request, so anything may be tried again."""


class Distrusted(SiteUnreachable):
    """The site's certificate is not good; trying again would not make it so."""


def pause_before_next(fault: SiteError, pause: float | None, *, again: bool) -> float | None:
    """Seconds until the next attempt; None if there is to be none."""
    if pause is None or isinstance(fault, (Distrusted, SiteNonsense)):
        return None
    if isinstance(fault, NeverSent):
        return pause
    if isinstance(fault, SiteUnreachable):
        return pause if again else None
    told = retry_after(fault)
    if not again or not (fault.status in AGAIN or (fault.status == 409 and told is not None)):
        return None
    return pause if told is None else max(told, 0.0)


def silence(site: str, fault: Exception) -> SiteUnreachable:
    """Why there is no answer, in words that repeat no address and no header."""
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ReadTimeoutError, SSLError

    if isinstance(fault, SSLError):
        return Distrusted(site=site, why=_TLS.filled(why=_innermost(fault)))
    if isinstance(fault, NewConnectionError):
        return NeverSent(site=site, why=_NO_CONNECTION.filled(why=_innermost(fault)))
    if isinstance(fault, ConnectTimeoutError):
        return NeverSent(site=site, why=_NO_CONNECTION.filled(why=Wording("超时", "timed out")))
    if isinstance(fault, ReadTimeoutError):
        return SiteUnreachable(site=site, why=_QUIET)
    return SiteUnreachable(site=site, why=_BROKEN_OFF.filled(why=_innermost(fault)))


def _innermost(fault: BaseException) -> str:
    """The innermost cause: what the system or the TLS library says."""
    while inner := fault.__cause__ or fault.__context__:
        fault = inner
    reason = getattr(fault, "verify_message", "") or getattr(fault, "reason", "") or getattr(fault, "strerror", "")
    return str(reason or type(fault).__name__)[:200]


_QUIET: Final = Wording("长时间没有任何回答", "it fell silent")
_TLS: Final = Wording("其 TLS 证书不可信（{why}）", "its TLS certificate is not trusted ({why})")
_NO_CONNECTION: Final = Wording("无法建立连接（{why}）", "no connection ({why})")
_BROKEN_OFF: Final = Wording("连接中断（{why}）", "the connection broke off ({why})")
