"""Bundles from what the site kept."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from chopmark.core.batch import arrange
from chopmark.core.bundle import open_bundle
from chopmark.core.transaction import BlockRef
from chopmark.errors import StoreError, UsageError
from chopmark.services.bundles import bundle_of, bundles_of_batch
from chopmark.services.pipeline import take_in
from chopmark.store import Store
from tests.fixtures.ledger import HOME, ISSUER, composed


def _sealed(store: Store, count: int) -> list[int]:
    ids = take_in(store, [composed(f"N{n}", ISSUER) for n in range(count)]).added
    with store.begin() as tx:
        tx.site.bind(HOME)
        (group,) = tx.credentials.pending(count)
        number_of = {commitment: number for number, commitment in group.leaves}
        batch = arrange("degree", ISSUER, number_of)
        tx.batches.seal(ISSUER, "degree", batch.root, 1, [number_of[c] for c in batch.commitments], None)
    return list(ids)


def _anchor(store: Store) -> None:
    with store.begin() as tx:
        tx.batches.anchored(1, BlockRef(7, b"\x01" * 32, 1))


@pytest.mark.parametrize("count", [1, 2, 7, 64])
def test_every_bundle_opens(store: Store, count: int) -> None:
    ids = _sealed(store, count)
    _anchor(store)
    with store.read() as tx:
        all_of_them = dict(bundles_of_batch(tx, 1))
        rows = tx.credentials.get_many(ids)
        assert {row: bundle_of(tx, row) for row in rows.values()} == all_of_them
        for row, bundle in all_of_them.items():
            opened = open_bundle(bundle)
            assert (opened.commitment, opened.claims["certificate_number"]) == (row.commitment, row.number)
            assert (bundle.anchor.chain_id, bundle.anchor.registry) == (HOME.chain_id, HOME.attestation_registry)


def test_there_is_none_before_the_block_is_final(store: Store) -> None:
    (number, *_) = _sealed(store, 3)
    with store.read() as tx:
        for ask in (lambda: bundle_of(tx, tx.credentials.get_many([number])[number]), lambda: bundles_of_batch(tx, 1)):
            with pytest.raises(UsageError, match="not registered finally"):
                ask()
        with pytest.raises(UsageError):
            bundles_of_batch(tx, 9)


def test_a_database_that_contradicts_itself_makes_none(store: Store) -> None:
    (number, *_) = _sealed(store, 3)
    _anchor(store)
    with store._engine.begin() as connection:
        connection.execute(text("UPDATE batches SET size = 4"))
    with store.read() as tx:
        row = tx.credentials.get_many([number])[number]
        with pytest.raises(StoreError, match="do not lead to its root"):
            bundle_of(tx, row)
        with pytest.raises(StoreError):
            bundles_of_batch(tx, 1)
