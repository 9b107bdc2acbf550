"""What an institution confirmed about its headings, on both databases."""

from __future__ import annotations

from chopmark.store import Store

ONE, OTHER = b"\x01" * 32, b"\x02" * 32


def test_confirmed_for_one_institution_and_kind_and_changed(store: Store) -> None:
    with store.begin() as tx:
        tx.headings.remember(ONE, "degree", {"学员名字": "holder_name", "备注": ""}, 1)
        tx.headings.remember(OTHER, "degree", {"学员名字": "mode"}, 1)
        tx.headings.remember(ONE, "paper", {}, 1)
    with store.begin() as tx:
        tx.headings.remember(ONE, "degree", {"备注": "mode"}, 2)
    with store.read() as tx:
        assert tx.headings.of(ONE, "degree") == {"学员名字": "holder_name", "备注": "mode"}
        assert tx.headings.of(OTHER, "degree") == {"学员名字": "mode"}
        assert tx.headings.of(ONE, "paper") == {}
