"""Expectations: what a user should see, named in both languages, each checked by running the real command."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from _demo.command import Answer, CommandFailed

if TYPE_CHECKING:
    from _demo.say import Voice
    from _demo.wire import Reply
    from _demo.world import World


class Unmet(Exception):
    """Something else was seen. ``seen``: all of it, for the person who looks for the fault."""

    def __init__(self, why: str, seen: str = "") -> None:
        self.why = why
        self.seen = seen
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Expectation:
    """One line of the check."""

    zh: str
    en: str
    look: Callable[[World], None]


@dataclass(slots=True)
class Part:
    """The expectations of one kind of user, in order; calling it adds one (as a decorator).

    ``together``: how many may be looked at at the same time, where none changes what another one sees.
    """

    zh: str
    en: str
    together: int = 1
    expectations: list[Expectation] = field(default_factory=list)

    def __call__(self, zh: str, en: str) -> Callable[[Callable[[World], None]], Callable[[World], None]]:
        """Name the expectation that the decorated function looks at."""

        def add(look: Callable[[World], None]) -> Callable[[World], None]:
            self.expectations.append(Expectation(zh, en, look))
            return look

        return add


def check(parts: Collection[Part], world: World, voice: Voice) -> tuple[int, int]:
    """Look at every expectation, one line each; how many are met and how many are not."""
    met = unmet = 0
    for part in parts:
        voice.line(f"\n{part.zh}", f"\n{part.en}")
        for expectation, trouble, seconds in _looks(part, world):
            mark = "✗" if trouble else "✓"
            voice.line(*(f"  {mark} {seconds:5.1f} s  {words}" for words in (expectation.zh, expectation.en)))
            if trouble:
                voice.line("\n".join(f"      {line}" for line in trouble.splitlines()))
            unmet += bool(trouble)
            met += not trouble
    return met, unmet


def _looks(part: Part, world: World) -> Iterator[tuple[Expectation, str, float]]:
    """Each expectation with what is wrong and the seconds that it took, in their order."""
    lookers = ThreadPoolExecutor(max_workers=part.together)
    try:
        looks = [(one, lookers.submit(_look, one, world)) for one in part.expectations]
        for expectation, look in looks:
            yield expectation, *look.result()
    finally:
        # After Ctrl-C, what has not begun need not begin.
        lookers.shutdown(cancel_futures=True)


def _look(expectation: Expectation, world: World) -> tuple[str, float]:
    """What is wrong, in full, empty if all is as expected; and the seconds that it took."""
    began = time.monotonic()
    trouble = _trouble(expectation, world)
    return trouble, time.monotonic() - began


def _trouble(expectation: Expectation, world: World) -> str:
    """What is wrong. A fault of the check itself counts, too."""
    try:
        expectation.look(world)
    except Unmet as unmet:
        return f"{unmet.why}\n{unmet.seen}".strip()
    except CommandFailed as failed:
        return failed.answer.tell()
    except Exception:  # noqa: BLE001 -- an answer of another shape than promised surfaces as any exception
        return traceback.format_exc(limit=3)
    return ""


def exits(answer: Answer, code: int) -> None:
    """The command ended with ``code``."""
    if answer.code != code:
        raise Unmet(f"exit code {answer.code} instead of {code}", answer.tell())


def refused(answer: Answer, code: str, exit_code: int = 2) -> None:
    """A ``--json`` command ended with this error."""
    exits(answer, exit_code)
    if answer.error_code != code:
        raise Unmet(f"error {answer.error_code or 'none'} instead of {code}", answer.tell())


class Telling(Protocol):
    """An answer, of a command or of the service."""

    def tell(self) -> str:
        """All of it, for a person looking for a fault."""


def answered(reply: Reply, status: int, code: str = "") -> Any:
    """The service answered so, as a problem with this code if one is given; the answer's value, None if it is no JSON."""
    if reply.status != status:
        raise Unmet(f"status {reply.status} instead of {status}", reply.tell())
    if reply.code != code and (code or status >= 400):
        raise Unmet(f"code {reply.code or 'none'} instead of {code or 'none'}", reply.tell())
    return reply.value if "json" in reply.headers.get("Content-Type", "") else None


def holds(truth: bool, why: str, answer: Telling) -> None:
    """What an answer says is so; ``why`` tells what was expected."""
    if not truth:
        raise Unmet(f"expected: {why}", answer.tell())


def says(
    answer: Answer, verdict: str, exit_code: int, *codes: str, level: str = "", never: Collection[str] = ()
) -> Any:
    """`verify --json` of one material came to this verdict, with these findings and without others; the answer's value.

    ``level``: what matched, if that matters.
    """
    materials = answer.values
    if len(materials) != 1 or "verdict" not in materials[0]:
        raise Unmet(f"{len(materials)} answers instead of one material", answer.tell())
    one = materials[0]
    if one["verdict"] != verdict:
        raise Unmet(f"verdict {one['verdict']} instead of {verdict}", answer.tell())
    exits(answer, exit_code)
    found = {finding["code"] for fragment in one["fragments"] for finding in fragment["findings"]}
    if missing := set(codes) - found:
        raise Unmet(f"findings {sorted(missing)} are missing, found {sorted(found)}", answer.tell())
    if unwanted := set(never) & found:
        raise Unmet(f"findings {sorted(unwanted)} should not be there", answer.tell())
    if level and one["level"] != level:
        raise Unmet(f"level {one['level']} instead of {level}", answer.tell())
    return one
