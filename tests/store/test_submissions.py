"""What was asked of the service, kept with the rows that it is about."""

from __future__ import annotations

import pytest

from chopmark.core.submission import Item, NewSubmission, Sort
from chopmark.core.transaction import BlockRef
from chopmark.core.words import Op
from chopmark.errors import StoreError
from chopmark.store import Store
from chopmark.store.transaction import Transaction
from tests.fixtures.ledger import ISSUER, SENDER, new_credential, new_outbox

OTHER = b"\x07" * 32
HERE = BlockRef(7, b"\x07" * 32, 700)


def asked(public: str, *items: Item, issuer: bytes = ISSUER, sort: Sort = Sort.REGISTRATION) -> NewSubmission:
    return NewSubmission(public, sort, issuer, "degree", "a-token", 100, items, turned_away=1, rejected=b"sheet")


def boxed(tx: Transaction) -> int:
    lease = tx.leases.take(SENDER, "me", 0, 30)
    assert lease is not None
    return tx.outbox.add(lease, new_outbox())


def test_a_submission_is_found_by_its_institution_only(store: Store) -> None:
    with store.begin() as tx:
        tx.credentials.add_many([new_credential("1")])
        made = tx.submissions.add(asked("reg_1", Item(credential=1), Item(credential=1, new=False)))
    with store.read() as tx:
        assert tx.submissions.find("reg_1", ISSUER, Sort.REGISTRATION) == made
        assert (made.count, made.new, made.turned_away) == (2, 1, 1)
        assert tx.submissions.find("reg_1", OTHER, Sort.REGISTRATION) is None
        assert tx.submissions.find("reg_1", ISSUER, Sort.CHANGE) is None
        assert tx.submissions.find("reg_2", ISSUER, Sort.REGISTRATION) is None
        assert tx.submissions.rejected(made.id) == b"sheet"


def test_an_id_is_given_once(store: Store) -> None:
    with store.begin() as tx:
        tx.submissions.add(asked("reg_1"))
    with pytest.raises(StoreError), store.begin() as tx:
        tx.submissions.add(asked("reg_1", issuer=OTHER))


def test_pages_go_from_the_newest_to_the_oldest(store: Store) -> None:
    with store.begin() as tx:
        for n in range(5):
            tx.submissions.add(asked(f"reg_{n}", issuer=OTHER if n == 2 else ISSUER))
    with store.read() as tx:
        first = tx.submissions.page(ISSUER, Sort.REGISTRATION, None, 2)
        second = tx.submissions.page(ISSUER, Sort.REGISTRATION, first[-1].id, 2)
    assert [row.public for row in (*first, *second)] == ["reg_4", "reg_3", "reg_1", "reg_0"]


def test_items_keep_their_order(store: Store) -> None:
    with store.begin() as tx:
        tx.credentials.add_many([new_credential(str(n)) for n in range(3)])
        made = tx.submissions.add(asked("reg_1", *(Item(credential=at) for at in (3, 1, 2))))
    with store.read() as tx:
        assert tx.submissions.credential_ids(made.id) == [3, 1, 2]
        assert [item.credential for _, item in tx.submissions.items(made.id, 0, 1)] == [1]


def test_leaves_are_counted_by_how_far_they_are(store: Store) -> None:
    with store.begin() as tx:
        tx.credentials.add_many([new_credential(str(n)) for n in range(6)])
        made = tx.submissions.add(asked("reg_1", *(Item(credential=at) for at in range(1, 6))))
        sent = tx.batches.seal(ISSUER, "degree", b"\x01" * 32, 1, [1, 2], boxed(tx))
        final = tx.batches.seal(ISSUER, "degree", b"\x02" * 32, 1, [3], None)
        tx.batches.anchored(final, HERE)
        tx.credentials.withdraw([4])
        told = {
            (leaf.batch, leaf.withdrawn, leaf.anchored, leaf.box): leaf.count for leaf in tx.submissions.leaves(made.id)
        }
    assert told == {
        (sent, False, False, "signed"): 2,
        (final, False, True, ""): 1,
        (None, True, False, ""): 1,
        (None, False, False, ""): 1,
    }


def test_wishes_are_counted_by_how_far_they_are(store: Store) -> None:
    with store.begin() as tx:
        tx.credentials.add_many([new_credential(str(n)) for n in range(3)])
        wishes = tx.changes.request([1, 2, 3], int(Op.REVOKED), 3, 100)
        items = (Item(credential=wish.credential_id, change=wish.id) for wish in wishes)
        made = tx.submissions.add(asked("chg_1", *items, sort=Sort.CHANGE))
        tx.changes.carry([1], boxed(tx))
        tx.changes.conclude([2], "already")
        told = {(wish.done, wish.note, wish.box): wish.count for wish in tx.submissions.wishes(made.id)}
        assert told == {(False, "", "signed"): 1, (True, "already", ""): 1, (False, "", ""): 1}
        assert tx.submissions.open_wishes(made.id) == [1, 3]


def test_an_issuers_own_by_commitment_and_number(store: Store) -> None:
    with store.begin() as tx:
        mine = [new_credential(str(n)) for n in range(3)]
        tx.credentials.add_many([*mine, new_credential("0", issuer=OTHER)])
        tx.credentials.release_number(2)
    with store.read() as tx:
        commitments = [row.commitment for row in mine]
        assert [row.id for row in tx.credentials.of_issuer_many(ISSUER, commitments)] == [1, 2, 3]
        assert tx.credentials.of_issuer(OTHER, commitments[0]) is None
        numbers = [row.number or "" for row in mine]
        assert [row.id for row in tx.credentials.of_issuer_numbered(ISSUER, numbers)] == [1, 2, 3]
        paged = tx.credentials.page(ISSUER, before=3, limit=5, numbers=numbers)
        assert [row.id for row in paged] == [2, 1]
        assert tx.credentials.page(ISSUER, before=None, limit=1, kind="degree")[0].id == 3
        assert tx.credentials.page(ISSUER, before=None, limit=1, kind="paper") == []
