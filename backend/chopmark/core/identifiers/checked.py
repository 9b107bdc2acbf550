"""What checking one identifier returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from chopmark.wording import Wording

Facts = Mapping[str, str | int | bool]
"""What an identifier says of itself: name → value."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a typing check: well-formed (格式正确) or not. It never says that the thing exists.

    ``normal``: the one written form, "" unless ``ok``. ``why``: what is wrong, None if ``ok``. ``wrong_digit``: the
    form is right and only the check digit is not, which is nearly always a typing error. ``warnings``: what a human
    should look at although the form is right. ``facts``: what the identifier says of itself (year, kind, …).
    """

    ok: bool
    normal: str = ""
    why: Wording | None = None
    wrong_digit: bool = False
    warnings: tuple[Wording, ...] = ()
    facts: Facts = field(default_factory=dict)


Check = Callable[[str, date], Checked]
"""Text as given, and today: some identifiers hold a date that cannot lie ahead."""

WRONG_DIGIT = Wording("校验位不符", "the check digit does not match")


def refused(zh: str, en: str) -> Checked:
    """Not well-formed, and why."""
    return Checked(ok=False, why=Wording(zh, en))


def mistyped() -> Checked:
    """Well-formed but for its check digit."""
    return Checked(ok=False, why=WRONG_DIGIT, wrong_digit=True)
