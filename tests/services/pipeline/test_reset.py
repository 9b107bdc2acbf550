"""Blocks that are taken back: above finality it is followed, below it is refused, and healed on request."""

from __future__ import annotations

import pytest

from chopmark.core.ledger import OutboxState
from chopmark.core.words import Op
from chopmark.errors import Busy, ChainReset
from chopmark.services.pipeline import request_changes
from chopmark.services.pipeline.failpoint import DEAD
from chopmark.services.pipeline.reset import HEALING
from chopmark.services.ports import Transaction
from chopmark.wording import Language
from tests.fixtures import faults
from tests.fixtures.pipes import Site, make_bench

pytestmark = pytest.mark.chain


def _mined(site: Site) -> None:
    """One transaction, recorded as mined and not final."""
    site.worker(sleep=lambda _: None).run(until=lambda tx: _last_state(tx) is OutboxState.MINED, timeout=60)
    assert [row.state for row in site.outbox()][-1] is OutboxState.MINED


def _last_state(tx: Transaction) -> OutboxState | None:
    rows = tx.outbox.open()
    return rows[-1].state if rows else None


@pytest.mark.parametrize("depth", [1, 2])
def test_a_reorganisation_above_finality_is_followed(own_site: Site, depth: int) -> None:
    site = own_site
    site.chain.mine(3)
    site.accept("N1", "N2")
    _mined(site)
    site.chain.mine(depth - 1)
    site.chain.cheat("anvil_reorg", depth, [])
    assert not site.batches()[0].anchored
    site.worker().run(timeout=0)
    assert site.worker().run(timeout=30).idle
    assert len(site.outbox()) == 1
    site.fsck("N1", "N2")


def test_a_transaction_that_moves_to_another_block_is_one_transaction(own_site: Site) -> None:
    site = own_site
    site.chain.mine(4)
    site.accept("N1")
    _mined(site)
    (before,) = site.outbox()
    raw = "0x" + before.raw.hex()
    site.chain.mine()
    site.chain.cheat("anvil_reorg", 2, [[raw, 1]])
    receipt = site.chain.client.receipt(before.tx_hash)
    assert receipt is None or receipt.block.hash != before.block_hash
    assert site.worker().run(timeout=30).idle
    (after,) = site.outbox()
    assert after.raw == before.raw
    assert after.block_hash != before.block_hash
    site.fsck("N1")


def test_a_chain_that_takes_back_final_blocks_is_refused(own_site: Site) -> None:
    site = own_site
    site.chain.mine(5)
    site.register("N1")
    site.chain.cheat("anvil_reorg", 4, [])
    before = site.outbox()
    for _ in range(2):
        with pytest.raises(ChainReset) as caught:
            site.worker().run(timeout=30)
        assert "…" not in caught.value.say(Language.ZH)
    assert site.outbox() == before
    assert site.batches()[0].anchored


def test_healing_sends_the_same_bytes_again(own_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chopmark.services.pipeline.reset.STEP", 2)
    site = own_site
    site.chain.mine(20)
    rows = site.register("N1", "N2", "N3")
    site.register("M1")
    with site.store.begin() as tx:
        request_changes(tx, rows[:2], Op.REVOKED, 1, now=1)
    assert site.worker().run(timeout=30).idle
    before = site.outbox()
    depth = site.chain.client.head().number - (before[0].block_number or 0) + 2
    site.chain.cheat("anvil_reorg", depth, [])
    assert site.chain.client.nonce(site.chain.key.address) == before[0].nonce
    assert site.worker().run(timeout=60, heal=True).idle
    after = site.outbox()
    assert [(row.raw, row.state) for row in after] == [(row.raw, OutboxState.FINAL) for row in before]
    assert [site.status(row)[0] for row in rows] == [True, True, False]
    with site.store.read() as tx:
        assert tx.site.get(HEALING) is None
    site.fsck("M1", "N1", "N2", "N3")


def test_a_chain_that_came_back_behind_the_database_is_healed(own_site: Site) -> None:
    site, chain = own_site, own_site.chain
    site.register("N1")
    saved = chain.cheat("evm_snapshot")
    site.register("N2", "N3")
    site.register("N4")
    before = site.outbox()
    assert chain.cheat("evm_revert", saved)
    with pytest.raises(ChainReset) as caught:
        site.worker(sleep=lambda _: None, patience=0.2).run()
    assert "catching up" in caught.value.say(Language.EN)
    assert site.worker().run(timeout=60, heal=True).idle
    assert [row.raw for row in site.outbox()] == [row.raw for row in before]
    site.fsck("N1", "N2", "N3", "N4")


def test_new_work_after_a_reset_comes_after_the_old(own_site: Site) -> None:
    site, chain = own_site, own_site.chain
    saved = chain.cheat("evm_snapshot")
    site.register("N1")
    assert chain.cheat("evm_revert", saved)
    site.accept("N2")
    assert site.worker().run(timeout=60, heal=True).idle
    assert [batch.size for batch in site.batches()] == [1, 1]
    site.fsck("N1", "N2")


def test_accreditation_is_sent_again_before_what_needs_it(own_site: Site) -> None:
    """Two senders: the controller adds the key, the key attests. Sent together, the attestation could be mined first."""
    from chopmark.services.pipeline import KeyRing
    from tests.fixtures.devchain import funded

    site, chain, calls = own_site, own_site.chain, own_site.chain.client.calls
    saved = chain.cheat("evm_snapshot")
    key = funded(chain.rpc)
    with site.store.begin() as tx:
        tx.calls.add_call(chain.controller.address, calls.add_key(chain.issuer_node, chain.issuer_node, key.address, 3))
    keys = KeyRing({chain.issuer_node: key}, (chain.controller,))
    assert site.worker(bench=site.bench(keys=keys)).run(timeout=30).idle
    site.accept("N1")
    assert site.worker(bench=site.bench(keys=keys)).run(timeout=30).idle
    assert chain.cheat("evm_revert", saved)
    chain.cheat("anvil_setBalance", "0x" + key.address.hex(), hex(10**21))
    assert site.worker(bench=site.bench(keys=keys)).run(timeout=60, heal=True).idle
    assert [row.state for row in site.outbox()] == [OutboxState.FINAL] * 2
    site.fsck("N1")


def test_killed_while_going_back(own_site: Site) -> None:
    site, chain = own_site, own_site.chain
    saved = chain.cheat("evm_snapshot")
    site.register("N1")
    with site.store.read() as tx:
        events = tx.history.events()
    assert chain.cheat("evm_revert", saved)
    assert site.run_process(heal=True, failpoint="in_rollback_before_commit") == DEAD
    with site.store.read() as tx:
        assert tx.history.events() == events
        assert tx.site.get(HEALING) is None
    assert site.batches()[0].anchored
    assert site.run_process(heal=True, failpoint="after_send_before_record") == DEAD
    with site.store.read() as tx:
        assert tx.site.get(HEALING) is not None
    site.run_process(check=True)
    assert len(site.outbox()) == 1
    site.fsck("N1")


def test_healing_waits_for_its_turn(own_site: Site) -> None:
    site, chain = own_site, own_site.chain
    saved = chain.cheat("evm_snapshot")
    site.register("N1")
    assert chain.cheat("evm_revert", saved)
    with site.store.begin() as tx:
        assert tx.leases.take(chain.key.address, "somebody", 2**40, 30) is not None
    with pytest.raises(Busy, match="somebody"):
        site.worker().run(timeout=30, heal=True)
    assert site.batches()[0].anchored


def test_a_node_that_is_behind_is_no_reset(site: Site) -> None:
    site.register("N1")
    client = faults.Lags(site.chain)
    client.stuck_at = client.head().number - 3
    worker = site.worker(bench=make_bench(client, site.store, site.bench().keys), patience=0.2, sleep=lambda _: None)  # type: ignore[arg-type]
    with pytest.raises(ChainReset):
        worker.run()
    with pytest.raises(ChainReset):
        worker.follow()
    assert site.batches()[0].anchored
    assert site.worker().run(timeout=30).idle
    site.fsck("N1")
