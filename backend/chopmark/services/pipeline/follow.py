"""Following the chain: every event of both registries up to the final block, proved complete before it is kept.

Only final blocks are followed, so a reorganisation above them never touches what is kept. What a node leaves out,
doubles or reorders shows in the history heads: they are folded here event by event and compared with the heads on the
chain at the same block, for every node that is known, and the number of nodes is compared with the chain's serial.
Nothing is kept unless all of it agrees.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from chopmark.core.history import Event, RegistryName, genesis, replay
from chopmark.core.ledger import HeadsOf, Home
from chopmark.core.reference import issuer_id, serial
from chopmark.core.transaction import BlockRef, Logged
from chopmark.errors import ProofError, Unreachable
from chopmark.services.pipeline.bench import Bench
from chopmark.wording import Language, Wording

COMPARED: Final = 500
"""Heads of each registry that are compared at every step: ten requests."""


def follow(bench: Bench, final: BlockRef) -> int:
    """Keep all events up to ``final``; how many were new.

    On return at least everything up to ``final`` is kept, by us or by another follower. The caller has seen that the
    cursor is on the chain (``reset.check``). Raises ``Unreachable`` if the node's answers do not agree with one
    another: asking again, or another node, may help.
    """
    while True:
        with bench.store.read() as tx:
            cursor = tx.history.cursor()
            start = bench.home.from_block if cursor is None else cursor.number + 1
            if final.number < start:
                return 0
            known = tx.history.heads()
        logs = bench.chain.logs(start, final.number)
        heads, newest = fold_on(bench.home, known, logs)
        _compare(bench, newest, logs, final)
        with bench.store.begin() as tx:
            if tx.history.append(logs, heads, final, cursor):
                return len(logs)
        # Another follower was quicker, and may have come less far than we have to.


def fold_on(home: Home, known: HeadsOf, logs: Sequence[Logged]) -> tuple[list[int], HeadsOf]:
    """The head after each event, and the newest head of every node, starting from ``known``.

    Raises ``Unreachable`` naming the first event that cannot follow.
    """
    newest = dict(known)
    heads: list[int] = []
    for log in logs:
        event = log.event
        at = (event.registry, event.node)
        before = newest.get(at)
        head = before if before is not None else _genesis(home, *at)
        newest[at] = _next(head, event)
        heads.append(newest[at])
    return heads, newest


def _genesis(home: Home, registry: RegistryName, node: bytes) -> int:
    address = home.issuer_registry if registry == "issuer" else home.attestation_registry
    return genesis(home.chain_id, address, node)


def _next(head: int, event: Event) -> int:
    try:
        return next(iter(replay(head, [event])))
    except ProofError as fault:
        raise incomplete(fault.say(Language.ZH), fault.say(Language.EN)) from fault


def _compare(bench: Bench, newest: HeadsOf, logs: Sequence[Logged], final: BlockRef) -> None:
    """Compare with the chain at the final block. Raises ``Unreachable`` for another head or an unknown node."""
    home = bench.home
    registered = {node for (registry, node) in newest if registry == "issuer"}
    expected = {issuer_id(home.registry_id, number) for number in range(bench.chain.serial(final) + 1)}
    if registered != expected:
        missing = sorted(serial(node) for node in registered ^ expected)[:5]
        raise incomplete(f"机构 {missing} 的事件缺失", f"events of the nodes {missing} are missing")
    nodes = _chosen(sorted(registered), {log.event.node for log in logs}, final)
    registries: tuple[RegistryName, ...] = ("issuer", "attestation")
    for registry in registries:
        for node, head in zip(nodes, bench.chain.heads(registry, nodes, final), strict=True):
            if head != newest.get((registry, node), _genesis(home, registry, node)):
                number = serial(node)
                raise incomplete(
                    f"机构 {number} 的历史头与链上不同", f"the history of node {number} leads to another head"
                )


def _chosen(registered: Sequence[bytes], touched: set[bytes], final: BlockRef) -> list[bytes]:
    """The nodes whose heads are compared: all.

    In a large registry those that the logs name and a part that goes round.
    """
    if len(registered) <= COMPARED:
        return list(registered)
    start = final.number * COMPARED % len(registered)
    return sorted(touched | {*registered[start : start + COMPARED]})


def incomplete(zh: str, en: str) -> Unreachable:
    """The error for logs that are not all that happened."""
    return Unreachable(
        url="", why=Wording("事件日志不完整（{zh}）", "its logs are not complete ({en})").filled(zh=zh, en=en)
    )
