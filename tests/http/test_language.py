"""Which language an answer has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.http.language import chosen
from chopmark.wording import Language


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("zh", "zh"),
        ("ZH-hant-TW", "zh"),
        ("en,zh", "en"),
        ("zh;q=0.1,en;q=0.9", "en"),
        ("en;q=0.3, zh-CN;q=0.8, *;q=0.1", "zh"),
        ("zh;q=0", "en"),
        ("zh;q=0,fr", "en"),
        ("fr;q=0.2,zh;q=0.1", "en"),
        ("*", "en"),
        ("zh;q=nonsense", "en"),
        ("zh;q=nan", "en"),
        ("zh;q=7", "en"),
        ("zh;level=1", "zh"),
        ("x-zh", "en"),
    ],
)
def test_the_preferred_one_that_we_have(accept, language):
    assert chosen(accept) is Language(language)


@given(st.text())
def test_anything_else_is_survived(accept):
    assert chosen(accept) in Language
