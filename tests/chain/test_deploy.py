"""Deploying: what is put on the chain, what is written into the trust file, what is not overwritten."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

import deploy as script
from chopmark.chain.client import ChainClient
from chopmark.chain.deploy import deploy, deploy_verifier
from chopmark.chain.node import Node
from chopmark.chain.rpc import Rpc
from chopmark.core.digest import keccak
from chopmark.core.reference import registry_id
from chopmark.core.trust import Finality, TrustFile, read_trust, write_trust
from chopmark.errors import ChainError, Refused, Unreachable
from chopmark.keys.keyfile import SCRYPT_N_LEAST
from chopmark.keys.keystore import Keystore
from chopmark.keys.signer import LocalSigner
from tests.fixtures.devchain import DevChain, funded, running
from tests.fixtures.proxy import Proxy


def test_the_entry_is_what_the_chain_holds(anvil: Rpc) -> None:
    signer, salt = funded(anvil), os.urandom(32)
    chain = deploy(anvil, signer, salt=salt, finality=Finality("confirmations", 2), header="eth", name="devnet")
    [registry] = chain.registries
    client = ChainClient(anvil, chain, registry)
    client.verify_identity()
    assert registry.registry_id == registry_id(31337, registry.issuer_registry, salt)
    assert registry.authority == signer.address
    assert registry.issuer_code_hash == keccak(client.code(registry.issuer_registry))
    assert registry.from_block == client.head().number - 2
    assert registry.delegation is not None
    assert registry.delegation.code_hash == keccak(client.code(registry.delegation.address))
    assert client.logs(0, client.head().number)[0].event.block == registry.from_block
    assert read_trust(write_trust(TrustFile((chain,)))) == TrustFile((chain,))


def test_the_authority_may_be_somebody_else(anvil: Rpc) -> None:
    authority = os.urandom(20)
    chain = deploy(
        anvil, funded(anvil), salt=bytes(32), finality=Finality("safe"), header="qbft", name="x", authority=authority
    )
    assert chain.registries[0].authority == authority
    assert (chain.header, chain.finality.rule) == ("qbft", "safe")


def test_a_deployer_without_funds_deploys_nothing(anvil: Rpc) -> None:
    pauper = LocalSigner(os.urandom(32))
    with pytest.raises(Refused):
        deploy(anvil, pauper, salt=bytes(32), finality=Finality("safe"), header="eth", name="x")
    assert Node(anvil).nonce(pauper.address) == 0


def test_the_inclusion_verifier(anvil: Rpc) -> None:
    assert Node(anvil).code(deploy_verifier(anvil, funded(anvil)))


def test_a_chain_that_takes_its_time(own_devchain: DevChain) -> None:
    """The receipt comes with a later block; a chain that mines nothing is given up in the end."""
    own_devchain.cheat("evm_setAutomine", False)
    waits: list[float] = []

    def mine_at_the_third(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            own_devchain.mine()

    assert deploy_verifier(own_devchain.rpc, own_devchain.key, sleep=mine_at_the_third)
    assert len(waits) >= 3
    with pytest.raises(Unreachable, match="is in no block yet"):
        deploy_verifier(own_devchain.rpc, own_devchain.key, sleep=lambda seconds: None)


def test_other_code_than_was_sent_is_no_deployment(anvil: Rpc) -> None:
    with Proxy(anvil.address) as proxy:
        proxy.before = lambda request: {"result": "0x6000"} if request["method"] == "eth_getCode" else None
        with pytest.raises(ChainError, match="not deployed as it should be"):
            deploy_verifier(Rpc(proxy.url), funded(anvil))


# The command.


@pytest.fixture
def key(anvil: Rpc, monkeypatch: pytest.MonkeyPatch) -> LocalSigner:
    """A funded key in the environment."""
    secret = os.urandom(32)
    signer = LocalSigner(secret)
    anvil.call("anvil_setBalance", "0x" + signer.address.hex(), hex(10**21))
    monkeypatch.setenv(script.KEY_VARIABLE, secret.hex())
    return signer


def run(anvil: Rpc, trust: Path, *more: str) -> int:
    return script.run(["--rpc", anvil.address, "--name", "devnet", "--trust", str(trust), "--lang", "zh", *more])


def test_the_command_writes_a_trust_file(anvil: Rpc, tmp_path: Path, key: LocalSigner) -> None:
    path = tmp_path / "new folder" / "trust.json"
    assert (
        run(anvil, path, "--verifier", "--finality", "confirmations:5", "--shown-rpc", "http://node.example:8545") == 0
    )
    [chain] = read_trust(path.read_bytes()).chains
    assert (chain.name, chain.chain_id, chain.finality.depth) == ("devnet", 31337, 5)
    assert chain.rpc == ("http://node.example:8545",)
    assert chain.registries[0].authority == key.address
    assert [entry.name for entry in path.parent.iterdir()] == ["trust.json"]


@pytest.mark.usefixtures("key")
def test_an_entry_is_not_overwritten_silently(anvil: Rpc, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "trust.json"
    assert run(anvil, path) == 0
    before, height = path.read_bytes(), Node(anvil).head().number
    assert run(anvil, path) == 2
    assert "--add" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert Node(anvil).head().number == height  # it is said before anything is paid for
    assert run(anvil, path, "--add") == 0
    assert [len(chain.registries) for chain in read_trust(path.read_bytes()).chains] == [2]
    assert run(anvil, path, "--replace") == 0
    assert [len(chain.registries) for chain in read_trust(path.read_bytes()).chains] == [1]


@pytest.mark.usefixtures("key")
def test_an_older_entry_gets_a_delegation(anvil: Rpc, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "trust.json"
    assert run(anvil, path) == 0
    [chain] = read_trust(path.read_bytes()).chains
    bare = replace(chain.registries[0], delegation=None)
    path.write_bytes(write_trust(TrustFile((replace(chain, registries=(bare,)),))))
    assert run(anvil, path, "--delegation") == 0
    [registry] = read_trust(path.read_bytes()).chains[0].registries
    assert registry.delegation not in (None, chain.registries[0].delegation)
    assert replace(registry, delegation=None) == bare
    height = Node(anvil).head().number
    assert run(anvil, path, "--delegation") == 2
    assert "没有缺少代签合约" in capsys.readouterr().err
    assert Node(anvil).head().number == height


@pytest.mark.usefixtures("key")
def test_another_chain_of_the_same_id_or_name_is_not_mixed_in(anvil: Rpc, tmp_path: Path) -> None:
    path = tmp_path / "trust.json"
    assert run(anvil, path) == 0
    with running(tmp_path / "other") as other:
        assert script.run(["--rpc", other.address, "--name", "other", "--trust", str(path), "--add"]) == 2
        assert script.run(["--rpc", other.address, "--name", "devnet", "--trust", str(path), "--add"]) == 2


def test_a_keystore_file_signs(anvil: Rpc, tmp_path: Path) -> None:
    keystore = Keystore(tmp_path / "keys", scrypt_n=SCRYPT_N_LEAST)
    address = keystore.create("deployer", "a long passphrase")
    anvil.call("anvil_setBalance", "0x" + address.hex(), hex(10**21))
    (tmp_path / "passphrase").write_text("a long passphrase\n")
    file, passphrase = str(tmp_path / "keys" / "deployer.json"), str(tmp_path / "passphrase")
    path = tmp_path / "trust.json"
    assert run(anvil, path, "--keystore", file, "--passphrase-file", passphrase) == 0
    assert read_trust(path.read_bytes()).chains[0].registries[0].authority == address
    (tmp_path / "passphrase").write_text("another passphrase\n")
    assert run(anvil, path, "--add", "--keystore", file, "--passphrase-file", passphrase) == 2


@pytest.mark.parametrize("value", [None, "", "xyz", "12", "0x" + "00" * 32])
def test_no_key(
    anvil: Rpc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: str | None
) -> None:
    if value is None:
        monkeypatch.delenv(script.KEY_VARIABLE, raising=False)
    else:
        monkeypatch.setenv(script.KEY_VARIABLE, value)
    assert run(anvil, tmp_path / "trust.json") == 2
    said = capsys.readouterr().err
    assert "钥" in said
    assert value in (None, "") or value not in said
    assert not (tmp_path / "trust.json").exists()


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    "more",
    [
        ("--finality", "never"),
        ("--finality", "confirmations"),
        ("--finality", "confirmations:-1"),
        ("--finality", "safe:3"),
        ("--authority", "0x12"),
        ("--keystore", "/nowhere/x.json", "--passphrase-file", "/nowhere/y"),
        ("--shown-rpc", "nonsense"),
        ("--name", "a\nb"),
        ("--name", "x" * 65),
    ],
)
def test_options_that_cannot_be(anvil: Rpc, tmp_path: Path, more: tuple[str, ...]) -> None:
    height = Node(anvil).head().number
    assert run(anvil, tmp_path / "trust.json", *more) == 2
    assert Node(anvil).head().number == height
    assert not (tmp_path / "trust.json").exists()


@pytest.mark.usefixtures("key")
def test_a_trust_file_that_is_damaged_is_not_replaced(anvil: Rpc, tmp_path: Path) -> None:
    path = tmp_path / "trust.json"
    path.write_bytes(b"{")
    assert run(anvil, path) == 2
    assert path.read_bytes() == b"{"


@pytest.mark.usefixtures("key")
def test_a_node_that_is_down(tmp_path: Path) -> None:
    assert script.run(["--rpc", "http://127.0.0.1:1", "--name", "x", "--trust", str(tmp_path / "t.json")]) == 3


@pytest.mark.usefixtures("key")
def test_what_was_deployed_is_told_even_if_it_cannot_be_written(
    anvil: Rpc, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert run(anvil, tmp_path / "file" / "trust.json") == 2
    assert read_trust(capsys.readouterr().out.encode()).chains[0].name == "devnet"
