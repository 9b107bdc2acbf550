"""The kinds of credentials, and the examination of what is filled in for one.

``find_kind("degree")`` gives a ``Kind``; ``examine_claims(kind, given, today)`` gives claims, findings and warnings.
"""

from __future__ import annotations

from chopmark.errors import UnknownThing
from chopmark.kinds.claims import ExaminedClaims, examine_claims
from chopmark.kinds.kind import Claims, Field, FieldType, Kind, Value, text_of
from chopmark.kinds.load import load_kinds
from chopmark.kinds.values import Given, split_list
from chopmark.wording import Wording

__all__ = [
    "Claims",
    "ExaminedClaims",
    "Field",
    "FieldType",
    "Given",
    "Kind",
    "Value",
    "all_kinds",
    "examine_claims",
    "find_kind",
    "split_list",
    "text_of",
]


def all_kinds() -> tuple[Kind, ...]:
    """Every kind, in the order of their codes."""
    return tuple(load_kinds().values())


def find_kind(code: str) -> Kind:
    """The kind of this code; ``UnknownThing`` if there is none."""
    try:
        return load_kinds()[code]
    except KeyError:
        raise UnknownThing(what=Wording("类别", "kind"), name=code, known="、".join(load_kinds())) from None
