"""What the demonstration says: short lines, in one of two languages, with the seconds that a step took."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")


def preferred_language(environment: Mapping[str, str] = os.environ) -> Language:
    """The language that `chopmark` itself would speak: CHOPMARK_LANG, else the locale's."""
    named = environment.get("CHOPMARK_LANG", "")
    for language in LANGUAGES:
        if named == language:
            return language
    locale = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return "zh" if locale.lower().startswith("zh") else "en"


@dataclass(slots=True)
class Step:
    """A running step; ``add`` puts something after its name once it is known."""

    zh: str
    en: str

    def add(self, zh: str, en: str) -> None:
        """More words for the line that the step ends with."""
        self.zh += zh
        self.en += en


class Voice:
    """Where the lines go. Several threads may speak."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._lock = threading.Lock()

    def text(self, zh: str, en: str) -> str:
        """One of two sentences."""
        return zh if self.language == "zh" else en

    def line(self, zh: str = "", en: str | None = None) -> None:
        """One line, the same in both languages if only one is given."""
        with self._lock:
            print(self.text(zh, zh if en is None else en), flush=True)

    def trouble(self, zh: str, en: str) -> None:
        """A line about something that went wrong, on standard error."""
        with self._lock:
            print(self.text(zh, en), file=sys.stderr, flush=True)

    @contextlib.contextmanager
    def step(self, zh: str, en: str) -> Iterator[Step]:
        """Something that takes time: its line appears when it is done."""
        began, step = time.monotonic(), Step(zh, en)
        yield step
        self.line(*(f"{time.monotonic() - began:6.1f} s  {words}" for words in (step.zh, step.en)))
