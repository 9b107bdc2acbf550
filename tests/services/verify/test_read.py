"""Reading of a node that makes things up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import pytest

from chopmark.core.reference import issuer_id
from chopmark.core.transaction import BlockRef
from chopmark.core.words import GrantFlag, GrantRecord
from chopmark.errors import Unreachable
from chopmark.services.verify.ports import ChainReader
from chopmark.services.verify.read import MAX_DEPTH, _Session


@dataclass
class Tower:
    """A node that names one more parent for every accreditation, up to ``height``."""

    height: int
    asked: int = 0
    at: list[BlockRef] = field(default_factory=list)

    def grants(self, pairs: Sequence[tuple[bytes, str]], at: BlockRef) -> list[GrantRecord | None]:
        self.asked += 1
        assert self.asked < 100, "it never ends"
        parent = self.asked + 1 if self.asked < self.height else 0
        return [GrantRecord(parent, 0, 0, 0, 0, 0, 1, 0, GrantFlag.ATTEST) for _ in pairs]


def session(tower: Tower) -> _Session:
    return _Session(cast("ChainReader", tower), BlockRef(1, bytes(32), 1), 0, lambda _: None, lambda _: {})


def test_accreditations_without_end_are_nonsense() -> None:
    leaf = issuer_id(bytes(32), 1), "degree"
    assert len(session(Tower(MAX_DEPTH))._grants([leaf])) == MAX_DEPTH
    tower = Tower(10**9)
    with pytest.raises(Unreachable, match="nonsense"):
        session(tower)._grants([leaf])
    assert tower.asked == MAX_DEPTH
