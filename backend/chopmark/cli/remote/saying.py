"""Printing what a site says: it never moves the cursor nor turns a line around."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chopmark.cli.app import TERMINAL as T
from chopmark.cli.terminal import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chopmark.client.proving import Proof
    from chopmark.core.finding import Finding


def out(zh: str, en: str | None = None) -> None:
    """A line of the answer."""
    T.out(plain(T.text(zh, zh if en is None else en)))


def note(zh: str, en: str | None = None) -> None:
    """A line about what is going on."""
    said = plain(T.text(zh, zh if en is None else en))
    T.note(said, said)


def note_findings(findings: Sequence[Finding]) -> None:
    """Findings beside the answer, one a line."""
    for found in findings:
        note(f"{found.code} {found.say(T.language)}")


def say_proof(proof: Proof) -> None:
    """What one's own look at the chain came to."""
    from chopmark.core.verdict import State

    if proof.state is State.VALID and proof.read_at is not None:
        at = proof.read_at.number
        note(f"已在链上核对，截至区块 {at}", f"Seen on the chain as of block {at}")
    note_findings(proof.findings)
