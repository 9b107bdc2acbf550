"""core.variants: pairs for a hint."""

import pytest

from chopmark.core.variants import are_variants, is_rare


@pytest.mark.parametrize("pair", ["丽麗", "峰峯", "堃坤", "甯寧", "喆哲"])
def test_listed_forms_are_variants_both_ways(pair):
    assert are_variants(pair[0], pair[1])
    assert are_variants(pair[1], pair[0])


@pytest.mark.parametrize("pair", ["丽莉", "丽丽", "ab", "王玉"])
def test_other_pairs_and_equal_characters_are_not(pair):
    assert not are_variants(pair[0], pair[1])


@pytest.mark.parametrize("char", ["㛃", "\U00020bb7", "\ue000", "\ufa0e", "\U00030000"])
def test_characters_outside_the_common_block_are_rare(char):
    assert is_rare(char)


@pytest.mark.parametrize("char", ["丽", "a", "·"])
def test_common_characters_are_not(char):
    assert not is_rare(char)
