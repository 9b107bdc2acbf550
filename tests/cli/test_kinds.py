"""``chopmark kinds``: every kind with its fields."""

from __future__ import annotations

from pathlib import Path

import pytest

from chopmark.kinds import all_kinds
from tests.fixtures.town import Office, Town

pytestmark = pytest.mark.chain


@pytest.fixture
def bare(town: Town, tmp_path: Path) -> Office:
    return town.bare(tmp_path / "home")


def test_all_are_listed_with_all_their_fields(bare: Office) -> None:
    zh, en = (bare.ok("kinds", lang=lang).out for lang in ("zh", "en"))
    for kind in all_kinds():
        for field in kind.fields:
            assert field.zh in zh
            assert field.en in en
        assert kind.zh in zh
        assert kind.en in en
    listed = {each["code"]: each["fields"] for each in bare.json("kinds")}
    assert listed == {kind.code: [field.name for field in kind.fields] for kind in all_kinds()}


@pytest.mark.parametrize("code", [kind.code for kind in all_kinds()])
def test_one_is_shown_with_examples(bare: Office, code: str) -> None:
    said = bare.json("kinds", code)
    assert said["code"] == code
    assert all(each["zh"] and each["en"] and each["type"] for each in said["fields"])
