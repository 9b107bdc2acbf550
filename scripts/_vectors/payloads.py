"""Payloads and their commitments (FORMAT §3)."""

from __future__ import annotations

import json
from hashlib import sha256

from _vectors.seeded import Stream, base64
from chopmark.core.disclosure import decoy
from chopmark.core.payload import Payload, write_payload

ABOUT = "Payloads (FORMAT §3): exact bytes, what they say, and the commitment to them."
SOURCE = "Own."

ISSUER = sha256(b"an issuer").digest()


def digests(count: int, seed: str = "payload digests") -> tuple[str, ...]:
    """Digests that nothing opens, in order."""
    entropy = Stream(seed)
    return tuple(sorted(decoy(entropy(32)) for _ in range(count)))


GOOD = {
    "the least": Payload(ISSUER, "a", digests(2)),
    "a degree": Payload(ISSUER, "degree", digests(16)),
    "a code of eight characters": Payload(ISSUER, "a-b-c-90", digests(4)),
    "expiring": Payload(ISSUER, "degree", digests(4), 1_814_399_999),
    "expiring in the first second": Payload(ISSUER, "degree", digests(4), 0),
    "expiring in the last second": Payload(ISSUER, "degree", digests(4), 253_402_300_799),
    "1,024 digests": Payload(ISSUER, "degree", digests(1_024)),
}


def document(**changes: object) -> dict[str, object]:
    """A good payload's members, some of them changed; None leaves a member out."""
    members: dict[str, object] = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "_sd_alg": "sha-256",
        "credentialSubject": {"_sd": list(digests(4))},
        "issuer": "urn:chopmark:issuer:" + ISSUER.hex(),
        "type": ["VerifiableCredential", "urn:chopmark:kind:degree"],
    }
    names = {"context": "@context", "sd_alg": "_sd_alg"}
    for name, value in changes.items():
        members[names.get(name, name)] = value
    return {name: value for name, value in members.items() if value is not None}


def written(members: dict[str, object]) -> bytes:
    """Members as canonical JSON (their names are ASCII)."""
    return json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _subject(*values: object, **more: object) -> dict[str, object]:
    return {"_sd": list(values), **more}


def malformed() -> dict[str, tuple[bytes, str]]:
    """Name → bytes and what is wrong with them."""
    good = document()
    four = digests(4)
    kind = "urn:chopmark:kind:"
    vc = "VerifiableCredential"
    urn = "urn:chopmark:issuer:"
    changed: dict[str, tuple[dict[str, object], str]] = {
        "without @context": (document(context=None), "a member is missing"),
        "without issuer": (document(issuer=None), "a member is missing"),
        "with an id": (document(id="urn:uuid:0"), "there is no other member"),
        "with a clear claim": (document(name="王莉"), "there is no other member"),
        "with validFrom": (document(validFrom="2026-01-01T00:00:00Z"), "there is no other member"),
        "another context": (document(context=["https://www.w3.org/2018/credentials/v1"]), "another @context"),
        "two contexts": (document(context=["https://www.w3.org/ns/credentials/v2", "x"]), "another @context"),
        "the context as text": (document(context="https://www.w3.org/ns/credentials/v2"), "another @context"),
        "sha-512": (document(sd_alg="sha-512"), "another algorithm"),
        "SHA-256 in upper case": (document(sd_alg="SHA-256"), "another algorithm"),
        "no digests": (document(credentialSubject=_subject()), "fewer than two digests"),
        "one digest": (document(credentialSubject=_subject(four[0])), "fewer than two digests"),
        "1,025 digests": (document(credentialSubject=_subject(*digests(1_025))), "more than 1,024 digests"),
        "digests out of order": (document(credentialSubject=_subject(*reversed(four))), "digests out of order"),
        "a digest twice": (document(credentialSubject=_subject(four[0], four[0])), "a digest twice"),
        "a cut digest": (document(credentialSubject=_subject(four[0], four[1][:-1])), "a digest has 43 characters"),
        "a padded digest": (document(credentialSubject=_subject(four[0], four[1] + "=")), "a digest is not padded"),
        "a digest with unused bits": (
            document(credentialSubject=_subject(*sorted([four[0], four[1][:-1] + "B"]))),
            "unused bits are not zero",
        ),
        "a digest in standard base64": (
            document(credentialSubject=_subject(*sorted([four[0], "+" + four[1][1:]]))),
            "the plus sign is not of base64url",
        ),
        "a digest beyond ASCII": (
            document(credentialSubject=_subject(*sorted([four[0], "é" + four[1][1:]]))),
            "a digest is ASCII",
        ),
        "a number as digest": (document(credentialSubject=_subject(four[0], 1)), "a digest is text"),
        "digests as text": (document(credentialSubject={"_sd": four[0]}), "the digests are an array"),
        "a claim beside the digests": (document(credentialSubject=_subject(*four, name="x")), "no claim stands clear"),
        "the subject as an array": (document(credentialSubject=[_subject(*four)]), "the subject is an object"),
        "an issuer of 31 bytes": (document(issuer=urn + "ab" * 31), "an issuer id has 32 bytes"),
        "an issuer in upper case": (document(issuer=urn + "AB" * 32), "hex is lower case"),
        "an issuer with 0x": (document(issuer=urn + "0x" + "ab" * 32), "hex without a prefix"),
        "an issuer of another scheme": (document(issuer="did:web:example.org"), "another URN"),
        "an issuer object": (document(issuer={"id": urn + "ab" * 32}), "the issuer is text"),
        "one type": (document(type=[vc]), "the kind is missing"),
        "three types": (document(type=[vc, kind + "degree", "x"]), "one kind only"),
        "types in another order": (document(type=[kind + "degree", vc]), "another order"),
        "an empty kind": (document(type=[vc, kind]), "a kind has 1 to 8 characters"),
        "a kind of nine characters": (document(type=[vc, kind + "a" * 9]), "a kind has 1 to 8 characters"),
        "a kind in upper case": (document(type=[vc, kind + "Degree"]), "a kind is lower case"),
        "a kind without its URN": (document(type=[vc, "degree"]), "another URN"),
        "a kind with a line feed": (document(type=[vc, kind + "degree\n"]), "a kind is letters, digits and hyphens"),
        "a number as kind": (document(type=[vc, 1]), "the kind is text"),
        "an instant with an offset": (document(validUntil="2026-01-01T00:00:00+08:00"), "an instant ends with Z"),
        "an instant with milliseconds": (document(validUntil="2026-01-01T00:00:00.000Z"), "whole seconds only"),
        "a date alone": (document(validUntil="2026-01-01"), "an instant has a time"),
        "a lower-case z": (document(validUntil="2026-01-01T00:00:00z"), "an instant ends with Z"),
        "30 February": (document(validUntil="2026-02-30T00:00:00Z"), "an impossible day"),
        "29 February 2027": (document(validUntil="2027-02-29T00:00:00Z"), "an impossible day"),
        "hour 24": (document(validUntil="2026-01-01T24:00:00Z"), "an impossible hour"),
        "second 60": (document(validUntil="2016-12-31T23:59:60Z"), "no leap seconds"),
        "the year 1969": (document(validUntil="1969-12-31T23:59:59Z"), "before 1970"),
        "the year 0": (document(validUntil="0000-01-01T00:00:00Z"), "before 1970"),
        "full-width digits": (document(validUntil="２０２６-01-01T00:00:00Z"), "digits are ASCII"),
        "an instant as a number": (document(validUntil=1_800_000_000), "an instant is text"),
    }
    bad = {name: (written(members), why) for name, (members, why) in changed.items()}
    data = written(good)
    bad |= {
        "empty": (b"", "it is not JSON"),
        "an array": (b"[" + data + b"]", "it is not an object"),
        "a line feed behind it": (data + b"\n", "it is not canonical"),
        "members in another order": (
            json.dumps(dict(reversed(good.items())), separators=(",", ":")).encode(),
            "it is not canonical",
        ),
        "spaces inside": (json.dumps(good, sort_keys=True).encode(), "it is not canonical"),
        "a member twice": (data[:-1] + b"," + data[1:], "a member occurs twice"),
        "a byte order mark": (b"\xef\xbb\xbf" + data, "it begins with a byte order mark"),
        "an escaped letter": (data.replace(b"sha-256", b"sha\\u002d256"), "it is not canonical"),
        "null as validUntil": (data[:-1] + b',"validUntil":null}', "an instant is text"),
    }
    return bad


def cases() -> list[dict[str, object]]:
    """Good and bad payloads."""
    found: list[dict[str, object]] = []
    for name, payload in GOOD.items():
        data = write_payload(payload)
        good = {"name": name, "payload_b64": base64(data), "valid": True, "issuer": payload.issuer.hex()}
        good |= {"kind": payload.kind, "digests": list(payload.digests), "valid_until": payload.valid_until}
        found.append(good | {"commitment": sha256(data).hexdigest()})
    for name, (data, why) in malformed().items():
        found.append({"name": name, "payload_b64": base64(data), "valid": False, "why": why})
    return found
