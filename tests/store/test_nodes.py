"""Aliases of institutions."""

from __future__ import annotations

import pytest

from chopmark.core.ledger import NodeRole, NodeRow
from chopmark.errors import StoreError, UnknownThing
from chopmark.store import Store

ROW = NodeRow(
    "oriental", None, NodeRole.ISSUER, "cold", "work", {"zh": "东方理工大学", "covers": ["degree"]}, 1_790_000_000
)


def test_an_institution_is_found_by_alias_and_by_id(store: Store) -> None:
    with store.begin() as tx:
        tx.nodes.add(ROW)
        tx.nodes.set_node("oriental", b"\x01" * 32)
        tx.nodes.set_keys("oriental", key="newer")
        tx.nodes.set_profile("oriental", {"zh": "东方大学"})
    with store.read() as tx:
        found = tx.nodes.get("oriental")
        assert (found.node, found.controller, found.key) == (b"\x01" * 32, "cold", "newer")
        assert found.profile == {"zh": "东方大学"}
        assert tx.nodes.by_node(b"\x01" * 32) == found
        assert tx.nodes.list() == [found]


def test_who_pays_is_kept_and_taken_away(store: Store) -> None:
    with store.begin() as tx:
        tx.nodes.add(ROW)
        assert tx.nodes.get("oriental").payer == ""
        tx.nodes.set_payer("oriental", "cashier")
    with store.begin() as tx:
        assert tx.nodes.get("oriental").payer == "cashier"
        tx.nodes.set_payer("oriental", "")
        assert tx.nodes.get("oriental") == ROW
        with pytest.raises(UnknownThing):
            tx.nodes.set_payer("western", "cashier")


def test_an_unknown_alias_names_the_known_ones(store: Store) -> None:
    with store.begin() as tx:
        tx.nodes.add(ROW)
        assert tx.nodes.find("western") is None
        assert tx.nodes.by_node(b"\x02" * 32) is None
        for ask in (tx.nodes.get, lambda alias: tx.nodes.set_node(alias, b""), tx.nodes.set_keys):
            with pytest.raises(UnknownThing) as caught:
                ask("western")
            assert caught.value.facts["known"] == "oriental"


def test_an_alias_is_taken_once(store: Store) -> None:
    with store.begin() as tx:
        tx.nodes.add(ROW)
    with pytest.raises(StoreError, match="conflicts"), store.begin() as tx:
        tx.nodes.add(ROW)
