"""Deploy the contracts to any chain and write them into a trust file.

``CHOPMARK_DEPLOY_KEY=… python3 scripts/deploy.py --rpc URL --name NAME --trust FILE``, or with ``--keystore FILE`` instead of the
variable. An entry that the file has already is only changed when ``--add`` or ``--replace`` says so, and that is looked at before
anything is sent. ``--delegation`` deploys nothing but a delegation contract, for registries that the file has without one.
"""

from __future__ import annotations

import argparse
import getpass
import os
import re
import secrets
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import _setup

if TYPE_CHECKING:
    from chopmark.chain.node import Node
    from chopmark.core.trust import Finality, TrustedChain, TrustedRegistry, TrustFile
    from chopmark.keys.signer import LocalSigner
    from chopmark.wording import Language

KEY_VARIABLE = "CHOPMARK_DEPLOY_KEY"


def run(arguments: Sequence[str]) -> int:
    """The whole command; its exit code."""
    from chopmark.errors import ChopmarkError

    options = _options(arguments)
    language = _language(options.lang)
    try:
        _deploy(options, language)
    except ChopmarkError as error:
        print(f"{error.code} {error.say(language)}", file=sys.stderr)
        if step := error.next_step(language):
            print(f"→ {step}", file=sys.stderr)
        return error.exit_code
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="部署登记合约并写入信任文件 / deploy the registries and write them into a trust file",
        epilog=f"密钥：--keystore，或环境变量 {KEY_VARIABLE}（64 位十六进制）/ the key: --keystore, or {KEY_VARIABLE}",
    )
    parser.add_argument("--rpc", required=True, help="节点地址 / the node's address")
    parser.add_argument("--name", required=True, help="信任文件中的链名 / the chain's name in the trust file")
    parser.add_argument(
        "--trust", type=Path, required=True, help="信任文件，没有则新建 / the trust file, made if missing"
    )
    parser.add_argument("--keystore", type=Path, help="密钥文件 / the key file")
    parser.add_argument("--passphrase-file", type=Path, help="口令文件 / a file with its passphrase")
    parser.add_argument("--authority", help="根授权机构地址，默认为部署者 / root authority, by default the deployer")
    parser.add_argument("--finality", default="confirmations:2", help="finalized, safe, confirmations:N (%(default)s)")
    parser.add_argument("--header", default="eth", choices=("eth", "qbft", "ibft2"), help="(%(default)s)")
    parser.add_argument("--shown-rpc", help="写入信任文件的节点地址 / the node's address to write down")
    parser.add_argument("--verifier", action="store_true", help="一并部署证明核验合约 / the inclusion verifier too")
    parser.add_argument(
        "--delegation", action="store_true", help="只为已有条目部署代签合约 / only a delegation, for the present entry"
    )
    parser.add_argument("--lang", choices=("zh", "en"), help="默认取自环境 / by default the environment's")
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument("--add", action="store_true", help="并入已有的同一条链 / beside those of the same chain")
    existing.add_argument("--replace", action="store_true", help="替换已有条目 / in the place of the present entry")
    return parser.parse_args(arguments)


def _language(wanted: str | None) -> Language:
    from chopmark.wording import Language

    said = wanted or os.environ.get("CHOPMARK_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    return Language.ZH if said.lower().startswith("zh") else Language.EN


def _deploy(options: argparse.Namespace, language: Language) -> None:
    from chopmark.chain.deploy import deploy, deploy_verifier
    from chopmark.chain.node import Node
    from chopmark.chain.rpc import Rpc
    from chopmark.core.reference import typed_address
    from chopmark.wording import Wording

    if options.delegation:
        _deploy_delegation(options, language)
        return
    said = Wording(
        "已部署：机构登记 0x{issuers}，存证登记 0x{attestations}，代签 0x{delegation}；链 {chain}，起始区块 {start}；已写入 {file}",
        "deployed: issuer registry 0x{issuers}, attestation registry 0x{attestations}, delegation 0x{delegation}; "
        "chain {chain}, from block {start}; written to {file}",
    )
    rpc = Rpc(options.rpc, timeout=30)
    finality = _finality(options.finality)
    trust = _read(options.trust)
    _rehearse(options, finality)
    _check_entry(trust, Node(rpc), options)
    authority = typed_address(options.authority, "--authority") if options.authority else None
    signer = _signer(options)
    chain = deploy(
        rpc,
        signer,
        salt=secrets.token_bytes(32),
        finality=finality,
        header=options.header,
        name=options.name,
        authority=authority,
        shown_rpc=options.shown_rpc,
    )
    _keep(options.trust, _merged(trust, chain, options))
    registry = chain.registries[0]
    assert registry.delegation is not None
    said = said.filled(
        issuers=registry.issuer_registry.hex(),
        attestations=registry.attestation_registry.hex(),
        delegation=registry.delegation.address.hex(),
        chain=chain.chain_id,
        start=registry.from_block,
        file=options.trust,
    )
    print(said.fact(language, {}))
    if options.verifier:
        print(f"InclusionVerifier 0x{deploy_verifier(rpc, signer).hex()}")


def _deploy_delegation(options: argparse.Namespace, language: Language) -> None:
    """One for each registry of the named chain that has none; the node must serve that chain and its contracts."""
    from chopmark.chain.client import ChainClient
    from chopmark.chain.deploy import deploy_delegation
    from chopmark.chain.rpc import Rpc
    from chopmark.errors import UsageError
    from chopmark.wording import Wording

    trust = _read(options.trust)
    rpc = Rpc(options.rpc, timeout=30)
    chains = [chain for chain in trust.chains if chain.name == options.name]
    bare = [registry for chain in chains for registry in chain.registries if registry.delegation is None]
    if not bare:
        why = Wording(
            "{file} 的链 {name} 没有缺少代签合约的登记合约", "{file} has no registry of {name} without a delegation"
        )
        raise UsageError(why=why.filled(file=options.trust, name=options.name))
    for registry in bare:
        ChainClient(rpc, chains[0], registry).verify_identity()
    signer = _signer(options)
    for registry in bare:
        added = replace(registry, delegation=deploy_delegation(rpc, signer, registry.attestation_registry))
        trust = _with_registry(trust, registry, added)
        _keep(options.trust, trust)
        said = Wording("已部署代签合约 0x{at}；已写入 {file}", "deployed: delegation 0x{at}; written to {file}")
        assert added.delegation is not None
        print(said.filled(at=added.delegation.address.hex(), file=options.trust).fact(language, {}))


def _with_registry(trust: TrustFile, present: TrustedRegistry, added: TrustedRegistry) -> TrustFile:
    chains = (
        replace(chain, registries=tuple(added if one == present else one for one in chain.registries))
        for chain in trust.chains
    )
    return replace(trust, chains=tuple(chains))


def _keep(path: Path, trust: TrustFile) -> None:
    """Writes the file. What was deployed must not be lost with it: then it is shown instead."""
    from chopmark.core.trust import write_trust
    from chopmark.errors import UsageError

    data = write_trust(trust)
    try:
        _write(path, data)
    except OSError as fault:
        sys.stdout.write(data.decode())
        raise UsageError(why=f"--trust {path}: {fault.strerror}") from None


def _finality(text: str) -> Finality:
    from chopmark.core.trust import Finality
    from chopmark.errors import UsageError

    rule, _, depth = text.partition(":")
    if rule == "confirmations" and depth.isascii() and depth.isdigit():
        return Finality("confirmations", int(depth))
    if rule in ("finalized", "safe") and not depth:
        return Finality("finalized" if rule == "finalized" else "safe")
    raise UsageError(why=f"--finality {text}: finalized | safe | confirmations:N")


def _read(path: Path) -> TrustFile:
    from chopmark.core.trust import TrustFile, read_trust

    return read_trust(path.read_bytes()) if path.exists() else TrustFile()


def _rehearse(options: argparse.Namespace, finality: Finality) -> None:
    """Refuses, before anything is sent, a name or an address that no trust file takes."""
    from chopmark.core.trust import TrustedChain, TrustFile, read_trust, write_trust

    address = options.shown_rpc or options.rpc
    chain = TrustedChain(options.name, 1, bytes(32), options.header, finality, (address,), ())
    read_trust(write_trust(TrustFile((chain,))))


def _check_entry(trust: TrustFile, node: Node, options: argparse.Namespace) -> None:
    """Refuses, before anything is sent, what the options do not allow to change."""
    from chopmark.errors import UsageError
    from chopmark.wording import Wording

    chain_id, genesis = node.chain_id(), node.block(0)
    found = [chain for chain in trust.chains if chain.chain_id == chain_id or chain.name == options.name]
    if not found or options.replace:
        return
    same = len(found) == 1 and genesis is not None and found[0].genesis == genesis.hash
    if not (same and found[0].name == options.name and found[0].chain_id == chain_id):
        raise UsageError(
            why=Wording(
                "{file} 已有同名或同 ID 的另一条链（{name}，{id}）；替换请加 --replace",
                "{file} has another chain of this name or id ({name}, {id}); --replace puts this one in its place",
            ).filled(file=options.trust, name=found[0].name, id=found[0].chain_id)
        )
    if not options.add:
        raise UsageError(
            why=Wording(
                "{file} 已有链 {name}；并入请加 --add，替换请加 --replace",
                "{file} has the chain {name} already; say --add or --replace",
            ).filled(file=options.trust, name=options.name)
        )


def _merged(trust: TrustFile, chain: TrustedChain, options: argparse.Namespace) -> TrustFile:
    """The file with the new registries. Added ones take over how their chain is read already."""
    present = [old for old in trust.chains if old.chain_id == chain.chain_id or old.name == chain.name]
    rest = tuple(old for old in trust.chains if old not in present)
    if options.add and present:
        chain = replace(present[0], registries=(*present[0].registries, *chain.registries))
    return replace(trust, chains=(*rest, chain))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _signer(options: argparse.Namespace) -> LocalSigner:
    from chopmark.errors import UsageError
    from chopmark.keys.keystore import Keystore
    from chopmark.keys.signer import LocalSigner
    from chopmark.wording import Wording

    if options.keystore:
        path: Path = options.keystore
        return Keystore(path.absolute().parent).open(path.stem, _passphrase(options.passphrase_file, path.stem))
    secret = os.environ.get(KEY_VARIABLE, "").strip().removeprefix("0x")
    if re.fullmatch(r"[0-9a-fA-F]{64}", secret):
        return LocalSigner(bytes.fromhex(secret))
    why = Wording(
        f"没有签名密钥：用 --keystore 指定密钥文件，或把 64 位十六进制私钥放入环境变量 {KEY_VARIABLE}",
        f"no key to sign with: name a key file with --keystore, or put 64 hexadecimal digits into {KEY_VARIABLE}",
    )
    raise UsageError(why=why)


def _passphrase(file: Path | None, name: str) -> str:
    from chopmark.errors import UsageError

    if file is None:
        return getpass.getpass(f"{name}: ")
    try:
        return file.read_text("utf-8").partition("\n")[0]
    except (OSError, UnicodeDecodeError) as fault:
        raise UsageError(why=f"--passphrase-file {file}: {fault}") from None


if __name__ == "__main__":
    _setup.enter("run")
    sys.exit(run(sys.argv[1:]))
