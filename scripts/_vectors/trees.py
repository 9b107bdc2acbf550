"""Leaf entries, trees and inclusion proofs (FORMAT §5, §6)."""

from __future__ import annotations

from hashlib import sha256
from itertools import pairwise

from _vectors.seeded import Stream
from chopmark.core.leaf import LeafEntry, leaf_hash
from chopmark.core.merkle import MAX_SIZE, Tree, proof_length

ENTRIES_ABOUT = "Leaf entries (FORMAT §5): 74 bytes, and the leaf hash SHA-256(0x00 || entry)."
TREES_ABOUT = "Trees (FORMAT §6): leaf hashes in order, the root, and for some sizes every leaf's proof."
INCLUSION_ABOUT = (
    "Inclusion proofs (FORMAT §6): whether the leaf with this entry stands at this index of the tree with this size and "
    "root. An entry that has not 74 bytes, or a proof that has not exactly the nodes that index and size require, proves nothing."
)
SOURCE = "Own."
TREES_SOURCE = (
    "Own; the cases named Certificate Transparency are the eight test leaves and roots of RFC 6962's reference "
    "implementation (certificate-transparency, cpp/merkletree/merkle_tree_test.cc), published in many implementations since."
)

CT_LEAVES = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
CT_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)

ISSUER = sha256(b"an issuer").digest()


def entries(count: int, seed: str = "leaves") -> list[bytes]:
    """Entries of one batch, in order."""
    entropy = Stream(seed)
    commitments = sorted(entropy(32) for _ in range(count))
    return [LeafEntry("degree", ISSUER, commitment).pack() for commitment in commitments]


def tree(batch: list[bytes]) -> Tree:
    """The tree over entries."""
    return Tree([leaf_hash(entry) for entry in batch])


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def entry_cases() -> list[dict[str, object]]:
    """Good and bad entries."""
    commitment = sha256(b"a payload").digest()
    found: list[dict[str, object]] = []
    for kind in ("degree", "a", "a-b-c-90", "0", "-"):
        entry = LeafEntry(kind, ISSUER, commitment).pack()
        fields: dict[str, object] = {
            "version": 1,
            "algorithm": 1,
            "kind": kind,
            "issuer": ISSUER.hex(),
            "commitment": commitment.hex(),
        }
        good = {
            "name": f"kind {kind}",
            "entry": entry.hex(),
            "valid": True,
            **fields,
            "leaf_hash": leaf_hash(entry).hex(),
        }
        found.append(good)
    good_entry = LeafEntry("degree", ISSUER, commitment).pack()
    bad = {
        "version 0": (b"\x00" + good_entry[1:], "another version"),
        "version 2": (b"\x02" + good_entry[1:], "another version"),
        "algorithm 0": (b"\x01\x00" + good_entry[2:], "no such algorithm"),
        "SM3": (b"\x01\x02" + good_entry[2:], "SM3 is reserved, not computed"),
        "73 bytes": (good_entry[:-1], "an entry has 74 bytes"),
        "75 bytes": (good_entry + b"\x00", "an entry has 74 bytes"),
        "64 bytes, as an inner node": (good_entry[:64], "an entry has 74 bytes"),
        "empty": (b"", "an entry has 74 bytes"),
        "no kind": (good_entry[:2] + bytes(8) + good_entry[10:], "a kind has 1 to 8 characters"),
        "a kind in upper case": (good_entry[:2] + b"Degree\0\0" + good_entry[10:], "a kind is lower case"),
        "a kind padded on the left": (
            good_entry[:2] + b"\0\0degree" + good_entry[10:],
            "a kind is padded on the right",
        ),
        "a zero byte inside a kind": (
            good_entry[:2] + b"de\0gree\0" + good_entry[10:],
            "a kind is padded on the right",
        ),
        "a kind padded with spaces": (good_entry[:2] + b"degree  " + good_entry[10:], "a kind is padded with zeros"),
        "a kind beyond ASCII": (good_entry[:2] + b"degr\xc3\xa9\0\0" + good_entry[10:], "a kind is ASCII"),
    }
    return found + [{"name": n, "entry": e.hex(), "valid": False, "why": why} for n, (e, why) in bad.items()]


def tree_cases() -> list[dict[str, object]]:
    """The published tree, then our own by size."""
    found: list[dict[str, object]] = []
    for size, root in enumerate(CT_ROOTS, 1):
        leaves = [bytes.fromhex(leaf) for leaf in CT_LEAVES[:size]]
        assert Tree([sha256(b"\x00" + leaf).digest() for leaf in leaves]).root.hex() == root  # published by others
        name = f"Certificate Transparency, {size} of 8 leaves"
        found.append({"name": name, "leaves": [leaf.hex() for leaf in leaves], "root": root})
    for size in (*range(1, 10), 15, 16, 17, 31, 33, 64, 100):
        built = tree(entries(size))
        hashes = [leaf_hash(entry).hex() for entry in entries(size)]
        case: dict[str, object] = {"name": f"{size} leaves", "leaf_hashes": hashes, "root": built.root.hex()}
        if size <= 9:
            case["proofs"] = [[node.hex() for node in built.proof(index)] for index in range(size)]
        found.append(case)
    return found


def inclusion_cases() -> list[dict[str, object]]:
    """Proofs that hold, and proofs that must not."""
    found = []
    for size in (1, 2, 3, 5, 7, 8, 13, 100):
        batch = entries(size)
        built = tree(batch)
        indices = range(size) if size < 100 else (0, 63, 64, 95, 96, 98, 99)
        found += [_case(f"{i} of {size}", batch[i], i, size, built.proof(i), built.root) for i in indices]
    return found + _far() + _bad()


def _case(
    name: str, entry: bytes, index: int, size: int, proof: tuple[bytes, ...], root: bytes, why: str = ""
) -> dict[str, object]:
    case: dict[str, object] = {"name": name, "entry": entry.hex(), "index": index, "size": size}
    case |= {"proof": [node.hex() for node in proof], "root": root.hex(), "valid": not why}
    return case | {"why": why}


def _far() -> list[dict[str, object]]:
    """Positions in trees too large to build: the nodes are made up and the root computed from them."""
    entry = entries(1)[0]
    entropy = Stream("far")
    found = []
    for index, size in ((0, MAX_SIZE), (MAX_SIZE - 1, MAX_SIZE), (2**39, MAX_SIZE), (2**32, 2**32 + 1), (2**31, 2**32)):
        nodes = tuple(entropy(32) for _ in range(proof_length(index, size)))
        found.append(_case(f"{index} of {size}", entry, index, size, nodes, _climb(entry, index, size, nodes)))
    return found


def _climb(entry: bytes, index: int, size: int, nodes: tuple[bytes, ...]) -> bytes:
    """The root by RFC 9162 §2.1.3.2, word for word: not the way of ``chopmark.core.merkle``."""
    fn, sn, r = index, size - 1, leaf_hash(entry)
    for p in nodes:
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            r = node_hash(r, p)
        fn >>= 1
        sn >>= 1
    return r


def _bad() -> list[dict[str, object]]:
    size, index = 13, 6
    batch = entries(size)
    built = tree(batch)
    entry, proof, root = batch[index], built.proof(index), built.root
    other = tree(entries(size, "another batch"))
    flipped = bytes([proof[1][0] ^ 1]) + proof[1][1:]
    left, right = leaf_hash(batch[0]), leaf_hash(batch[1])
    bad = [
        ("the next index", entry, 7, size, proof, root, "the leaf stands elsewhere"),
        ("the index before", entry, 5, size, proof, root, "the leaf stands elsewhere"),
        ("an index equal to the size", entry, size, size, proof, root, "there is no such leaf"),
        ("an index beyond the size", entry, 2**40, size, proof, root, "there is no such leaf"),
        ("no leaves", entry, 0, 0, (), root, "a tree has a leaf"),
        ("a size of one", entry, 0, 1, proof, root, "one leaf needs no nodes"),
        ("a smaller size", entry, index, 7, proof, root, "another number of nodes is needed"),
        ("a node less", entry, index, size, proof[:-1], root, "a node is missing"),
        ("the first node less", entry, index, size, proof[1:], root, "a node is missing"),
        ("no nodes", entry, index, size, (), root, "all nodes are missing"),
        ("a node more", entry, index, size, (*proof, root), root, "a node is surplus"),
        ("a zero node more", entry, index, size, (*proof, bytes(32)), root, "a node is surplus"),
        ("the last node twice", entry, index, size, (*proof, proof[-1]), root, "a node is surplus"),
        ("nodes in reverse order", entry, index, size, proof[::-1], root, "they lead to another root"),
        ("two nodes exchanged", entry, index, size, (proof[1], proof[0], *proof[2:]), root, "another root"),
        ("one bit of a node", entry, index, size, (proof[0], flipped, *proof[2:]), root, "they lead to another root"),
        ("the proof of a neighbour", entry, index, size, built.proof(7), root, "they lead to another root"),
        ("the proof of another batch", entry, index, size, other.proof(index), root, "they lead to another root"),
        ("the root of another batch", entry, index, size, proof, other.root, "another root"),
        ("a zero root", entry, index, size, proof, bytes(32), "another root"),
        ("a foreign leaf", entries(1, "foreign")[0], index, size, proof, root, "it is not in the batch"),
        ("an entry of 73 bytes", entry[:-1], index, size, proof, root, "an entry has 74 bytes"),
        ("an entry of 75 bytes", entry + b"\0", index, size, proof, root, "an entry has 74 bytes"),
        ("an empty entry", b"", index, size, proof, root, "an entry has 74 bytes"),
        ("an inner node as entry", left + right, 0, 7, built.proof(0)[1:], root, "an entry has 74 bytes"),
        ("an inner node with its prefix as entry", b"\1" + left + right, 0, 7, built.proof(0)[1:], root, "74 bytes"),
        ("a leaf's hash as entry", leaf_hash(entry), index, size, proof, root, "an entry has 74 bytes"),
        ("a leaf beside itself", *_doubled(batch), "the last leaf is not paired with itself"),
        ("nodes sorted in pairs", *_sorted_pair(batch), "nodes are hashed in their places"),
        ("leaves without their prefix", *_unprefixed(batch), "a leaf is hashed behind 0x00"),
        ("a tree filled up with zeros", *_padded(batch), "nothing is padded"),
    ]
    bad += [
        (f"one bit of the entry's {field}", _flip(entry, at), index, size, proof, root, "another entry")
        for field, at in (("version", 0), ("algorithm", 1), ("kind", 2), ("issuer", 10), ("commitment", 73))
    ]
    # A proof does not always bind the size: RFC 9162's arithmetic is the same here. The chain's record does (§11 step 10).
    same = _case("6 of 13 given as 6 of 14: the arithmetic cannot tell", entry, index, 14, proof, root)
    return [same, *(_case(*case) for case in bad)]


def _flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _doubled(batch: list[bytes]) -> tuple[bytes, int, int, tuple[bytes, ...], bytes]:
    """Three leaves, the last one paired with itself, as Bitcoin's trees do (CVE-2012-2459)."""
    a, b, c = (leaf_hash(entry) for entry in batch[:3])
    return batch[2], 3, 4, (c, node_hash(a, b)), tree(batch[:3]).root


def _sorted_pair(batch: list[bytes]) -> tuple[bytes, int, int, tuple[bytes, ...], bytes]:
    """Two leaves whose hashes a tree that sorts pairs would exchange."""
    entry, beside = next((e, f) for e, f in pairwise(batch) if leaf_hash(e) > leaf_hash(f))
    return entry, 0, 2, (leaf_hash(beside),), node_hash(leaf_hash(beside), leaf_hash(entry))


def _unprefixed(batch: list[bytes]) -> tuple[bytes, int, int, tuple[bytes, ...], bytes]:
    a, b = (sha256(entry).digest() for entry in batch[:2])
    return batch[0], 0, 2, (b,), node_hash(a, b)


def _padded(batch: list[bytes]) -> tuple[bytes, int, int, tuple[bytes, ...], bytes]:
    a, b, c = (leaf_hash(entry) for entry in batch[:3])
    return batch[0], 0, 3, (b, c), node_hash(node_hash(a, b), node_hash(c, bytes(32)))
