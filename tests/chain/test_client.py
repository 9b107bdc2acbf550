"""Reading the registries: what a pinned block says, which chain it is, which block is final."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chopmark.chain.client import ChainClient
from chopmark.chain.rpc import Rpc
from chopmark.core.transaction import BlockRef
from chopmark.core.trust import Finality
from chopmark.core.words import GrantFlag, HeadRecord, Op, Plane, Role, Standing
from chopmark.errors import Unreachable, WrongChain
from chopmark.wording import Language
from tests.fixtures.devchain import KIND, DevChain, running
from tests.fixtures.proxy import Answer, Proxy, Request

# What the registries say.


def test_records_of_what_was_attested(devchain: DevChain) -> None:
    root = devchain.attest(size=10)
    client, issuer, at = devchain.client, devchain.issuer_node, devchain.client.head()
    [record, nothing] = client.batches([(issuer, root), (issuer, os.urandom(32))], at)
    assert nothing is None
    assert record is not None
    assert (record.kind, record.size, record.algorithm, record.key_index, record.seq) == (KIND, 10, 1, 1, 1)
    assert (record.block, record.time) == (at.number, at.time)


def test_status_bits_by_plane(devchain: DevChain) -> None:
    client, issuer = devchain.client, devchain.issuer_node
    old, new = devchain.attest(), devchain.attest()
    devchain.send(devchain.key, client.calls.set_status(issuer, old, Op.REVOKED, 1, [(0, 0b10), (3, 1 << 200)]))
    devchain.send(devchain.key, client.calls.set_status(issuer, old, Op.SUSPENDED, 7, [(0, 0b100)]))
    devchain.send(devchain.key, client.calls.supersede(issuer, old, 3, new, 0, 2))
    words = client.status_words(
        [
            (issuer, old, 0, Plane.REVOKED),
            (issuer, old, 3, Plane.REVOKED),
            (issuer, old, 0, Plane.SUSPENDED),
            (issuer, old, 0, Plane.SUPERSEDED),
            (issuer, new, 0, Plane.REVOKED),
        ],
        client.head(),
    )
    assert words == [0b1010, 1 << 200, 0b100, 0b1000, 0]


def test_a_pinned_block_does_not_know_what_came_later(devchain: DevChain) -> None:
    client, issuer = devchain.client, devchain.issuer_node
    root = devchain.attest()
    before = client.head()
    devchain.send(devchain.key, client.calls.set_status(issuer, root, Op.REVOKED, 1, [(0, 1)]))
    query = [(issuer, root, 0, Plane.REVOKED)]
    assert client.status_words(query, before) == [0]
    assert client.status_words(query, client.head()) == [1]


def test_keys_grants_and_the_rest(devchain: DevChain) -> None:
    client, registry, at = devchain.client, devchain.registry, devchain.client.head()
    middle, issuer = devchain.accreditor_node, devchain.issuer_node
    [key, none] = client.keys([(issuer, devchain.key.address), (middle, devchain.key.address)], at)
    assert none is None
    assert key is not None
    assert (key.index, key.roles) == (1, Role.ATTEST | Role.STATUS)
    [grant, nothing] = client.grants([(issuer, KIND), (issuer, "patent")], at)
    assert nothing is None
    assert grant is not None
    assert (grant.parent, grant.depth, grant.flags) == (1, 2, GrantFlag.ATTEST)
    assert client.authority(at) == devchain.authority.address == registry.authority
    assert client.serial(at) == 2
    assert client.profile(issuer, at)[1] == "https://issuer.example"
    [head] = client.heads("issuer", [issuer], at)
    record = HeadRecord.decode(head)
    assert record is not None
    assert record.count == 3


def test_any_questions_go_in_one_request(devchain: DevChain) -> None:
    root = devchain.attest()
    with Proxy(devchain.rpc.address) as proxy:
        client = ChainClient(Rpc(proxy.url), devchain.trusted, devchain.registry)
        at, ask, issuer = client.head(), client.ask, devchain.issuer_node
        questions: list[Any] = [
            ask.batch(issuer, root),
            ask.status_word(issuer, root, 0, 0),
            ask.standing(issuer, KIND),
            ask.standing(issuer, "patent"),
            ask.node(issuer),
            ask.node(os.urandom(32)),
            ask.registry_id(),
            ask.issuer_registry(),
        ]
        before = proxy.posts
        batch, word, live, none, node, stranger, registry_id, asked = client.read(questions, at)
        assert proxy.posts - before == 2  # the questions, and a look whether the block still stands
    assert batch.size == 1000
    assert word == 0
    assert live == (Standing.LIVE, bytes(32))
    assert none == (Standing.NOT_GRANTED, issuer)
    assert (node.controller, node.key_count, node.registrar) == (devchain.controller.address, 1, 1)
    assert stranger is None
    assert registry_id == devchain.registry.registry_id
    assert asked == devchain.registry.issuer_registry


def test_a_site_that_is_no_utf8_hides_nothing(devchain: DevChain) -> None:
    from chopmark.chain.abi import Type, encode
    from chopmark.chain.artifacts import ISSUER_REGISTRY, artifact
    from chopmark.core.transaction import Call

    entry = artifact(ISSUER_REGISTRY).functions["setProfile"]
    kinds = [*entry.inputs[:2], Type("bytes", dynamic=True)]
    data = entry.key + encode(kinds, [devchain.issuer_node, bytes(32), b"https://\xff\xfe.example"])
    devchain.send(devchain.controller, Call(devchain.registry.issuer_registry, data, "setProfile"))
    at = devchain.client.head()
    assert devchain.client.profile(devchain.issuer_node, at)[1] == "https://\\xff\\xfe.example"


# Which chain.


def test_the_trusted_chain_is_recognised(devchain: DevChain) -> None:
    devchain.client.verify_identity()
    at = devchain.client.head()
    devchain.client.verify_identity(at)


def test_codes_are_fetched_once_for_a_block(devchain: DevChain) -> None:
    with Proxy(devchain.rpc.address) as proxy:
        client = ChainClient(Rpc(proxy.url), devchain.trusted, devchain.registry)
        at = client.head()
        client.verify_identity(at)
        client.verify_identity(at)
        assert proxy.seen.count("eth_getCode") == 2
        assert proxy.seen.count("eth_chainId") == 2


def said(client: ChainClient, at: BlockRef | None = None) -> str:
    with pytest.raises(WrongChain) as caught:
        client.verify_identity(at)
    return caught.value.say(Language.ZH)


def test_another_chain_id(devchain: DevChain) -> None:
    client = ChainClient(devchain.rpc, replace(devchain.trusted, chain_id=1), devchain.registry)
    assert "链 ID 应为 1，实为 31337" in said(client)


def test_another_genesis(devchain: DevChain) -> None:
    client = ChainClient(devchain.rpc, replace(devchain.trusted, genesis=bytes(32)), devchain.registry)
    assert "创世区块 应为 0x0000" in said(client)


def test_other_code_at_the_address(devchain: DevChain) -> None:
    registry = replace(devchain.registry, attestation_code_hash=bytes(32))
    assert "存证登记合约的代码 应为 0x0000" in said(ChainClient(devchain.rpc, devchain.trusted, registry))


def test_code_that_was_changed_under_the_address(own_devchain: DevChain) -> None:
    client = own_devchain.client
    client.verify_identity(client.head())
    own_devchain.cheat("anvil_setCode", "0x" + own_devchain.registry.issuer_registry.hex(), "0x600160005260206000f3")
    own_devchain.mine()
    assert "机构登记合约的代码" in said(client, client.head())


def test_no_code_at_the_address(devchain: DevChain) -> None:
    registry = replace(devchain.registry, issuer_registry=os.urandom(20))
    text = said(ChainClient(devchain.rpc, devchain.trusted, registry))
    assert text.endswith("无代码")


def test_a_final_block_before_the_registries_is_no_other_chain(devchain: DevChain) -> None:
    genesis = devchain.client.block(0)
    with pytest.raises(Unreachable, match="older than the registries"):
        devchain.client.verify_identity(genesis)


def test_a_node_that_became_another_chain_is_not_written_to(own_devchain: DevChain) -> None:
    client, key = own_devchain.client, own_devchain.key
    call = client.calls.attest(own_devchain.issuer_node, KIND, os.urandom(32), 1)
    from chopmark.chain.transactions import prepare

    own_devchain.cheat("anvil_setChainId", 4242)
    signed = prepare(client, key, call, 0)
    assert signed.chain_id == 31337  # the trusted one: a node cannot obtain a signature for another
    with pytest.raises(WrongChain, match="4242"):
        client.send(signed.raw)
    own_devchain.cheat("anvil_setChainId", 31337)
    client.send(signed.raw)
    assert own_devchain.mined(signed.hash).success


def test_a_chain_that_was_reset_is_another_chain(own_devchain: DevChain) -> None:
    own_devchain.cheat("anvil_reset")
    with pytest.raises(WrongChain):
        own_devchain.client.verify_identity()
    with pytest.raises(WrongChain):
        own_devchain.client.send(b"\1")


# Which block.


def test_final_by_confirmations(devchain: DevChain) -> None:
    head = devchain.client.head()
    assert devchain.client.final() == devchain.client.block(head.number - 2)
    devchain.mine(3)
    assert devchain.client.final().number == head.number + 1


def test_a_chain_shorter_than_its_depth_has_block_0_final(devchain: DevChain) -> None:
    chain = replace(devchain.trusted, finality=Finality("confirmations", 10**9))
    assert ChainClient(devchain.rpc, chain, devchain.registry).final().number == 0


def test_depth_0_is_the_newest_block(devchain: DevChain) -> None:
    chain = replace(devchain.trusted, finality=Finality("confirmations", 0))
    assert ChainClient(devchain.rpc, chain, devchain.registry).final() == devchain.client.head()


@pytest.mark.parametrize(("rule", "distance"), [("safe", 32), ("finalized", 64)])
def test_final_by_the_nodes_own_word(own_devchain: DevChain, rule: Any, distance: int) -> None:
    client = ChainClient(
        own_devchain.rpc, replace(own_devchain.trusted, finality=Finality(rule)), own_devchain.registry
    )
    assert client.final().number == 0
    own_devchain.mine(100)
    assert client.final().number == client.head().number - distance


def instead(answer: Answer, request: Request) -> Answer | None:
    return answer if request["params"][:1] == ["finalized"] else None


def test_while_nothing_is_final_geth_has_no_such_block(devchain: DevChain) -> None:
    chain = replace(devchain.trusted, finality=Finality("finalized"))
    answers: list[Answer] = [{"result": None}, {"error": {"code": -39001, "message": "finalized block not found"}}]
    for answer in answers:
        with Proxy(devchain.rpc.address) as proxy:
            proxy.before = partial(instead, answer)
            assert ChainClient(Rpc(proxy.url), chain, devchain.registry).final().number == 0


def test_a_node_that_cannot_say_what_is_final_is_not_taken_for_an_empty_chain(devchain: DevChain) -> None:
    """Block 0 would look like a chain that was reset."""
    chain = replace(devchain.trusted, finality=Finality("finalized"))
    with Proxy(devchain.rpc.address) as proxy:
        proxy.before = lambda request: {"error": {"code": -32005, "message": "rate limit exceeded"}}
        with pytest.raises(Unreachable):
            ChainClient(Rpc(proxy.url), chain, devchain.registry).final()


# A node that changes, lags or lies.


def through(proxy: Proxy, devchain: DevChain) -> ChainClient:
    return ChainClient(Rpc(proxy.url), devchain.trusted, devchain.registry)


def test_a_reorganisation_between_reads(own_devchain: DevChain) -> None:
    """The block that was pinned is gone when the reads come back: no answer, instead of a mixed one."""
    root = own_devchain.attest()
    with Proxy(own_devchain.rpc.address) as proxy:
        client = through(proxy, own_devchain)
        at = client.head()

        def reorganise(request: Request, answer: Answer) -> Answer:
            if request["method"] == "eth_call":
                proxy.after = lambda request, answer: answer
                own_devchain.cheat("anvil_reorg", 2, [])
            return answer

        proxy.after = reorganise
        with pytest.raises(Unreachable, match="was replaced while it was being read"):
            client.batches([(own_devchain.issuer_node, root)], at)


def test_a_block_that_flickers_is_read_again(devchain: DevChain) -> None:
    """Two nodes behind one address: one look finds another block, the next the right one."""
    root = devchain.attest()
    with Proxy(devchain.rpc.address) as proxy:
        client = through(proxy, devchain)
        at = client.head()
        looks: list[int] = []

        def flicker(request: Request, answer: Answer) -> Answer:
            if request["method"] == "eth_getBlockByNumber":
                looks.append(1)
                if len(looks) == 1:
                    answer["result"]["hash"] = "0x" + "11" * 32
            return answer

        proxy.after = flicker
        [record] = client.batches([(devchain.issuer_node, root)], at)
        assert record is not None
        assert len(looks) == 2


def test_a_node_that_lags_behind_the_pinned_block(devchain: DevChain) -> None:
    head = devchain.client.head()
    ahead = BlockRef(head.number + 5, os.urandom(32), head.time + 5)
    with pytest.raises(Unreachable):
        devchain.client.serial(ahead)


@pytest.mark.parametrize("answer", ["0x", "0x01", "nonsense", None, 5, "0x" + "zz" * 32, "0x" + "ff" * 31])
def test_answers_that_are_no_words(devchain: DevChain, answer: object) -> None:
    with Proxy(devchain.rpc.address) as proxy:
        client = through(proxy, devchain)
        at = client.head()
        proxy.before = lambda request: {"result": answer} if request["method"] == "eth_call" else None
        with pytest.raises(Unreachable):
            client.batches([(devchain.issuer_node, bytes(32))], at)


@pytest.mark.parametrize(
    "answer", [None, {}, [], "0x1", {"number": "0x1", "hash": "0x12", "timestamp": "0x1"}, {"number": 1}]
)
def test_blocks_that_are_none(devchain: DevChain, answer: object) -> None:
    with Proxy(devchain.rpc.address) as proxy:
        client = through(proxy, devchain)
        proxy.before = lambda request: {"result": answer}
        with pytest.raises(Unreachable):
            client.head()


@pytest.mark.parametrize("answer", ["", "0x", "1", "0xzz", "-0x1", None, 7, {}, "0x" + "f" * 65])
def test_numbers_that_are_none(devchain: DevChain, answer: object) -> None:
    with Proxy(devchain.rpc.address) as proxy:
        client = through(proxy, devchain)
        proxy.before = lambda request: {"result": answer}
        with pytest.raises(Unreachable):
            client.nonce(bytes(20))


def test_a_receipt_of_another_transaction(devchain: DevChain) -> None:
    devchain.attest()
    known = devchain.rpc.call("eth_getBlockByNumber", "latest", False)["transactions"][0]
    with Proxy(devchain.rpc.address) as proxy:
        proxy.before = lambda request: {"result": devchain.rpc.call("eth_getTransactionReceipt", known)}
        with pytest.raises(Unreachable, match="another transaction"):
            through(proxy, devchain).receipt(os.urandom(32))


def test_no_receipt_of_what_nobody_sent(devchain: DevChain) -> None:
    assert devchain.client.receipt(os.urandom(32)) is None
    assert not devchain.client.knows(os.urandom(32))


def test_an_automining_chain_that_is_empty(tmp_path: Path) -> None:
    from chopmark.chain.node import Node

    with running(tmp_path) as rpc:
        node = Node(rpc)
        assert node.head().number == 0
        assert node.block(1) is None
        assert node.balance(bytes(20)) == 0
        assert node.code(bytes(20)) == b""
