"""What somebody might do to a file or a bundle before handing it in."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def change_byte(source: Path, target: Path) -> Path:
    """A copy of which one byte is another, somewhere in its last third, so that readers still open it."""
    data = bytearray(source.read_bytes())
    data[len(data) * 2 // 3] ^= 1
    target.write_bytes(data)
    return target


def change_bundle(source: Path, target: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A copy of a bundle after ``change``, in canonical form again: nobody gets away by good manners."""
    bundle = json.loads(source.read_text(encoding="utf-8"))
    change(bundle)
    target.write_bytes(_canonical(bundle))
    return target


def other_claim(name: str, value: str) -> Callable[[dict[str, Any]], None]:
    """Put another value into the disclosure of a claim, keeping its salt."""

    def change(bundle: dict[str, Any]) -> None:
        opened = [json.loads(unb64(text)) for text in bundle["disclosures"]]
        for disclosure in opened:
            if disclosure[1] in (name, f"norm:{name}"):
                disclosure[2] = value
        bundle["disclosures"] = sorted(_b64(_canonical(disclosure)) for disclosure in opened)

    return change


def other_anchor(**members: int | str) -> Callable[[dict[str, Any]], None]:
    """Name another chain, registry or root."""

    def change(bundle: dict[str, Any]) -> None:
        bundle["anchor"].update(members)

    return change


def next_index(bundle: dict[str, Any]) -> None:
    """Claim the neighbour's place in the batch."""
    bundle["proof"]["index"] ^= 1


def _canonical(value: object) -> bytes:
    # RFC 8785 for what bundles hold: ASCII names, strings, integers.
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Bytes from base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
