"""Changes of status: many in one transaction, only real ones, each exactly once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chopmark.core.ledger import ChangeRow, CredentialRow
from chopmark.core.words import Op
from chopmark.errors import InputError, UsageError
from chopmark.services.pipeline import correct, request_changes, status, take_in
from chopmark.services.pipeline.status import ALREADY, REVOKED, masks
from tests.fixtures.ledger import composed
from tests.fixtures.pipes import Site

pytestmark = pytest.mark.chain


def _want(site: Site, rows: Sequence[CredentialRow], op: Op, reason: int = 1) -> list[ChangeRow]:
    with site.store.begin() as tx:
        return request_changes(tx, rows, op, reason, now=1_790_000_000)


def _done(site: Site, changes: Sequence[ChangeRow]) -> list[tuple[bool, str]]:
    with site.store.read() as tx:
        found = [tx.changes.get(change.id) for change in changes]
    return [(row.done, row.note) for row in found if row is not None]


def test_a_hundred_of_a_batch_are_revoked_in_one_transaction(any_site: Site) -> None:
    site = any_site
    rows = site.register(*(f"N{n}" for n in range(300)))
    revoked = rows[::3]
    changes = _want(site, revoked, Op.REVOKED, 3)
    assert site.worker().run(timeout=60).idle
    assert _done(site, changes) == [(True, "")] * 100
    last = site.outbox()[-1]
    assert (len(site.outbox()), last.summary) == (2, {"changes": 100})
    with site.store.read() as tx:
        (event,) = tx.history.of_transaction(last.tx_hash)
    assert (event.event.op, event.event.reason) == (Op.REVOKED, 3)
    for row in rows[:12]:
        assert site.status(row) == (row in revoked, False, False)
    site.fsck(*(f"N{n}" for n in range(300)))


def test_several_batches_and_ops_go_into_one_transaction(site: Site) -> None:
    first, second = site.register("A1", "A2"), site.register("B1", "B2")
    _want(site, [first[0], second[0]], Op.REVOKED)
    _want(site, [first[1]], Op.SUSPENDED, 7)
    assert site.worker().run(timeout=30).idle
    assert len(site.outbox()) == 3
    assert [site.status(row)[:2] for row in (*first, *second)] == [
        (True, False),
        (False, True),
        (True, False),
        (False, False),
    ]


def test_suspended_and_resumed(site: Site) -> None:
    (row,) = site.register("N1")
    for op, suspended in ((Op.SUSPENDED, True), (Op.RESUMED, False), (Op.SUSPENDED, True)):
        assert _done(site, _want(site, [row], op)) == [(False, "")]
        assert site.worker().run(timeout=30).idle
        assert site.status(row) == (False, suspended, False)


def test_what_holds_already_costs_nothing(site: Site) -> None:
    row, other = site.register("N1", "N2")
    _want(site, [row], Op.REVOKED)
    site.worker().run(timeout=30)
    changes = _want(site, [row], Op.REVOKED) + _want(site, [other], Op.RESUMED)
    assert site.worker().run(timeout=30).idle
    assert _done(site, changes) == [(True, ALREADY)] * 2
    assert len(site.outbox()) == 2


def test_what_is_revoked_stays_so(site: Site) -> None:
    (row,) = site.register("N1")
    _want(site, [row], Op.REVOKED)
    site.worker().run(timeout=30)
    changes = _want(site, [row], Op.SUSPENDED) + _want(site, [row], Op.RESUMED)
    assert site.worker().run(timeout=30).idle
    assert _done(site, changes) == [(True, REVOKED)] * 2
    assert len(site.outbox()) == 2


def test_wishes_for_one_credential_are_fulfilled_one_after_the_other(site: Site) -> None:
    (row,) = site.register("N1")
    _want(site, [row], Op.SUSPENDED)
    _want(site, [row], Op.REVOKED)
    assert site.worker().run(timeout=30).idle
    assert len(site.outbox()) == 3
    assert site.status(row) == (True, True, False)


def test_a_wish_for_what_is_not_registered_yet_waits_for_it(site: Site) -> None:
    rows = site.accept("N1", "N2")
    _want(site, rows[:1], Op.REVOKED)
    assert site.worker().run(timeout=30).idle
    with site.store.read() as tx:
        row = tx.credentials.get(rows[0].id)
    assert row is not None
    assert site.status(row)[0]


def test_a_correction_links_old_to_new(site: Site) -> None:
    (old,) = site.register("N1")
    new = composed("N1", site.chain.issuer_node, fingerprint=b"\x01" * 32, replaces=old.commitment)
    with site.store.begin() as tx:
        change = correct(tx, old, new, 2, now=1)
    with site.store.begin() as tx:  # asked twice, done once
        assert correct(tx, old, new, 2, now=1) == change
    assert site.worker().run(timeout=30).idle
    assert _done(site, [change]) == [(True, "")]
    with site.store.read() as tx:
        found = {row.id: row for row in tx.credentials.any_with_number("N1")}
        successor = found[change.successor_id or 0]
        (event,) = tx.history.events(ops=[Op.SUPERSEDED])
    assert (successor.number, found[old.id].number) == ("N1", None)
    assert event.detail["newRoot"] == "0x" + _root(site, successor).hex()
    assert event.detail["newIndex"] == successor.leaf_index
    assert site.status(old) == (True, False, True)
    assert site.status(successor) == (False, False, False)
    assert [row.summary for row in site.outbox()][1:] == [{"batches": 1, "leaves": 1, "changes": 1}]
    site.fsck("N1", "N1")


def _root(site: Site, row: CredentialRow) -> bytes:
    with site.store.read() as tx:
        batch = tx.batches.get(row.batch_id or 0)
    assert batch is not None
    return batch.root


def test_a_correction_of_what_was_revoked_is_refused_and_told(site: Site) -> None:
    (old,) = site.register("N1")
    _want(site, [old], Op.REVOKED)
    site.worker().run(timeout=30)
    new = composed("N1", site.chain.issuer_node, fingerprint=b"\x01" * 32, replaces=old.commitment)
    with site.store.begin() as tx:
        change = correct(tx, old, new, 2, now=1)
    assert site.worker().run(timeout=30).idle
    assert _done(site, [change]) == [(True, REVOKED)]


def test_a_revoked_number_may_be_given_again(site: Site) -> None:
    (row,) = site.register("N1")
    with pytest.raises(InputError):
        take_in(site.store, [composed("N1", site.chain.issuer_node, fingerprint=b"\x01" * 32)])
    _want(site, [row], Op.REVOKED)
    site.worker().run(timeout=30)
    site.register("N1")
    site.fsck("N1", "N1")


def test_large_changes_are_spread_over_transactions(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "WORDS_LIMIT", 2)
    monkeypatch.setattr("chopmark.services.pipeline.assemble.WORDS_LIMIT", 2)
    site.register(*(f"N{n}" for n in range(1000)))
    with site.store.read() as tx:
        leaves = tx.credentials.of_batch(1)
    _want(site, leaves[:: len(leaves) // 8], Op.REVOKED)
    assert site.worker().run(timeout=60).idle
    assert len(site.outbox()) == 3
    assert [site.status(row)[0] for row in leaves[::25]] == [row in leaves[::125] for row in leaves[::25]]


@pytest.mark.parametrize("op", [Op.ATTESTED, Op.NODE_REGISTERED])
def test_only_changes_of_status_can_be_wanted(site: Site, op: Op) -> None:
    rows = site.accept("N1")
    with pytest.raises(UsageError):
        _want(site, rows, op)


def test_superseding_takes_two_of_a_kind(site: Site) -> None:
    rows = site.accept("N1", "N2")
    (paper,) = site.accept("P1", kind="paper")
    for credentials, successor in (([rows[0]], None), (rows, rows[1]), ([rows[0]], paper), ([rows[0]], rows[0])):
        with pytest.raises(UsageError), site.store.begin() as tx:
            request_changes(tx, credentials, Op.SUPERSEDED, 2, now=1, successor=successor)
    with pytest.raises(UsageError), site.store.begin() as tx:
        request_changes(tx, rows[:1], Op.REVOKED, 2, now=1, successor=rows[1])


def test_masks_are_words_of_256_leaves() -> None:
    assert masks([0, 5, 255, 256, 1023]) == [(0, 1 | 1 << 5 | 1 << 255), (1, 1), (3, 1 << 255)]
