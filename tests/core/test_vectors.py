"""Every vector in ``tests/vectors``: the files that a stranger's verifier is checked against must hold for ours."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import make_vectors
from _vectors import verification
from chopmark.core import storage
from chopmark.core.bundle import open_bundle, read_bundle
from chopmark.core.disclosure import BoundFile, digest_of, read_disclosure
from chopmark.core.history import Event, genesis, prove_complete, replay
from chopmark.core.leaf import leaf_hash, read_entry
from chopmark.core.merkle import Tree, root_from_proof
from chopmark.core.normal import norm_name, norm_text
from chopmark.core.payload import read_payload
from chopmark.core.strictjson import canonical, read, read_canonical
from chopmark.core.trust import read_trust, write_trust
from chopmark.core.typed_data import struct_hash, typed_data_of
from chopmark.core.words import BatchRecord, GrantRecord, HeadRecord, KeyRecord, NodeRecord, Op, Plane
from chopmark.errors import ChopmarkError, FormatError, ProofError, TrustError

FOLDER = Path(__file__).resolve().parent.parent / "vectors"


def vectors(name: str) -> list[Any]:
    """The cases of a file, each under its own name."""
    cases = json.loads((FOLDER / f"{name}.json").read_text(encoding="ascii"))["cases"]
    return [pytest.param(case, id=case["name"]) for case in cases]


def written(value: object) -> object:
    """A claim's value as vectors write it."""
    if isinstance(value, BoundFile):
        return value.as_json()
    if isinstance(value, bytes):
        return value.hex()
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("case", vectors("strict_json"))
def test_strict_json(case):
    document = b64decode(case["document_b64"])
    limit: Any = {"what": "a vector", "limit": 1_048_576}
    if not case["valid"]:
        for reader in (read, read_canonical):
            with pytest.raises(FormatError):
                reader(document, **limit)
        return
    form = b64decode(case["canonical_form_b64"])
    assert canonical(read(document, **limit)) == form
    assert read_canonical(form, **limit) == read(document, **limit)
    assert case["canonical"] is (form == document)
    if not case["canonical"]:
        with pytest.raises(FormatError, match="canonical"):
            read_canonical(document, **limit)


@pytest.mark.parametrize("case", vectors("disclosures"))
def test_disclosures(case):
    if not case["valid"]:
        with pytest.raises(FormatError):
            read_disclosure(case["encoded"])
        return
    disclosure = read_disclosure(case["encoded"])
    assert disclosure.digest == case["digest"]
    assert (disclosure.name, written(disclosure.value)) == (case["claim"], case["value"])


@pytest.mark.parametrize("case", [case for case in vectors("disclosures") if "RFC 9901" in case.id])
def test_digests_are_those_that_rfc_9901_prints(case):
    assert digest_of(case["encoded"]) == case["digest"]


@pytest.mark.parametrize("case", vectors("payloads"))
def test_payloads(case):
    data = b64decode(case["payload_b64"])
    if not case["valid"]:
        with pytest.raises(FormatError):
            read_payload(data)
        return
    payload = read_payload(data)
    assert (payload.issuer.hex(), payload.kind, list(payload.digests)) == (
        case["issuer"],
        case["kind"],
        case["digests"],
    )
    assert payload.valid_until == case["valid_until"]
    assert sha256(data).hexdigest() == case["commitment"]


@pytest.mark.parametrize("case", vectors("leaf_entries"))
def test_leaf_entries(case):
    data = bytes.fromhex(case["entry"])
    if not case["valid"]:
        with pytest.raises(FormatError):
            read_entry(data)
        return
    entry = read_entry(data)
    assert (entry.kind, entry.issuer.hex(), entry.commitment.hex()) == (
        case["kind"],
        case["issuer"],
        case["commitment"],
    )
    assert entry.pack() == data
    assert leaf_hash(data).hex() == case["leaf_hash"]


@pytest.mark.parametrize("case", vectors("trees"))
def test_trees(case):
    hashes = [bytes.fromhex(each) for each in case.get("leaf_hashes", [])]
    hashes += [sha256(b"\x00" + bytes.fromhex(leaf)).digest() for leaf in case.get("leaves", [])]
    tree = Tree(hashes)
    assert tree.root.hex() == case["root"]
    for index, proof in enumerate(case.get("proofs", [])):
        assert [node.hex() for node in tree.proof(index)] == proof


@pytest.mark.parametrize("case", vectors("inclusion"))
def test_inclusion(case):
    proof = [bytes.fromhex(node) for node in case["proof"]]
    try:
        leaf = leaf_hash(bytes.fromhex(case["entry"]))
        holds = root_from_proof(leaf, case["index"], case["size"], proof).hex() == case["root"]
    except (FormatError, ProofError):
        holds = False
    assert holds is case["valid"], case["why"]


@pytest.mark.parametrize("case", vectors("bundles"))
def test_bundles(case):
    data = b64decode(case["bundle_b64"])
    if not case["valid"]:
        with pytest.raises((FormatError, ProofError)):
            open_bundle(read_bundle(data))
        return
    opened = open_bundle(read_bundle(data))
    assert str(opened.attestation) == case["attestation"]
    assert (opened.payload.issuer.hex(), opened.payload.kind) == (case["issuer"], case["kind"])
    assert opened.payload.valid_until == case["valid_until"]
    assert {name: written(value) for name, value in opened.claims.items()} == case["claims"]
    assert opened.twins == case["twins"]
    assert [file.as_json() for file in opened.files] == case["files"]
    assert (opened.replaces.hex() if opened.replaces else None) == case["replaces"]
    assert (opened.commitment.hex(), opened.hidden) == (case["commitment"], case["hidden"])


@pytest.mark.parametrize("case", vectors("words"))
def test_words(case):
    sorts: dict[str, Any] = {
        "batch": BatchRecord,
        "key": KeyRecord,
        "grant": GrantRecord,
        "node": NodeRecord,
        "head": HeadRecord,
    }
    record = sorts[case["sort"]].decode(int(case["word"], 16))
    assert record is not None
    for name, value in case["fields"].items():
        known = getattr(record, name)
        assert (known.hex() if isinstance(known, bytes) else known) == value
    assert f"{record.encode():064x}" == case["word"]


@pytest.mark.parametrize("case", vectors("storage"))
def test_storage(case):
    raw = {name: bytes.fromhex(case[name]) for name in ("node", "root", "address") if name in case}
    found = {
        "attestation head": lambda: storage.attestation_head_key(raw["node"]),
        "batch": lambda: storage.batch_key(raw["node"], raw["root"]),
        "status": lambda: storage.status_key(raw["node"], raw["root"], case["word"], Plane(case["plane"])),
        "issuer head": lambda: storage.issuer_head_key(raw["node"]),
        "node": lambda: storage.node_key(raw["node"]),
        "key": lambda: storage.key_key(raw["node"], raw["address"]),
        "grant": lambda: storage.grant_key(raw["node"], case["kind"]),
        "profile": lambda: storage.profile_key(raw["node"]),
    }[case["of"]]()
    assert found.hex() == case["key"]


@pytest.mark.parametrize("case", vectors("histories"))
def test_histories(case):
    node = bytes.fromhex(case["node"])
    start = genesis(case["chain_id"], bytes.fromhex(case["registry_address"]), node)
    assert f"{start:064x}" == case["genesis"]
    events = [_event(case["registry"], node, event) for event in case["events"]]
    if not case["valid"]:
        with pytest.raises(ProofError):
            prove_complete(start, events, int(case["head"], 16))
        return
    prove_complete(start, events, int(case["head"], 16))
    assert [f"{head:064x}" for head in replay(start, events)] == [event["head"] for event in case["events"]]
    assert [event.word.hex() for event in events] == [event["w"] for event in case["events"]]


def _event(registry, node, event):
    numbers = {name: event[name] for name in ("reason", "key", "party", "seq", "block", "time")}
    x, d = bytes.fromhex(event["x"]), bytes.fromhex(event["d"])
    return Event(registry=registry, node=node, op=Op(event["op"]), x=x, d=d, **numbers)


@pytest.mark.parametrize("case", vectors("trust_files"))
def test_trust_files(case):
    data = b64decode(case["document_b64"])
    if case["valid"]:
        assert read_trust(write_trust(read_trust(data))) == read_trust(data)
    else:
        with pytest.raises((FormatError, TrustError)):
            read_trust(data)


@pytest.mark.parametrize("case", vectors("normalisation"))
def test_normalisation(case):
    assert norm_text(case["given"]) == case["norm_text"]
    assert norm_name(case["given"]) == case["norm_name"]


@pytest.fixture(scope="module")
def documents():
    cases = json.loads((FOLDER / "bundles.json").read_text(encoding="ascii"))["cases"]
    return {case["name"]: b64decode(case["bundle_b64"]) for case in cases}


@pytest.mark.parametrize("case", vectors("verification"))
def test_verification(case, documents):
    trust = read_trust(json.dumps(json.loads((FOLDER / "verification.json").read_text())["trust"]).encode())
    found = verification.run(case, documents, trust)
    assert (found.verdict, found.level) == (case["verdict"], case["level"])
    assert sorted(finding.code for finding in found.findings) == case["codes"]
    assert {fragment.part: fragment.state for fragment in found.fragments} == case["fragments"]


def test_the_generator_writes_exactly_these_files():
    documents = make_vectors.documents()
    assert {path.stem for path in FOLDER.glob("*.json")} == set(documents)
    for name, document in documents.items():
        assert (FOLDER / f"{name}.json").read_text(encoding="ascii") == json.dumps(document, indent=1) + "\n", name


def test_every_case_has_its_own_name_and_every_bad_one_its_reason():
    for name, document in make_vectors.documents().items():
        cases: Any = document["cases"]
        names = [case["name"] for case in cases]
        assert len(set(names)) == len(names), name
        assert all(case["why"] for case in cases if case.get("valid") is False), name


REFUSED = [
    pytest.param(reader, vector.values[0], id=f"{file} {vector.id}")
    for file, reader in (
        ("bundles", lambda case: open_bundle(read_bundle(b64decode(case["bundle_b64"])))),
        ("payloads", lambda case: read_payload(b64decode(case["payload_b64"]))),
        ("disclosures", lambda case: read_disclosure(case["encoded"])),
        ("trust_files", lambda case: read_trust(b64decode(case["document_b64"]))),
    )
    for vector in vectors(file)
    if not vector.values[0]["valid"]
]


@pytest.mark.parametrize(("reader", "case"), REFUSED)
def test_everything_refused_is_said_in_both_languages(reader, case):
    """A refusal without a sentence, or with an unfilled one, is no answer for the person who has to act on it."""
    with pytest.raises(ChopmarkError) as caught:
        reader(case)
    said = caught.value.as_json()
    for part in ("message", "next"):
        texts = said[part]
        assert isinstance(texts, dict)
        for text in texts.values():
            assert text
            assert "…" not in text
            assert not re.search(r"\{[a-z]+\}", text)


@pytest.mark.parametrize("case", vectors("delegation"))
def test_delegation(case):
    typed = typed_data_of(case["typed_data"])
    assert typed.as_json() == case["typed_data"]
    assert typed.domain.separator.hex() == case["domain_separator"]
    assert struct_hash(typed.message).hex() == case["struct_hash"]
    assert typed.digest.hex() == case["digest"]
