"""Wording.filled: a sentence inside a sentence."""

from hypothesis import given
from hypothesis import strategies as st

from chopmark.wording import Language, Wording


@given(st.text())
def test_a_filled_sentence_says_any_fact_literally_even_inside_another(text):
    inner = Wording("内{x}", "in {x}", "做{x}", "do {x}").filled(x=text)
    assert inner.fact(Language.EN, {}) == f"in {text}"
    assert inner.next_step(Language.ZH, {}) == f"做{text}"
    assert Wording("外{y}", "out {y}").fact(Language.ZH, {"y": inner}) == f"外内{text}"
    assert Wording("外{y}", "out {y}").filled(y=inner).fact(Language.ZH, {}) == f"外内{text}"
