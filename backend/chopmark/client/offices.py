"""What a site answers about institutions and tokens, as frozen values. All of it is the site's word."""

from __future__ import annotations

from dataclasses import dataclass, field

from chopmark.client.answers import Document
from chopmark.client.shape import Members


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution as the site read it from the chain."""

    number: int
    document: Document = field(repr=False)

    @classmethod
    def read(cls, told: Members) -> Institution:
        """From an answer."""
        return cls(told.number("number"), told.value)


@dataclass(frozen=True, slots=True)
class Operation:
    """An act of accreditation on its way."""

    id: str
    state: str
    document: Document = field(repr=False)

    @classmethod
    def read(cls, told: Members) -> Operation:
        """From an answer."""
        return cls(told.text("id"), told.text("state"), told.value)


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A token in an operator's list. ``secret``: only in the answer that makes it, and then only once."""

    id: str
    name: str
    role: str
    secret: str = field(repr=False)
    document: Document = field(repr=False)

    @classmethod
    def read(cls, told: Members) -> TokenInfo:
        """From an answer."""
        secret = told.text("token", "")
        rest = {name: value for name, value in told.value.items() if name != "token"}
        return cls(told.text("id"), told.text("name"), told.text("role"), secret, rest)
