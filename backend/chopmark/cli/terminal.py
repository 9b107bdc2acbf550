"""What the command line says and asks: one language at a time, answers on stdout, progress and errors on stderr."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import TextIOWrapper
from typing import TYPE_CHECKING, Final
from unicodedata import category, east_asian_width

from chopmark.errors import ChopmarkError, KeystoreError
from chopmark.wording import Language, Wording

if TYPE_CHECKING:
    from pathlib import Path

    from chopmark.core.finding import Finding
    from chopmark.settings import Settings
    from chopmark.wiring import Site


# C0, DEL, C1, line and paragraph separators, and everything that changes the direction of writing.
_UNSAFE: Final = dict.fromkeys(
    (
        *range(0x20),
        *range(0x7F, 0xA0),
        0x2028,
        0x2029,
        0x200E,
        0x200F,
        0x061C,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    ),
    "\ufffd",
)

# Categories of characters that JSON for people and logs writes as escapes: controls, formats, private use, surrogates,
# line and paragraph separators.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_DEL: Final = {0x7F: "\\u007f"}  # the one control that JSON leaves as it is


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
    _settings: Settings | None = None
    _site: Site | None = None
    _passphrases: dict[str, str] = field(default_factory=dict, repr=False)

    def begin(self, *, as_json: bool) -> None:
        """A new run: nothing of an earlier one is kept. What goes wrong before its options are read is said in the locale's language."""
        self.options, self.language, self.json = {}, environment_language(), as_json
        self._settings = self._site = None
        self._passphrases = {}
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")  # a terminal that lacks a character must not stop a registration

    @property
    def settings(self) -> Settings:
        """The settings of this run."""
        if self._settings is None:
            from chopmark.settings import load_settings

            self._settings = load_settings(**self.options)
            if self._settings.lang is not None:
                self.language = self._settings.lang
        return self._settings

    @property
    def site(self) -> Site:
        """The site of this run."""
        if self._site is None:
            from chopmark.wiring import Site

            self._site = Site(self.settings, self.passphrase)
        return self._site

    @property
    def site_url(self) -> str:
        """The site through which this run works; empty: it works here."""
        return self.settings.site

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
            print(_json(value))

    def finding(self, found: Finding, indent: str = "  ") -> None:
        """A finding with its place and the next step."""
        place = found.place.say(self.language)
        colon = "：" if self.language is Language.ZH else ": "
        self.out(plain(f"{indent}{found.code} {place + colon if place else ''}{found.say(self.language)}"))
        if step := found.next_step(self.language):
            self.out(plain(f"{indent}     → {step}"))

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A plain table; Chinese characters count two columns."""
        if self.json:
            return
        lines = [[plain(str(c)) for c in row] for row in rows]
        widths = [max([width(h), *(width(line[i]) for line in lines)]) for i, h in enumerate(headings)]
        for line in [list(headings), *lines]:
            print("  ".join(c + " " * (w - width(c)) for c, w in zip(line, widths, strict=True)).rstrip())

    def passphrase(self, name: str, *, new: bool = False) -> str:
        """The passphrase for a key: from the passphrase file, else asked for on the terminal.

        Raises ``KeystoreError`` if there is neither.
        """
        if name not in self._passphrases:
            self._passphrases[name] = self._file_passphrase() or self._ask_passphrase(name, new)
        return self._passphrases[name]

    def secret(self, zh: str, en: str) -> str:
        """Something that nobody should see being typed. Raises ``KeystoreError`` if the answer does not come."""
        try:
            return getpass.getpass(self.text(zh, en), stream=sys.stderr)
        except EOFError as fault:
            raise KeystoreError(why=_NO_ANSWER, fix_zh="请重新运行", fix_en="Run it again") from fault

    def _file_passphrase(self) -> str:
        path = self.settings.passphrase_file
        if path is None:
            return ""
        try:
            given = path.read_text(encoding="utf-8-sig").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as fault:
            raise _passphrase_file(_UNREADABLE, path) from fault
        if not given:
            raise _passphrase_file(_EMPTY, path)
        return given

    def _ask_passphrase(self, name: str, new: bool) -> str:
        if not sys.stdin.isatty():
            raise KeystoreError(
                why=_NO_TERMINAL.filled(name=name),
                fix_zh="请用 --passphrase-file 或 CHOPMARK_PASSPHRASE_FILE 指定口令文件",
                fix_en="Name a file with --passphrase-file or CHOPMARK_PASSPHRASE_FILE",
            )
        given = self.secret(f"密钥“{name}”的口令：", f"Passphrase for key “{name}”: ")
        if new and given != self.secret("再输入一次：", "Once more: "):
            raise KeystoreError(why=_DIFFER, fix_zh="请重新运行", fix_en="Run it again")
        return given

    def error(self, fault: ChopmarkError) -> None:
        """An error: what is the case, then what to do."""
        if self.json:
            print(_json({"error": fault.as_json()}))
        print(plain(f"{fault.code} {fault.say(self.language)}"), file=sys.stderr)
        if step := fault.next_step(self.language):
            print(plain(f"  → {step}"), file=sys.stderr)


_NO_TERMINAL: Final = Wording(
    "需要密钥“{name}”的口令，但没有终端可供输入",
    "the passphrase of “{name}” is needed and there is no terminal to ask on",
)
_NO_ANSWER: Final = Wording("没有输入", "nothing was entered")
_DIFFER: Final = Wording("两次输入不一致", "the two entries differ")
_UNREADABLE: Final = Wording("口令文件 {path} 无法读取", "the passphrase file {path} cannot be read")
_EMPTY: Final = Wording("口令文件 {path} 是空的", "the passphrase file {path} is empty")


def _passphrase_file(why: Wording, path: Path) -> KeystoreError:
    return KeystoreError(why=why.filled(path=path), fix_zh="请检查 --passphrase-file", fix_en="Check --passphrase-file")


def _json(value: object) -> str:
    """JSON that the output can hold: where it takes no Chinese, characters are escaped, and always what nobody sees."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "")
    text = json.dumps(value, ensure_ascii=not encoding.startswith("utf8"), sort_keys=True)
    # All of these are inside strings: JSON itself is printable ASCII.
    return text.translate(
        {ord(c): json.dumps(c)[1:-1] for c in set(text) if category(c) in _UNSEEN and c != "\x7f"} | _DEL
    )


def plain(text: str) -> str:
    """Text without anything that a terminal obeys."""
    return text.translate(_UNSAFE).encode("utf-8", "replace").decode("utf-8")


def width(text: str) -> int:
    """Columns that a text takes on a terminal: Chinese characters take two."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def environment_language() -> Language:
    """The language that ``CHOPMARK_LANG`` or the locale asks for."""
    named = os.environ.get("CHOPMARK_LANG", "")
    return Language(named) if named in set(Language) else preferred_language(os.environ)
