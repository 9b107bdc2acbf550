"""A trail as JSON and as rows of a sheet: the same facts that the terminal shows, whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from chopmark.core.lifeline import Entry, LeafRef
from chopmark.core.reasons import reason_wording
from chopmark.core.reference import serial
from chopmark.services.audit.trail import Trail
from chopmark.wording import Language, Wording

Json = dict[str, object]
COLUMNS: Final = (
    "block",
    "time",
    "operation",
    "text_zh",
    "text_en",
    "reason",
    "reason_zh",
    "reason_en",
    "root",
    "leaves",
    "indices",
    "kind",
    "actor",
    "key_index",
    "key_address",
    "key_name",
    "key_compromised",
    "via",
    "subject",
    "subject_name",
    "successor",
    "predecessor",
    "context",
    "transaction",
    "log_index",
    "block_hash",
)
"""Headings of the sheet."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Names that are known here. ``key``: of an address in the local keystore, else empty. ``time``: a time as text."""

    key: Callable[[bytes], str]
    time: Callable[[int], str]


def as_json(trail: Trail, naming: Naming) -> Json:
    """Everything about a trail, sentences in both languages."""
    target, at = trail.target, trail.at
    return {
        "issuer": {"id": target.issuer.hex(), "number": serial(target.issuer)},
        "root": target.root.hex() if target.root else None,
        "index": target.index,
        "as_of": {"block": trail.as_of.block, "time": naming.time(trail.as_of.time)},
        "read_at": {"block": at.number, "hash": "0x" + at.hash.hex(), "time": naming.time(at.time)},
        "source": trail.source,
        "status": _status(trail, naming),
        "batch": _batch(trail, naming),
        "accreditation": {
            kind: {"standing": found.standing.name.lower(), "since": naming.time(found.since) if found.since else None}
            for kind, found in (trail.accreditation or {}).items()
        },
        "entries": [dict(zip(COLUMNS, row(trail, entry, naming), strict=True)) for entry in trail.entries],
    }


def rows(trail: Trail, naming: Naming) -> Iterator[list[str]]:
    """The trail as a sheet, headings first. A cell never begins a formula."""
    yield list(COLUMNS)
    for entry in trail.entries:
        yield [_cell(value) for value in row(trail, entry, naming)]


def row(trail: Trail, entry: Entry, naming: Naming) -> list[object]:
    """One entry, in the order of ``COLUMNS``."""
    event, actor = entry.logged.event, entry.actor
    reason = reason_wording(event.reason) if event.reason else Wording("", "")
    return [
        event.block,
        naming.time(event.time),
        entry.op.name.lower(),
        entry.wording.zh,
        entry.wording.en,
        event.reason or None,
        _said(reason, Language.ZH),
        _said(reason, Language.EN),
        entry.root.hex() or None,
        entry.leaves or None,
        " ".join(map(str, entry.indices)) or None,
        entry.kind or None,
        serial(actor.node),
        actor.key,
        "0x" + actor.address.hex() if actor.address else None,
        naming.key(actor.address) or None,
        trail.by_compromised_key(entry),
        actor.via or None,
        "0x" + entry.subject.hex() if entry.subject else None,
        (naming.key(entry.subject) or None) if entry.subject else None,
        leaf_text(entry.successor) or None,
        leaf_text(entry.predecessor) or None,
        entry.context,
        "0x" + entry.logged.tx_hash.hex(),
        entry.logged.log_index,
        "0x" + entry.logged.block_hash.hex(),
    ]


def leaf_text(leaf: LeafRef | None) -> str:
    """A leaf of the same registry, as an attestation id ends: root and index."""
    return f"{leaf.root.hex()}/{leaf.index}" if leaf else ""


def _status(trail: Trail, naming: Naming) -> Json | None:
    status = trail.status
    if status is None:
        return None
    return {
        "attested": status.batch is not None,
        "revoked": status.revoked,
        "suspended": status.suspended,
        "superseded": status.superseded,
        "reason": status.reason or None,
        "since": naming.time(status.since) if status.since else None,
        "block": status.block or None,
        "successor": leaf_text(status.successor) or None,
    }


def _batch(trail: Trail, naming: Naming) -> Json | None:
    batch = trail.batch
    if batch is None:
        return None
    key = trail.key
    return {
        "kind": batch.kind,
        "size": batch.size,
        "seq": batch.seq,
        "block": batch.block,
        "time": naming.time(batch.time),
        "key": {
            "index": batch.key_index,
            "address": "0x" + key[0].hex() if key else None,
            "retired": naming.time(key[1].retired) if key and key[1].retired else None,
            "compromised_since": naming.time(key[1].compromised_since) if key and key[1].compromised_since else None,
        },
    }


def _said(wording: Wording, language: Language) -> str | None:
    return wording.fact(language, {}) or None


def _cell(value: object) -> str:
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    # What begins like a formula is one to a spreadsheet; strangers choose the codes of kinds.
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
