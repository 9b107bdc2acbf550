"""Verdicts: what a verification says in the end, and which of several grounds speaks (FORMAT §11.1, DOMAIN §8.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chopmark.core.finding import Finding
from chopmark.wording import Wording


class Verdict(StrEnum):
    """The machine's verdicts. The order is the precedence: the first that has a ground is the verdict."""

    MISMATCH = "mismatch"
    ISSUER_NOT_AUTHORISED = "issuer_not_authorised"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    CANNOT_CHECK = "cannot_check"
    NOT_REGISTERED = "not_registered"
    MANUAL_REVIEW = "manual_review"
    PARTLY_VERIFIED = "partly_verified"
    VERIFIED = "verified"

    @property
    def wording(self) -> Wording:
        """The verdict in words. None of them says forged."""
        return _LABELS[self]

    @property
    def exit_code(self) -> int:
        """What a command ends with: 0 verified, 1 refuted, 3 not decided by the machine."""
        return 1 if self in _REFUTED else 3 if self in _UNDECIDED else 0


class State(StrEnum):
    """What one fragment of a verification came to."""

    VALID = "valid"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    COULD_NOT_CHECK = "could_not_check"
    SKIPPED = "skipped"

    @property
    def wording(self) -> Wording:
        """The state in words."""
        return _STATE_LABELS[self]


class Part(StrEnum):
    """The six fragments, in the order in which they are shown."""

    INTEGRITY = "integrity"
    STATUS = "status"
    ISSUER = "issuer"
    HOLDER = "holder"
    RULES = "rules"
    RISK = "risk"

    @property
    def wording(self) -> Wording:
        """The fragment's name."""
        return _PART_LABELS[self]


class Level(StrEnum):
    """What of the material matched: the file's bytes, the fields, the number only, or nothing that was compared."""

    EXACT = "exact"
    FIELDS = "fields"
    IDENTIFIER = "identifier"
    NONE = "none"

    @property
    def wording(self) -> Wording:
        """The level in words."""
        return _LEVEL_LABELS[self]


@dataclass(frozen=True, slots=True)
class Fragment:
    """One part of a verification, what it came to, and everything there is to say about it."""

    part: Part
    state: State
    findings: tuple[Finding, ...] = ()


def settle(grounds: Iterable[Verdict]) -> Verdict:
    """The verdict out of everything that speaks: the first in the order of precedence, ``VERIFIED`` if nothing does."""
    return min(grounds, key=_ORDER.index, default=Verdict.VERIFIED)


def exit_code(verdicts: Iterable[Verdict]) -> int:
    """Of several materials: 1 if any is refuted, else 3 if any is undecided, else 0."""
    codes = {verdict.exit_code for verdict in verdicts}
    return next((code for code in (1, 3) if code in codes), 0)


_ORDER: Final = tuple(Verdict)
_UNDECIDED: Final = frozenset({Verdict.CANNOT_CHECK, Verdict.NOT_REGISTERED, Verdict.MANUAL_REVIEW})
_REFUTED: Final = frozenset(Verdict) - _UNDECIDED - {Verdict.PARTLY_VERIFIED, Verdict.VERIFIED}
_LABELS: Final = {
    Verdict.MISMATCH: Wording("不一致", "Mismatch"),
    Verdict.ISSUER_NOT_AUTHORISED: Wording("机构未获授权", "Issuer not authorised"),
    Verdict.REVOKED: Wording("已撤销", "Revoked"),
    Verdict.SUPERSEDED: Wording("已更正", "Superseded"),
    Verdict.SUSPENDED: Wording("已中止", "Suspended"),
    Verdict.EXPIRED: Wording("已过期", "Expired"),
    Verdict.CANNOT_CHECK: Wording("无法核验", "Cannot check now"),
    Verdict.NOT_REGISTERED: Wording("未登记", "Not registered"),
    Verdict.MANUAL_REVIEW: Wording("待人工复核", "Manual review"),
    Verdict.PARTLY_VERIFIED: Wording("部分核实", "Partly verified"),
    Verdict.VERIFIED: Wording("已核实", "Verified"),
}
_STATE_LABELS: Final = {
    State.VALID: Wording("有效", "valid"),
    State.INVALID: Wording("不符", "invalid"),
    State.NOT_FOUND: Wording("未找到", "not found"),
    State.COULD_NOT_CHECK: Wording("无法核验", "could not check"),
    State.SKIPPED: Wording("未核验", "skipped"),
}
_PART_LABELS: Final = {
    Part.INTEGRITY: Wording("完整性", "integrity"),
    Part.STATUS: Wording("登记状态", "status"),
    Part.ISSUER: Wording("签发机构", "issuer"),
    Part.HOLDER: Wording("持有人", "holder"),
    Part.RULES: Wording("规则", "rules"),
    Part.RISK: Wording("风险", "risk"),
}
_LEVEL_LABELS: Final = {
    Level.EXACT: Wording("文件逐字节一致", "exact file"),
    Level.FIELDS: Wording("字段一致", "fields"),
    Level.IDENTIFIER: Wording("仅编号一致", "identifier only"),
    Level.NONE: Wording("无", "none"),
}
