"""services.status.meant: which credentials a list means, and everything that is wrong with it."""

from __future__ import annotations

from chopmark.core.ledger import NewCredential
from chopmark.core.transaction import BlockRef
from chopmark.services.status.meant import meant
from chopmark.store import Store
from tests.fixtures.ledger import ISSUER, new_credential
from tests.fixtures.town import number

OTHER = b"\x07" * 32
HERE = BlockRef(7, b"\x07" * 32, 700)


def kept(store: Store, *rows: NewCredential, final: bool = True) -> None:
    """Credentials in a final block, or waiting."""
    with store.begin() as tx:
        ids = tx.credentials.add_many(rows)
        if final:
            batch = tx.batches.seal(rows[0].issuer, "degree", bytes([ids[0]]) * 32, 1, [*ids], None)
            tx.batches.anchored(batch, HERE)


def test_ids_and_numbers_each_once_in_the_order_given(store: Store) -> None:
    rows = [new_credential(number(n)) for n in range(3)]
    kept(store, *rows)
    with store.read() as tx:
        found = meant(tx, ISSUER, [number(2), rows[0].commitment.hex(), f" {number(0)} "])
    assert [row.commitment for row in found.rows] == [rows[2].commitment, rows[0].commitment]
    assert found.findings == ()


def test_what_is_not_there_and_what_is_anothers_are_the_same(store: Store) -> None:
    other = new_credential(number(1), issuer=OTHER)
    kept(store, other)
    with store.read() as tx:
        found = meant(tx, ISSUER, ["0" * 64, other.commitment.hex(), number(1), "x"])
    assert [(each.code, each.place.row) for each in found.findings] == [("I050", n) for n in (1, 2, 3, 4)]
    assert len({str(each.facts["why"]) for each in found.findings}) == 1


def test_of_several_with_one_number_the_living_one_is_meant(store: Store) -> None:
    kept(store, new_credential(number(1)))
    with store.begin() as tx:
        tx.credentials.release_number(1)
    living = new_credential(number(1), fingerprint=b"\x05" * 32)
    kept(store, living)
    with store.read() as tx:
        (row,) = meant(tx, ISSUER, [number(1)]).rows
    assert row.commitment == living.commitment


def test_what_waits_for_its_block_is_named(store: Store) -> None:
    kept(store, new_credential(number(1)))
    kept(store, new_credential(number(2)), final=False)
    with store.read() as tx:
        found = meant(tx, ISSUER, [number(1), number(2)])
    assert [each.code for each in found.findings] == ["I051"]
