"""The devnet: keeps its chain over restarts, comes back after being killed, says why it cannot start."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from chopmark.chain.client import ChainClient
from chopmark.chain.devnet import DEV_KEYS, Devnet, DevnetError, find_anvil
from chopmark.chain.devstate import DevState
from chopmark.chain.node import Node
from chopmark.chain.rpc import Rpc
from chopmark.core.transaction import BlockRef
from chopmark.keys.signer import LocalSigner
from chopmark.wording import Language
from tests.fixtures.devchain import DevChain, deployed, free_port


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "devnet {1}"  # braces are no places to fill


@pytest.fixture
def devnet(folder: Path) -> Iterator[Devnet]:
    """Not started; stopped in the end."""
    devnet = Devnet(folder, free_port(), block_time=0)
    yield devnet
    devnet.stop()


def wait_for_state(folder: Path, height: int) -> None:
    """Until the kept copy has this block."""
    kept, until = folder / "kept.json", time.monotonic() + 30
    while not kept.exists() or int(str(orjson.loads(kept.read_bytes())["best_block_number"]), 0) < height:
        assert time.monotonic() < until
        time.sleep(0.1)


def genesis(devnet: Devnet) -> BlockRef | None:
    return Node(Rpc(devnet.url)).block(0)


def test_it_starts_answers_and_stops(devnet: Devnet) -> None:
    assert not devnet.alive
    devnet.start()
    pid = devnet.pid
    assert pid > 0
    assert Node(Rpc(devnet.url)).chain_id() == 31337
    devnet.start()  # again is no second one
    assert devnet.pid == pid
    devnet.stop()
    devnet.stop()
    assert not devnet.alive
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_its_accounts_have_funds(devnet: Devnet) -> None:
    devnet.start()
    node = Node(Rpc(devnet.url))
    assert all(node.balance(LocalSigner(key).address) > 10**21 for key in DEV_KEYS)


def test_blocks_come_by_themselves(folder: Path) -> None:
    with Devnet(folder, free_port(), block_time=1) as devnet:
        node = Node(Rpc(devnet.url))
        until = time.monotonic() + 15
        while node.head().number < 2:
            assert time.monotonic() < until
            time.sleep(0.1)


def test_a_second_start_goes_on_where_the_first_stopped(devnet: Devnet) -> None:
    devnet.start()
    chain = deployed(Rpc(devnet.url))
    root = chain.attest()
    head = chain.client.head()
    devnet.stop()
    devnet.start()
    client = ChainClient(Rpc(devnet.url), chain.trusted, chain.registry)
    assert client.block(head.number) == head
    final = client.final()
    client.verify_identity(final)  # the states a few blocks below the newest can be read at once
    [record] = client.batches([(chain.issuer_node, root)], final)
    assert record is not None
    assert client.logs(0, head.number)
    assert DevChain(
        client._rpc, chain.trusted, client, chain.authority, chain.accreditor, chain.controller, chain.key
    ).attest()


def test_block_0_stays_over_many_starts(devnet: Devnet) -> None:
    """anvil writes a further block 0 with each start, and takes up one of them by chance."""
    devnet.start()
    first = genesis(devnet)
    assert first is not None
    for _ in range(5):
        devnet.stop()
        time.sleep(1.1)  # another second makes another block 0
        devnet.start()
        assert genesis(devnet) == first


def test_a_killed_one_comes_back(devnet: Devnet, folder: Path) -> None:
    devnet.start()
    chain = deployed(Rpc(devnet.url))
    known = chain.client.head()
    wait_for_state(folder, known.number)
    chain.attest()
    os.kill(devnet.pid, signal.SIGKILL)
    while devnet.alive:
        time.sleep(0.01)
    devnet.start()
    client = ChainClient(Rpc(devnet.url), chain.trusted, chain.registry)
    client.verify_identity()
    assert client.block(known.number) == known


def test_half_a_state_file_is_replaced_by_the_copy(devnet: Devnet, folder: Path) -> None:
    """What a kill in the middle of writing leaves."""
    devnet.start()
    chain = deployed(Rpc(devnet.url))
    head = chain.client.head()
    devnet.stop()
    state = folder / "state.json"
    state.write_bytes(state.read_bytes()[:-1000])
    devnet.start()
    assert Node(Rpc(devnet.url)).block(head.number) == head
    assert (folder / "state.broken.json").exists()


def test_a_state_that_vanished_comes_from_the_copy(devnet: Devnet, folder: Path) -> None:
    devnet.start()
    first = genesis(devnet)
    devnet.stop()
    (folder / "state.json").unlink()
    devnet.start()
    assert genesis(devnet) == first


def test_a_state_without_any_whole_copy_is_not_replaced_by_another_chain(devnet: Devnet, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "state.json").write_bytes(b'{"blocks": [')
    with pytest.raises(DevnetError) as caught:
        devnet.start()
    assert "已损坏" in caught.value.say(Language.ZH)
    assert str(folder) in caught.value.next_step(Language.EN)
    assert (folder / "state.json").read_bytes() == b'{"blocks": ['
    assert not devnet.alive


@pytest.mark.parametrize("data", [b"{}", b"[]", b"null", b'{"blocks": 5}'])
def test_a_state_that_is_something_else(devnet: Devnet, folder: Path, data: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / "state.json").write_bytes(data)
    with pytest.raises(DevnetError):
        devnet.start()
    assert not devnet.alive


def test_a_port_that_is_taken(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        devnet = Devnet(folder, server.getsockname()[1])
        with pytest.raises(DevnetError) as caught:
            devnet.start()
        assert str(server.getsockname()[1]) in caught.value.say(Language.ZH)
        assert not devnet.alive
    devnet.start()  # nothing is left behind that would hinder
    devnet.stop()


def test_one_folder_serves_one_node(devnet: Devnet, folder: Path) -> None:
    devnet.start()
    with pytest.raises(DevnetError) as caught:
        Devnet(folder, free_port()).start()
    assert f"kill {devnet.pid}" in caught.value.next_step(Language.EN)


def test_a_node_that_outlived_its_starter_keeps_its_folder(folder: Path) -> None:
    """The starter is killed; the node it started still writes into the folder."""
    port = free_port()
    code = (
        "import sys, time; from pathlib import Path; from chopmark.chain.devnet import Devnet\n"
        "d = Devnet(Path(sys.argv[1]), int(sys.argv[2]), block_time=0); d.start(); print(d.pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code, str(folder), str(port)], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    with starter.stdout:
        pid = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    try:
        with pytest.raises(DevnetError, match=f"process {pid}"):
            Devnet(folder, free_port()).start()
    finally:
        os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + 20
    while True:
        try:
            with Devnet(folder, port, block_time=0):
                break
        except DevnetError:
            assert time.monotonic() < until
            time.sleep(0.1)


def test_the_program_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = find_anvil()
    copy = tmp_path / "anvil"
    copy.symlink_to(found)
    monkeypatch.setenv("CHOPMARK_ANVIL", str(copy))
    assert find_anvil() == copy
    monkeypatch.setenv("CHOPMARK_ANVIL", str(tmp_path / "none"))
    with pytest.raises(DevnetError, match="none"):
        find_anvil()


def test_one_that_does_not_stop_is_ended(monkeypatch: pytest.MonkeyPatch, devnet: Devnet) -> None:
    monkeypatch.setattr("chopmark.chain.devnet.STOP_SECONDS", 0.3)
    devnet.start()
    pid = devnet.pid
    os.kill(pid, signal.SIGSTOP)
    devnet.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_program_that_is_no_anvil(monkeypatch: pytest.MonkeyPatch, devnet: Devnet) -> None:
    false = shutil.which("false")
    assert false is not None
    monkeypatch.setenv("CHOPMARK_ANVIL", false)
    with pytest.raises(DevnetError, match="does not get ready"):
        devnet.start()
    assert not devnet.alive


def test_only_whole_states_are_kept(tmp_path: Path) -> None:
    state = DevState(tmp_path)
    state.keep()  # nothing to keep
    assert not (tmp_path / "kept.json").exists()
    state.path.write_bytes(b'{"blocks": []}')
    state.keep()
    state.path.write_bytes(b'{"blocks": [')
    state.keep()
    assert (tmp_path / "kept.json").read_bytes() == b'{"blocks": []}'
