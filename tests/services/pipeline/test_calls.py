"""Operations of the issuer registry through the same queue."""

from __future__ import annotations

import json

import pytest

from chopmark.core.ledger import OutboxState
from chopmark.core.words import GrantFlag, Op
from chopmark.services.pipeline import KeyRing
from tests.fixtures.pipes import Site

pytestmark = pytest.mark.chain


@pytest.mark.both_databases
def test_several_operations_of_one_sender_go_together_in_order(site: Site) -> None:
    chain, calls = site.chain, site.chain.client.calls
    node = chain.issuer_node[:24] + (3).to_bytes(8, "big")
    with site.store.begin() as tx:
        ids = [
            tx.calls.add_call(chain.accreditor.address, call)
            for call in (
                calls.register(chain.accreditor_node, "degree", chain.controller.address, bytes(32), ""),
                calls.grant(chain.accreditor_node, node, "degree", 0, 0, GrantFlag.ATTEST),
            )
        ]
    assert site.worker(chain.accreditor).run(timeout=30).idle
    (row,) = site.outbox()
    assert (row.state, row.summary) == (OutboxState.FINAL, {"calls": 2})
    with site.store.read() as tx:
        assert [call.outbox_id for number in ids if (call := tx.calls.get(number))] == [row.id, row.id]
        said = tx.history.of_transaction(row.tx_hash)
        assert tx.history.nodes()[-1] == node
    assert [one.event.op for one in said] == [Op.NODE_REGISTERED, Op.ACCREDITATION_GRANTED]


def test_a_refused_operation_is_answered_and_not_tried_again(site: Site) -> None:
    chain, calls = site.chain, site.chain.client.calls
    with site.store.begin() as tx:
        bad = tx.calls.add_call(
            chain.controller.address,
            calls.grant(chain.issuer_node, chain.issuer_node, "degree", 0, 0, GrantFlag.ATTEST),
        )
        good = tx.calls.add_call(
            chain.controller.address, calls.set_profile(chain.issuer_node, b"\x01" * 32, "https://x.example")
        )
    done = site.worker(chain.controller).run(timeout=30)
    assert done.idle
    with site.store.read() as tx:
        refused, sent = tx.calls.get(bad), tx.calls.get(good)
    assert refused is not None
    assert sent is not None
    assert set(json.loads(refused.error)["message"]) == {"zh", "en"}
    assert (sent.error, sent.outbox_id) == ("", 1)
    assert [row.summary for row in site.outbox()] == [{"calls": 1}]


def test_an_operation_waits_for_its_key(site: Site) -> None:
    chain, calls = site.chain, site.chain.client.calls
    with site.store.begin() as tx:
        tx.calls.add_call(chain.controller.address, calls.set_profile(chain.issuer_node, b"\x01" * 32, ""))
    done = site.worker().run(timeout=30)
    assert (done.lacking, done.calls) == ((chain.controller.address,), 1)
    assert site.worker(bench=site.bench(keys=KeyRing({}, (chain.controller,)))).run(timeout=30).idle
