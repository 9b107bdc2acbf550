"""What goes into a transaction, and what is left behind."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from chopmark.core.transaction import Call, Rejection, SignedTransaction
from chopmark.errors import Refused
from chopmark.services.pipeline.assemble import sift
from chopmark.services.pipeline.follow import COMPARED, _chosen
from chopmark.services.pipeline.part import Part
from chopmark.services.ports import Signer
from tests.fixtures.pipes import Site

pytestmark = pytest.mark.chain


def _refusal(rule: object) -> Refused:
    return Refused(why="test", fix_zh="", fix_en="", rule=rule)


def _parts(site: Site, *kinds: str) -> list[Part]:
    calls = site.chain.client.calls
    return [Part((calls.attest(site.chain.issuer_node, kind, os.urandom(32), 1),)) for kind in kinds]


def test_only_the_refused_part_stays_behind(site: Site) -> None:
    parts = _parts(site, "degree", "paper", "degree")
    kept, blocked = sift(site.bench(), site.chain.key.address, parts, _refusal("NotGranted()"))
    assert kept == [parts[0], parts[2]]
    assert len(blocked) == 1


def test_what_needs_an_earlier_part_is_tried_on_top_of_it(site: Site) -> None:
    calls, node = site.chain.client.calls, site.chain.issuer_node
    old, new = site.chain.attest(size=1), os.urandom(32)
    parts = [
        Part((calls.attest(node, "paper", os.urandom(32), 1),)),
        Part((calls.attest(node, "degree", new, 1),)),
        Part((calls.supersede(node, old, 0, new, 0, 2),)),
    ]
    kept, blocked = sift(site.bench(), site.chain.key.address, parts, _refusal("NotGranted()"))
    assert kept == parts[1:]
    assert len(blocked) == 1


def test_what_does_not_fit_a_block_is_halved(site: Site) -> None:
    parts = _parts(site, *["degree"] * 5)
    assert sift(site.bench(), b"", parts, _refusal(Rejection.GAS)) == (parts[:2], [])
    (blocked,) = sift(site.bench(), b"", parts[:1], _refusal(Rejection.GAS))[1]
    assert blocked.what == "transaction"


def test_when_nothing_is_refused_any_more_the_next_round_tries_again(site: Site) -> None:
    parts = _parts(site, "degree", "degree")
    assert sift(site.bench(), site.chain.key.address, parts, _refusal("NotGranted()")) == ([], [])


def test_a_refusal_that_passes_is_tried_again(site: Site) -> None:
    site.accept("N1")
    bench = site.bench()
    refused: list[int] = []

    def once(signer: Signer, call: Call, nonce: int, /) -> SignedTransaction:
        if not refused:
            refused.append(nonce)
            raise _refusal("NotGranted()")
        return bench.prepare(signer, call, nonce)

    assert site.worker(bench=replace(bench, prepare=once)).run(timeout=30).idle
    site.fsck("N1")


def test_more_batches_than_fit_one_transaction_take_several(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chopmark.services.pipeline.assemble.PARTS_LIMIT", 1)
    monkeypatch.setattr("chopmark.services.pipeline.assemble.BATCH_LIMIT", 2)
    site.accept(*(f"N{n}" for n in range(5)))
    assert site.worker().run(timeout=30).idle
    assert [batch.size for batch in site.batches()] == [2, 2, 1]
    assert len(site.outbox()) == 3
    site.fsck(*(f"N{n}" for n in range(5)))


def test_of_a_large_registry_a_part_that_goes_round_is_compared(site: Site) -> None:
    nodes = [n.to_bytes(32, "big") for n in range(3 * COMPARED)]
    final = site.chain.client.final()
    rounds = [set(_chosen(nodes, {nodes[7]}, replace(final, number=number))) for number in range(3)]
    assert set().union(*rounds) == set(nodes)
    assert all(nodes[7] in chosen and len(chosen) <= COMPARED + 1 for chosen in rounds)
    assert _chosen(nodes[:COMPARED], set(), final) == nodes[:COMPARED]
