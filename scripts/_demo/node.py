"""The demonstration's chain: one node on this machine, and the few questions that are put to it directly."""

from __future__ import annotations

import json
import socket
import urllib.request
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from _demo import left_behind
from chopmark.chain.devnet import Devnet

PORT: Final = 8545
_BALANCE: Final = 10**21
"""Of the chain's own worthless coin, for each demonstration key."""


def free_port(wanted: int = 0) -> int:
    """``wanted`` if nobody listens there, else another free port."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no port is free")


def ask(url: str, method: str, *params: object) -> Any:
    """One JSON-RPC answer. Raises ``OSError`` if there is none, ``ValueError`` if it is an error."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 -- our own node
    with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310
        answer = json.load(reply)
    if "error" in answer:
        raise ValueError(f"{method}: {answer['error']}")
    return answer["result"]


def fund(url: str, addresses: Collection[str]) -> None:
    """Give coin to those who have none: on a real chain the operator of the network does that."""
    for address in addresses:
        if int(ask(url, "eth_getBalance", address, "latest"), 16) < _BALANCE // 2:
            ask(url, "anvil_setBalance", address, hex(_BALANCE))


def transactions(url: str, addresses: Collection[str]) -> int:
    """How many transactions these addresses have sent."""
    return sum(int(ask(url, "eth_getTransactionCount", address, "latest"), 16) for address in addresses)


def end_left_behind(folder: Path) -> int:
    """Stop the node that a killed run left behind in ``folder``; its process id, 0 if there is none."""
    return left_behind.end_left_behind(folder / "lock", folder)


__all__ = ["PORT", "Devnet", "ask", "end_left_behind", "free_port", "fund", "transactions"]
