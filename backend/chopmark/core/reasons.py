"""Coded reasons: why a status or an accreditation changed. One byte on chain, never free text: text may be personal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from chopmark.errors import UnknownThing
from chopmark.wording import Wording


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason.

    ``code``: the byte on chain (codes are never reused); ``name``: how it is typed; ``wording``: how it is said;
    ``of``: what it is about, "credential" or "accreditation" (both for 0).
    """

    code: int
    name: str
    wording: Wording
    of: frozenset[str]


_CREDENTIAL: Final = frozenset({"credential"})
_ACCREDITATION: Final = frozenset({"accreditation"})

_ALL: Final = (
    Reason(0, "unspecified", Wording("未说明", "not specified"), _CREDENTIAL | _ACCREDITATION),
    Reason(1, "entered-in-error", Wording("录入错误", "entered in error"), _CREDENTIAL),
    Reason(2, "corrected", Wording("内容更正", "content corrected"), _CREDENTIAL),
    Reason(3, "misconduct", Wording("处分决定", "decision after misconduct"), _CREDENTIAL),
    Reason(4, "withdrawn", Wording("决定撤销", "withdrawn by decision"), _CREDENTIAL),
    Reason(5, "key-compromise", Wording("密钥报失", "key reported compromised"), _CREDENTIAL),
    Reason(6, "holder-request", Wording("持有人申请", "at the holder's request"), _CREDENTIAL),
    Reason(7, "under-review", Wording("复核中", "under review"), _CREDENTIAL),
    Reason(8, "review-closed", Wording("复核完成", "review closed"), _CREDENTIAL),
    Reason(9, "lapsed", Wording("失效", "lapsed"), _CREDENTIAL),
    Reason(32, "rules-broken", Wording("违反签发规定", "issued against the rules"), _ACCREDITATION),
    Reason(33, "investigation", Wording("调查中", "under investigation"), _ACCREDITATION),
    Reason(34, "investigation-closed", Wording("调查结束", "investigation closed"), _ACCREDITATION),
    Reason(35, "closed", Wording("机构合并或撤销", "institution merged or closed"), _ACCREDITATION),
    Reason(36, "own-request", Wording("机构申请", "at the institution's request"), _ACCREDITATION),
    Reason(37, "scope-changed", Wording("授权范围调整", "scope of accreditation changed"), _ACCREDITATION),
    Reason(38, "key-lost", Wording("密钥遗失", "key lost"), _ACCREDITATION),
    Reason(39, "key-stolen", Wording("密钥被盗用", "key stolen or misused"), _ACCREDITATION),
)

REASONS: Final[Mapping[int, Reason]] = MappingProxyType({reason.code: reason for reason in _ALL})
"""Code → reason."""

_BY_NAME: Final = {text: r for r in _ALL for text in (str(r.code), r.name, r.wording.zh, r.wording.en)}
_WHAT: Final = Wording("原因", "reason")
_UNKNOWN: Final = Wording("未知原因（代码{code}）", "unknown reason (code {code})")


def reason_wording(code: int) -> Wording:
    """A code in words. One that this version does not know is told by its number: a newer one may have written it."""
    known = REASONS.get(code)
    return known.wording if known else _UNKNOWN.filled(code=code)


def find_reason(text: str, of: str = "credential") -> Reason:
    """The reason that somebody typed: by code, by name, or in either language's words.

    ``of``: "credential" or "accreditation". Raises ``UnknownThing`` with the reasons that there are.
    """
    reason = _BY_NAME.get(text.strip())
    if reason is None or of not in reason.of:
        known = ", ".join(f"{r.name} ({r.wording.zh})" for r in _ALL if of in r.of)
        raise UnknownThing(what=_WHAT, name=text, known=known)
    return reason
