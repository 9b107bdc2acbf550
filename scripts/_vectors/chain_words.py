"""Words, storage keys and histories (FORMAT §8, §10)."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from _vectors.bundles import CHAIN_ID, ISSUER, ISSUER_REGISTRY, REGISTRY, REGISTRY_ID
from chopmark.core import storage
from chopmark.core.digest import keccak
from chopmark.core.history import (
    Event,
    changes_digest,
    fold,
    genesis,
    registration_digest,
    supersession_digest,
)
from chopmark.core.reference import issuer_id
from chopmark.core.words import (
    BatchRecord,
    GrantFlag,
    GrantRecord,
    HeadRecord,
    KeyRecord,
    NodeRecord,
    Op,
    Plane,
    Role,
)

WORDS_ABOUT = "Words of the contracts' storage (FORMAT §8), as 32 bytes, and the fields packed in them."
STORAGE_ABOUT = "Storage keys (FORMAT §8): where a record stands in its contract's storage."
HISTORIES_ABOUT = (
    "Histories (FORMAT §10): events in order with the head after each. A bad one does not lead to the chain's head."
)
SOURCE = "Own."

ROOT = sha256(b"a root").digest()
OTHER_ROOT = sha256(b"another root").digest()
ADDRESS = bytes.fromhex("70997970c51812dc3a010c7d01b50e0d17dc79c8")
FULL = 2**40 - 1


def word_cases() -> list[dict[str, object]]:
    """Records of every sort: plain ones, and ones with every bit of a field set."""
    records: dict[str, BatchRecord | KeyRecord | GrantRecord | NodeRecord | HeadRecord] = {
        "a batch": BatchRecord("degree", 1, 6_000, 1, 7, 1_234_567, 1_790_000_000),
        "the greatest batch": BatchRecord("a-b-c-90", 2, FULL, 65_535, 2**32 - 1, 2**48 - 1, 2**48 - 1),
        "a batch with a kind of one character": BatchRecord("a", 1, 1, 1, 1, 1, 1),
        "a key": KeyRecord(1, Role.ATTEST | Role.STATUS, 1_780_000_000),
        "a retired key": KeyRecord(2, Role.DELEGATE, 1_780_000_000, 1_785_000_000),
        "a compromised key": KeyRecord(3, Role.ATTEST, 1_780_000_000, 0, 1_781_000_000, 1_782_000_000),
        "the greatest key": KeyRecord(65_535, Role(15), FULL, FULL, FULL, FULL),
        "an open grant": GrantRecord(1, 1_780_000_000, 0, 0, 0, 1, 2, 0, GrantFlag.ATTEST),
        "a suspended accreditor": GrantRecord(0, 1, 2, 3, 0, 0, 1, 0, GrantFlag(7)),
        "a revoked grant": GrantRecord(4, 1, 0, 0, 1_785_000_000, 2, 3, 1, GrantFlag.ATTEST),
        "the greatest grant": GrantRecord(2**64 - 1, FULL, FULL, FULL, FULL, 65_535, 15, 15, GrantFlag(255)),
        "a node": NodeRecord(ADDRESS, 2, 1),
        "the greatest node": NodeRecord(b"\xff" * 20, 65_535, 2**64 - 1),
        "a head": HeadRecord(sha256(b"head").digest()[:28], 9),
        "a head before anything happened": HeadRecord(sha256(b"genesis").digest()[:28], 0),
    }
    return [
        {"name": name, "sort": type(record).__name__.removesuffix("Record").lower(), "word": f"{record.encode():064x}"}
        | {"fields": _fields(record)}
        for name, record in records.items()
    ]


def _fields(record: object) -> dict[str, object]:
    names = type(record).__dataclass_fields__  # type: ignore[attr-defined]  # every record is a dataclass
    values = {name: getattr(record, name) for name in names if name != "WIDTHS"}
    return {k: v.hex() if isinstance(v, bytes) else int(v) if isinstance(v, int) else v for k, v in values.items()}


def storage_cases() -> list[dict[str, object]]:
    """One key of each sort; several status words."""
    node = issuer_id(REGISTRY_ID, 3)
    found: list[tuple[str, dict[str, object], bytes]] = [
        ("attestation head", {"node": ISSUER.hex()}, storage.attestation_head_key(ISSUER)),
        ("batch", {"node": ISSUER.hex(), "root": ROOT.hex()}, storage.batch_key(ISSUER, ROOT)),
        ("issuer head", {"node": node.hex()}, storage.issuer_head_key(node)),
        ("node", {"node": node.hex()}, storage.node_key(node)),
        ("key", {"node": node.hex(), "address": ADDRESS.hex()}, storage.key_key(node, ADDRESS)),
        ("grant", {"node": node.hex(), "kind": "degree"}, storage.grant_key(node, "degree")),
        ("profile", {"node": node.hex()}, storage.profile_key(node)),
    ]
    for plane in Plane:
        for word in (0, 1, 2**32 - 1):
            where = {"node": ISSUER.hex(), "root": ROOT.hex(), "word": word, "plane": int(plane)}
            found.append(("status", where, storage.status_key(ISSUER, ROOT, word, plane)))
    return [
        {"name": f"{of} {at}" if of == "status" else of, "of": of, **where, "key": key.hex()}
        for at, (of, where, key) in enumerate(found)
    ]


def attestation_events() -> list[Event]:
    """An issuer attests, revokes, suspends, resumes, attests through a delegate, and supersedes."""
    batch = BatchRecord("degree", 1, 300, 1, 1, 100, 1_790_000_000).encode().to_bytes(32, "big")
    second = BatchRecord("degree", 1, 1, 1, 5, 104, 1_790_000_009).encode().to_bytes(32, "big")

    def event(op: Op, seq: int, x: bytes, d: bytes, *, reason: int = 0, key: int = 1, party: int = 0) -> Event:
        at = (99 + seq, 1_790_000_000 + (seq - 1) * 2)
        return Event("attestation", ISSUER, op, reason, key, party, seq, at[0], at[1], x, d)

    changes = changes_digest([(0, 1), (1, 0b101 << 40)])
    return [
        event(Op.ATTESTED, 1, ROOT, batch),
        event(Op.REVOKED, 2, ROOT, changes, reason=1),
        event(Op.SUSPENDED, 3, ROOT, changes_digest([(0, 2)]), reason=7, key=2),
        event(Op.RESUMED, 4, ROOT, changes_digest([(0, 2)]), reason=8, key=2),
        event(Op.ATTESTED, 5, OTHER_ROOT, second, party=3),
        event(Op.SUPERSEDED, 6, ROOT, supersession_digest(1, OTHER_ROOT, 0), reason=2),
    ]


def issuer_events() -> list[Event]:
    """A node is registered, accredited, given a key, and everything that can happen to it happens."""
    node = issuer_id(REGISTRY_ID, 3)
    profile = sha256(b"profile").digest()
    site = "https://registry.example.edu.cn/"
    kind = b"degree\0\0".ljust(32, b"\0")
    key = KeyRecord(1, Role.ATTEST | Role.STATUS, 1_780_000_003)
    grant = GrantRecord(1, 1_780_000_001, 0, 0, 0, 1, 2, 0, GrantFlag.ATTEST)
    padded = ADDRESS.rjust(32, b"\0")
    steps: list[tuple[Op, int, int, int, bytes, bytes]] = [
        (Op.NODE_REGISTERED, 0, 1, 1, padded, registration_digest(profile, site)),
        (Op.ACCREDITATION_GRANTED, 0, 1, 1, kind, _word(grant)),
        (Op.KEY_ADDED, 0, 0, 3, padded, _word(key)),
        (Op.ACCREDITATION_SUSPENDED, 33, 0, 0, kind, _word(replace(grant, suspended=1_780_000_004))),
        (Op.ACCREDITATION_LIFTED, 34, 0, 0, kind, _word(grant)),
        (Op.PROFILE_SET, 0, 0, 3, sha256(b"profile 2").digest(), keccak(site.encode())),
        (Op.KEY_RETIRED, 0, 0, 3, padded, _word(replace(key, retired=1_780_000_007))),
        (Op.KEY_REPORTED_COMPROMISED, 39, 0, 0, padded, _word(replace(key, compromised_since=1_780_000_005))),
        (Op.CONTROLLER_OFFERED, 0, 0, 3, padded, bytes(32)),
        (Op.CONTROLLER_ACCEPTED, 0, 0, 3, padded, bytes(32)),
        (Op.CONTROLLER_RECOVERED, 0, 0, 0, padded, bytes(32)),
        (Op.ACCREDITATION_REVOKED, 32, 0, 0, kind, _word(replace(grant, revoked=1_780_000_012))),
    ]
    return [
        Event("issuer", node, op, reason, acted, party, seq, 10 + seq, 1_780_000_000 + seq, x, d)
        for seq, (op, reason, acted, party, x, d) in enumerate(steps, 1)
    ]


def authority_events() -> list[Event]:
    """The root authority's own history: it begins with the authority at creation."""
    node = issuer_id(REGISTRY_ID, 0)
    first, second = ADDRESS.rjust(32, b"\0"), REGISTRY.rjust(32, b"\0")
    return [
        Event("issuer", node, Op.AUTHORITY_ACCEPTED, 0, 0, 0, 1, 5, 1_780_000_000, first, bytes(32)),
        Event("issuer", node, Op.AUTHORITY_OFFERED, 0, 0, 0, 2, 900, 1_785_000_000, second, bytes(32)),
        Event("issuer", node, Op.AUTHORITY_ACCEPTED, 0, 0, 0, 3, 901, 1_785_000_000, second, bytes(32)),
    ]


def history_cases() -> list[dict[str, object]]:
    """Histories that prove themselves, and the same ones tampered with."""
    events = attestation_events()
    true_head = _heads(REGISTRY, events)[-1]
    found = [
        _history("attestations", REGISTRY, events),
        _history("an issuer's accreditation and keys", ISSUER_REGISTRY, issuer_events()),
        _history("the root authority", ISSUER_REGISTRY, authority_events()),
        _history("nothing has happened", REGISTRY, []),
    ]
    bad = {
        "an event missing in the middle": (events[:2] + events[3:], "the count has a gap"),
        "the last event missing": (events[:-1], "the chain counts one more"),
        "the first event missing": (events[1:], "the count begins at 1"),
        "an event twice": ([events[0], *events], "the count goes on by one"),
        "two events exchanged": ([events[1], events[0], *events[2:]], "the count has a gap"),
        "two events exchanged and renumbered": (
            [replace(events[1], seq=1), replace(events[0], seq=2), *events[2:]],
            "another order leads to another head, and time runs back",
        ),
        "another reason": ([events[0], replace(events[1], reason=3), *events[2:]], "a folded value was changed"),
        "another key": ([replace(events[0], key=2), *events[1:]], "a folded value was changed"),
        "another party": ([*events[:4], replace(events[4], party=0), events[5]], "a folded value was changed"),
        "another block": ([replace(events[0], block=99), *events[1:]], "a folded value was changed"),
        "another time": ([replace(events[0], time=1), *events[1:]], "a folded value was changed"),
        "another root": ([replace(events[0], x=OTHER_ROOT), *events[1:]], "a folded value was changed"),
        "another mask": (
            [events[0], replace(events[1], d=changes_digest([(0, 1), (1, 1)])), *events[2:]],
            "a folded value was changed",
        ),
        "an event of the other registry": (
            [*events, replace(events[0], op=Op.KEY_ADDED, seq=7, block=200, time=1_800_000_000)],
            "the attestation registry has no such event",
        ),
        "an event made up at the end": (
            [*events, replace(events[1], seq=7, block=200, time=1_800_000_000)],
            "the chain counts one less",
        ),
    }
    for name, (altered, why) in bad.items():
        case = _history(name, REGISTRY, altered)
        found.append(case | {"head": f"{true_head:064x}", "valid": False, "why": why})
    return found


def _history(name: str, registry: bytes, events: list[Event]) -> dict[str, object]:
    node = events[0].node if events else ISSUER
    start = genesis(CHAIN_ID, registry, node)
    heads = _heads(registry, events)
    case: dict[str, object] = {"name": name, "chain_id": CHAIN_ID, "registry_address": registry.hex()}
    case |= {"registry": events[0].registry if events else "attestation", "node": node.hex()}
    case |= {"genesis": f"{start:064x}", "events": [_event(e, h) for e, h in zip(events, heads[1:], strict=True)]}
    return case | {"head": f"{heads[-1]:064x}", "valid": True}


def _heads(registry: bytes, events: list[Event]) -> list[int]:
    heads = [genesis(CHAIN_ID, registry, events[0].node if events else ISSUER)]
    for event in events:
        heads.append(fold(heads[-1], event))
    return heads


def _event(event: Event, head: int) -> dict[str, object]:
    numbers = {name: int(getattr(event, name)) for name in ("op", "reason", "key", "party", "seq", "block", "time")}
    return {**numbers, "w": event.word.hex(), "x": event.x.hex(), "d": event.d.hex(), "head": f"{head:064x}"}


def _word(record: KeyRecord | GrantRecord) -> bytes:
    return record.encode().to_bytes(32, "big")
