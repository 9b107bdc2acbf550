"""From accepted to anchored, when nothing goes wrong and when something is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from chopmark.core.ledger import OutboxState
from chopmark.core.transaction import Rejection
from chopmark.core.words import GrantFlag
from chopmark.errors import KeystoreError, Refused, StoreError, Unreachable, WrongChain
from chopmark.keys.signer import LocalSigner
from chopmark.services.pipeline import KeyRing, Progress
from tests.fixtures.devchain import funded
from tests.fixtures.ledger import composed
from tests.fixtures.pipes import Site, make_bench

pytestmark = pytest.mark.chain


def _grant_paper(site: Site) -> None:
    chain, calls = site.chain, site.chain.client.calls
    chain.send(
        chain.authority, calls.grant(chain.authority_node, chain.accreditor_node, "paper", 0, 0, GrantFlag.ACCREDIT)
    )
    chain.send(chain.accreditor, calls.grant(chain.accreditor_node, chain.issuer_node, "paper", 0, 0, GrantFlag.ATTEST))


def test_three_hundred_go_into_one_batch_and_one_transaction(any_site: Site) -> None:
    site, numbers = any_site, [f"N{n}" for n in range(300)]
    site.accept(*numbers)
    told: list[Progress] = []
    done = site.worker().run(progress=told.append, timeout=60)
    assert done.idle
    (row,) = site.outbox()
    (batch,) = site.batches()
    assert (row.state, row.summary, done.finished) == (OutboxState.FINAL, {"batches": 1, "leaves": 300}, (row.tx_hash,))
    assert (batch.size, batch.block_number, batch.block_hash) == (300, row.block_number, row.block_hash)
    assert [one.leaves for one in told][-1] == 0
    assert {one.confirming for one in told} == {0, 1}
    site.fsck(*numbers)


def test_an_idle_worker_does_nothing(site: Site) -> None:
    site.register("N1")
    nonce = site.chain.client.nonce(site.chain.key.address)
    assert site.worker().run(timeout=30).idle
    assert site.chain.client.nonce(site.chain.key.address) == nonce
    site.fsck("N1")


def test_what_comes_later_goes_into_another_batch(site: Site) -> None:
    site.register("N1", "N2")
    site.register("N3")
    assert [batch.size for batch in site.batches()] == [2, 1]
    site.fsck("N1", "N2", "N3")


def test_several_kinds_of_one_issuer_go_into_one_transaction(site: Site) -> None:
    _grant_paper(site)
    site.accept("N1", "N2")
    site.accept("P1", kind="paper")
    assert site.worker().run(timeout=30).idle
    (row,) = site.outbox()
    assert row.summary == {"batches": 2, "leaves": 3}
    assert sorted((batch.kind, batch.size) for batch in site.batches()) == [("degree", 2), ("paper", 1)]
    site.fsck("N1", "N2", "P1")


def test_a_kind_without_accreditation_holds_up_no_other(site: Site) -> None:
    site.accept("N1")
    (paper,) = site.accept("P1", kind="paper")
    done = site.worker().run(timeout=30)
    assert not done.idle
    assert done.leaves == 1
    (blocked,) = done.blocked
    assert (blocked.what, blocked.ids) == ("leaves", (paper.id,))
    assert isinstance(blocked.error, Refused)
    assert [batch.kind for batch in site.batches()] == ["degree"]
    _grant_paper(site)
    assert site.worker().run(timeout=30).idle
    site.fsck("N1", "P1")


def test_without_its_key_work_waits(site: Site) -> None:
    site.accept("N1")
    done = site.worker(bench=site.bench(keys=KeyRing({}))).run(timeout=30)
    assert (done.lacking, done.leaves, done.idle) == ((site.chain.issuer_node,), 1, False)
    assert site.outbox() == []


def test_without_funds_the_signed_transaction_waits(site: Site) -> None:
    chain = site.chain
    chain.cheat("anvil_setBalance", "0x" + chain.key.address.hex(), "0x0")
    site.accept("N1")
    done = site.worker().run(timeout=30)
    assert done.blocked[0].error.facts["rule"] is Rejection.FUNDS
    assert not done.idle
    chain.cheat("anvil_setBalance", "0x" + chain.key.address.hex(), hex(10**21))
    assert site.worker().run(timeout=30).idle
    assert len(site.outbox()) == 1
    site.fsck("N1")


def test_a_run_may_wait_for_its_own_only(site: Site) -> None:
    (row,) = site.accept("N1")
    site.accept("P1", kind="paper")

    def anchored(tx: object) -> bool:
        batch_id = tx.credentials.get_many([row.id])[row.id].batch_id  # type: ignore[attr-defined]
        batch = None if batch_id is None else tx.batches.get(batch_id)  # type: ignore[attr-defined]
        return batch is not None and batch.anchored

    site.worker().run(until_idle=False, until=anchored, timeout=30)
    assert site.batches()[0].anchored


def test_time_is_up_and_everything_is_kept(site: Site) -> None:
    site.accept("N1")
    still = site.worker(sleep=lambda _: None).run(timeout=0.3)
    assert (still.in_flight + still.confirming, still.idle) == (1, False)
    assert site.worker().run(timeout=30).idle
    assert len(site.outbox()) == 1
    site.fsck("N1")


def test_a_worker_can_be_stopped(site: Site) -> None:
    worker = site.worker()
    worker.run(until_idle=False, progress=lambda _: worker.stop(), timeout=30)


def test_a_site_stays_on_its_chain(site: Site) -> None:
    site.register("N1")
    client = site.chain.client
    other = replace(client.chain, genesis=bytes(32))
    wrong = type(client)(site.chain.rpc, other, client.registry)
    with pytest.raises(WrongChain):
        site.worker(bench=make_bench(wrong, site.store, KeyRing({}))).run(timeout=30)
    bench = site.bench()
    moved = replace(bench, home=replace(bench.home, from_block=bench.home.from_block + 1))
    with pytest.raises(StoreError, match="another chain"):
        site.worker(bench=moved).run(timeout=30)


def test_a_silent_node_is_an_error_and_the_queue_is_safe(site: Site) -> None:
    from chopmark.chain.client import ChainClient
    from chopmark.chain.rpc import Rpc

    site.accept("N1")
    client = site.chain.client
    nobody = ChainClient(Rpc("http://127.0.0.1:9", timeout=1), client.chain, client.registry)
    bench = make_bench(nobody, site.store, KeyRing({}))
    told: list[Progress] = []
    with pytest.raises(Unreachable):
        site.worker(bench=bench, patience=0.2, sleep=lambda _: None).run(progress=told.append)
    assert told
    assert all(one.unreachable is not None and one.leaves == 1 for one in told)
    told.clear()
    site.worker(bench=bench, patience=0.2, sleep=lambda _: None).run(
        until_idle=False, progress=told.append, timeout=0.5
    )
    assert told[-1].unreachable is not None
    assert site.worker().run(timeout=30).idle
    site.fsck("N1")


def test_following_alone(site: Site) -> None:
    final = site.worker().follow()
    with site.store.read() as tx:
        assert tx.history.cursor() == final
        assert tx.history.nodes()[:1] != []


def test_issuers_with_keys_of_their_own_do_not_wait_for_each_other(site: Site) -> None:
    chain, calls = site.chain, site.chain.client.calls
    controller, key = funded(chain.rpc), funded(chain.rpc)
    chain.send(chain.accreditor, calls.register(chain.accreditor_node, "degree", controller.address, bytes(32), ""))
    node = chain.issuer_node[:24] + (3).to_bytes(8, "big")
    chain.send(chain.accreditor, calls.grant(chain.accreditor_node, node, "degree", 0, 0, GrantFlag.ATTEST))
    chain.send(controller, calls.add_key(node, node, key.address, 3))
    with site.store.begin() as tx:
        tx.credentials.add_many([composed("N1", chain.issuer_node), composed("N1", node)])
    chain.cheat("anvil_setBalance", "0x" + chain.key.address.hex(), "0x0")
    keys = KeyRing({chain.issuer_node: chain.key, node: key})
    site.worker(bench=site.bench(keys=keys)).run(timeout=30)
    assert [batch.issuer for batch in site.batches() if batch.anchored] == [node]


def test_each_round_tells_what_is_new_and_a_long_life_is_not_a_long_list(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chopmark.services.pipeline import worker as module

    monkeypatch.setattr(module, "KEPT", 2)
    told: list[bytes] = []
    numbers = iter(["N2", "N3"])

    def hear(now: Progress) -> None:
        told.extend(now.finished)
        assert len(now.finished) <= 1
        for _ in now.finished:
            site.accept(*[number for number in [next(numbers, "")] if number])

    site.accept("N1")
    done = site.worker().run(progress=hear, until_idle=False, until=lambda _: len(told) == 3, timeout=60)
    assert told == [row.tx_hash for row in site.outbox()]
    assert done.finished == tuple(told[1:])


def test_a_key_that_does_not_sign_stops_nobody_else(site: Site) -> None:
    chain, calls = site.chain, site.chain.client.calls
    controller, key = funded(chain.rpc), funded(chain.rpc)

    class Broken(LocalSigner):
        def sign(self, transaction: Mapping[str, Any], /) -> tuple[bytes, bytes]:
            raise KeystoreError(why="the signing service is out", fix_zh="-", fix_en="-")

    chain.send(chain.accreditor, calls.register(chain.accreditor_node, "degree", controller.address, bytes(32), ""))
    node = chain.issuer_node[:24] + (3).to_bytes(8, "big")
    chain.send(chain.accreditor, calls.grant(chain.accreditor_node, node, "degree", 0, 0, GrantFlag.ATTEST))
    chain.send(controller, calls.add_key(node, node, key.address, 3))
    with site.store.begin() as tx:
        tx.credentials.add_many([composed("N1", chain.issuer_node), composed("N1", node)])
    broken = Broken(bytes(chain.key._account.key))
    progress = site.worker(bench=site.bench(keys=KeyRing({chain.issuer_node: broken, node: key}))).run(timeout=30)
    assert [batch.issuer for batch in site.batches()] == [node]
    assert isinstance(progress.blocked[0].error, KeystoreError)
    assert site.worker(bench=site.bench(keys=KeyRing({chain.issuer_node: chain.key}))).run(timeout=30).idle
