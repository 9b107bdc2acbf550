"""Institutions whose key only signs: sealed, asked for, signed, carried by whoever pays, each exactly once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from chopmark.core.ledger import CredentialRow, OutboxState, RequestState, Verb
from chopmark.core.transaction import Call, SignedTransaction
from chopmark.core.typed_data import Attest, SetStatus, Supersede
from chopmark.core.words import Op, Role
from chopmark.errors import Refused
from chopmark.keys.signer import LocalSigner
from chopmark.services.delegation import content_of
from chopmark.services.pipeline import KeyRing, correct
from chopmark.services.pipeline.asking import OTHER_KEY, OWN_ACCOUNT, RAN_OUT, SETTLED
from chopmark.services.pipeline.status import ALREADY, WITHDRAWN
from chopmark.services.ports import Signer
from tests.fixtures.delegated import VALID, DelegatedSite, delegated
from tests.fixtures.devchain import DevChain
from tests.fixtures.ledger import composed

pytestmark = pytest.mark.chain


@pytest.fixture
def site(devchain: DevChain, sqlite_url: str) -> Iterator[DelegatedSite]:
    """The key is elsewhere."""
    with delegated(devchain, sqlite_url) as made:
        yield made


@pytest.fixture
def any_site(devchain: DevChain, database_url: str) -> Iterator[DelegatedSite]:
    """The key is elsewhere; a database of each sort."""
    with delegated(devchain, database_url) as made:
        yield made


@pytest.fixture
def key_here(devchain: DevChain, sqlite_url: str) -> Iterator[DelegatedSite]:
    """The key is open at the site."""
    with delegated(devchain, sqlite_url, here=True) as made:
        yield made


def _registered(site: DelegatedSite, *numbers: str) -> list[CredentialRow]:
    rows = site.accept(*numbers)
    site.work()
    site.sign()
    site.work()
    with site.store.read() as tx:
        return list(tx.credentials.get_many([row.id for row in rows]).values())


def _notes(site: DelegatedSite, ids: list[int]) -> list[tuple[bool, str]]:
    with site.store.read() as tx:
        return [(row.done, row.note) for at in ids if (row := tx.changes.get(at)) is not None]


# -- registering


def test_what_is_sealed_waits_for_a_signature_and_is_sent_by_the_payer(any_site: DelegatedSite) -> None:
    site = any_site
    site.accept("N1", "N2", "N3")
    progress = site.worker().run(timeout=60)
    assert (progress.idle, progress.batches, progress.unsigned, progress.lacking) == (False, 1, 1, ())
    (batch,), (row,) = site.batches(), site.open()
    assert (site.outbox(), batch.outbox_id, batch.anchored) == ([], None, False)
    message = row.typed.message
    assert isinstance(message, Attest)
    assert (message.root, message.size, message.kind, message.algorithm) == (batch.root, 3, "degree", 1)
    assert (row.verb, row.batch_id, row.signer) == (Verb.ATTEST, batch.id, site.chain.key.address)
    assert VALID <= row.deadline - row.created_at <= VALID + 60
    with site.store.read() as tx:
        content = content_of(tx, row)
        assert list(content.commitments) == tx.credentials.commitments_of(batch.id)
    site.work()  # nothing is asked twice
    assert site.open() == [row]
    site.sign()
    assert site.worker().run(timeout=60).idle
    (sent,) = site.outbox()
    assert (sent.sender, sent.state, sent.summary) == (
        site.payer.address,
        OutboxState.FINAL,
        {"batches": 1, "leaves": 3},
    )
    assert [one.state for one in site.requests()] == [RequestState.DONE]
    assert site.accounts_used() == (0, 1)
    with site.store.read() as tx:
        event = tx.history.attested(site.chain.issuer_node, batch.root)
    assert event is not None
    assert (event.event.key, event.detail["via"]) == (
        1,
        2,
    )  # the signer's key stands in the record, the delegate beside it
    site.fsck("N1", "N2", "N3")


def test_a_key_at_hand_signs_at_once(key_here: DelegatedSite) -> None:
    site = key_here
    site.register("N1", "N2")
    assert site.accounts_used() == (0, 1)
    assert [one.state for one in site.requests()] == [RequestState.DONE]
    site.fsck("N1", "N2")


def test_what_comes_later_is_another_request(site: DelegatedSite) -> None:
    site.accept("N1")
    site.work()
    site.accept("N2")
    site.work()
    assert [one.typed.message.size for one in site.open() if isinstance(one.typed.message, Attest)] == [1, 1]
    site.sign()
    site.work()
    assert len(site.outbox()) == 1  # both in one transaction
    site.fsck("N1", "N2")


def test_leaves_gather_while_the_payer_is_busy_if_the_key_is_at_hand(key_here: DelegatedSite) -> None:
    site = key_here
    site.accept("N1")
    held = replace(site.bench(), prepare=site.bench().prepare)
    site.chain.cheat("evm_setAutomine", False)
    try:
        worker = site.worker(bench=held, sleep=lambda _: None)
        worker.run(timeout=0)
        for number in ("N2", "N3"):
            site.accept(number)
            site.worker(bench=held, sleep=lambda _: None).run(timeout=0)
        assert [batch.size for batch in site.batches()] == [1]
    finally:
        site.chain.cheat("evm_setAutomine", True)
    assert site.worker().run(timeout=60).idle
    assert sorted(batch.size for batch in site.batches()) == [1, 2]
    site.fsck("N1", "N2", "N3")


def test_an_institution_with_an_account_beside_one_without(site: DelegatedSite) -> None:
    """The payer is a working key itself: what it says for its own goes to the registry, what others signed to the delegation."""
    other = b"\x77" * 32
    bench = site.bench(keys=KeyRing({other: site.payer}, (site.payer,)))
    site.accept("N1")
    site.work()
    site.sign()
    with site.store.begin() as tx:  # an institution that the chain does not know: refused, and in nobody's way
        tx.credentials.add_many([composed("X1", other)])
    progress = site.worker(bench=bench).run(timeout=60)
    assert [one.what for one in progress.blocked] == ["leaves"]
    assert [batch.anchored for batch in site.batches()] == [True]


# -- changes of status


def test_revoking_suspending_and_resuming(site: DelegatedSite) -> None:
    rows = _registered(site, *(f"N{n}" for n in range(5)))
    revoked, other = site.want([row.id for row in rows[:3]], Op.REVOKED, 3), site.want([rows[4].id], Op.SUSPENDED, 7)
    site.work()
    first, second = site.open()
    assert (first.verb, second.verb) == (Verb.REVOKE, Verb.SUSPEND)
    message = first.typed.message
    assert isinstance(message, SetStatus)
    assert (message.op, message.reason) == (Op.REVOKED, 3)
    with site.store.read() as tx:
        assert {*content_of(tx, first).commitments} == {row.commitment for row in rows[:3]}
        assert tx.requests.changes_of(first.id) == revoked
    assert site.status(rows[0])[0] is False
    site.sign()
    assert site.worker().run(timeout=60).idle
    assert _notes(site, revoked + other) == [(True, "")] * 4
    assert [site.status(row)[:2] for row in (rows[0], rows[3], rows[4])] == [
        (True, False),
        (False, False),
        (False, True),
    ]
    resumed = site.want([rows[4].id], Op.RESUMED, 8)
    site.work()
    site.sign()
    assert site.worker().run(timeout=60).idle
    assert _notes(site, resumed) == [(True, "")]
    assert site.status(rows[4])[:2] == (False, False)
    assert site.accounts_used() == (0, 3)


def test_a_wish_is_asked_for_once_and_later_ones_separately(site: DelegatedSite) -> None:
    rows = _registered(site, "N1", "N2")
    site.want([rows[0].id], Op.REVOKED)
    site.work()
    site.want([row.id for row in rows], Op.REVOKED)
    site.work()
    site.work()
    assert len(site.open()) == 2
    site.sign()
    assert site.worker().run(timeout=60).idle
    assert [site.status(row)[0] for row in rows] == [True, True]


def test_wishes_for_one_credential_are_asked_for_one_after_the_other(site: DelegatedSite) -> None:
    (row,) = _registered(site, "N1")
    site.want([row.id], Op.SUSPENDED)
    site.want([row.id], Op.RESUMED)
    for verb in (Verb.SUSPEND, Verb.RESUME):
        site.work()
        assert [one.verb for one in site.open()] == [verb]
        site.sign()
    assert site.worker().run(timeout=60).idle
    assert site.status(row) == (False, False, False)


def test_what_was_done_meanwhile_needs_no_signature_and_the_rest_is_asked_anew(site: DelegatedSite) -> None:
    rows = _registered(site, "N1", "N2")
    wished = site.want([row.id for row in rows], Op.SUSPENDED)
    site.work()
    site.sign()
    _directly(site, rows[0], Op.SUSPENDED)
    site.chain.make_final()
    site.work()
    assert _notes(site, wished) == [(True, ALREADY), (False, "")]
    old, new = site.requests()[-2:]
    assert (old.state, old.note, new.state) == (RequestState.REFUSED, SETTLED, RequestState.OPEN)
    assert new.typed.message.changes != old.typed.message.changes  # type: ignore[union-attr]
    site.sign()
    assert site.worker().run(timeout=60).idle
    assert [site.status(row)[1] for row in rows] == [True, True]


def _directly(site: DelegatedSite, row: CredentialRow, op: Op) -> None:
    """Somebody uses the institution's key with an account of its own."""
    chain = site.chain
    chain.cheat("anvil_setBalance", "0x" + chain.key.address.hex(), hex(10**20))
    batch = site.batches()[0]
    assert row.leaf_index is not None
    call = chain.client.calls.set_status(chain.issuer_node, batch.root, op, 1, [(0, 1 << row.leaf_index)])
    chain.send(chain.key, call)


# -- corrections


def _corrected(site: DelegatedSite, old: CredentialRow) -> int:
    new = composed(str(old.number), site.chain.issuer_node, fingerprint=os.urandom(32), replaces=old.commitment)
    with site.store.begin() as tx:
        return correct(tx, old, new, 2, now=1).id


def test_a_correction_is_two_signatures_and_one_transaction(any_site: DelegatedSite) -> None:
    site = any_site
    (old,) = _registered(site, "N1")
    change = _corrected(site, old)
    site.work()
    attest, supersede = site.open()
    assert (attest.verb, supersede.verb) == (Verb.ATTEST, Verb.SUPERSEDE)
    message = supersede.typed.message
    assert isinstance(message, Supersede)
    assert message.new_root == attest.typed.message.root  # type: ignore[union-attr]
    site.take(attest, site.chain.key.sign_typed(attest.typed))
    site.work()
    assert len(site.outbox()) == 1  # half a correction is none
    site.take(supersede, site.chain.key.sign_typed(supersede.typed))
    assert site.worker().run(timeout=60).idle
    assert [row.summary for row in site.outbox()][1:] == [{"batches": 1, "changes": 1, "leaves": 1}]
    assert _notes(site, [change]) == [(True, "")]
    assert site.status(old) == (True, False, True)
    site.fsck("N1", "N1")


def test_a_correction_of_what_was_revoked_meanwhile_is_withdrawn(site: DelegatedSite) -> None:
    (old,) = _registered(site, "N1")
    change = _corrected(site, old)
    site.work()
    site.sign()
    _directly(site, old, Op.REVOKED)
    site.chain.make_final()
    assert site.worker().run(timeout=60).idle
    assert _notes(site, [change]) == [(True, WITHDRAWN)]
    assert [row.state for row in site.requests()][1:] == [RequestState.REFUSED] * 2
    assert len(site.outbox()) == 1


# -- what may happen on the way


def test_a_request_that_ran_out_is_renewed(site: DelegatedSite) -> None:
    site.accept("N1")
    site.work()
    (first,) = site.open()
    site.ahead = VALID + 1
    site.work()
    old, new = site.requests()
    assert (old.state, old.note) == (RequestState.EXPIRED, RAN_OUT)
    assert (new.state, new.batch_id, new.deadline > first.deadline) == (RequestState.OPEN, first.batch_id, True)
    with pytest.raises(Exception, match="ran out"):
        site.take(first, site.chain.key.sign_typed(first.typed))
    site.sign()
    assert site.worker().run(timeout=60).idle
    assert len(site.batches()) == 1
    site.fsck("N1")


def test_a_signature_that_ran_out_before_it_was_sent_is_asked_for_anew(site: DelegatedSite) -> None:
    rows = _registered(site, "N1")
    site.want([rows[0].id], Op.SUSPENDED)
    site.work()
    site.sign()
    site.ahead = VALID - 30  # less than a minute is left: it would come too late
    site.work()
    assert [row.state for row in site.requests()][1:] == [RequestState.EXPIRED, RequestState.OPEN]
    assert len(site.outbox()) == 1
    site.sign()
    assert site.worker().run(timeout=60).idle
    assert site.status(rows[0])[1]


def test_what_a_failed_transaction_carried_is_sent_again_with_the_same_signature(site: DelegatedSite) -> None:
    rows = _registered(site, "N1", "N2")
    site.want([rows[0].id], Op.SUSPENDED)
    site.accept("N3")
    site.work()
    site.sign()
    bench = site.bench()

    def starved(signer: Signer, call: Call, nonce: int, /) -> SignedTransaction:
        signed = bench.prepare(signer, call, nonce)
        body = {"chainId": signed.chain_id, "nonce": nonce, "to": call.to, "data": call.data, "gas": 60_000,
                "value": 0, "gasPrice": 10**10}  # fmt: skip
        raw, tx_hash = site.payer.sign(body)
        return replace(signed, raw=raw, hash=tx_hash)

    site.worker(bench=replace(bench, prepare=starved)).run(timeout=60)
    assert [row.state for row in site.outbox()] == [OutboxState.FINAL, OutboxState.FAILED]
    before = site.requests(RequestState.SIGNED)
    assert len(before) == 2
    assert {row.outbox_id for row in before} == {None}
    assert site.worker().run(timeout=60).idle
    assert [row.state for row in site.outbox()] == [OutboxState.FINAL, OutboxState.FAILED, OutboxState.FINAL]
    after = site.requests()[1:]
    assert [(row.id, row.signature, row.state) for row in after] == [
        (row.id, row.signature, RequestState.DONE) for row in before
    ]
    assert site.status(rows[0])[1]
    site.fsck("N1", "N2", "N3")


def test_a_key_that_is_retired_after_signing_stops_everything_until_another_one_signs(site: DelegatedSite) -> None:
    """FAULTS 42."""
    chain, calls, node = site.chain, site.chain.client.calls, site.chain.issuer_node
    site.accept("N1")
    site.work()
    site.sign()
    chain.send(chain.controller, calls.retire_key(node, "", node, chain.key.address))
    progress = site.worker().run(timeout=60)
    assert [one.what for one in progress.blocked] == ["batch"]
    assert isinstance(progress.blocked[0].error, Refused)
    assert site.outbox() == []
    newer = LocalSigner(os.urandom(32))
    chain.send(chain.controller, calls.add_key(node, node, newer.address, Role.ATTEST | Role.STATUS))
    site.institutions[node] = replace(site.institutions[node], signer=newer.address)
    chain.mine(2)
    site.work()
    old, new = site.requests()
    assert (old.state, old.note, new.signer) == (RequestState.REFUSED, OTHER_KEY, newer.address)
    site.sign(newer)
    assert site.worker().run(timeout=60).idle
    site.fsck("N1")


def test_a_delegate_that_is_retired_stops_everything(site: DelegatedSite) -> None:
    chain, calls, node = site.chain, site.chain.client.calls, site.chain.issuer_node
    site.accept("N1")
    site.work()
    site.sign()
    assert chain.registry.delegation is not None
    chain.send(chain.controller, calls.retire_key(node, "", node, chain.registry.delegation.address))
    progress = site.worker().run(timeout=60)
    assert [one.what for one in progress.blocked] == ["batch"]
    assert site.outbox() == []


def test_an_institution_that_gets_an_account_sends_what_waited(site: DelegatedSite) -> None:
    site.accept("N1")
    site.work()
    del site.institutions[site.chain.issuer_node]
    site.chain.cheat("anvil_setBalance", "0x" + site.chain.key.address.hex(), hex(10**20))
    site.here = True
    assert site.worker().run(timeout=60).idle
    assert [(row.state, row.note) for row in site.requests()] == [(RequestState.REFUSED, OWN_ACCOUNT)]
    assert site.accounts_used() == (1, 0)
    site.fsck("N1")


def test_a_payer_whose_key_is_not_here_is_told(site: DelegatedSite) -> None:
    site.accept("N1")
    site.work()
    site.sign()
    progress = site.worker(bench=site.bench(keys=KeyRing({}))).run(timeout=60)
    assert progress.lacking == (site.payer.address,)
    assert site.worker().run(timeout=60).idle


def test_a_payer_without_money_keeps_everything(site: DelegatedSite) -> None:
    site.accept("N1")
    site.work()
    site.sign()
    site.chain.cheat("anvil_setBalance", "0x" + site.payer.address.hex(), "0x0")
    progress = site.worker().run(timeout=60)
    assert [one.what for one in progress.blocked] == ["transaction"]
    assert [row.state for row in site.requests()] == [RequestState.CARRIED]  # kept, whatever comes
    site.chain.cheat("anvil_setBalance", "0x" + site.payer.address.hex(), hex(10**20))
    assert site.worker().run(timeout=60).idle
    site.fsck("N1")
