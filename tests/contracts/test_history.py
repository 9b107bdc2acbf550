"""A list of events proves itself complete: folded in Python, it gives the head that stands on the chain."""

from __future__ import annotations

import pytest

from tests.contracts.fold import fold, start
from tests.contracts.world import DEGREE, PAPER, Flag, Op, Role, digest

ISSUER_OPS = set(range(16, 30))
RECORD_OPS = {1, 2, 3, 4, 5}


@pytest.fixture
def logs_of(chain):
    """Raw logs of a contract, and the times of their blocks."""
    eth = chain.provider.web3.eth

    def read(contract):
        logs = eth.get_logs({"address": contract.address, "fromBlock": 0, "toBlock": "latest"})
        times = {number: eth.get_block(number)["timestamp"] for number in {log["blockNumber"] for log in logs}}
        return logs, times

    return read


def every_issuer_operation(world):
    issuers, school, bureau, ministry = world.issuers, world.school, world.bureau, world.ministry
    issuers.addKey(bureau, bureau, world.spare, Role.ACCREDIT, sender=world.director)
    issuers.suspend(bureau, school, DEGREE, 11, sender=world.spare)
    issuers.lift(bureau, school, DEGREE, 12, sender=world.director)
    issuers.revoke(ministry, school, DEGREE, 13, sender=world.minister)
    issuers.grant(ministry, school, PAPER, 0, world.now() + 10_000, Flag.ATTEST, sender=world.minister)
    issuers.reportCompromise(school, DEGREE, school, world.key, world.now(), 14, sender=world.rector)
    issuers.retireKey(bureau, DEGREE, school, world.delegate, sender=world.director)
    issuers.setProfile(school, digest("new profile"), "https://new.example.edu/登记", sender=world.rector)
    issuers.offerController(school, world.stranger, sender=world.rector)
    issuers.acceptController(school, sender=world.stranger)
    issuers.recoverController(school, world.rector, sender=world.minister)
    issuers.offerAuthority(world.stranger, sender=world.minister)
    issuers.acceptAuthority(sender=world.stranger)


def every_record_operation(world):
    records, school = world.records, world.school
    a = world.attest("a", size=1000)
    b = digest("b")
    records.attestFor(world.key, school, DEGREE, b, 10, 2, sender=world.delegate)
    world.set_status(a, Op.SUSPEND, (0, 0b111), (3, 1))
    records.setStatusFor(world.key, school, a, Op.RESUME, 21, [(0, 0b010)], sender=world.delegate)
    world.set_status(a, Op.REVOKE, (1, 1 << 255), (2, 2**256 - 1))
    records.supersedeFor(world.key, school, a, 5, b, 6, 22, sender=world.delegate)
    calls = [records.attest.encode_input(school, DEGREE, digest(f"many {i}"), 1, 1) for i in range(3)]
    records.multicall(calls, sender=world.key)


def test_an_issuer_registrys_logs_fold_to_every_nodes_head(world, issuers, logs_of, chain):
    every_issuer_operation(world)
    heads, ops = fold(chain.chain_id, issuers.address, *logs_of(issuers))
    assert ops == ISSUER_OPS
    assert set(heads) == {world.ministry, world.bureau, world.school}
    assert {node: bytes(issuers.head(node)) for node in heads} == heads


def test_an_attestation_registrys_logs_fold_to_the_issuers_head(world, records, logs_of, chain):
    assert bytes(records.head(world.school)) == start(chain.chain_id, records.address, world.school)
    every_record_operation(world)
    heads, ops = fold(chain.chain_id, records.address, *logs_of(records))
    assert ops == RECORD_OPS
    assert {node: bytes(records.head(node)) for node in heads} == heads
    assert int.from_bytes(heads[world.school][28:], "big") == 9


def test_a_cut_or_changed_list_of_events_does_not_fold(world, records, logs_of, chain):
    every_record_operation(world)
    logs, times = logs_of(records)
    on_chain = bytes(records.head(world.school))
    assert fold(chain.chain_id, records.address, logs[:-1], times)[0][world.school] != on_chain
    with pytest.raises(AssertionError, match="missing"):
        fold(chain.chain_id, records.address, logs[1:], times)
    later = {**times, logs[0]["blockNumber"]: times[logs[0]["blockNumber"]] + 1}
    assert fold(chain.chain_id, records.address, logs, later)[0][world.school] != on_chain
    assert fold(chain.chain_id + 1, records.address, logs, times)[0][world.school] != on_chain
