"""Deploying the contracts: puts the committed code on a chain and answers with the entry for a trust file."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from chopmark.chain.abi import Value, encode
from chopmark.chain.artifacts import ATTESTATION_REGISTRY, DELEGATION, INCLUSION_VERIFIER, ISSUER_REGISTRY, artifact
from chopmark.chain.client import ChainClient
from chopmark.chain.contracts import call_data
from chopmark.chain.node import Node
from chopmark.chain.quantity import hexed
from chopmark.chain.rpc import Rpc
from chopmark.chain.transactions import TransactionSigner, prepare
from chopmark.core.digest import keccak
from chopmark.core.transaction import BlockRef, Call, Receipt
from chopmark.core.trust import Finality, HeaderCodec, TrustedChain, TrustedDelegation, TrustedRegistry
from chopmark.errors import ChainError, Unreachable
from chopmark.wording import Wording

MINING_SECONDS = 120.0
"""How long one deployment may take to get into a block."""


def deploy(
    rpc: Rpc,
    signer: TransactionSigner,
    *,
    salt: bytes,
    finality: Finality,
    header: HeaderCodec = "eth",
    name: str,
    authority: bytes | None = None,
    shown_rpc: str | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> TrustedChain:
    """Deploys both registries and a delegation contract, and returns the chain with them as a trust file has it.

    ``salt``: 32 bytes that tell two registries on one chain apart. ``authority``: the first root authority, by
    default the signer. ``shown_rpc``: the node's address to write down, by default the one used here. The code on the
    chain is compared with the committed artifact before anything is returned. Raises ``Refused``, ``Unreachable``, ``ChainError``.
    """
    node = Node(rpc)
    issuers = create(node, signer, ISSUER_REGISTRY, authority or signer.address, salt, sleep=sleep)
    attestations = create(node, signer, ATTESTATION_REGISTRY, _address(issuers), sleep=sleep)
    delegation = create(node, signer, DELEGATION, _address(attestations), sleep=sleep)
    genesis = node.block(0)
    if genesis is None:
        raise node.nonsense("it has no block 0")
    registry = _registry(node, issuers, attestations, delegation)
    chain = TrustedChain(
        name=name,
        chain_id=node.chain_id(),
        genesis=genesis.hash,
        header=header,
        finality=finality,
        rpc=(shown_rpc or rpc.address,),
        registries=(registry,),
    )
    return _completed(ChainClient(rpc, chain, registry), delegation.block)


def deploy_delegation(
    rpc: Rpc, signer: TransactionSigner, attestation_registry: bytes, *, sleep: Callable[[float], None] = time.sleep
) -> TrustedDelegation:
    """Deploys a delegation contract before an attestation registry that is there already. Raises as ``deploy`` does."""
    node = Node(rpc)
    return _delegation(node, create(node, signer, DELEGATION, attestation_registry, sleep=sleep))


def deploy_verifier(rpc: Rpc, signer: TransactionSigner, *, sleep: Callable[[float], None] = time.sleep) -> bytes:
    """Deploys the inclusion verifier, which anybody may use with any registry; its address."""
    return _address(create(Node(rpc), signer, INCLUSION_VERIFIER, sleep=sleep))


def create(
    node: Node, signer: TransactionSigner, contract: str, *arguments: Value, sleep: Callable[[float], None] = time.sleep
) -> Receipt:
    """Creates one contract and waits until it is in a block. Raises as ``deploy`` does."""
    compiled = artifact(contract)
    call = Call(None, compiled.bytecode + encode(compiled.constructor, arguments), f"deploy {contract}")
    signed = prepare(node, signer, call, node.nonce(signer.address, pending=True))
    node.send(signed.raw)
    receipt = _mined(node, signed.hash, sleep)
    if not receipt.success or not compiled.is_code(node.code(_address(receipt))):
        raise ChainError(
            why=Wording("{contract} 部署失败", "{contract} was not deployed as it should be").filled(contract=contract)
        )
    return receipt


def _mined(node: Node, tx_hash: bytes, sleep: Callable[[float], None]) -> Receipt:
    waited = 0.0
    while waited < MINING_SECONDS:
        receipt = node.receipt(tx_hash)
        if receipt is not None:
            return receipt
        sleep(0.1)
        waited += 0.1
    why = Wording("交易 {hash} 尚未打包", "transaction {hash} is in no block yet").filled(hash=hexed(tx_hash))
    raise Unreachable(url=node.url, why=why)


def _registry(node: Node, issuers: Receipt, attestations: Receipt, delegation: Receipt) -> TrustedRegistry:
    """The entry as far as receipts and code tell it; what the contracts say of themselves comes in ``_completed``."""
    return TrustedRegistry(
        issuer_registry=_address(issuers),
        issuer_code_hash=keccak(node.code(_address(issuers))),
        attestation_registry=_address(attestations),
        attestation_code_hash=keccak(node.code(_address(attestations))),
        registry_id=bytes(32),
        authority=bytes(20),
        from_block=issuers.block.number,
        delegation=_delegation(node, delegation),
    )


def _delegation(node: Node, created: Receipt) -> TrustedDelegation:
    address = _address(created)
    return TrustedDelegation(address, keccak(node.code(address)))


def _completed(client: ChainClient, block: BlockRef) -> TrustedChain:
    at = client.block(block.number)
    if at is None or at.hash != block.hash:
        raise client.nonsense("the block of the deployment is gone")
    ask = client.ask
    registry_id, authority, asked = client.read([ask.registry_id(), ask.authority(), ask.issuer_registry()], at)
    if asked != client.registry.issuer_registry:
        raise client.nonsense("the attestation registry asks another issuer registry")
    named = client.registry.delegation
    if named is not None and _recorded_in(client, named.address) != client.registry.attestation_registry:
        raise client.nonsense("the delegation records in another attestation registry")
    registry = replace(client.registry, registry_id=registry_id, authority=authority)
    return replace(client.chain, registries=(registry,))


def _recorded_in(node: Node, delegation: bytes) -> bytes:
    """The attestation registry that a delegation contract writes to; its address."""
    return node.simulate(bytes(20), Call(delegation, call_data(DELEGATION, "registry"), "registry"))[-20:]


def _address(receipt: Receipt) -> bytes:
    if receipt.contract is None:
        raise ChainError(why=Wording("回执中没有合约地址", "the receipt names no contract"))
    return receipt.contract
