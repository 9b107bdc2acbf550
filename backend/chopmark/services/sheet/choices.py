"""What somebody said a heading means: in this command, or in an earlier one that was confirmed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from chopmark.core.normal import norm_name

UNSAID: Final = "\0"
"""Stands for the field where ``=`` is missing; nobody can type it."""
IGNORED: Final = ""
"""The field of a column that is not read."""
FILE_FIELD: Final = "file"
"""The field of the column of file names."""
_REMARK: Final = re.compile(r"\((?:必填|选填|可选|required|optional)\)|[*\s_-]")


def heading_key(heading: str) -> str:
    """A heading as it is looked up: without case, spaces, underscores, stars and remarks such as （必填）."""
    return _REMARK.sub("", norm_name(heading))


@dataclass(frozen=True)
class Choices:
    """Heading → field name; ``IGNORED`` for a column that is not read, ``FILE_FIELD`` for file names.

    ``given``: now. ``remembered``: confirmed before, by the same institution for the same kind, under ``heading_key``.
    """

    given: Mapping[str, str] = field(default_factory=dict)
    remembered: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_key(self) -> dict[str, str]:
        """What was given, under ``heading_key``."""
        return to_remember(self.given)

    def all_keys(self) -> dict[str, str]:
        """Every choice under ``heading_key``; what is given now counts before what is remembered."""
        return {**self.remembered, **self.by_key}


def to_remember(given: Mapping[str, str]) -> dict[str, str]:
    """Choices as a store keeps them."""
    return {heading_key(heading): name for heading, name in given.items()}


def read_choices(pairs: Iterable[str]) -> dict[str, str]:
    """``heading=field`` pairs as typed; ``=-`` ignores the column. A pair without ``=`` is kept and found wanting later."""
    given: dict[str, str] = {}
    for pair in pairs:
        heading, _, name = pair.rpartition("=")
        heading, name = (heading, name.strip()) if heading else (pair, UNSAID)
        given[heading.strip()] = IGNORED if name == "-" else name
    return given
