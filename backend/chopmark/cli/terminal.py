"""What the command line says and asks: one language at a time, answers on stdout, progress and errors on stderr."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from chopmark.errors import ChopmarkError, KeyError_
from chopmark.wording import Language, Wording

if TYPE_CHECKING:
    from chopmark.core.finding import Finding
    from chopmark.settings import Settings
    from chopmark.wiring import Site

_NO_PASSPHRASE = Wording("需要口令，但没有终端可供输入", "a passphrase is needed and there is no terminal to ask on")


def preferred_language(environment: Mapping[str, str]) -> Language:
    """Chinese if the locale says so, else English."""
    locale = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    return Language.ZH if locale.lower().startswith("zh") else Language.EN


@dataclass(slots=True)
class Terminal:
    """One run of the command line: its global options, its language, its site (made when first asked for)."""

    options: dict[str, object] = field(default_factory=dict)
    language: Language = Language.EN
    json: bool = False
    _site: Site | None = None
    _passphrases: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def settings(self) -> Settings:
        """The settings of this run."""
        return self.site.settings

    @property
    def site(self) -> Site:
        """The site of this run."""
        if self._site is None:
            from chopmark.settings import load_settings
            from chopmark.wiring import Site

            self._site = Site(load_settings(**self.options), self.passphrase)
        return self._site

    def text(self, zh: str, en: str) -> str:
        """One of two sentences."""
        return zh if self.language is Language.ZH else en

    def out(self, zh: str, en: str | None = None) -> None:
        """A line of the answer."""
        if not self.json:
            print(self.text(zh, zh if en is None else en))

    def note(self, zh: str, en: str) -> None:
        """A line about what is going on; not part of the answer."""
        print(self.text(zh, en), file=sys.stderr, flush=True)

    def answer(self, value: object) -> None:
        """The answer as JSON, when it was asked for."""
        if self.json:
            print(json.dumps(value, ensure_ascii=False, sort_keys=True))

    def finding(self, found: Finding, indent: str = "  ") -> None:
        """A finding with its place and the next step."""
        place = found.place.say(self.language)
        colon = "：" if self.language is Language.ZH else ": "
        self.out(f"{indent}{found.code} {place + colon if place else ''}{found.say(self.language)}")
        if step := found.next_step(self.language):
            self.out(f"{indent}     → {step}")

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A plain table; Chinese characters count two columns."""
        if self.json:
            return
        lines = [[str(c) for c in row] for row in rows]
        widths = [max([width(h), *(width(line[i]) for line in lines)]) for i, h in enumerate(headings)]
        for line in [list(headings), *lines]:
            print("  ".join(c + " " * (w - width(c)) for c, w in zip(line, widths, strict=True)).rstrip())

    def passphrase(self, name: str, *, new: bool = False) -> str:
        """The passphrase for a key: from the passphrase file, else asked for on the terminal.

        Raises ``KeyError_`` if there is neither.
        """
        if name not in self._passphrases:
            self._passphrases[name] = self._file_passphrase() or self._ask_passphrase(name, new)
        return self._passphrases[name]

    def _file_passphrase(self) -> str:
        from chopmark.settings import load_settings

        path = load_settings(**self.options).passphrase_file
        if path is None:
            return ""
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as fault:
            raise KeyError_(
                why=Wording(f"口令文件 {path} 无法读取", f"the passphrase file {path} cannot be read"),
                fix_zh="请检查 --passphrase-file",
                fix_en="Check --passphrase-file",
            ) from fault

    def _ask_passphrase(self, name: str, new: bool) -> str:
        if not sys.stdin.isatty():
            raise KeyError_(
                why=_NO_PASSPHRASE,
                fix_zh="请用 --passphrase-file 或 CHOPMARK_PASSPHRASE_FILE 指定口令文件",
                fix_en="Name a file with --passphrase-file or CHOPMARK_PASSPHRASE_FILE",
            )
        prompt = self.text(f"密钥“{name}”的口令：", f"Passphrase for key “{name}”: ")
        given = getpass.getpass(prompt, stream=sys.stderr)
        if new and given != getpass.getpass(self.text("再输入一次：", "Once more: "), stream=sys.stderr):
            raise KeyError_(
                why=Wording("两次输入不一致", "the two entries differ"), fix_zh="请重新运行", fix_en="Run it again"
            )
        return given

    def error(self, fault: ChopmarkError) -> None:
        """An error: what is the case, then what to do."""
        if self.json:
            print(json.dumps({"error": fault.as_json()}, ensure_ascii=False, sort_keys=True))
        print(f"{fault.code} {fault.say(self.language)}", file=sys.stderr)
        if step := fault.next_step(self.language):
            print(f"  → {step}", file=sys.stderr)


def width(text: str) -> int:
    """Columns that a text takes on a terminal: Chinese characters take two."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def environment_language() -> Language:
    """The language that ``CHOPMARK_LANG`` or the locale asks for."""
    named = os.environ.get("CHOPMARK_LANG", "")
    return Language(named) if named in set(Language) else preferred_language(os.environ)
