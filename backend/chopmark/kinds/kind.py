"""What a kind of credential is: its fields, its holder, its number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chopmark.core.identifiers import normal_of
from chopmark.core.normal import norm_name, norm_text
from chopmark.wording import Wording

Value = str | int | tuple[str, ...]
"""A claim's value. A date is ISO text; a list is an ordered tuple of texts."""

Claims = Mapping[str, Value]
"""Field name → value. What is not known is absent, never empty."""

FieldType = Literal["text", "date", "integer", "list"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind.

    ``check``: a name in ``core.identifiers.CHECKS``, or ""; of a list, each entry is checked. ``lint``: a failed check
    warns and does not refuse. ``choices``: the only values, if any. ``max_length``: of the whole value, in characters.
    ``synonyms``: other headings of such a column. ``names``: holds names of persons or bodies. ``lines``: a list, one
    entry a line. ``private``: findings mask its value.
    """

    name: str
    zh: str
    en: str
    type: FieldType = "text"
    required: bool = False
    check: str = ""
    choices: tuple[str, ...] = ()
    max_length: int = 500
    synonyms: tuple[str, ...] = ()
    example: str = ""
    lint: bool = False
    names: bool = False
    lines: bool = False
    private: bool = False

    @property
    def label(self) -> Wording:
        """The field's name as people read it."""
        return Wording(self.zh, self.en)

    @property
    def sort(self) -> str:
        """How ``core.compare.same`` compares its values."""
        if self.check:
            return self.check
        if self.type == "list":
            return "names" if self.names else "list"
        return "name" if self.names else self.type


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of credential.

    ``code``: at most eight of ``a-z0-9-``, as the chain knows it. ``holder``: the fields that name whose it is.
    ``credential``: alternatives, best first; each a set of fields which together are the credential's number.
    ``issued_on``, ``valid_until``: fields of type date, or "". ``crosses``: names of rules between fields.
    ``open``: published anyway, so that whoever asks by number is told whether it is registered, without naming a holder.
    """

    code: str
    zh: str
    en: str
    fields: tuple[Field, ...]
    holder: tuple[str, ...]
    credential: tuple[tuple[str, ...], ...]
    issued_on: str = ""
    valid_until: str = ""
    crosses: tuple[str, ...] = ()
    open: bool = False

    @property
    def label(self) -> Wording:
        """The kind's name as people read it."""
        return Wording(self.zh, self.en)

    @property
    def code8(self) -> bytes:
        """The code in eight bytes, zero-padded, as leaves and contracts hold it."""
        return self.code.encode("ascii").ljust(8, b"\x00")

    def field(self, name: str) -> Field:
        """The field of this name; ``KeyError`` if there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    def meant(self, typed: str) -> Field | None:
        """The field that a name, a label or a synonym means, however it is spelt; None if there is none."""
        wanted = norm_name(typed)
        for field in self.fields:
            if wanted in {norm_name(name) for name in (field.name, field.zh, field.en, *field.synonyms)}:
                return field
        return None

    def number(self, claims: Claims) -> str:
        """The normalised number of a credential, by which a repeat is found; "" if none is complete.

        The first alternative whose fields are all there. Parts are joined by ``|`` (escaped within them). Where a kind
        has several alternatives the number begins with its place among them, so that a DOI never equals a page.
        """
        for place, names in enumerate(self.credential):
            if _complete(names, claims):
                return self._named(place, names, claims)
        return ""

    def numbers(self, claims: Claims) -> tuple[str, ...]:
        """Every normalised number of a credential, best first: a paper has its DOI and its place in a journal.

        A number that only leaves out part of a better one is none: an edition of an issue is not the issue without it.
        """
        whole = {place: set(names) for place, names in enumerate(self.credential) if _complete(names, claims)}
        kept = [place for place, names in whole.items() if not any(names < whole[p] for p in whole if p < place)]
        return tuple(self._named(place, self.credential[place], claims) for place in kept)

    def shown_number(self, claims: Claims) -> str:
        """The number as given, for people, without its private parts; "" if none is complete."""
        found = (names for names in self.credential if _complete(names, claims))
        return "，".join(text_of(claims[name]) for name in next(found, ()) if not self.field(name).private)

    def _named(self, place: int, names: tuple[str, ...], claims: Claims) -> str:
        number = "|".join(_part(self.field(name), claims[name]) for name in names)
        return f"{place}:{number}" if len(self.credential) > 1 else number


def text_of(value: Value) -> str:
    """A claim's value as text: a list is joined by 、."""
    return "、".join(value) if isinstance(value, tuple) else str(value)


def _complete(names: tuple[str, ...], claims: Claims) -> bool:
    return all(claims.get(name, "") not in ("", ()) for name in names)


def _part(field: Field, value: Value) -> str:
    text = text_of(value)
    normal = (normal_of(field.check, text) or norm_text(text)).upper()
    return normal.replace("\\", "\\\\").replace("|", "\\|")
