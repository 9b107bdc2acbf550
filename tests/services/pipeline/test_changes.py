"""Changes of status: many in one transaction, only real ones, each exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from chopmark.core.ledger import ChangeRow, CredentialRow, NewCredential
from chopmark.core.transaction import Call, SignedTransaction
from chopmark.core.words import Op
from chopmark.errors import InputError, UsageError
from chopmark.services.pipeline import correct, request_changes, status, take_in
from chopmark.services.pipeline.deliver import NONCE_TAKEN
from chopmark.services.pipeline.status import ALREADY, REVOKED, WITHDRAWN, masks
from chopmark.services.ports import Signer
from chopmark.wording import Language
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


@pytest.mark.both_databases
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


def _corrected(site: Site, old: CredentialRow, content: bytes = b"\x01") -> NewCredential:
    return composed("N1", site.chain.issuer_node, fingerprint=content * 32, replaces=old.commitment)


def _withdrawn(site: Site, change: ChangeRow) -> bool:
    """Whether the successor is attested nowhere, found by nobody, and its number free."""
    assert _done(site, [change]) == [(True, WITHDRAWN)]
    node = site.chain.issuer_node
    with site.store.read() as tx:
        successor = tx.credentials.get_many([change.successor_id or 0])[change.successor_id or 0]
        assert tx.credentials.by_commitment(successor.commitment.hex()) == []
        assert tx.credentials.find_number(node, "degree", ["N1"]) == {}
        assert tx.credentials.pending_counts() == {}
        assert tx.batches.waiting() == []
        attested = {event.event.x for event in tx.history.events(ops=[Op.ATTESTED])}
        batch = tx.batches.get(successor.batch_id or 0)
    assert batch is None or batch.root not in attested
    return successor.withdrawn


@pytest.mark.parametrize("finished", [True, False], ids=["done", "wanted"])
def test_a_correction_of_what_was_revoked_is_refused_with_nothing_kept(site: Site, finished: bool) -> None:
    (old,) = site.register("N1")
    _want(site, [old], Op.REVOKED)
    if finished:
        site.worker().run(timeout=30)
    with pytest.raises(InputError) as caught, site.store.begin() as tx:
        correct(tx, old, _corrected(site, old), 2, now=1)
    said = caught.value.say(Language.ZH)
    assert "已于 20" in said
    assert "撤销" in said
    assert "which is final" in caught.value.say(Language.EN)
    with site.store.read() as tx:
        assert tx.credentials.pending_counts() == {}


@pytest.mark.parametrize("finished", [True, False], ids=["done", "wanted"])
def test_a_second_correction_of_the_old_one_is_refused(site: Site, finished: bool) -> None:
    (old,) = site.register("N1")
    with site.store.begin() as tx:
        correct(tx, old, _corrected(site, old), 2, now=1)
    if finished:
        assert site.worker().run(timeout=30).idle
    with pytest.raises(InputError, match="superseded"), site.store.begin() as tx:
        correct(tx, old, _corrected(site, old, b"\x02"), 2, now=1)


def _revoke_elsewhere(site: Site, old: CredentialRow) -> None:
    """The board revokes it with the same key, and our database does not know."""
    node, index = site.chain.issuer_node, old.leaf_index or 0
    call = site.chain.client.calls.set_status(node, _root(site, old), Op.REVOKED, 1, masks([index]))
    site.chain.send(site.chain.key, call)


def test_a_successor_of_what_was_revoked_elsewhere_is_never_attested(site: Site) -> None:
    (old,) = site.register("N1")
    _revoke_elsewhere(site, old)
    with site.store.begin() as tx:
        change = correct(tx, old, _corrected(site, old), 2, now=1)
    site.accept("N2")
    assert site.worker().run(timeout=30).idle
    assert _withdrawn(site, change)
    assert [row.summary for row in site.outbox()][1:] == [{"batches": 1, "leaves": 1}]
    site.fsck("N1", "N2")


def test_a_revocation_that_is_quicker_takes_the_successor_along(site: Site) -> None:
    (old,) = site.register("N1")
    with site.store.begin() as tx:
        change = correct(tx, old, _corrected(site, old), 2, now=1)
    bench = site.bench()
    late: list[int] = []

    def prepare(signer: Signer, call: Call, nonce: int, /) -> SignedTransaction:
        """The wish was looked at; then the old one is revoked; then the contracts are asked."""
        if not late:
            late.append(nonce)
            _revoke_elsewhere(site, old)
        return bench.prepare(signer, call, nonce)

    done = site.worker(bench=replace(bench, prepare=prepare)).run(timeout=30)
    assert done.idle or site.worker().run(timeout=30).idle
    assert _withdrawn(site, change)


def test_a_revocation_that_is_mined_first_takes_the_successor_along(site: Site) -> None:
    (old,) = site.register("N1")
    with site.store.begin() as tx:
        change = correct(tx, old, _corrected(site, old), 2, now=1)
    bench = site.bench()
    late: list[int] = []

    def prepare(signer: Signer, call: Call, nonce: int, /) -> SignedTransaction:
        signed = bench.prepare(signer, call, nonce)
        if not late:
            late.append(nonce)
            _revoke_elsewhere(site, old)
        return signed

    site.worker(bench=replace(bench, prepare=prepare)).run(timeout=30)
    assert site.worker().run(timeout=30).idle
    assert [row.error for row in site.outbox()] == ["", NONCE_TAKEN]
    assert _withdrawn(site, change)


def test_a_correction_whose_transaction_was_lost_goes_out_whole_again(site: Site) -> None:
    (old,) = site.register("N1")
    with site.store.begin() as tx:
        change = correct(tx, old, _corrected(site, old), 2, now=1)
    bench = site.bench()
    late: list[int] = []

    def prepare(signer: Signer, call: Call, nonce: int, /) -> SignedTransaction:
        signed = bench.prepare(signer, call, nonce)
        if not late:
            late.append(nonce)
            site.chain.attest(size=1)
        return signed

    site.worker(bench=replace(bench, prepare=prepare)).run(timeout=30)
    assert site.worker().run(timeout=30).idle
    assert _done(site, [change]) == [(True, "")]
    assert [row.error for row in site.outbox()] == ["", NONCE_TAKEN, ""]
    assert site.outbox()[-1].summary == {"batches": 1, "leaves": 1, "changes": 1}
    assert site.status(old) == (True, False, True)


def test_a_successor_is_sealed_apart_from_what_is_merely_new(site: Site) -> None:
    (old,) = site.register("N1")
    with site.store.begin() as tx:
        correct(tx, old, _corrected(site, old), 2, now=1)
    site.accept("N2", "N3")
    assert site.worker().run(timeout=30).idle
    assert [batch.size for batch in site.batches()] == [1, 2, 1]
    assert [row.summary for row in site.outbox()][1:] == [{"batches": 2, "leaves": 3, "changes": 1}]
    site.fsck("N1", "N1", "N2", "N3")


@pytest.mark.both_databases
def test_a_revoked_number_may_be_given_again(site: Site) -> None:
    (row,) = site.register("N1")
    with pytest.raises(InputError):
        take_in(site.store, [composed("N1", site.chain.issuer_node, fingerprint=b"\x01" * 32)])
    _want(site, [row], Op.REVOKED)
    site.worker().run(timeout=30)
    for content in (b"N1".ljust(32, b"\0"), b"\x01" * 32):
        with pytest.raises(InputError, match="revoked"):
            take_in(site.store, [composed("N1", site.chain.issuer_node, fingerprint=content)])
    take_in(site.store, [composed("N1", site.chain.issuer_node)], again=True)
    assert site.worker().run(timeout=30).idle
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
