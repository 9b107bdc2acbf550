"""Bundles: what a holder keeps and shows (FORMAT §7), and what can be checked in them without a chain (§11 A)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from chopmark.core.digest import b64, hex32, sha256, unb64
from chopmark.core.disclosure import FILE, TWIN, BoundFile, ClaimValue, digest_of, read_disclosure
from chopmark.core.leaf import LeafEntry, leaf_hash
from chopmark.core.merkle import MAX_SIZE, InclusionProof, root_from_proof
from chopmark.core.normal import norm_name
from chopmark.core.payload import MAX_DIGESTS, Payload, read_payload
from chopmark.core.reference import AttestationId, address, address_text
from chopmark.core.strictjson import MAX_INTEGER, JsonValue, canonical, read_canonical
from chopmark.errors import FormatError, ProofError
from chopmark.wording import Wording

__all__ = ["Anchor", "Bundle", "InclusionProof", "OpenedBundle", "open_bundle", "read_bundle", "write_bundle"]

FORMAT: Final = "chopmark-bundle-1"
MAX_LENGTH: Final = 1_048_576

_MEMBERS: Final = {"anchor", "disclosures", "format", "payload", "proof"}
_ANCHOR_MEMBERS: Final = {"chainId", "registry", "root"}
_PROOF_MEMBERS: Final = {"index", "nodes", "size"}


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a batch was attested: chain id, attestation registry (20 bytes), root (32 bytes)."""

    chain_id: int
    registry: bytes
    root: bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as it is written. The payload is the exact bytes; disclosures are encoded and ascending."""

    anchor: Anchor
    payload: bytes
    disclosures: tuple[str, ...]
    proof: InclusionProof

    @property
    def attestation(self) -> AttestationId:
        """The name of the leaf."""
        return AttestationId(self.anchor.chain_id, self.anchor.registry, self.anchor.root, self.proof.index)


@dataclass(frozen=True, slots=True)
class OpenedBundle:
    """A bundle whose parts were seen to belong together.

    ``claims``: the disclosed fields; ``twins``: normalised texts by the field's name; ``files`` in the order of their
    numbers; ``replaces``: a commitment; ``hidden``: how many digests of the payload stay unopened (decoys among them).
    """

    bundle: Bundle
    payload: Payload
    claims: Mapping[str, ClaimValue]
    twins: Mapping[str, str]
    files: tuple[BoundFile, ...]
    replaces: bytes | None
    entry: LeafEntry
    commitment: bytes
    hidden: int

    @property
    def attestation(self) -> AttestationId:
        """The name of the leaf."""
        return self.bundle.attestation


def write_bundle(bundle: Bundle) -> bytes:
    """The bundle's bytes. Raises ``FormatError`` for what strict JSON cannot hold."""
    anchor, proof = bundle.anchor, bundle.proof
    data = canonical(
        {
            "anchor": {
                "chainId": anchor.chain_id,
                "registry": address_text(anchor.registry),
                "root": anchor.root.hex(),
            },
            "disclosures": list(bundle.disclosures),
            "format": FORMAT,
            "payload": b64(bundle.payload),
            "proof": {"index": proof.index, "nodes": [node.hex() for node in proof.nodes], "size": proof.size},
        }
    )
    if len(data) > MAX_LENGTH:
        raise _refused(_TOO_LONG)
    return data


def read_bundle(data: bytes) -> Bundle:
    """Read a bundle's bytes: FORMAT §11 step 1. Raises ``FormatError``."""
    document = read_canonical(data, what=_WHERE, limit=MAX_LENGTH)
    if type(document) is not dict or document.keys() != _MEMBERS or document["format"] != FORMAT:
        raise _refused(_NOT_MEMBERS)
    payload = document["payload"]
    if type(payload) is not str:
        raise _refused(_NOT_PAYLOAD)
    return Bundle(
        _anchor(document["anchor"]), unb64(payload, _WHERE), _disclosures(document["disclosures"]), _proof(document["proof"])
    )


def open_bundle(bundle: Bundle) -> OpenedBundle:
    """Check everything that needs no chain: FORMAT §11 steps 2 to 5.

    Raises ``FormatError`` for parts that are malformed or do not belong together, ``ProofError`` if entry and proof do
    not lead to the anchored root.
    """
    payload = read_payload(bundle.payload)
    claims: dict[str, ClaimValue] = {}
    twins: dict[str, str] = {}
    files: dict[int, BoundFile] = {}
    replaces: bytes | None = None
    digests = set(payload.digests)
    seen: set[str] = set()
    for encoded in bundle.disclosures:
        disclosure = read_disclosure(encoded)
        name, value = disclosure.name, disclosure.value
        if name in seen:
            raise _refused(_NAME_TWICE.filled(name=name))
        seen.add(name)
        if digest_of(encoded) not in digests:
            raise _refused(_NOT_ISSUED.filled(name=name))
        if type(value) is BoundFile:
            files[int(name.removeprefix(FILE))] = value
        elif type(value) is bytes:
            replaces = value
        elif name.startswith(TWIN):
            twins[name.removeprefix(TWIN)] = value  # type: ignore[assignment]  # a twin is text: read_disclosure saw to it
        else:
            claims[name] = value  # type: ignore[assignment]  # files and ``replaces`` went above
    hidden = len(digests) - len(bundle.disclosures)
    if hidden < 1:
        raise _refused(_NO_DECOY)
    _compare_twins(claims, twins)
    commitment = sha256(bundle.payload)
    entry = LeafEntry(payload.kind, payload.issuer, commitment)
    proof = bundle.proof
    if root_from_proof(leaf_hash(entry.pack()), proof.index, proof.size, proof.nodes) != bundle.anchor.root:
        raise ProofError(why=_OTHER_ROOT)
    return OpenedBundle(
        bundle,
        payload,
        claims,
        twins,
        tuple(files[number] for number in sorted(files)),
        replaces,
        entry,
        commitment,
        hidden,
    )


def _compare_twins(claims: Mapping[str, ClaimValue], twins: Mapping[str, str]) -> None:
    """A twin that says other than its claim would let a holder be found under somebody else's name."""
    for name, twin in twins.items():
        claim = claims.get(name)
        if claim is not None and (type(claim) is not str or norm_name(claim) != twin):
            raise _refused(_TWIN_DIFFERS.filled(name=name))


def _anchor(value: JsonValue) -> Anchor:
    if type(value) is not dict or value.keys() != _ANCHOR_MEMBERS:
        raise _refused(_NOT_ANCHOR)
    chain_id = value["chainId"]
    if type(chain_id) is not int or chain_id < 1:
        raise _refused(_NOT_ANCHOR)
    return Anchor(chain_id, address(value["registry"], _WHERE), hex32(value["root"], _WHERE))


def _proof(value: JsonValue) -> InclusionProof:
    if type(value) is not dict or value.keys() != _PROOF_MEMBERS:
        raise _refused(_NOT_PROOF)
    index, size, nodes = value["index"], value["size"], value["nodes"]
    if type(index) is not int or type(size) is not int or type(nodes) is not list:
        raise _refused(_NOT_PROOF)
    if not 0 <= index < size <= MAX_SIZE:
        raise _refused(_NOT_PROOF)
    return InclusionProof(index, size, tuple([hex32(node, _WHERE) for node in nodes]))


def _disclosures(value: JsonValue) -> tuple[str, ...]:
    if type(value) is not list or len(value) >= MAX_DIGESTS:
        raise _refused(_NOT_DISCLOSURES)
    before = ""
    for encoded in value:
        if type(encoded) is not str or not encoded > before:
            raise _refused(_NOT_DISCLOSURES)
        before = encoded
    return tuple(value)  # type: ignore[arg-type]  # each was just seen to be text


def _refused(why: Wording) -> FormatError:
    return FormatError(where=_WHERE, why=why)


assert MAX_INTEGER >= MAX_SIZE  # every size can be written as a JSON integer

_WHERE: Final = Wording("凭证包", "The bundle")
_NOT_MEMBERS: Final = Wording(f"不是 {FORMAT} 的成员", f"its members are not those of {FORMAT}")
_NOT_PAYLOAD: Final = Wording("payload 不是文字", "its payload is not text")
_NOT_ANCHOR: Final = Wording("anchor 不符", "its anchor is not of the format")
_NOT_PROOF: Final = Wording("proof 不符", "its proof is not of the format")
_NOT_DISCLOSURES: Final = Wording(
    "disclosures 不是严格升序的文字数组", "its disclosures are not texts in strictly ascending order"
)
_TOO_LONG: Final = Wording(f"超过{MAX_LENGTH}字节", f"it is longer than {MAX_LENGTH} bytes")
_NAME_TWICE: Final = Wording("“{name}”披露了两次", "“{name}” is disclosed twice")
_NOT_ISSUED: Final = Wording("“{name}”的摘要不在凭证正文中", "the payload does not hold the digest of “{name}”")
_NO_DECOY: Final = Wording("没有未披露的摘要", "no digest of its payload stays unopened")
_TWIN_DIFFERS: Final = Wording("“{name}”与其规范形式不一致", "“{name}” and its normalised twin differ")
_OTHER_ROOT: Final = Wording("由凭证和证明算出的根不是所存证的根", "credential and proof lead to another root than the attested one")
