"""Logs of the two registries as ``Logged`` events: what the histories fold (FORMAT §10), recomputed from each log.

A log that does not decode is never skipped: a reader that misses an event would believe an incomplete history.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chopmark.chain.abi import AbiFault, decode
from chopmark.chain.artifacts import ATTESTATION_REGISTRY, ISSUER_REGISTRY, Artifact, Entry, artifact
from chopmark.chain.quantity import NotAQuantity, hexed, number, octets
from chopmark.core.digest import keccak
from chopmark.core.history import Event, RegistryName, changes_digest, supersession_digest
from chopmark.core.transaction import Detail, Logged
from chopmark.core.words import BatchRecord, GrantRecord, KeyRecord, Op

_OPS = {
    "Attested": Op.ATTESTED,
    "Superseded": Op.SUPERSEDED,
    "NodeRegistered": Op.NODE_REGISTERED,
    "AccreditationGranted": Op.ACCREDITATION_GRANTED,
    "AccreditationSuspended": Op.ACCREDITATION_SUSPENDED,
    "AccreditationLifted": Op.ACCREDITATION_LIFTED,
    "AccreditationRevoked": Op.ACCREDITATION_REVOKED,
    "KeyAdded": Op.KEY_ADDED,
    "KeyRetired": Op.KEY_RETIRED,
    "KeyReportedCompromised": Op.KEY_REPORTED_COMPROMISED,
    "ProfileSet": Op.PROFILE_SET,
    "ControllerOffered": Op.CONTROLLER_OFFERED,
    "ControllerAccepted": Op.CONTROLLER_ACCEPTED,
    "ControllerRecovered": Op.CONTROLLER_RECOVERED,
    "AuthorityOffered": Op.AUTHORITY_OFFERED,
    "AuthorityAccepted": Op.AUTHORITY_ACCEPTED,
}
"""Operation of each event; ``StatusChanged`` carries its own."""

NOTHING = bytes(32)


def read_log(log: Any, registry: RegistryName, time: int) -> Logged:
    """One entry of ``eth_getLogs`` as an event; ``time`` is its block's.

    Raises ``NotAQuantity`` or ``AbiFault`` if it is none of the registry's events.
    """
    topics = [octets(topic, 32) for topic in log["topics"]]
    contract = artifact(ISSUER_REGISTRY if registry == "issuer" else ATTESTATION_REGISTRY)
    entry = _entry(contract, topics)
    values = _values(entry, topics, octets(log["data"]))
    name, node = entry.name, topics[1]
    x = values["profileDigest"] if name == "ProfileSet" else topics[2]
    batch = _record(BatchRecord, values["batch"]) if name == "Attested" else None
    event = Event(
        registry=registry,
        node=node,
        op=Op(values["op"]) if name == "StatusChanged" else _OPS[name],
        reason=values.get("reason", 0),
        key=batch.key_index if batch else values["keyIndex"],
        party=values["via"] if registry == "attestation" else values["party"],
        seq=batch.seq if batch else values["seq"],
        block=number(log["blockNumber"]),
        time=time,
        x=x,
        d=_DIGESTS.get(name, _nothing)(values),
    )
    return Logged(
        event=event,
        tx_hash=octets(log["transactionHash"], 32),
        log_index=number(log["logIndex"]),
        block_hash=octets(log["blockHash"], 32),
        detail=_detail(entry, values),
    )


def _entry(contract: Artifact, topics: list[bytes]) -> Entry:
    entry = contract.events.get(topics[0]) if topics else None
    if entry is None or len(topics) != 1 + sum(entry.indexed):
        raise NotAQuantity(f"a log that is no event of {contract.name}")
    return entry


def _values(entry: Entry, topics: list[bytes], data: bytes) -> dict[str, Any]:
    """All arguments by name, indexed ones and others."""
    places = list(zip(entry.names, entry.inputs, entry.indexed, strict=True))
    rest = iter(decode([kind for _, kind, indexed in places if not indexed], data))
    marked = iter(topics[1:])
    return {name: decode([kind], next(marked))[0] if indexed else next(rest) for name, kind, indexed in places}


def _nothing(_: Mapping[str, Any]) -> bytes:
    return NOTHING


def _word(name: str) -> Callable[[Mapping[str, Any]], bytes]:
    def digest(values: Mapping[str, Any]) -> bytes:
        word: int = values[name]
        return word.to_bytes(32, "big")

    return digest


def _registration(values: Mapping[str, Any]) -> bytes:
    # The site's own bytes, not its text: nothing forces them to be UTF-8, and the contract digests bytes.
    site: bytes = values["site"]
    padded = site + bytes(-len(site) % 32)
    return keccak(values["profileDigest"] + (64).to_bytes(32, "big") + len(site).to_bytes(32, "big") + padded)


def _supersession(values: Mapping[str, Any]) -> bytes:
    return supersession_digest(values["oldIndex"], values["newRoot"], values["newIndex"])


_DIGESTS: dict[str, Callable[[Mapping[str, Any]], bytes]] = {
    "Attested": _word("batch"),
    "StatusChanged": lambda values: changes_digest(values["changes"]),
    "Superseded": _supersession,
    "NodeRegistered": _registration,
    "ProfileSet": lambda values: keccak(values["site"]),
    **{name: _word("grant") for name in _OPS if name.startswith("Accreditation")},
    **{name: _word("word") for name in _OPS if name.startswith("Key")},
}


def _detail(entry: Entry, values: Mapping[str, Any]) -> Detail:
    """The arguments for people and for storage; the words among them spelled out."""
    detail: dict[str, int | str | list[tuple[int, int]]] = {}
    for name, value in values.items():
        if name == "kind":
            detail[name] = value.rstrip(b"\0").decode("latin-1")
        elif name == "site":
            detail[name] = value.decode("utf-8", "backslashreplace")
        elif name == "changes":
            detail[name] = [(word, mask) for word, mask in value]
        elif isinstance(value, bytes):
            detail[name] = hexed(value)
        elif name not in ("batch", "grant", "word"):
            detail[name] = int(value)
    return detail | _spelled_out(entry.name, values)


def _spelled_out(name: str, values: Mapping[str, Any]) -> dict[str, int]:
    if name == "Attested":
        batch = _record(BatchRecord, values["batch"])
        return {"algorithm": batch.algorithm, "size": batch.size, "keyIndex": batch.key_index, "seq": batch.seq}
    if "grant" in values:
        grant = _record(GrantRecord, values["grant"])
        times = {"from": grant.start, "until": grant.until, "suspended": grant.suspended, "revoked": grant.revoked}
        ranks = {"granterKey": grant.granter_key, "depth": grant.depth, "restraint": grant.restraint}
        return {"parent": grant.parent, **times, **ranks, "flags": int(grant.flags)}
    if "word" in values:
        key = _record(KeyRecord, values["word"])
        times = {"from": key.added, "retired": key.retired, "compromisedSince": key.compromised_since}
        return {"index": key.index, "roles": int(key.roles), **times, "reported": key.reported}
    return {}


def _record(kind: Any, word: int) -> Any:
    record = kind.decode(word)
    if record is None:
        raise AbiFault(f"an empty {kind.__name__}")
    return record
