"""Bundles: what a holder keeps and shows (FORMAT §7), and what can be checked in them without a chain (§11 A)."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chopmark.core.digest import are_texts, b64, b64_digests, hex32, hex32s, sha256, unb64
from chopmark.core.disclosure import FILE, TWIN, BoundFile, ClaimValue, open_disclosure
from chopmark.core.leaf import LeafEntry, leaf_hash
from chopmark.core.merkle import MAX_SIZE, InclusionProof, root_from_proof
from chopmark.core.normal import norm_name
from chopmark.core.payload import MAX_DIGESTS, Payload, read_payload
from chopmark.core.reference import AttestationId, address, address_text
from chopmark.core.strictjson import JsonValue, canonical, read_canonical
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
        _anchor(document["anchor"]),
        unb64(payload, _WHERE),
        _disclosures(document["disclosures"]),
        _proof(document["proof"]),
    )


def open_bundle(bundle: Bundle) -> OpenedBundle:
    """Check everything that needs no chain: FORMAT §11 steps 2 to 5.

    Raises ``FormatError`` for parts that are malformed or do not belong together, ``ProofError`` if entry and proof do
    not lead to the anchored root.
    """
    payload = read_payload(bundle.payload)
    opened = _open_disclosures(bundle.disclosures, frozenset(payload.digests))
    hidden = len(payload.digests) - len(opened)
    if hidden < 1:
        raise _refused(_NO_DECOY)
    claims: dict[str, ClaimValue] = {}
    twins: dict[str, str] = {}
    files: dict[int, BoundFile] = {}
    replaces: bytes | None = None
    for name, value in opened.items():
        if isinstance(value, BoundFile):
            files[int(name.removeprefix(FILE))] = value
        elif isinstance(value, bytes):
            replaces = value
        elif isinstance(value, str) and name.startswith(TWIN):
            twins[name.removeprefix(TWIN)] = value
        else:
            claims[name] = value
    _compare_twins(claims, twins)
    commitment = sha256(bundle.payload)
    entry = LeafEntry(payload.kind, payload.issuer, commitment)
    proof = bundle.proof
    if root_from_proof(leaf_hash(entry.pack()), proof.index, proof.size, proof.nodes) != bundle.anchor.root:
        raise ProofError(why=_OTHER_ROOT)
    ordered = tuple([files[number] for number in sorted(files)])
    return OpenedBundle(bundle, payload, claims, twins, ordered, replaces, entry, commitment, hidden)


def _open_disclosures(disclosures: Sequence[str], issued: Container[str]) -> dict[str, ClaimValue | BoundFile | bytes]:
    """Name → value of disclosures that the payload commits to, no name twice."""
    opened: dict[str, ClaimValue | BoundFile | bytes] = {}
    for encoded in disclosures:
        name, value = open_disclosure(encoded)
        if name in opened:
            raise _refused(_NAME_TWICE.filled(name=name))
        opened[name] = value
    digests = b64_digests([encoded.encode("ascii") for encoded in disclosures])
    for name, digest in zip(opened, digests, strict=True):
        if digest not in issued:
            raise _refused(_NOT_ISSUED.filled(name=name))
    return opened


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
    return InclusionProof(index, size, hex32s(nodes, _WHERE))


def _disclosures(value: JsonValue) -> tuple[str, ...]:
    if type(value) is not list or len(value) >= MAX_DIGESTS:
        raise _refused(_NOT_DISCLOSURES)
    if not are_texts(value) or sorted(set(value)) != value:
        raise _refused(_NOT_DISCLOSURES)
    return tuple(value)


def _refused(why: Wording) -> FormatError:
    return FormatError(where=_WHERE, why=why)


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
_OTHER_ROOT: Final = Wording(
    "由凭证和证明算出的根不是所存证的根", "credential and proof lead to another root than the attested one"
)
