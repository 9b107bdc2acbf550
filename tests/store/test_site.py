"""Facts about the site, and the chain that its database belongs to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chopmark.errors import StoreError
from chopmark.store import Store
from chopmark.wording import Language
from tests.fixtures.ledger import HOME


def test_a_fact_is_kept_changed_and_forgotten(store: Store) -> None:
    for value in ("first", "第二", None):
        with store.begin() as tx:
            tx.site.set("key", value)
        with store.read() as tx:
            assert tx.site.get("key") == value


def test_a_database_is_bound_once(store: Store) -> None:
    with store.read() as tx:
        assert tx.site.home() is None
    for _ in range(2):
        with store.begin() as tx:
            tx.site.bind(HOME)
    with store.read() as tx:
        assert tx.site.home() == HOME


@pytest.mark.parametrize(
    "other",
    [
        replace(HOME, chain_id=1),
        replace(HOME, genesis=b"\x09" * 32),
        replace(HOME, attestation_registry=b"\x09" * 20),
        replace(HOME, registry_id=b"\x09" * 32),
    ],
    ids=["chain id", "genesis", "registry", "registry id"],
)
def test_another_chain_is_refused(store: Store, other: object) -> None:
    with store.begin() as tx:
        tx.site.bind(HOME)
    with pytest.raises(StoreError) as caught, store.begin() as tx:
        tx.site.bind(other)  # type: ignore[arg-type]
    assert "eip155:31337" in caught.value.say(Language.EN)
    assert "新的数据目录" in caught.value.next_step(Language.ZH)
