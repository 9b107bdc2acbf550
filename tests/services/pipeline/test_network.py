"""Transactions that get lost, late, reverted or replaced, and nodes that lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chopmark.chain.client import ChainClient
from chopmark.chain.transactions import prepare
from chopmark.core.ledger import OutboxState
from chopmark.core.transaction import Call, Logged
from chopmark.core.words import Role
from chopmark.errors import ChainError, Refused, Unreachable
from chopmark.services.pipeline import KeyRing, Worker, follow
from chopmark.services.pipeline.deliver import NONCE_TAKEN, NOT_SAID, REVERTED
from tests.fixtures import faults
from tests.fixtures.devchain import funded
from tests.fixtures.pipes import Site, make_bench

pytestmark = pytest.mark.chain


def _through(site: Site, client: ChainClient, **options: object) -> Worker:
    """A worker that talks to the node through this client."""
    keys = KeyRing({site.chain.issuer_node: site.chain.key})
    return site.worker(bench=make_bench(client, site.store, keys), **options)


def _hold_blocks(site: Site) -> None:
    site.chain.cheat("evm_setAutomine", False)


def _one_round(site: Site) -> None:
    site.worker().run(timeout=0)


# --- lost


@pytest.mark.both_databases
@pytest.mark.parametrize("fault", [faults.LosesReplies, faults.LosesRequests])
def test_an_answer_that_never_came_is_looked_after(site: Site, fault: type[faults.LosesReplies]) -> None:
    site.accept("N1", "N2")
    client = fault(site.chain)
    assert _through(site, client).run(timeout=30).idle
    (row,) = site.outbox()
    assert {*client.sent} == {row.raw}
    assert len(client.sent) == (1 if fault is faults.LosesReplies else 2)
    site.fsck("N1", "N2")


def test_a_dropped_transaction_is_sent_again_as_it_was(own_site: Site) -> None:
    site = own_site
    _hold_blocks(site)
    site.accept("N1", "N2")
    _one_round(site)
    (before,) = site.outbox()
    assert before.state is OutboxState.SENT
    assert site.chain.cheat("anvil_dropTransaction", "0x" + before.tx_hash.hex())
    assert not site.chain.client.knows(before.tx_hash)
    assert site.worker().run(timeout=30).idle
    (after,) = site.outbox()
    assert (after.raw, after.state) == (before.raw, OutboxState.FINAL)
    site.fsck("N1", "N2")


def test_while_one_is_under_way_leaves_gather(own_site: Site) -> None:
    site = own_site
    _hold_blocks(site)
    site.accept("N1")
    _one_round(site)
    site.accept("N2")
    site.accept("N3")
    _one_round(site)
    assert len(site.outbox()) == 1
    assert site.worker().run(timeout=30).idle
    assert [batch.size for batch in site.batches()] == [1, 2]
    site.fsck("N1", "N2", "N3")


# --- passed over


def test_a_number_that_was_used_elsewhere_is_passed_over(own_site: Site) -> None:
    site, chain = own_site, own_site.chain
    _hold_blocks(site)
    site.accept("N1")
    _one_round(site)
    (ours,) = site.outbox()
    chain.cheat("anvil_dropTransaction", "0x" + ours.tx_hash.hex())
    other = chain.client.calls.attest(chain.issuer_node, "degree", b"\x0d" * 32, 1)
    theirs = prepare(chain.client, chain.key, other, ours.nonce)
    chain.client.send(theirs.raw)
    chain.mine()
    done = site.worker().run(timeout=30)
    assert done.failed == (ours.tx_hash,)
    assert site.worker().run(timeout=30).idle
    lost, second = site.outbox()
    assert (lost.state, lost.error) == (OutboxState.FAILED, NONCE_TAKEN)
    assert (second.state, second.nonce) == (OutboxState.FINAL, ours.nonce + 1)
    (batch,) = site.batches()
    assert batch.anchored
    assert batch.outbox_id == second.id


def test_a_number_that_was_used_before_is_not_taken(site: Site) -> None:
    site.register("N1")
    site.chain.attest(size=1)
    site.accept("N2")
    assert site.worker().run(timeout=30).idle
    first, second = site.outbox()
    assert second.nonce == first.nonce + 2


# --- reverted


def test_a_reverted_transaction_is_told_and_its_batch_goes_out_with_another_key(own_site: Site) -> None:
    site, chain, calls = own_site, own_site.chain, own_site.chain.client.calls
    _hold_blocks(site)
    site.accept("N1", "N2")
    _one_round(site)
    # The key is retired in the same block, by a transaction that pays more and so comes first.
    chain.cheat("anvil_setBalance", "0x" + chain.controller.address.hex(), hex(10**24))
    retire = calls.retire_key(chain.issuer_node, "", chain.issuer_node, chain.key.address)
    body: dict[str, object] = {
        "chainId": chain.trusted.chain_id,
        "nonce": chain.client.nonce(chain.controller.address),
        "value": 0,
    }
    body |= {"to": retire.to, "data": retire.data, "gas": 300_000}
    body |= {"maxFeePerGas": 10**12, "maxPriorityFeePerGas": 10**12, "type": 2}
    raw, _ = chain.controller.sign(body)
    chain.client.send(raw)
    chain.mine()
    done = site.worker().run(timeout=30)
    (row,) = site.outbox()
    assert (row.state, row.error, done.failed, done.batches) == (OutboxState.FAILED, REVERTED, (row.tx_hash,), 1)
    again = site.worker().run(timeout=30)
    (blocked,) = again.blocked
    assert (blocked.what, blocked.ids) == ("batch", (1,))
    assert isinstance(blocked.error, Refused)
    assert "KeyIsRetired" in str(blocked.error.facts["rule"])
    chain.cheat("evm_setAutomine", True)
    key = funded(chain.rpc)
    chain.send(chain.controller, calls.add_key(chain.issuer_node, chain.issuer_node, key.address, Role.ATTEST))
    bench = site.bench(keys=KeyRing({chain.issuer_node: key}))
    assert site.worker(bench=bench).run(timeout=30).idle
    assert [one.size for one in site.batches()] == [2]
    site.fsck("N1", "N2")


def test_a_batch_that_stands_without_us_is_adopted(own_site: Site) -> None:
    site, chain = own_site, own_site.chain
    _hold_blocks(site)
    site.accept("N1", "N2")
    _one_round(site)
    (ours,), (batch,) = site.outbox(), site.batches()
    chain.cheat("anvil_dropTransaction", "0x" + ours.tx_hash.hex())
    same = chain.client.calls.attest(chain.issuer_node, "degree", batch.root, batch.size)
    chain.client.send(prepare(chain.client, chain.key, _padded(same), ours.nonce).raw)
    chain.mine()
    site.worker().run(timeout=30)
    assert site.worker().run(timeout=30).idle
    assert [one.state for one in site.outbox()] == [OutboxState.FAILED]
    site.fsck("N1", "N2")


def _padded(call: Call) -> Call:
    """The same call as another transaction: solidity ignores what follows the arguments."""
    return replace(call, data=call.data + b"\0")


# --- lies


def test_an_invented_success_anchors_nothing(site: Site) -> None:
    site.accept("N1")
    client = faults.InventsReceipts(site.chain)
    done = _through(site, client).run(timeout=5)
    assert not done.idle
    assert not site.batches()[0].anchored
    (row,) = site.outbox()
    assert (row.state, row.error) == (OutboxState.MINED, NOT_SAID)
    assert isinstance(done.blocked[0].error, ChainError)
    assert site.worker().run(timeout=30).idle
    site.fsck("N1")


def test_a_receipt_of_another_fork_anchors_nothing(site: Site) -> None:
    site.accept("N1")
    client = faults.LiesAboutReceipts(site.chain, faults.elsewhere)
    done = _through(site, client).run(timeout=0.5)
    assert (done.in_flight, done.idle) == (1, False)
    assert site.worker().run(timeout=30).idle
    assert len(site.outbox()) == 1
    site.fsck("N1")


@pytest.mark.parametrize(
    "change",
    [
        lambda logs: logs[:-1],
        lambda logs: logs[1:],
        lambda logs: logs + logs[-1:],
        lambda logs: logs[::-1],
        lambda logs: logs[:-3],
        lambda logs: [log for log in logs if log.event.registry != "attestation"],
    ],
    ids=["last missing", "first missing", "doubled", "disordered", "several missing", "registry missing"],
)
def test_incomplete_logs_are_not_kept(site: Site, change: Callable[[list[Logged]], list[Logged]]) -> None:
    site.chain.attest(size=5)
    site.chain.make_final()
    client = faults.BendsLogs(site.chain, change)
    bench = make_bench(client, site.store, KeyRing({}))
    with pytest.raises(Unreachable, match="not complete"):
        follow(bench, client.final())
    with site.store.read() as tx:
        assert tx.history.cursor() is None
    follow(site.bench(), site.chain.client.final())
    with site.store.read() as tx:
        assert tx.history.events() == site.chain.client.logs(0, site.chain.client.final().number)


def test_a_lagging_node_makes_nothing_go_back(site: Site) -> None:
    site.register("N1")
    site.accept("N2")
    client = faults.Lags(site.chain)
    client.stuck_at = client.head().number - 4
    worker = _through(site, client, patience=60.0)
    still = worker.run(timeout=0.3)
    assert (still.lagging, still.leaves) == (True, 1)
    assert len(site.outbox()) == 1
    client.stuck_at = None
    assert worker.run(timeout=30).idle
    site.fsck("N1", "N2")
