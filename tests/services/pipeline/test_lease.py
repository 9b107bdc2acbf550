"""Several workers for one key."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from chopmark.core.transaction import Call, SignedTransaction
from chopmark.errors import Busy
from chopmark.services.pipeline import KeyRing, holder_here, is_gone
from chopmark.services.ports import Signer, Transaction
from tests.fixtures.pipes import Site

pytestmark = pytest.mark.chain


def test_the_second_worker_is_told_who_sends(any_site: Site) -> None:
    site = any_site
    site.accept("N1")
    with site.store.begin() as tx:
        lease = tx.leases.take(site.chain.key.address, "the first", 2**40, 30)
    assert lease is not None
    told: list[str] = []
    with pytest.raises(Busy, match="the first"):
        site.worker().run(timeout=0.3, progress=lambda now: told.append(now.busy))
    assert {*told} == {"the first"}
    assert site.outbox() == []
    with site.store.begin() as tx:
        tx.leases.release(lease)
    assert site.worker().run(timeout=30).idle
    site.fsck("N1")


def test_a_queued_worker_sees_the_other_one_finish(site: Site) -> None:
    site.accept("N1")
    first, ready, done = site.worker(), threading.Event(), threading.Event()

    def at_work(_: object) -> None:
        ready.set()
        done.wait(5)

    thread = threading.Thread(target=lambda: first.run(timeout=60, progress=at_work))
    thread.start()
    assert ready.wait(30)
    told: list[str] = []
    second = site.worker(gone=lambda _: False)

    def seen(now: object) -> None:
        told.append(now.busy)  # type: ignore[attr-defined]
        done.set()

    assert second.run(timeout=60, progress=seen).idle
    thread.join()
    assert told[0]
    assert len(site.outbox()) == 1
    site.fsck("N1")


def test_a_lease_that_was_lost_while_signing_keeps_nothing(site: Site) -> None:
    site.accept("N1", "N2")
    bench = site.bench(holder="slow")

    def slowly(signer: Signer, call: Call, nonce: int, /) -> SignedTransaction:
        signed = bench.prepare(signer, call, nonce)
        with site.store.begin() as tx:
            assert tx.leases.take(signer.address, "quick", 2**40, 30) is not None
        return signed

    with pytest.raises(Busy, match="quick"):
        site.worker(bench=replace(bench, prepare=slowly)).run(timeout=0)
    assert (site.outbox(), site.batches()) == ([], [])
    with site.store.begin() as tx:
        assert tx.leases.take(site.chain.key.address, "mine", 2**41, 30) is not None
    assert site.worker(bench=site.bench(holder="mine")).run(timeout=30).idle
    site.fsck("N1", "N2")


def test_leaves_that_another_key_of_the_issuer_sealed_meanwhile_are_left_alone(site: Site) -> None:
    """Two keys of one issuer have a lease each: the database decides which batch a leaf is in."""
    site.accept("N1", "N2")
    bench = site.bench()
    raced: list[int] = []

    def slowly(signer: Signer, call: Call, nonce: int, /) -> SignedTransaction:
        signed = bench.prepare(signer, call, nonce)
        if not raced:
            with site.store.begin() as tx:
                raced.append(tx.batches.seal(site.chain.issuer_node, "degree", b"\x0e" * 32, 1, [1], None))
                tx.batches.carry(raced, None)
        return signed

    worker = site.worker(bench=replace(bench, prepare=slowly))
    worker.run(timeout=0)
    assert [batch.size for batch in site.batches()] == [1]


def test_three_processes_at_once(any_site: Site) -> None:
    site = any_site
    groups = [[f"{letter}{n}" for n in range(30)] for letter in "ABC"]
    with ThreadPoolExecutor(len(groups)) as pool:
        assert list(pool.map(lambda group: site.run_process(*group, check=True), groups)) == [0, 0, 0]
    assert site.worker().run(timeout=60).idle
    site.fsck(*(number for group in groups for number in group))


def test_a_holder_is_gone_when_its_process_is() -> None:
    here = holder_here()
    assert not is_gone(here)
    assert not is_gone("")
    assert not is_gone("another.machine:17")
    program = "from chopmark.services.pipeline.holder import holder_here; print(holder_here())"
    there = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()
    assert is_gone(there)
    host, machine, pid, started, _ = here.split("/")
    assert is_gone("/".join((host, machine, pid, str(int(started or 1) - 1), "x")))
    assert not is_gone(f"{host}/another/1/1/x")
    assert not is_gone(f"{host}/{machine}/1//x")


def test_two_workers_with_different_keys_do_not_wait_for_one_another(site: Site) -> None:
    chain, calls = site.chain, site.chain.client.calls
    profile = calls.set_profile(chain.issuer_node, b"\x01" * 32, "")
    registration = calls.register(chain.accreditor_node, "degree", chain.controller.address, bytes(32), "")
    with site.store.begin() as tx:
        tx.calls.add_call(chain.controller.address, profile)
        tx.calls.add_call(chain.accreditor.address, registration)
    only_one, only_other = (site.bench(keys=KeyRing({}, (key,))) for key in (chain.controller, chain.accreditor))
    mine = chain.accreditor.address
    nested: list[bool] = []

    def is_done(tx: Transaction) -> bool:
        return not tx.calls.waiting(mine) and not tx.outbox.open(mine)

    def while_it_runs(_: object) -> None:
        if not nested:
            nested.append(True)
            # Less than a lease lasts: one that was taken for nothing would be seen.
            site.worker(bench=replace(only_other, holder="other")).run(timeout=10, until=is_done)

    first = site.worker(bench=replace(only_one, holder="one")).run(timeout=30, progress=while_it_runs)
    assert first.idle
    assert {row.sender for row in site.outbox()} == {chain.controller.address, chain.accreditor.address}
