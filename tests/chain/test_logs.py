"""Logs: whole, in order, with times, from nodes that cap, lag, repeat, disorder and lie (FAULTS 29, 30, 32)."""

from __future__ import annotations

import os
from typing import Any

import pytest

from chopmark.chain.client import ChainClient
from chopmark.chain.contracts import together
from chopmark.chain.rpc import Rpc
from chopmark.core.history import genesis, prove_complete
from chopmark.core.transaction import Logged
from chopmark.core.words import GrantFlag, Op, Role
from chopmark.errors import Unreachable
from tests.fixtures.devchain import KIND, DevChain, deployed, funded
from tests.fixtures.proxy import Answer, Proxy, Request


def everything(chain: DevChain) -> tuple[bytes, bytes]:
    """Every operation that the registries have, once at least; an old root and its successor."""
    calls, issuer, middle, top = chain.client.calls, chain.issuer_node, chain.accreditor_node, chain.authority_node
    old, new = os.urandom(32), os.urandom(32)
    chain.send(chain.key, together([calls.attest(issuer, KIND, old, 1000), calls.attest(issuer, KIND, new, 7)]))
    for op in (Op.SUSPENDED, Op.RESUMED, Op.REVOKED):
        chain.send(chain.key, calls.set_status(issuer, old, op, 7, [(0, 6), (3, 1 << 9)]))
    chain.send(chain.key, calls.supersede(issuer, old, 5, new, 3, 2))
    for call in (calls.suspend, calls.lift, calls.revoke):
        chain.send(chain.accreditor, call(middle, issuer, KIND, 33))
    spare, heir = funded(chain.rpc), funded(chain.rpc)
    chain.send(chain.controller, calls.add_key(issuer, issuer, spare.address, Role.STATUS))
    chain.send(chain.controller, calls.retire_key(issuer, "", issuer, spare.address))
    since = chain.client.head().time
    chain.send(chain.controller, calls.report_compromise(issuer, "", issuer, spare.address, since, 5))
    chain.send(chain.controller, calls.set_profile(issuer, os.urandom(32), "https://www.大学.example/登记"))
    chain.send(chain.controller, calls.offer_controller(issuer, heir.address))
    chain.send(heir, calls.accept_controller(issuer))
    chain.send(chain.authority, calls.recover_controller(issuer, chain.controller.address))
    chain.send(chain.authority, calls.offer_authority(heir.address))
    chain.send(heir, calls.accept_authority())
    assert top != middle
    return old, new


Rich = tuple[DevChain, bytes, bytes]


@pytest.fixture(scope="module")
def rich(anvil: Rpc) -> Rich:
    """A chain where everything has happened, for tests that only read; the old root and the new one."""
    chain = deployed(anvil)
    return chain, *everything(chain)


def assert_complete(chain: DevChain, logs: list[Logged]) -> None:
    """The events fold to the heads on the chain: none missing, doubled, moved or misread."""
    registry, at = chain.registry, chain.client.head()
    for name, address in (("issuer", registry.issuer_registry), ("attestation", registry.attestation_registry)):
        for node in (chain.authority_node, chain.accreditor_node, chain.issuer_node):
            events = [log.event for log in logs if log.event.registry == name and log.event.node == node]
            [head] = chain.client.heads(name, [node], at)  # type: ignore[arg-type]
            prove_complete(genesis(chain.trusted.chain_id, address, node), events, head)


def test_every_event_folds_to_the_heads_on_the_chain(rich: Rich) -> None:
    devchain, _, _ = rich
    logs = devchain.client.logs(0, devchain.client.head().number)
    assert {log.event.op for log in logs} == set(Op)
    assert_complete(devchain, logs)
    places = [(log.event.block, log.log_index) for log in logs]
    assert places == sorted(places)


def test_times_and_hashes_are_those_of_the_blocks(devchain: DevChain) -> None:
    devchain.attest()
    for log in devchain.client.logs(0, devchain.client.head().number):
        block = devchain.client.block(log.event.block)
        assert block is not None
        assert (log.block_hash, log.event.time) == (block.hash, block.time)
        receipt = devchain.client.receipt(log.tx_hash)
        assert receipt is not None
        assert receipt.block.hash == log.block_hash


def test_particulars(rich: Rich) -> None:
    devchain, old, new = rich
    logs = devchain.client.logs(0, devchain.client.head().number)

    def of(op: Op) -> dict[str, Any]:
        return dict(next(log.detail for log in logs if log.event.op is op))

    attested = of(Op.ATTESTED)
    assert (attested["kind"], attested["size"], attested["algorithm"], attested["keyIndex"]) == (KIND, 1000, 1, 1)
    assert of(Op.REVOKED)["changes"] == [(0, 6), (3, 1 << 9)]
    superseded = of(Op.SUPERSEDED)
    assert (superseded["oldRoot"], superseded["newRoot"]) == ("0x" + old.hex(), "0x" + new.hex())
    assert (superseded["oldIndex"], superseded["newIndex"], superseded["reason"]) == (5, 3, 2)
    granted = of(Op.ACCREDITATION_GRANTED)
    assert (granted["kind"], granted["parent"], granted["depth"]) == (KIND, 0, 1)
    assert granted["flags"] == GrantFlag.ATTEST | GrantFlag.ACCREDIT | GrantFlag.EVER_ACCREDITED
    added = of(Op.KEY_ADDED)
    assert added["key"] == "0x" + devchain.key.address.hex()
    assert (added["index"], added["roles"]) == (1, Role.ATTEST | Role.STATUS)
    assert of(Op.PROFILE_SET)["site"] == "https://www.大学.example/登记"
    assert of(Op.AUTHORITY_ACCEPTED)["authority"] == "0x" + devchain.authority.address.hex()


def test_of_one_node(devchain: DevChain) -> None:
    devchain.attest()
    logs = devchain.client.logs(0, devchain.client.head().number, node=devchain.issuer_node)
    assert [log.event.op for log in logs] == [Op.NODE_REGISTERED, Op.ACCREDITATION_GRANTED, Op.KEY_ADDED, Op.ATTESTED]


def test_of_one_registry(rich: Rich) -> None:
    devchain, _, _ = rich
    end = devchain.client.head().number
    apart = [log for name in ("issuer", "attestation") for log in devchain.client.logs(0, end, registry=name)]
    together_ = devchain.client.logs(0, end)
    assert sorted(apart, key=lambda log: (log.event.block, log.log_index)) == together_
    assert {log.event.registry for log in apart} == {"issuer", "attestation"}


def test_of_one_root_and_what_leads_to_it(rich: Rich) -> None:
    devchain, old, new = rich
    end = devchain.client.head().number
    about_old = [log.event.op for log in devchain.client.logs(0, end, root=old)]
    assert about_old == [Op.ATTESTED, Op.SUSPENDED, Op.RESUMED, Op.REVOKED, Op.SUPERSEDED]
    about_new = devchain.client.logs(0, end, node=devchain.issuer_node, root=new)
    assert [(log.event.op, log.event.x == new) for log in about_new] == [(Op.ATTESTED, True), (Op.SUPERSEDED, False)]
    assert devchain.client.logs(0, end, node=devchain.accreditor_node, root=new) == []


def test_the_same_events_of_a_clone_are_not_ours(devchain: DevChain) -> None:
    clone = deployed(devchain.rpc, "clone")
    clone.attest()
    logs = devchain.client.logs(0, devchain.client.head().number)
    assert {log.event.node[:24] for log in logs} == {devchain.issuer_node[:24]}
    assert_complete(devchain, logs)


def test_no_blocks_no_events(devchain: DevChain) -> None:
    start = devchain.registry.from_block
    assert devchain.client.logs(0, start - 1) == []
    head = devchain.client.head().number
    assert devchain.client.logs(head + 1, head) == []


# Nodes that do not answer as they should.


def through(proxy: Proxy, devchain: DevChain) -> ChainClient:
    return ChainClient(Rpc(proxy.url), devchain.trusted, devchain.registry)


CAPS = {
    "Alchemy": (-32602, "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range"),
    "Infura": (-32005, "query returned more than 10000 results"),
    "Besu": (-32005, "Requested range exceeds maximum RPC range limit"),
    "QuickNode": (-32614, "eth_getLogs is limited to a 10,000 range"),
    "Erigon": (-32000, "exceed max topics or range"),
    "nobody knows": (-32099, "非常抱歉"),
}


@pytest.mark.parametrize(("cap", "name"), [(1, "Infura"), *((8, name) for name in CAPS)])
def test_a_cap_on_the_range_is_met_by_halving(rich: Rich, cap: int, name: str) -> None:
    devchain, _, _ = rich
    words = CAPS[name]
    end = devchain.registry.from_block + 25
    with Proxy(devchain.rpc.address) as proxy:

        def capped(request: Request) -> Answer | None:
            if request["method"] == "eth_getLogs":
                query = request["params"][0]
                if int(query["toBlock"], 16) - int(query["fromBlock"], 16) + 1 > cap:
                    return {"error": {"code": words[0], "message": words[1]}}
            return None

        proxy.before = capped
        client = through(proxy, devchain)
        assert client.logs(0, end) == devchain.client.logs(0, end)
        asked = proxy.seen.count("eth_getLogs")
        client.logs(0, end)  # the width that worked is kept
        assert proxy.seen.count("eth_getLogs") - asked <= end - devchain.registry.from_block + 1


def test_a_cap_on_the_answers_size_is_met_by_halving(devchain: DevChain) -> None:
    calls, issuer = devchain.client.calls, devchain.issuer_node
    for _ in range(2):
        batches = [calls.attest(issuer, KIND, os.urandom(32), 1) for _ in range(40)]
        devchain.send(devchain.key, together(batches))
    end = devchain.client.head().number
    with Proxy(devchain.rpc.address) as proxy:
        client = ChainClient(Rpc(proxy.url, limit=50_000), devchain.trusted, devchain.registry)
        assert client.logs(0, end) == devchain.client.logs(0, end)
        assert proxy.seen.count("eth_getLogs") > 1


def test_a_node_that_answers_no_block_at_all(devchain: DevChain) -> None:
    with Proxy(devchain.rpc.address) as proxy:
        proxy.before = lambda request: {"error": {"code": -32005, "message": "limit exceeded"}}
        with pytest.raises(Unreachable):
            through(proxy, devchain).logs(0, 10**6)
        assert proxy.seen.count("eth_getLogs") < 30


def test_a_node_without_the_method_is_not_asked_again_and_again(devchain: DevChain) -> None:
    with Proxy(devchain.rpc.address) as proxy:
        proxy.before = lambda request: {"error": {"code": -32601, "message": "the method does not exist"}}
        with pytest.raises(Unreachable):
            through(proxy, devchain).logs(0, 10**6)
        assert proxy.seen.count("eth_getLogs") == 1


def test_a_node_that_lags_leaves_no_silent_gap(devchain: DevChain) -> None:
    """It answers with what it has, and does not say that it has not all."""
    devchain.attest()
    end = devchain.client.head().number
    with Proxy(devchain.rpc.address) as proxy:

        def lagging(request: Request, answer: Answer) -> Answer:
            if request["method"] == "eth_getLogs":
                answer["result"] = [log for log in answer["result"] if int(log["blockNumber"], 16) < end]
            if request["method"] == "eth_getBlockByNumber" and request["params"][0] == hex(end):
                answer["result"] = None
            return answer

        proxy.after = lagging
        with pytest.raises(Unreachable, match=f"does not have block {end} yet"):
            through(proxy, devchain).logs(0, end)


def test_blocks_that_do_not_exist_yet(devchain: DevChain) -> None:
    with pytest.raises(Unreachable):
        devchain.client.logs(0, devchain.client.head().number + 50)


def test_doubled_and_disordered_logs(rich: Rich) -> None:
    devchain, _, _ = rich
    end = devchain.client.head().number
    with Proxy(devchain.rpc.address) as proxy:

        def muddled(request: Request, answer: Answer) -> Answer:
            if request["method"] == "eth_getLogs":
                answer["result"] = (answer["result"] + answer["result"])[::-1]
            return answer

        proxy.after = muddled
        assert through(proxy, devchain).logs(0, end) == devchain.client.logs(0, end)


def spoil_address(log: dict[str, Any]) -> None:
    log["address"] = "0x" + "11" * 20


def spoil_block(log: dict[str, Any]) -> None:
    log["blockNumber"] = hex(int(log["blockNumber"], 16) + 10**6)


def spoil_removed(log: dict[str, Any]) -> None:
    log["removed"] = True


def spoil_topic(log: dict[str, Any]) -> None:
    log["topics"][0] = "0x" + "11" * 32


def spoil_topics(log: dict[str, Any]) -> None:
    log["topics"] = log["topics"][:1]


def spoil_data(log: dict[str, Any]) -> None:
    log["data"] = log["data"][:-2]


def spoil_shape(log: dict[str, Any]) -> None:
    del log["logIndex"]


SPOILS = [spoil_address, spoil_block, spoil_removed, spoil_topic, spoil_topics, spoil_data, spoil_shape]


@pytest.mark.parametrize("spoil", SPOILS, ids=[spoil.__name__.removeprefix("spoil_") for spoil in SPOILS])
def test_a_log_that_is_no_event_of_ours_is_never_skipped(devchain: DevChain, spoil: Any) -> None:
    devchain.attest()
    end = devchain.client.head().number
    with Proxy(devchain.rpc.address) as proxy:

        def spoiled(request: Request, answer: Answer) -> Answer:
            if request["method"] == "eth_getLogs":
                spoil(answer["result"][-1])
            return answer

        proxy.after = spoiled
        with pytest.raises(Unreachable):
            through(proxy, devchain).logs(0, end)


@pytest.mark.parametrize("result", [None, {}, "0x", [None], ["x"], 5])
def test_an_answer_that_is_no_list_of_logs(devchain: DevChain, result: object) -> None:
    end = devchain.client.head().number
    with Proxy(devchain.rpc.address) as proxy:
        proxy.before = lambda request: {"result": result} if request["method"] == "eth_getLogs" else None
        with pytest.raises(Unreachable):
            through(proxy, devchain).logs(0, end)


def test_a_reorganisation_between_logs_and_times_is_read_again(own_devchain: DevChain) -> None:
    own_devchain.attest()
    own_devchain.mine(1)
    end = own_devchain.client.head().number
    with Proxy(own_devchain.rpc.address) as proxy:

        def reorganise(request: Request, answer: Answer) -> Answer:
            if request["method"] == "eth_getLogs":
                proxy.after = lambda request, answer: answer
                own_devchain.cheat("anvil_reorg", 3, [])
            return answer

        proxy.after = reorganise
        logs = through(proxy, own_devchain).logs(0, end)
    assert logs == own_devchain.client.logs(0, end)
    assert Op.ATTESTED not in {log.event.op for log in logs}


def test_a_chain_that_does_not_hold_still(devchain: DevChain) -> None:
    devchain.attest()
    end = devchain.client.head().number
    with Proxy(devchain.rpc.address) as proxy:

        def other_hash(request: Request, answer: Answer) -> Answer:
            if request["method"] == "eth_getBlockByNumber":
                answer["result"]["hash"] = "0x" + "22" * 32
            return answer

        proxy.after = other_hash
        with pytest.raises(Unreachable, match="were replaced"):
            through(proxy, devchain).logs(0, end)
