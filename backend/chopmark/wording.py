"""Sentences in two languages: what people read, kept apart from what code decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """The languages in which every sentence exists."""

    ZH = "zh"
    EN = "en"


class _Facts(dict[str, object]):
    """Facts for a sentence; a fact that is missing shows as ``…`` instead of hiding the whole sentence."""

    def __missing__(self, key: str) -> str:
        return "…"


@dataclass(frozen=True, slots=True)
class Wording:
    """A sentence and the next step, in Chinese and English, with ``{fact}`` places.

    ``zh``, ``en``: what is the case. ``zh_next``, ``en_next``: what to do about it, empty when there is nothing to do.
    """

    zh: str
    en: str
    zh_next: str = ""
    en_next: str = ""

    def fact(self, language: Language, facts: Mapping[str, object]) -> str:
        """The sentence, with its facts filled in."""
        template = self.zh if language is Language.ZH else self.en
        return template.format_map(_Facts(_spoken(facts, language)))

    def next_step(self, language: Language, facts: Mapping[str, object]) -> str:
        """The remedy, with its facts filled in; empty if there is none."""
        template = self.zh_next if language is Language.ZH else self.en_next
        return template.format_map(_Facts(_spoken(facts, language)))

    def filled(self, **facts: object) -> Wording:
        """This wording with ``facts`` put in for good, so that it can itself be a fact of another sentence.

        Braces inside a fact are doubled: what a person typed is never taken for a place to fill.
        """
        zh = {k: _escaped(v) for k, v in _spoken(facts, Language.ZH).items()}
        en = {k: _escaped(v) for k, v in _spoken(facts, Language.EN).items()}
        return Wording(
            self.zh.format_map(_Facts(zh)),
            self.en.format_map(_Facts(en)),
            self.zh_next.format_map(_Facts(zh)),
            self.en_next.format_map(_Facts(en)),
        )


def _spoken(facts: Mapping[str, object], language: Language) -> dict[str, object]:
    """Facts as text: a ``Wording`` inside a fact is said in the sentence's language."""
    return {k: v.fact(language, {}) if isinstance(v, Wording) else v for k, v in facts.items()}


def _escaped(value: object) -> str:
    return str(value).replace("{", "{{").replace("}", "}}")
