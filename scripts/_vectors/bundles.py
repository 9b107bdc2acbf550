"""Bundles, as exact bytes: good ones, and bad ones each broken in one way (FORMAT §7, §11 A)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from _vectors import disclosures, payloads
from _vectors.seeded import Stream, base64
from chopmark.core.batch import arrange
from chopmark.core.bundle import Anchor, Bundle, InclusionProof, open_bundle, read_bundle, write_bundle
from chopmark.core.credential import Credential, compose
from chopmark.core.digest import b64
from chopmark.core.disclosure import BoundFile, ClaimValue, decoy, digest_of, make_disclosure
from chopmark.core.leaf import LeafEntry, leaf_hash
from chopmark.core.payload import Payload, write_payload
from chopmark.core.reference import issuer_id, registry_id

ABOUT = (
    "Bundles (FORMAT §7) and whether they pass part A of the verification (§11 steps 1 to 5). Bad ones are broken in one "
    "way each: where the fault lies in the payload or a disclosure, everything behind it (digest, commitment, root) fits."
)
SOURCE = "Own."

CHAIN_ID = 31_337
ISSUER_REGISTRY = bytes.fromhex("5fbdb2315678afecb367f032d93f642f64180aa3")
REGISTRY = bytes.fromhex("e7f1725e7734ce288f8367e1bb143e90bb3f0512")
REGISTRY_ID = registry_id(CHAIN_ID, ISSUER_REGISTRY, bytes(32))
ISSUER = issuer_id(REGISTRY_ID, 2)

ORIGINAL = BoundFile(52_114, "application/pdf", sha256(b"the original certificate").digest())
SUPPLEMENT = BoundFile(20_480, "image/png", sha256(b"a supplement").digest())

DEGREE: Mapping[str, ClaimValue] = {
    "holder_name": "王莉",
    "school": "东方理工大学",
    "level": "本科",
    "major": "计算机科学与技术",
    "graduation_date": "2026-06-30",
    "certificate_number": "105331202605000123",
}
PAPER: Mapping[str, ClaimValue] = {
    "title": "一种𠮷祥算法 “研究”",
    "authors": ("王莉", "买买提·艾力", "J. Müller"),
    "year": 2025,
}


def credential(seed: str, claims: Mapping[str, ClaimValue] = DEGREE, **options: object) -> Credential:
    """A credential out of seeded bytes."""
    arguments: dict[str, object] = {"issuer": ISSUER, "kind": "degree", "entropy": Stream(seed)} | options
    return compose(claims=claims, **arguments)  # type: ignore[arg-type]  # named as compose names them


def bundled(made: Credential, others: int = 0, kind: str = "degree") -> Bundle:
    """The credential's bundle, in a batch with ``others`` more."""
    entropy = Stream("others" + made.commitment.hex())
    batch = arrange(kind, ISSUER, [made.commitment, *(entropy(32) for _ in range(others))])
    anchor = Anchor(CHAIN_ID, REGISTRY, batch.root)
    return Bundle(anchor, made.payload, made.disclosures, batch.proof(batch.index_of(made.commitment)))


def only(bundle: Bundle, *names: str) -> Bundle:
    """The bundle with some of its disclosures."""
    kept = [d for d in bundle.disclosures if disclosures_name(d) in names]
    return replace(bundle, disclosures=tuple(kept))


def disclosures_name(encoded: str) -> str:
    """The name in a disclosure."""
    padded = encoded + "=" * (-len(encoded) % 4)
    return str(json.loads(_decode(padded))[1])


def _decode(text: str) -> bytes:
    from base64 import urlsafe_b64decode

    return urlsafe_b64decode(text)


def good() -> dict[str, Bundle]:
    """Name → a bundle that passes."""
    twins = ("holder_name", "certificate_number")
    degree = credential("degree", twins=twins, files=(ORIGINAL,))
    in_batch = bundled(degree, 12)
    two_files = credential("two files", files=(ORIGINAL, SUPPLEMENT))
    replaced = sha256(b"an older payload").digest()
    paper = credential("paper", PAPER, kind="paper")
    return {
        "one claim, a batch of one": bundled(credential("least", {"school": "某校"})),
        "a degree in a batch of 13": in_batch,
        "the degree, nothing disclosed": replace(in_batch, disclosures=()),
        "the degree, name and file only": only(in_batch, "holder_name", "file:1"),
        "the degree, twins without their claims": only(in_batch, "norm:holder_name", "norm:certificate_number"),
        "the degree, without its file": only(in_batch, *DEGREE),
        "two files": bundled(two_files, 1),
        "the second of two files": only(bundled(two_files, 1), "file:2"),
        "a correction that names what it replaces": bundled(credential("correction", replaces=replaced), 4),
        "a credential that expires": bundled(credential("expiring", valid_until=1_800_000_000), 2),
        "a paper with a list, a number and a rare character": bundled(paper, 6, "paper"),
        "no claims at all": bundled(credential("none", {}), 1),
        "a date of ten years ago": bundled(credential("late", {**DEGREE, "graduation_date": "2016-06-30"})),
    }


def forged(payload: bytes, kind: str = "degree", issuer: bytes = ISSUER, shown: Sequence[str] = ()) -> bytes:
    """A bundle whose root fits whatever the payload is: only the payload or a disclosure can be wrong."""
    root = leaf_hash(LeafEntry(kind, issuer, sha256(payload).digest()).pack())
    anchor = Anchor(CHAIN_ID, REGISTRY, root)
    return write_bundle(Bundle(anchor, payload, tuple(shown), InclusionProof(0, 1, ())))


def issued(*shown: str, decoys: int = 1) -> bytes:
    """A bundle whose payload commits to these disclosures, whatever they are."""
    entropy = Stream("issued")
    digests = sorted({*(digest_of(each) for each in shown), *(decoy(entropy(32)) for _ in range(decoys))})
    return forged(write_payload(Payload(ISSUER, "degree", tuple(digests))), shown=sorted(shown))


def bad() -> dict[str, tuple[bytes, str]]:
    """Name → bytes, and what is wrong with them."""
    return _spelt() | _members() | _parts() | _proofs() | _inside()


def _written(document: object) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _changed(path: str, value: object) -> bytes:
    """The degree's bundle with one member replaced (``...``: left out)."""
    document = json.loads(write_bundle(good()["a degree in a batch of 13"]))
    inner = document
    *outer, last = path.split(".")
    for name in outer:
        inner = inner[name]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return _written(document)


def _spelt() -> dict[str, tuple[bytes, str]]:
    data = write_bundle(good()["a degree in a batch of 13"])
    document = json.loads(data)
    return {
        "empty": (b"", "it is not JSON"),
        "a line feed behind it": (data + b"\n", "nothing stands behind a bundle"),
        "a space before it": (b" " + data, "nothing stands before a bundle"),
        "a byte order mark": (b"\xef\xbb\xbf" + data, "nothing stands before a bundle"),
        "two bundles": (data + data, "nothing stands behind a bundle"),
        "cut in the middle": (data[: len(data) // 2], "it is not JSON"),
        "white space inside": (json.dumps(document, sort_keys=True).encode(), "it is not canonical"),
        "members in another order": (
            json.dumps(dict(reversed(document.items())), separators=(",", ":")).encode(),
            "it is not canonical",
        ),
        "a member twice": (data[:-1] + b"," + data[1:], "a member occurs twice"),
        "an escaped letter": (data.replace(b"chopmark-bundle", b"chopm\\u0061rk-bundle"), "it is not canonical"),
        "an array around it": (b"[" + data + b"]", "it is not an object"),
        "the index as a fraction": (data.replace(b'"index":', b'"index":0.'), "a number has a fraction"),
        "the size with an exponent": (data.replace(b'"size":13', b'"size":13e0'), "a number has an exponent"),
    }


def _members() -> dict[str, tuple[bytes, str]]:
    return {
        "without anchor": (_changed("anchor", ...), "a member is missing"),
        "without proof": (_changed("proof", ...), "a member is missing"),
        "without root": (_changed("anchor.root", ...), "a member is missing"),
        "without nodes": (_changed("proof.nodes", ...), "a member is missing"),
        "another member": (_changed("issuedAt", 1), "there is no other member"),
        "another member of the anchor": (_changed("anchor.block", 1), "there is no other member"),
        "another member of the proof": (_changed("proof.root", "00" * 32), "there is no other member"),
        "another format": (_changed("format", "chopmark-bundle-2"), "another format"),
        "the format as a number": (_changed("format", 1), "another format"),
        "chain 0": (_changed("anchor.chainId", 0), "a chain id is 1 or more"),
        "a chain id as text": (_changed("anchor.chainId", "31337"), "a chain id is a number"),
        "a chain id as true": (_changed("anchor.chainId", True), "a chain id is a number"),
        "a registry without 0x": (_changed("anchor.registry", REGISTRY.hex()), "an address begins with 0x"),
        "a registry with a checksum in its case": (
            _changed("anchor.registry", "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"),
            "hex is lower case",
        ),
        "a registry of 19 bytes": (_changed("anchor.registry", "0x" + "ab" * 19), "an address has 20 bytes"),
        "a root with 0x": (_changed("anchor.root", "0x" + "ab" * 32), "hex without a prefix"),
        "a root in upper case": (_changed("anchor.root", "AB" * 32), "hex is lower case"),
        "the anchor as text": (_changed("anchor", "x"), "the anchor is an object"),
        "the proof as an array": (_changed("proof", []), "the proof is an object"),
        "disclosures as text": (_changed("disclosures", "x"), "disclosures are an array"),
        "a number as disclosure": (_changed("disclosures", [1]), "a disclosure is text"),
        "1,024 disclosures": (_changed("disclosures", sorted(f"a{n:04}" for n in range(1_024))), "one stays unopened"),
        "the payload as an object": (_changed("payload", {}), "the payload is text"),
        "the nodes as text": (_changed("proof.nodes", "00" * 32), "nodes are an array"),
        "a number as node": (_changed("proof.nodes", [1]), "a node is text"),
        "a node of 31 bytes": (_changed("proof.nodes", ["00" * 31]), "a node has 32 bytes"),
        "a node in upper case": (_changed("proof.nodes", ["AB" * 32]), "hex is lower case"),
        "the index as text": (_changed("proof.index", "0"), "the index is a number"),
        "the index as true": (_changed("proof.index", True), "the index is a number"),
        "a negative index": (_changed("proof.index", -1), "there is no such leaf"),
        "an index equal to the size": (_changed("proof.index", 13), "there is no such leaf"),
        "a size of 2 to the 40": (_changed("proof.size", 2**40), "a batch has fewer leaves"),
    }


def _parts() -> dict[str, tuple[bytes, str]]:
    bundle = good()["a degree in a batch of 13"]
    document = json.loads(write_bundle(bundle))
    first, second, *rest = bundle.disclosures
    foreign = make_disclosure("school", "东方理工大学", Stream("foreign")(16)).encoded
    payload = document["payload"]
    other = b64(write_payload(Payload(ISSUER, "degree", payloads.digests(4))))
    return {
        "disclosures out of order": (_changed("disclosures", [second, first, *rest]), "disclosures are ascending"),
        "a disclosure twice": (_changed("disclosures", [first, first]), "disclosures are strictly ascending"),
        "an empty disclosure": (_changed("disclosures", ["", first]), "it is not a disclosure"),
        "a disclosure that was not issued": (_changed("disclosures", sorted([first, foreign])), "not in the payload"),
        "a disclosure with another salt": (_changed("disclosures", [_resalted(first)]), "not in the payload"),
        "a disclosure of another credential": (
            _changed("disclosures", [good()["one claim, a batch of one"].disclosures[0]]),
            "not in the payload",
        ),
        "the payload of another credential": (_changed("payload", other), "its digests are others"),
        "the payload in standard base64": (_changed("payload", payload[:-1] + "+"), "not of base64url"),
        "the payload padded": (_changed("payload", payload + "=" * (-len(payload) % 4 or 4)), "not padded"),
        "an empty payload": (_changed("payload", ""), "it is not JSON"),
        "another root": (_changed("anchor.root", "00" * 32), "the proof leads elsewhere"),
    }


def _resalted(encoded: str) -> str:
    """The same name and value with another salt."""
    padded = encoded + "=" * (-len(encoded) % 4)
    salt, name, value = json.loads(_decode(padded))
    return disclosures.raw("A" + salt[1:] if salt[0] != "A" else "B" + salt[1:], name, value)


def _proofs() -> dict[str, tuple[bytes, str]]:
    bundle = good()["a degree in a batch of 13"]
    nodes = [node.hex() for node in bundle.proof.nodes]
    index = bundle.proof.index
    return {
        "the index of another leaf": (_changed("proof.index", (index + 1) % 13), "the proof leads elsewhere"),
        "a size that needs more nodes": (_changed("proof.size", 30), "a node is missing"),
        "a node less": (_changed("proof.nodes", nodes[:-1]), "a node is missing"),
        "a node more": (_changed("proof.nodes", [*nodes, "00" * 32]), "a node is surplus"),
        "nodes exchanged": (_changed("proof.nodes", [nodes[1], nodes[0], *nodes[2:]]), "the proof leads elsewhere"),
        "no nodes": (_changed("proof.nodes", []), "nodes are missing"),
    }


def _inside() -> dict[str, tuple[bytes, str]]:
    """Faults that an issuer would have had to commit: payloads and disclosures that are malformed and still fit."""
    found = {f"a payload: {name}": (forged(data), why) for name, (data, why) in payloads.malformed().items()}
    salt = [b64(Stream("inside")(16)), b64(Stream("inside too")(16))]
    raw = disclosures.raw
    claims = {
        "a claim: an array element": raw(salt[0], "FR"),
        "a claim: nested digests": raw(salt[0], "school", {"_sd": []}),
        "a claim: the name _sd": raw(salt[0], "_sd", []),
        "a claim: a fraction": b64(f'["{salt[0]}","score",1.5]'.encode()),
        "a claim: a boolean": raw(salt[0], "flag", True),
        "a claim: null": raw(salt[0], "flag", None),
        "a claim: spaces inside": b64(f'["{salt[0]}", "school", "x"]'.encode()),
        "a claim: a name twice inside a file": b64(
            f'["{salt[0]}","file:1",{{"bytes":1,"bytes":1,"mediaType":"a/b","sha-256":"{"00" * 32}"}}]'.encode()
        ),
        "a claim: a salt of 8 bytes": raw(b64(bytes(8)), "school", "x"),
        "a claim: 10,001 characters": raw(salt[0], "title", "x" * 10_001),
        "a claim: a lone surrogate": b64(f'["{salt[0]}","school","\\udc00"]'.encode()),
        "a claim: an integer beyond 53 bits": raw(salt[0], "number", 2**53),
    }
    found |= {name: (issued(encoded), "FORMAT §2 has no such disclosure") for name, encoded in claims.items()}
    pairs = {
        "a name twice, with two values": (raw(salt[0], "school", "甲"), raw(salt[1], "school", "乙")),
        "a name twice, with one value": (raw(salt[0], "school", "甲"), raw(salt[1], "school", "甲")),
    }
    found |= {name: (issued(*pair), "a name is disclosed twice") for name, pair in pairs.items()}
    twins = {
        "a twin of another name": ("王莉", "王丽"),
        "a twin that is not normalised": ("Müller Anna", "Müller Anna"),
        "a twin of a list": (["王莉"], "王莉"),
        "a twin of a number": (2026, "2026"),
    }
    for name, (value, twin) in twins.items():
        pair = (raw(salt[0], "holder_name", value), raw(salt[1], "norm:holder_name", twin))
        found[name] = (issued(*pair), "the twin is not the claim's normal form")
    found["no digest unopened"] = (
        issued(raw(salt[0], "school", "甲"), raw(salt[1], "level", "本科"), decoys=0),
        "at least one digest is a decoy",
    )
    return found


def cases() -> list[dict[str, object]]:
    """Good and bad bundles."""
    found = []
    for name, bundle in good().items():
        data = write_bundle(bundle)
        opened = open_bundle(read_bundle(data))
        found.append(
            {
                "name": name,
                "bundle_b64": base64(data),
                "valid": True,
                "attestation": str(opened.attestation),
                "issuer": opened.payload.issuer.hex(),
                "kind": opened.payload.kind,
                "valid_until": opened.payload.valid_until,
                "claims": {k: disclosures.json_value(v) for k, v in opened.claims.items()},
                "twins": dict(opened.twins),
                "files": [file.as_json() for file in opened.files],
                "replaces": opened.replaces.hex() if opened.replaces else None,
                "commitment": opened.commitment.hex(),
                "hidden": opened.hidden,
            }
        )
    return found + [
        {"name": name, "bundle_b64": base64(data), "valid": False, "why": why} for name, (data, why) in bad().items()
    ]
